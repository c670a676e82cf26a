//! The whole terminal, for a view that is drawn again and again and that listens to keys.
//!
//! The terminal is given back whatever happens: when the view is dropped, while another program has
//! it, and by [`give_back_terminal`], which whoever ends the process first calls, after a panic too.
//! What the view is made of, and what keys mean, is its owner's business.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, Write as _};
use std::mem::ManuallyDrop;
use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crossterm::event::{self, Event};
use crossterm::terminal::{
    self, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, dup2_stderr};
use ratatui::backend::CrosstermBackend;
use ratatui::{Frame, Terminal};

/// The terminal, until this is dropped.
pub struct FullScreen {
    /// Not dropped: that would say on standard error that the cursor cannot be shown, where the terminal
    /// that both are is gone, and panic because it cannot. [`give_back_terminal`] shows the cursor.
    terminal: ManuallyDrop<Terminal<CrosstermBackend<io::Stdout>>>,
    input: Input,
}

/// What has to be undone, while the terminal is ours.
static TAKEN: Mutex<Option<Errors>> = Mutex::new(None);

impl FullScreen {
    /// Takes the terminal that stdin and stdout are. `hear` is told of keys and of changes of its
    /// size, from another thread, until it says that it has heard enough.
    ///
    /// # Errors
    /// Those of the terminal.
    pub fn enter(hear: impl FnMut(Event) -> bool + Send + 'static) -> io::Result<Self> {
        take()?;
        let terminal = Terminal::new(CrosstermBackend::new(io::stdout()));
        Ok(Self {
            terminal: ManuallyDrop::new(terminal.inspect_err(|_| give_back_terminal())?),
            input: Input::listen(hear),
        })
    }

    /// Draws the picture; what is as before is not sent again.
    ///
    /// # Errors
    /// Those of write(2).
    pub fn draw(&mut self, picture: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        if lock(&TAKEN).is_none() {
            // Somebody has given the terminal back, and we end.
            return Ok(());
        }
        self.terminal.draw(picture)?;
        Ok(())
    }

    /// Gives the terminal away while something else uses it, and draws all anew afterwards.
    ///
    /// # Errors
    /// Those of the terminal.
    pub fn aside<T>(&mut self, work: impl FnOnce() -> T) -> io::Result<T> {
        self.input.pause();
        give_back_terminal();
        let done = work();
        take()?;
        self.terminal.clear()?;
        self.input.resume();
        Ok(done)
    }

    /// Draws all anew with the next picture, as after somebody else has written to the terminal.
    ///
    /// # Errors
    /// Those of write(2).
    pub fn clear(&mut self) -> io::Result<()> {
        self.terminal.clear()
    }
}

impl Drop for FullScreen {
    fn drop(&mut self) {
        self.input.end();
        give_back_terminal();
    }
}

fn take() -> io::Result<()> {
    let errors = Errors::hold()?;
    *lock(&TAKEN) = Some(errors);
    enable_raw_mode()
        .and_then(|()| execute!(io::stdout(), EnterAlternateScreen, cursor::Hide))
        .inspect_err(|_| give_back_terminal())
}

/// Gives the terminal back, if a [`FullScreen`] has it: as it was, with what was on it.
pub fn give_back_terminal() {
    let Some(errors) = lock(&TAKEN).take() else {
        return;
    };
    let _shown = execute!(io::stdout(), LeaveAlternateScreen, cursor::Show);
    let _cooked = disable_raw_mode();
    errors.release();
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Standard error, held back: what is written to it meanwhile, also by processes of ours, would be
/// written across the picture.
struct Errors {
    usual: OwnedFd,
    held: File,
}

impl Errors {
    fn hold() -> io::Result<Self> {
        let usual = io::stderr().as_fd().try_clone_to_owned()?;
        let held = File::from(memfd_create(c"stderr", MFdFlags::MFD_CLOEXEC)?);
        dup2_stderr(&held)?;
        Ok(Self { usual, held })
    }

    fn release(mut self) {
        // The last of it is what matters.
        const SHOWN: u64 = 16 * 1024;
        let _back = dup2_stderr(&self.usual);
        let mut text = Vec::new();
        let length = self.held.metadata().map_or(0, |held| held.len());
        let begin = io::SeekFrom::Start(length.saturating_sub(SHOWN));
        let read = self
            .held
            .seek(begin)
            .and_then(|_| self.held.read_to_end(&mut text));
        if read.is_ok() {
            let _told = io::stderr().lock().write_all(&text);
        }
    }
}

/// The thread that listens to the terminal.
struct Input {
    turn: Arc<Turn>,
    thread: Option<JoinHandle<()>>,
}

/// Whose turn it is to read from the terminal.
#[derive(Default)]
struct Turn {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    is_to_pause: bool,
    is_paused: bool,
    is_to_end: bool,
}

impl Input {
    /// How long it takes at most until a pause begins.
    const GLANCE: Duration = Duration::from_millis(50);

    fn listen(mut hear: impl FnMut(Event) -> bool + Send + 'static) -> Self {
        let turn = Arc::new(Turn::default());
        let ours = Arc::clone(&turn);
        let thread = thread::spawn(move || {
            // What it was drawn for is not known here, and SIGWINCH is heard from the first event::poll
            // on, unless something is typed in the same moment.
            let mut size = None;
            while ours.is_ours() {
                // crossterm reads for ever where there is nothing more to be read.
                if is_gone(Self::GLANCE) {
                    // The kernel says so only to those whose controlling terminal it was.
                    let _told = kill(Pid::this(), Signal::SIGHUP);
                    break;
                }
                let now = terminal::size().ok();
                if let Some((columns, rows)) = now
                    && size != now
                {
                    size = now;
                    if !hear(Event::Resize(columns, rows)) {
                        break;
                    }
                }
                match event::poll(Duration::ZERO) {
                    Ok(false) => {}
                    Ok(true) => {
                        if !event::read().is_ok_and(&mut hear) {
                            break;
                        }
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(_) => break,
                }
            }
            ours.leave();
        });
        Self {
            turn,
            thread: Some(thread),
        }
    }

    /// Leaves the terminal alone from the end of this call on.
    fn pause(&self) {
        let mut state = lock(&self.turn.state);
        state.is_to_pause = true;
        while !state.is_paused {
            state = self
                .turn
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn resume(&self) {
        lock(&self.turn.state).is_to_pause = false;
        self.turn.changed.notify_all();
    }

    fn end(&mut self) {
        lock(&self.turn.state).is_to_end = true;
        self.turn.changed.notify_all();
        if let Some(thread) = self.thread.take()
            && !is_gone(Duration::ZERO)
        {
            let _ended = thread.join();
        }
    }
}

/// Waits for something to be typed, at most so long; whether the terminal has been hung up.
fn is_gone(wait: Duration) -> bool {
    let stdin = io::stdin();
    let mut typed = [PollFd::new(stdin.as_fd(), PollFlags::POLLIN)];
    let wait = PollTimeout::try_from(wait).unwrap_or(PollTimeout::ZERO);
    poll(&mut typed, wait).is_ok()
        && typed[0]
            .revents()
            .is_some_and(|events| events.intersects(PollFlags::POLLHUP | PollFlags::POLLERR))
}

impl Turn {
    /// Waits out pauses; whether there is to be listened.
    fn is_ours(&self) -> bool {
        let mut state = lock(&self.state);
        while state.is_to_pause && !state.is_to_end {
            state.is_paused = true;
            self.changed.notify_all();
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        state.is_paused = false;
        !state.is_to_end
    }

    /// From now on it is always a pause.
    fn leave(&self) {
        lock(&self.state).is_paused = true;
        self.changed.notify_all();
    }
}

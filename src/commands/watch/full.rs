//! The full-screen view at work: draws, listens, and lends the terminal to the editor.

use std::sync::mpsc::{Receiver, Sender};
use std::thread;

use crossterm::event::Event;
use nix::errno::Errno;
use nix::sys::signal::{Signal, kill, raise};
use nix::unistd::Pid;
use signal_hook::consts::{SIGCONT, SIGINT, SIGQUIT, SIGTSTP};

use crate::exit::Trouble;
use crate::ui::{FullScreen, Screen};

use super::session::{Errand, Session};
use super::source::Place;
use super::{Heard, editor, is_end, keys, view};

/// Shows the session until the user has seen enough; whether that was by an interrupt.
pub(super) fn run(
    session: Session,
    sender: &Sender<Heard>,
    heard: &Receiver<Heard>,
    screen: &Screen,
) -> Result<bool, Trouble> {
    let input = sender.clone();
    let mut full = Full {
        screen: FullScreen::enter(move |event| input.send(Heard::Input(event)).is_ok())?,
        session,
        sender,
        heard,
    };
    loop {
        full.session.model.news.clear();
        let model = &full.session.model;
        let drawn = full
            .screen
            .draw(|frame| view::draw(frame, model, screen.out.color));
        match drawn {
            // The terminal has been hung up, see tty_ioctl(4): the signal that says so is on its way.
            Err(error) if error.raw_os_error() == Some(Errno::EIO as i32) => return Ok(true),
            drawn => drawn?,
        }
        // All that has come before the next picture.
        let first = heard.recv();
        for next in first.into_iter().chain(heard.try_iter()) {
            if let Some(is_interrupted) = full.hear(next)? {
                return Ok(is_interrupted);
            }
        }
    }
}

struct Full<'a> {
    screen: FullScreen,
    session: Session,
    sender: &'a Sender<Heard>,
    heard: &'a Receiver<Heard>,
}

impl Full<'_> {
    /// Takes in what was heard; at the end, whether it is an interrupt.
    fn hear(&mut self, heard: Heard) -> Result<Option<bool>, Trouble> {
        match heard {
            Heard::Input(Event::Key(key)) => {
                for key in keys::presses(key) {
                    let Some(wish) = keys::wish(key, &self.session.model.overlay) else {
                        continue;
                    };
                    self.session.model.notice.clear();
                    let errand = self.session.wish(wish);
                    if let Some(is_interrupted) = self.run_errand(errand)? {
                        return Ok(Some(is_interrupted));
                    }
                }
            }
            Heard::Saved => self.session.saved(),
            Heard::Said(said) => self.session.hear(said),
            Heard::Signal(SIGTSTP) => return self.run_errand(Errand::Suspend),
            Heard::Signal(signal) if is_end(signal) => return Ok(Some(true)),
            // Whoever had the terminal while we were stopped left it as it wanted to.
            Heard::Signal(SIGCONT) => self.screen.aside(|| ())?,
            // Another size, which the next picture has.
            Heard::Input(_) | Heard::Line(_) | Heard::Signal(_) | Heard::Edited(_) => {}
        }
        Ok(None)
    }

    fn run_errand(&mut self, errand: Errand) -> Result<Option<bool>, Trouble> {
        match errand {
            Errand::Nothing | Errand::Overlay => {}
            Errand::End { is_interrupt } => return Ok(Some(is_interrupt)),
            Errand::Redraw => self.screen.clear()?,
            Errand::Suspend => self.screen.aside(|| raise(Signal::SIGSTOP))??,
            Errand::Edit(place) => return self.edit(&place),
        }
        Ok(None)
    }

    /// Lends the terminal to the editor. What is heard meanwhile waits, but for signals.
    fn edit(&mut self, place: &Place) -> Result<Option<bool>, Trouble> {
        let wanted = editor::wanted();
        let mut command = editor::command(&wanted, place.file.as_ref(), place.line);
        command.current_dir(&self.session.directory);
        let (heard, sender) = (self.heard, self.sender.clone());
        let mut waiting = Vec::new();
        let (ended, is_asked) = self.screen.aside(|| {
            let mut child = match command.spawn() {
                Ok(child) => child,
                Err(error) => return (Err(error), false),
            };
            let pid = Pid::from_raw(child.id().cast_signed());
            thread::spawn(move || {
                let _gone = sender.send(Heard::Edited(child.wait()));
            });
            let mut is_asked = false;
            for next in heard {
                match next {
                    Heard::Edited(ended) => return (ended, is_asked),
                    // They are the editor's; it is in the foreground with us.
                    Heard::Signal(SIGINT | SIGQUIT | SIGTSTP) => {}
                    Heard::Signal(signal) if is_end(signal) => {
                        is_asked = true;
                        let _ended = kill(pid, Signal::SIGTERM);
                    }
                    other => waiting.push(other),
                }
            }
            (Err(std::io::ErrorKind::BrokenPipe.into()), true)
        })?;
        if is_asked {
            return Ok(Some(true));
        }
        // 127 is the shell's "not found", see sh(1).
        const NOT_FOUND: i32 = 127;
        match ended {
            Ok(status) if status.code() == Some(NOT_FOUND) => self.session.model.say(format!(
                "cannot find the editor {wanted}; set EDITOR to yours"
            )),
            Err(error) => self.session.model.say(format!("{wanted}: {error}")),
            Ok(_) => {}
        }
        for next in waiting {
            if let Some(is_interrupted) = self.hear(next)? {
                return Ok(Some(is_interrupted));
            }
        }
        Ok(None)
    }
}

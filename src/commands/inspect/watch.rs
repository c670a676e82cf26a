//! Looking again and again.

use std::time::Duration;

use nix::sys::signal::{Signal, raise};

use crate::exit::{self, Outcome};
use crate::sys::waiting::Signals;
use crate::ui::{LiveScreen, Screen};

/// The span between two looks.
pub(super) fn interval(text: &str) -> Result<Duration, String> {
    const SHORTEST: f64 = 0.1;
    const LONGEST: f64 = 86_400.0;
    match text.parse::<f64>() {
        Ok(seconds) if (SHORTEST..=LONGEST).contains(&seconds) => {
            Ok(Duration::from_secs_f64(seconds))
        }
        _ => Err(format!("not a number from {SHORTEST} to {LONGEST}")),
    }
}

/// Shows a first look, and another one every so often, until there is no more to see or the user
/// does not want to see more.
///
/// `show` is given a look, the one before, and the screen that is drawn anew if there is one.
///
/// # Errors
/// Those of `show`, and if signals cannot be taken.
pub(super) fn watch<T>(
    first: T,
    every: Duration,
    screen: &Screen,
    mut look: impl FnMut(&T) -> Option<T>,
    mut show: impl FnMut(&T, Option<&T>, Option<&LiveScreen>) -> std::io::Result<()>,
) -> Outcome {
    let signals = Signals::take(&[
        Signal::SIGINT,
        Signal::SIGTERM,
        Signal::SIGHUP,
        Signal::SIGQUIT,
        Signal::SIGTSTP,
        Signal::SIGWINCH,
    ])?;
    let live = LiveScreen::enter(screen.out)?;
    let mut last = first;
    show(&last, None, live.as_ref())?;
    loop {
        match signals.wait(every)? {
            Some(Signal::SIGINT | Signal::SIGTERM | Signal::SIGHUP | Signal::SIGQUIT) => {
                return Ok(exit::INTERRUPTED);
            }
            Some(Signal::SIGTSTP) => {
                if let Some(live) = &live {
                    live.suspend()?;
                }
                raise(Signal::SIGSTOP)?;
                if let Some(live) = &live {
                    live.resume()?;
                }
            }
            _ => {}
        }
        let Some(next) = look(&last) else {
            return Ok(exit::DONE);
        };
        show(&next, Some(&last), live.as_ref())?;
        last = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_positive_and_finite() {
        assert_eq!(interval("0.5"), Ok(Duration::from_millis(500)));
        for text in ["0", "-1", "NaN", "inf", "4711 ", "", "0.05", "1e9"] {
            assert!(interval(text).is_err(), "{text}");
        }
    }
}

//! `--inject`: faults in strace's words, as data.
//!
//! `SET:error=ENOSPC:when=3`, as strace(1) has it, with `short=N` besides: the call is made, with
//! its byte count cut to N.

use nix::errno::Errno;
use nix::sys::signal::Signal;

use crate::model::{Action, Arming, Fault, Role, Strike, Trigger};

/// Reads one specification.
///
/// # Errors
/// What is wrong with it, for the user.
pub(super) fn parse(spec: &str) -> Result<Fault, String> {
    let mut parts = spec.split(':');
    let calls: Vec<String> = parts
        .next()
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect();
    if calls.is_empty() {
        return Err("begins with the calls that are struck: fsync:error=EIO".to_owned());
    }
    let mut action = None;
    // strace strikes every matching call unless told otherwise.
    let (mut first, mut every) = (1, 1);
    for part in parts {
        let (key, value) = part
            .split_once('=')
            .ok_or_else(|| format!("{part:?} is not KEY=VALUE"))?;
        if key == "when" {
            (first, every) = when(value)?;
        } else if action.replace(self::action(key, value)?).is_some() {
            return Err("does two things at once; give --inject twice".to_owned());
        }
    }
    Ok(Fault {
        trigger: Trigger {
            calls,
            on: Role::Any,
            armed: Arming::Start,
            first,
            every,
        },
        action: action.ok_or("says nothing that happens: error=, retval=, signal=, short=, delay_enter= or delay_exit=")?,
    })
}

fn action(key: &str, value: &str) -> Result<Action, String> {
    let number = || {
        value
            .parse::<u64>()
            .map_err(|_| format!("{key}={value}: not a number"))
    };
    Ok(match key {
        "error" => Action::Error(errno(value)?),
        "retval" => Action::Return(
            value
                .parse()
                .map_err(|_| format!("{key}={value}: not a number"))?,
        ),
        "signal" => Action::Strike(Strike::SignalDuring(signal(value)?)),
        "short" => Action::Short(number()?),
        "delay_enter" => Action::DelayEnter(number()?),
        "delay_exit" => Action::DelayExit(number()?),
        _ => {
            return Err(format!(
                "{key:?} is not among error, retval, signal, short, delay_enter, delay_exit, when"
            ));
        }
    })
}

/// `3`, `3+`, `3+2`: the first call that is struck, and the calls from one strike to the next.
fn when(value: &str) -> Result<(u32, u32), String> {
    let wrong = || format!("when={value}: not N, N+ or N+STEP");
    let number = |text: &str| {
        text.parse::<u32>()
            .ok()
            .filter(|number| *number > 0)
            .ok_or_else(wrong)
    };
    match value.split_once('+') {
        None => Ok((number(value)?, 0)),
        Some((first, "")) => Ok((number(first)?, 1)),
        Some((first, step)) => Ok((number(first)?, number(step)?)),
    }
}

/// An errno by its name or number.
fn errno(value: &str) -> Result<i32, String> {
    // Linux keeps errnos below 4096, see errno(3) and the kernel's MAX_ERRNO.
    const MOST: i32 = 4095;
    let by_name = || (1..=MOST).find(|errno| format!("{:?}", Errno::from_raw(*errno)) == value);
    match value.parse() {
        Ok(number) => Some(number).filter(|number| (1..=MOST).contains(number)),
        Err(_) => by_name(),
    }
    .ok_or_else(|| format!("error={value}: no such errno"))
}

/// A signal by its name, with or without SIG, or number.
fn signal(value: &str) -> Result<i32, String> {
    const LAST: i32 = 64;
    let by_name = || {
        [value.to_owned(), format!("SIG{value}")]
            .iter()
            .find_map(|name| name.parse::<Signal>().ok())
            .map(|signal| signal as i32)
    };
    match value.parse() {
        Ok(number) => Some(number).filter(|number| (1..=LAST).contains(number)),
        Err(_) => by_name(),
    }
    .ok_or_else(|| format!("signal={value}: no such signal"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn struck(spec: &str) -> (Vec<String>, u32, u32, Action) {
        let fault = parse(spec).unwrap();
        let trigger = fault.trigger;
        (trigger.calls, trigger.first, trigger.every, fault.action)
    }

    #[test]
    fn strace_words_are_understood() {
        let fsync = vec!["fsync".to_owned()];
        assert_eq!(
            struck("fsync:error=EIO:when=3"),
            (fsync.clone(), 3, 0, Action::Error(libc::EIO))
        );
        assert_eq!(
            struck("fsync:when=2+3:retval=-7"),
            (fsync.clone(), 2, 3, Action::Return(-7))
        );
        assert_eq!(
            struck("fsync:signal=TERM:when=1+"),
            (
                fsync,
                1,
                1,
                Action::Strike(Strike::SignalDuring(libc::SIGTERM))
            )
        );
        assert_eq!(
            struck("read,write:short=1"),
            (vec!["read".into(), "write".into()], 1, 1, Action::Short(1))
        );
        assert_eq!(struck("%desc:delay_enter=50").3, Action::DelayEnter(50));
    }

    #[test]
    fn mistakes_are_named() {
        for (spec, complaint) in [
            ("", "begins with"),
            (":error=EIO", "begins with"),
            ("fsync", "says nothing"),
            ("fsync:error=EFOO", "no such errno"),
            ("fsync:error=0", "no such errno"),
            ("fsync:signal=TREM", "no such signal"),
            ("fsync:error=EIO:when=0", "not N"),
            ("fsync:error=EIO:signal=TERM", "two things"),
            ("fsync:eror=EIO", "not among"),
            ("fsync:error", "KEY=VALUE"),
        ] {
            let said = parse(spec).unwrap_err();
            assert!(said.contains(complaint), "{spec}: {said}");
        }
    }
}

//! Names of signals and errnos, as signal(7) and errno(3) have them.

use std::borrow::Cow;

use nix::errno::Errno;
use nix::sys::signal::Signal;

/// The first real-time signal as the kernel counts; see signal(7).
const FIRST_REAL_TIME: i32 = 32;

/// The last signal that there is.
const LAST_SIGNAL: i32 = 64;

/// Errnos that only the kernel and its tracers see (include/linux/errno.h).
const KERNEL_ERRNOS: &[(i32, &str)] = &[
    (512, "ERESTARTSYS"),
    (513, "ERESTARTNOINTR"),
    (514, "ERESTARTNOHAND"),
    (515, "ENOIOCTLCMD"),
    (516, "ERESTART_RESTARTBLOCK"),
    (524, "ENOTSUPP"),
];

/// The name of a signal, `SIGTERM`; real-time signals are `SIGRT_0` (32) and up, as strace has it.
///
/// What is no signal comes back as its number.
pub fn signal_name(signo: i32) -> String {
    match Signal::try_from(signo) {
        Ok(signal) => signal.as_str().to_owned(),
        Err(_) if (FIRST_REAL_TIME..=LAST_SIGNAL).contains(&signo) => {
            format!("SIGRT_{}", signo - FIRST_REAL_TIME)
        }
        Err(_) => signo.to_string(),
    }
}

/// The number of a signal by the name that [`signal_name`] gives it.
pub fn signal_number(name: &str) -> Option<i32> {
    if let Ok(signal) = name.parse::<Signal>() {
        return Some(signal as i32);
    }
    if let Some(nth) = name.strip_prefix("SIGRT_") {
        let nth: i32 = nth.parse().ok()?;
        return (0..=LAST_SIGNAL - FIRST_REAL_TIME)
            .contains(&nth)
            .then_some(nth + FIRST_REAL_TIME);
    }
    name.parse().ok()
}

/// The name of an errno, `ENOSPC`; one without a name is `ERRNO_` and its number.
pub fn errno_name(errno: i32) -> Cow<'static, str> {
    if let Some((_, name)) = KERNEL_ERRNOS.iter().find(|(number, _)| *number == errno) {
        return Cow::Borrowed(name);
    }
    match Errno::from_raw(errno) {
        Errno::UnknownErrno => Cow::Owned(format!("ERRNO_{errno}")),
        known => Cow::Owned(format!("{known:?}")),
    }
}

/// The number of an errno by the name that [`errno_name`] gives it.
pub fn errno_number(name: &str) -> Option<i32> {
    if let Some(number) = name.strip_prefix("ERRNO_") {
        return number.parse().ok();
    }
    if let Some((number, _)) = KERNEL_ERRNOS.iter().find(|(_, known)| *known == name) {
        return Some(*number);
    }
    (1..=HIGHEST_ERRNO).find(|number| {
        let errno = Errno::from_raw(*number);
        errno != Errno::UnknownErrno && format!("{errno:?}") == name
    })
}

/// Above every errno that errno(3) names on any architecture.
const HIGHEST_ERRNO: i32 = 140;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_signal_has_a_name_that_leads_back_to_it() {
        for signo in -3..70 {
            assert_eq!(signal_number(&signal_name(signo)), Some(signo));
        }
        assert_eq!(signal_name(15), "SIGTERM");
        assert_eq!(signal_name(34), "SIGRT_2");
        assert_eq!(signal_number("SIGNOTHING"), None);
        assert_eq!(signal_number("SIGRT_33"), None);
    }

    #[test]
    fn every_errno_has_a_name_that_leads_back_to_it() {
        for errno in -3..530 {
            assert_eq!(errno_number(&errno_name(errno)), Some(errno));
        }
        assert_eq!(errno_name(28), "ENOSPC");
        assert_eq!(errno_name(512), "ERESTARTSYS");
        assert_eq!(errno_number("ENOTHING"), None);
    }
}

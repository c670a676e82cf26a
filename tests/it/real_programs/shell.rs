//! Shells that people use pass `process/shell`.
//!
//! What the contract had to leave open for them:
//!
//! - dash takes its input in blocks of 8 KiB, so that a command which reads standard input does not
//!   get a line that was there before it started. It gets what comes while it runs; that is checked.
//! - mksh and zsh have the status 1 for a syntax error and not 2: any but 0 will do.
//! - dash ends at a syntax error, and at a fork that fails; the others go on. Both will do.
//! - bash and mksh make a failed fork again, a second later, and then there is nothing to report.
//! - dash and busybox reap background commands when they wait for something else, and not while
//!   they wait for input: zombies are counted when further commands have run.
//! - busybox sleeps for 20 ms between taking a line from a terminal and running it: what is typed
//!   next waits until nothing has moved for longer than that.
//!
//! ksh93 is not among them: its `$?` after a death by signal n is 256 + n.

/// Fails unless a `run` with this second line gets all points.
fn passes(name: &str, line: &str) {
    super::passes("shell", name, line);
}

#[test]
fn dash_passes() {
    passes("dash", "exec dash");
}

#[test]
fn bash_passes() {
    passes("bash", "exec bash --norc --noprofile");
}

#[test]
fn bash_as_posix_has_it_passes() {
    passes("bash", "exec bash --posix --norc --noprofile");
}

#[test]
fn busybox_passes() {
    passes("busybox", "exec busybox sh");
}

#[test]
fn mksh_passes() {
    passes("mksh", "exec mksh");
}

/// Without MULTIOS, in which `a > f | b` goes both ways; see zshmisc(1).
#[test]
fn zsh_passes() {
    passes("zsh", "exec zsh -f +o multios");
}

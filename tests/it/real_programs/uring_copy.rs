//! GNU cp fails what `fds/uring-copy` asks about rings, and one thing more.
//!
//! It tells one file from two, replaces whole, and copies a file that changes as it was or is: the
//! contract is that of a copy. Without `-p` it gives DST the permission bits of SRC less those of
//! the umask, which is what the contract asks for.
//!
//! What it leaves of a copy for which there was no room is a file with DST's name. The contract
//! stands: whoever looks only at names takes it for the whole.

use super::lost;

#[test]
fn cp_fails_the_rings_checks_and_leaves_half_a_file() {
    let Some(lost) = lost("fds/uring-copy", "cp", "exec cp \"$@\"") else {
        return;
    };
    assert_eq!(
        lost,
        [
            "uses-the-ring",
            "keeps-the-ring-busy",
            "says-why-not",
            "says-no-ring"
        ]
    );
}

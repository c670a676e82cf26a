//! wc(1) and `fds/mmap-count`: the right numbers, by the wrong way.
//!
//! `wc -l` counts as the contract has it, prints as the contract has it (blanks before the number
//! are free because of it, and so is a line with 0 for a directory), and has windows of a kind: its
//! buffer. What it does not keep:
//!
//! - `maps-the-file`: it reads.
//! - `goes-on-after-errors`: it waits for somebody to write to a FIFO. That is what wc is for, in a
//!   pipeline; a program that maps files can do nothing with a FIFO, and must not wait for one.
//! - `survives-truncation`: there is no mapping under which a file could shrink. It is not said to
//!   fail; it cannot be tried.

use super::lost;

#[test]
fn wc_counts_and_does_not_map() {
    let Some(lost) = lost("fds/mmap-count", "wc", "exec wc -l \"$@\"") else {
        return;
    };
    assert_eq!(
        lost,
        [
            "maps-the-file",
            "goes-on-after-errors",
            "survives-truncation"
        ]
    );
}

//! A process that looks at a mapping through children, since a look may be the last thing it does.

use std::fs::File;

use anyhow::bail;

use crate::lessons::player::{answer, order};
use crate::sys::mapping::{How, Mapping};
use crate::sys::process;

/// How an answer begins if a signal ended who looked; its number follows.
pub(super) const ENDED: &str = "signal ";

/// Bytes of a wait status that say which signal ended the process; see wait(2).
const SIGNAL: i32 = 0x7f;

/// Maps the file, and answers each number with the byte there, or with the signal.
pub(in super::super) fn play(args: &[String]) -> anyhow::Result<()> {
    let [path] = args else {
        bail!("which file?");
    };
    let file = File::options().read(true).write(true).open(path)?;
    let mapping = Mapping::new(&file, How::default())?;
    answer("mapped")?;
    while let Some(order) = order()? {
        let at = order.parse()?;
        if process::fork()?.is_none() {
            // It may be the end of this process. The byte becomes the status.
            std::process::exit(i32::from(mapping.byte(at)));
        }
        let Some((_, status)) = process::reap_one(true)? else {
            bail!("the child is gone");
        };
        match status & SIGNAL {
            0 => answer(&(status >> 8 & 0xff).to_string())?,
            signal => answer(&format!("{ENDED}{signal}"))?,
        }
    }
    Ok(())
}

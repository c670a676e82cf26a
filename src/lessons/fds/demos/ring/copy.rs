//! Copying a file, several blocks at the same time.

use std::cell::RefCell;
use std::fs::File;
use std::io;
use std::rc::Rc;

use tokio_uring::buf::BoundedBuf as _;
use tokio_uring::buf::fixed::FixedBufRegistry;

use super::super::uring::copy::BLOCK;

/// The blocks that are still to be copied; each who copies takes the next.
type Left = Rc<RefCell<std::ops::Range<u64>>>;

/// Copies so many blocks, with so many in flight; through registered buffers, if it shall.
///
/// # Errors
/// Those of the ring's setup, and of reading and writing.
pub(in super::super) fn copy(
    from: &File,
    to: &File,
    blocks: u64,
    in_flight: usize,
    is_registered: bool,
) -> io::Result<()> {
    let runtime = tokio_uring::Runtime::new(&tokio_uring::builder())?;
    let (from, to) = (from.try_clone()?, to.try_clone()?);
    runtime.block_on(async move {
        let from = Rc::new(tokio_uring::fs::File::from_std(from));
        let to = Rc::new(tokio_uring::fs::File::from_std(to));
        let left: Left = Rc::new(RefCell::new(0..blocks));
        let buffers = FixedBufRegistry::new((0..in_flight).map(|_| vec![0; BLOCK]));
        if is_registered {
            buffers.register()?;
        }
        let mut copying = Vec::new();
        for nth in 0..in_flight {
            let (from, to, left) = (from.clone(), to.clone(), left.clone());
            let fixed = match is_registered {
                true => buffers.check_out(nth),
                false => None,
            };
            copying.push(tokio_uring::spawn(async move {
                match fixed {
                    Some(buffer) => registered(&from, &to, &left, buffer).await,
                    None => plain(&from, &to, &left).await,
                }
            }));
        }
        for one in copying {
            one.await.map_err(io::Error::other)??;
        }
        Ok(())
    })
}

async fn plain(
    from: &tokio_uring::fs::File,
    to: &tokio_uring::fs::File,
    left: &Left,
) -> io::Result<()> {
    let mut buffer = vec![0; BLOCK];
    while let Some(block) = next(left) {
        let at = block * BLOCK as u64;
        let (read, filled) = from.read_at(buffer, at).await;
        whole(read?)?;
        let (written, back) = to.write_at(filled, at).submit().await;
        whole(written?)?;
        buffer = back;
    }
    Ok(())
}

async fn registered(
    from: &tokio_uring::fs::File,
    to: &tokio_uring::fs::File,
    left: &Left,
    mut buffer: tokio_uring::buf::fixed::FixedBuf,
) -> io::Result<()> {
    while let Some(block) = next(left) {
        let at = block * BLOCK as u64;
        let (read, filled) = from.read_fixed_at(buffer, at).await;
        whole(read?)?;
        let (written, back) = to.write_fixed_at(filled.slice_full(), at).await;
        whole(written?)?;
        buffer = back.into_inner();
    }
    Ok(())
}

fn next(left: &Left) -> Option<u64> {
    left.borrow_mut().next()
}

/// A block of a regular file in one piece, or an error: this is a demo of calls, and no cp.
fn whole(count: usize) -> io::Result<()> {
    match count {
        BLOCK => Ok(()),
        _ => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

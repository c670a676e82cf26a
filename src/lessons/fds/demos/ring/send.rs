//! Sending a file, a block after the other.

use std::fs::File;
use std::io;
use std::net::TcpStream;

use tokio_uring::buf::BoundedBuf as _;

/// Reads and sends through a ring, a block after the other.
///
/// # Errors
/// Those of the ring's setup, of the file and of the connection; if the file is shorter.
pub(in super::super) fn send(file: &File, to: &TcpStream, bytes: u64) -> io::Result<()> {
    const BLOCK: usize = 256 << 10;
    let runtime = tokio_uring::Runtime::new(&tokio_uring::builder())?;
    let file = file.try_clone()?;
    let to = to.try_clone()?;
    runtime.block_on(async move {
        let file = tokio_uring::fs::File::from_std(file);
        let to = tokio_uring::net::TcpStream::from_std(to);
        let mut buffer = vec![0; BLOCK];
        let mut at = 0;
        while at < bytes {
            let room = BLOCK.min((bytes - at) as usize);
            let (read, filled) = file.read_at(buffer.slice(..room), at).await;
            let taken = read?;
            if taken == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let filled = filled.into_inner().slice(..taken);
            let (written, back) = to.write_all(filled).await;
            written?;
            buffer = back.into_inner();
            at += taken as u64;
        }
        Ok(())
    })
}

//! An echo server: a task for each connection, on one thread.

use std::io;
use std::net::TcpStream;

use tokio_uring::buf::BoundedBuf as _;

use super::super::uring::serve::ROOM;

/// Sends back what comes, on all connections at the same time, until all are closed.
///
/// # Errors
/// Those of the ring's setup, and of the connections.
pub(in super::super) fn echo(streams: Vec<TcpStream>) -> io::Result<()> {
    let runtime = tokio_uring::Runtime::new(&tokio_uring::builder())?;
    runtime.block_on(async move {
        let serving: Vec<_> = streams
            .into_iter()
            .map(|stream| tokio_uring::spawn(echoed(stream)))
            .collect();
        for one in serving {
            one.await.map_err(io::Error::other)??;
        }
        Ok(())
    })
}

async fn echoed(stream: TcpStream) -> io::Result<()> {
    let stream = tokio_uring::net::TcpStream::from_std(stream);
    let mut room = vec![0; ROOM];
    loop {
        let (read, filled) = stream.read(room).await;
        let taken = read?;
        if taken == 0 {
            return Ok(());
        }
        let (written, back) = stream.write_all(filled.slice(..taken)).await;
        written?;
        room = back.into_inner();
    }
}

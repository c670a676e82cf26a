//! A build without tokio-uring: every way through the ring is refused.

use std::fs::File;
use std::io;
use std::net::TcpStream;

use super::ABSENT;

fn refused() -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::Unsupported, ABSENT))
}

/// Copies nothing.
///
/// # Errors
/// Always.
pub(in super::super) fn copy(
    _from: &File,
    _to: &File,
    _blocks: u64,
    _in_flight: usize,
    _is_registered: bool,
) -> io::Result<()> {
    refused()
}

/// Serves nobody.
///
/// # Errors
/// Always.
pub(in super::super) fn echo(_streams: Vec<TcpStream>) -> io::Result<()> {
    refused()
}

/// Sends nothing.
///
/// # Errors
/// Always.
pub(in super::super) fn send(_file: &File, _to: &TcpStream, _bytes: u64) -> io::Result<()> {
    refused()
}

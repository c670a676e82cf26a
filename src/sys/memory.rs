//! Reading another process' memory; see process_vm_readv(2).

use std::io::{self, IoSliceMut};

use nix::sys::uio::{RemoteIoVec, process_vm_readv};
use nix::unistd::Pid;

/// Size of a page, the unit in which memory is readable or not.
pub const PAGE: u64 = 4096;

/// Reads up to `into.len()` bytes at `address` of process (or thread) `pid`; returns how many.
///
/// # Errors
/// EFAULT if the first byte is not readable, ESRCH if the process is gone, EPERM if it may not be
/// read. A part that can be read is no error.
pub fn read(pid: i32, address: u64, into: &mut [u8]) -> io::Result<usize> {
    if into.is_empty() {
        return Ok(0);
    }
    let len = into.len();
    let remote = [RemoteIoVec {
        base: address as usize,
        len,
    }];
    Ok(process_vm_readv(
        Pid::from_raw(pid),
        &mut [IoSliceMut::new(into)],
        &remote,
    )?)
}

/// Reads exactly `N` bytes.
///
/// # Errors
/// As [`read`]; also if only a part can be read.
pub fn read_array<const N: usize>(pid: i32, address: u64) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    let got = read(pid, address, &mut bytes)?;
    if got == N {
        Ok(bytes)
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

/// Reads a 64-bit word in native byte order.
///
/// # Errors
/// As [`read_array`].
pub fn read_u64(pid: i32, address: u64) -> io::Result<u64> {
    read_array(pid, address).map(u64::from_ne_bytes)
}

/// Reads a NUL-terminated string of at most `max` bytes, without the NUL.
///
/// A string that is longer, or that runs into unreadable memory, comes back as far as it goes.
///
/// # Errors
/// As [`read`].
pub fn read_cstr(pid: i32, address: u64, max: usize) -> io::Result<Vec<u8>> {
    let mut string = Vec::new();
    let mut at = address;
    while string.len() < max {
        // One page at a time: a read that crosses into an unmapped page may fail as a whole.
        let page_rest = (PAGE - at % PAGE) as usize;
        let mut chunk = [0; 256];
        let want = page_rest.min(chunk.len()).min(max - string.len());
        let got = match read(pid, at, &mut chunk[..want]) {
            Ok(got) => got,
            Err(error) if string.is_empty() => return Err(error),
            Err(_) => return Ok(string),
        };
        if let Some(end) = chunk[..got].iter().position(|byte| *byte == 0) {
            string.extend_from_slice(&chunk[..end]);
            return Ok(string);
        }
        string.extend_from_slice(&chunk[..got]);
        at += got as u64;
    }
    Ok(string)
}

/// Reads several places at once, in order; returns how many bytes were read in all.
///
/// Reading ends at the first byte that is not readable: what follows it, in later places too, is
/// left as it was. At most `IOV_MAX` (1024) places.
///
/// # Errors
/// As [`read`].
pub fn read_many(pid: i32, places: &mut [(u64, &mut [u8])]) -> io::Result<usize> {
    let mut local = Vec::with_capacity(places.len());
    let mut remote = Vec::with_capacity(places.len());
    for (address, into) in places {
        remote.push(RemoteIoVec {
            base: *address as usize,
            len: into.len(),
        });
        local.push(IoSliceMut::new(into));
    }
    if local.is_empty() {
        return Ok(0);
    }
    Ok(process_vm_readv(Pid::from_raw(pid), &mut local, &remote)?)
}

//! Network interfaces and what networks are set to; see netdevice(7), tcp(7).

use std::fs;
use std::io;
use std::os::fd::AsRawFd;

use nix::sys::socket::{AddressFamily, SockFlag, SockType, socket};

/// How TCP is set, by the name below /proc/sys/net/ipv4; see tcp(7).
///
/// The buffers: the least, the default, the most, in bytes. Receive buffers that are large from the
/// beginning take a burst while nobody reads; send buffers that stay small are soon full. Both would
/// depend on the machine's memory.
///
/// No SYN cookies: who is connected by one when the queue is full may be reset later, whatever its
/// server does. Without, who does not fit comes again a second later.
const TCP: [(&str, &str); 3] = [
    ("tcp_rmem", "4096 1048576 1048576"),
    ("tcp_wmem", "4096 65536 262144"),
    ("tcp_syncookies", "0"),
];

/// Makes TCP in this network namespace the same on every machine. Sockets that there are already
/// keep their buffers.
///
/// # Errors
/// EACCES or EROFS where /proc/sys cannot be written to, as in some containers.
pub fn set_tcp() -> io::Result<()> {
    TCP.iter()
        .try_for_each(|(name, value)| fs::write(format!("/proc/sys/net/ipv4/{name}"), value))
}

/// Switches the loopback interface of this network namespace on; see netdevice(7).
///
/// # Errors
/// EPERM without CAP_NET_ADMIN over the network namespace.
#[expect(unsafe_code, reason = "ioctl on a structure with a union")]
pub fn bring_up_loopback() -> io::Result<()> {
    let socket = socket(
        AddressFamily::Inet,
        SockType::Datagram,
        SockFlag::SOCK_CLOEXEC,
        None,
    )?;
    // SAFETY: ifreq is plain data, for which all zeroes is a value.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (to, from) in request.ifr_name.iter_mut().zip(b"lo") {
        *to = *from as libc::c_char;
    }
    request.ifr_ifru.ifru_flags = libc::IFF_UP as libc::c_short;
    // SAFETY: the request has the type that SIOCSIFFLAGS takes and outlives the call.
    let returned = unsafe {
        libc::ioctl(
            socket.as_raw_fd(),
            libc::SIOCSIFFLAGS as _,
            &raw mut request,
        )
    };
    if returned < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

//! Messages between our own processes, with descriptors and the sender's pid; see unix(7).

use std::io::{self, IoSlice, IoSliceMut};
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

use nix::cmsg_space;
use nix::sys::socket::sockopt::PassCred;
use nix::sys::socket::{
    AddressFamily, ControlMessage, ControlMessageOwned, MsgFlags, SockFlag, SockType,
    UnixCredentials, recvmsg, sendmsg, setsockopt, socketpair,
};

/// Most bytes in one message. Long content travels in a memfd.
pub const MAX_MESSAGE: usize = 16 * 1024;

/// Most descriptors in one message.
pub const MAX_DESCRIPTORS: usize = 8;

/// One message as received.
#[derive(Debug)]
pub struct Packet {
    /// What was sent.
    pub bytes: Vec<u8>,
    /// Descriptors that came with it.
    pub descriptors: Vec<OwnedFd>,
    /// The sender's pid in the receiver's pid namespace, if [`ask_for_senders`] was called.
    pub sender: Option<i32>,
}

/// A connected pair of sockets that keep messages apart and in order; see socketpair(2).
///
/// # Errors
/// EMFILE and the like.
pub fn pair() -> io::Result<(OwnedFd, OwnedFd)> {
    Ok(socketpair(
        AddressFamily::Unix,
        SockType::SeqPacket,
        None,
        SockFlag::SOCK_CLOEXEC,
    )?)
}

/// From now on every message that arrives here tells the sender's pid; SO_PASSCRED of unix(7).
///
/// # Errors
/// If `socket` is not a Unix socket.
pub fn ask_for_senders(socket: BorrowedFd) -> io::Result<()> {
    Ok(setsockopt(&socket, PassCred, &true)?)
}

/// Sends one message.
///
/// # Errors
/// EPIPE if the other end is closed; EMSGSIZE.
pub fn send(socket: BorrowedFd, bytes: &[u8], descriptors: &[BorrowedFd]) -> io::Result<()> {
    let raw: Vec<RawFd> = descriptors.iter().map(AsRawFd::as_raw_fd).collect();
    let rights = [ControlMessage::ScmRights(&raw)];
    let control = if raw.is_empty() { &[][..] } else { &rights };
    loop {
        match sendmsg::<()>(
            socket.as_raw_fd(),
            &[IoSlice::new(bytes)],
            control,
            MsgFlags::MSG_NOSIGNAL,
            None,
        ) {
            Ok(_) => return Ok(()),
            Err(nix::Error::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Waits for one message; `None` when the other end is closed.
///
/// # Errors
/// EMSGSIZE if the message was longer than [`MAX_MESSAGE`].
pub fn receive(socket: BorrowedFd) -> io::Result<Option<Packet>> {
    receive_with(socket, MsgFlags::empty())
}

/// As [`receive`], but does not wait.
///
/// # Errors
/// As [`receive`]; EAGAIN if there is no message yet.
pub fn try_receive(socket: BorrowedFd) -> io::Result<Option<Packet>> {
    receive_with(socket, MsgFlags::MSG_DONTWAIT)
}

#[expect(unsafe_code, reason = "takes ownership of received descriptors")]
fn receive_with(socket: BorrowedFd, flags: MsgFlags) -> io::Result<Option<Packet>> {
    let mut bytes = vec![0; MAX_MESSAGE];
    let mut control = cmsg_space!([RawFd; MAX_DESCRIPTORS], UnixCredentials);
    let (length, is_cut, descriptors, sender) = loop {
        let mut slices = [IoSliceMut::new(&mut bytes)];
        let received = match recvmsg::<()>(
            socket.as_raw_fd(),
            &mut slices,
            Some(&mut control),
            flags | MsgFlags::MSG_CMSG_CLOEXEC,
        ) {
            Err(nix::Error::EINTR) => continue,
            received => received?,
        };
        let mut descriptors = Vec::new();
        let mut sender = None;
        for message in received.cmsgs()? {
            match message {
                ControlMessageOwned::ScmRights(raw) => {
                    descriptors.extend(raw.into_iter().map(|fd| {
                        // SAFETY: the kernel has just made these descriptors for us.
                        unsafe { OwnedFd::from_raw_fd(fd) }
                    }))
                }
                ControlMessageOwned::ScmCredentials(who) => sender = Some(who.pid()),
                _ => {}
            }
        }
        let is_cut = received.flags.contains(MsgFlags::MSG_TRUNC);
        break (received.bytes, is_cut, descriptors, sender);
    };
    if is_cut {
        return Err(io::Error::from_raw_os_error(libc::EMSGSIZE));
    }
    if length == 0 {
        return Ok(None);
    }
    bytes.truncate(length);
    Ok(Some(Packet {
        bytes,
        descriptors,
        sender,
    }))
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::os::fd::AsFd;

    use super::*;

    #[test]
    fn a_message_brings_bytes_descriptors_and_the_sender() {
        let (here, there) = pair().unwrap();
        ask_for_senders(here.as_fd()).unwrap();
        let (mut reader, mut writer) = io::pipe().unwrap();
        send(there.as_fd(), b"hello", &[writer.as_fd()]).unwrap();
        let packet = receive(here.as_fd()).unwrap().unwrap();
        assert_eq!(packet.bytes, b"hello");
        assert_eq!(packet.sender, Some(std::process::id() as i32));
        assert_eq!(packet.descriptors.len(), 1);

        writer.write_all(b"x").unwrap();
        drop((writer, packet));
        let mut read = Vec::new();
        reader.read_to_end(&mut read).unwrap();
        assert_eq!(read, b"x");

        assert_eq!(
            try_receive(here.as_fd()).unwrap_err().raw_os_error(),
            Some(libc::EAGAIN)
        );
        drop(there);
        assert!(receive(here.as_fd()).unwrap().is_none());
    }
}

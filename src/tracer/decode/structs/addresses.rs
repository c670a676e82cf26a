//! Socket addresses, their lengths, and socket options.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::model::Arg;
use crate::tracer::decode::block::Block;
use crate::tracer::decode::flags::sockets as flags;
use crate::tracer::decode::moment::Moment;
use crate::tracer::decode::word;

/// The longest address of any family; see socket(7).
const LONGEST: u64 = 128;

/// An address that the call reads; its length is in argument `LEN`.
pub(crate) fn given<const LEN: usize>(moment: &Moment<'_>, at: u64) -> Option<String> {
    address(moment, at, u64::from(moment.args[LEN] as u32))
}

/// An address that the call has filled in; argument `LEN` points to its length, and pointed to
/// the length of the buffer at the entry.
pub(crate) fn taken<const LEN: usize>(moment: &Moment<'_>, at: u64) -> Option<String> {
    let filled = moment.u32(moment.args[LEN])?;
    let room = match moment.before.get(LEN) {
        Some(Arg::Word(shown)) => shown.trim_matches(['[', ']']).parse().unwrap_or(filled),
        _ => filled,
    };
    address(moment, at, u64::from(filled.min(room)))
}

/// A length to which a call points: `[16]`, and after it `[128 => 16]` if that differs.
pub(crate) fn length(moment: &Moment<'_>, at: u64) -> Option<String> {
    let now = format!("[{}]", moment.u32(at)? as i32);
    match moment.was {
        Some(Arg::Word(before)) if moment.raw.is_some_and(|raw| raw >= 0) && *before != now => {
            let before = before.trim_matches(['[', ']']);
            Some(format!("[{before} => {}", now.trim_start_matches('[')))
        }
        _ => Some(now),
    }
}

/// An address of `len` bytes; one that is too short to have a family is its own address.
pub(crate) fn address(moment: &Moment<'_>, at: u64, len: u64) -> Option<String> {
    if len < 2 {
        return Some(word::address(at));
    }
    let block = moment.block(at, len.min(LONGEST) as usize)?;
    let len = block.0.len();
    let family = flags::AF.one(u64::from(block.u16(0)));
    let port = u16::from_be(block.u16(2));
    let rest = match i32::from(block.u16(0)) {
        libc::AF_UNIX => path(&block),
        libc::AF_INET if len >= 8 => {
            let ip = Ipv4Addr::from(block.u32(4).to_ne_bytes());
            format!(", sin_port=htons({port}), sin_addr=inet_addr(\"{ip}\")")
        }
        libc::AF_INET6 if len >= 24 => ipv6(&block, port),
        libc::AF_NETLINK if len >= 12 => {
            format!(
                ", nl_pid={}, nl_groups={}",
                block.i32(4),
                groups(block.u32(8))
            )
        }
        _ if len > 2 => format!(", sa_data={}", word::quoted(block.rest(2), false)),
        _ => String::new(),
    };
    Some(format!("{{sa_family={family}{rest}}}"))
}

/// Multicast groups of a netlink socket, as strace pads them.
fn groups(bits: u32) -> String {
    if bits == 0 {
        "00000000".to_owned()
    } else {
        format!("{bits:#08x}")
    }
}

fn ipv6(block: &Block, port: u16) -> String {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&block.rest(8)[..16]);
    let mut text = format!(
        ", sin6_port=htons({port}), sin6_flowinfo=htonl({}), inet_pton(AF_INET6, \"{}\", &sin6_addr)",
        u32::from_be(block.u32(4)),
        Ipv6Addr::from(bytes),
    );
    if block.0.len() >= 28 {
        text.push_str(&format!(", sin6_scope_id={}", block.u32(24)));
    }
    text
}

/// The path of a Unix socket; an abstract one has an `@` before it; see unix(7).
fn path(block: &Block) -> String {
    match block.rest(2) {
        [] => String::new(),
        [0, name @ ..] => format!(", sun_path=@{}", word::quoted(name, false)),
        _ => format!(
            ", sun_path={}",
            word::quoted(block.text(2, usize::MAX), false)
        ),
    }
}

/// A socket option that is set; its length is in the fifth argument.
pub(crate) fn option_given(moment: &Moment<'_>, at: u64) -> Option<String> {
    option(moment, at, u64::from(moment.args[4] as u32))
}

/// A socket option that was asked for; the fifth argument points to its length.
pub(crate) fn option_taken(moment: &Moment<'_>, at: u64) -> Option<String> {
    let len = moment.u32(moment.args[4])?;
    option(moment, at, u64::from(len))
}

fn option(moment: &Moment<'_>, at: u64, len: u64) -> Option<String> {
    const SOCKET: u64 = libc::SOL_SOCKET as u64;
    let (level, option) = (moment.args[1], moment.args[2] as i32);
    if (level, option, len) == (SOCKET, libc::SO_LINGER, 8) {
        let block = moment.block(at, 8)?;
        return Some(format!(
            "{{l_onoff={}, l_linger={}}}",
            block.i32(0),
            block.i32(4)
        ));
    }
    if (level, option, len) == (SOCKET, libc::SO_PEERCRED, 12) {
        return Some(credentials(&moment.block(at, 12)?, 0));
    }
    if len == 4 {
        return super::files::int(moment, at);
    }
    let bytes = moment.bytes(at, len)?;
    Some(word::quoted(&bytes.data, bytes.cut > 0))
}

/// Who is at the other end of a Unix socket.
pub(crate) fn credentials(block: &Block, at: usize) -> String {
    format!(
        "{{pid={}, uid={}, gid={}}}",
        block.i32(at),
        word::id(block.u32(at + 4)),
        word::id(block.u32(at + 8)),
    )
}

//! Sockets.

use crate::tracer::decode::flags::sockets as flags;
use crate::tracer::decode::sets::NETWORK;
use crate::tracer::decode::structs::{addresses, files, messages, time};
use crate::tracer::decode::table::{Kind, Kind::*, Row, call};

const FAMILY: Kind = One(&flags::AF);
const TYPE: Kind = Value(|_, value| flags::sock_type(u64::from(value as u32)));
const LEVEL: Kind = One(&flags::SOL);
const OPTION: Kind =
    Value(|moment, value| flags::option(u64::from(moment.args[1] as u32), u64::from(value as u32)));
const MSG: Kind = Bits(&flags::MSG);
const LENGTH: Kind = Both(addresses::length);

/// A protocol's name depends on the family.
const PROTOCOL: Kind = Value(|moment, value| {
    let number = u64::from(value as u32);
    match moment.args[0] as i32 {
        libc::AF_INET | libc::AF_INET6 => flags::IPPROTO.one(number),
        libc::AF_NETLINK => flags::NETLINK.one(number),
        _ => number.to_string(),
    }
});

pub(crate) const ROWS: &[Row] = &[
    call("socket", NETWORK, &[FAMILY, TYPE, PROTOCOL]).opens(),
    call(
        "socketpair",
        NETWORK,
        &[FAMILY, TYPE, PROTOCOL, Out(files::fd_pair)],
    ),
    call("bind", NETWORK, &[Fd, In(addresses::given::<2>), Int]),
    call("connect", NETWORK, &[Fd, In(addresses::given::<2>), Int]),
    call("listen", NETWORK, &[Fd, Int]),
    call("accept", NETWORK, &[Fd, Out(addresses::taken::<2>), LENGTH]).opens(),
    call(
        "accept4",
        NETWORK,
        &[Fd, Out(addresses::taken::<2>), LENGTH, Bits(&flags::SOCK)],
    )
    .opens(),
    call(
        "getsockname",
        NETWORK,
        &[Fd, Out(addresses::taken::<2>), LENGTH],
    ),
    call(
        "getpeername",
        NETWORK,
        &[Fd, Out(addresses::taken::<2>), LENGTH],
    ),
    call(
        "sendto",
        NETWORK,
        &[Fd, Given(2), Size, MSG, In(addresses::given::<5>), Int],
    ),
    call(
        "recvfrom",
        NETWORK,
        &[Fd, Taken(2), Size, MSG, Out(addresses::taken::<5>), LENGTH],
    ),
    call("sendmsg", NETWORK, &[Fd, In(messages::given), MSG]),
    call("recvmsg", NETWORK, &[Fd, Out(messages::taken), MSG]),
    call(
        "sendmmsg",
        NETWORK,
        &[Fd, Both(messages::given_many::<2>), Unsigned, MSG],
    ),
    call(
        "recvmmsg",
        NETWORK,
        &[
            Fd,
            Out(messages::taken_many),
            Unsigned,
            MSG,
            In(time::timespec),
        ],
    ),
    call("shutdown", NETWORK, &[Fd, One(&flags::SHUT)]),
    call(
        "setsockopt",
        NETWORK,
        &[Fd, LEVEL, OPTION, In(addresses::option_given), Int],
    ),
    call(
        "getsockopt",
        NETWORK,
        &[Fd, LEVEL, OPTION, Out(addresses::option_taken), LENGTH],
    ),
    call("getpmsg", NETWORK, &[Hex, Hex, Hex, Hex, Hex]),
    call("putpmsg", NETWORK, &[Hex, Hex, Hex, Hex, Hex]),
];

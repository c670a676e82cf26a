//! Waiting for descriptors.

use crate::tracer::decode::sets::DESC;
use crate::tracer::decode::structs::{signals, time, waiting};
use crate::tracer::decode::table::{Kind::*, Row, call};

pub(crate) const ROWS: &[Row] = &[
    call("poll", DESC, &[Both(waiting::poll::<1>), Unsigned, Int]),
    call(
        "ppoll",
        DESC,
        &[
            Both(waiting::poll::<1>),
            Unsigned,
            In(time::timespec),
            In(signals::set),
            Size,
        ],
    ),
    call(
        "select",
        DESC,
        &[
            Int,
            Changed(waiting::fd_set::<0>),
            Changed(waiting::fd_set::<0>),
            Changed(waiting::fd_set::<0>),
            In(time::timeval),
        ],
    ),
    call(
        "pselect6",
        DESC,
        &[
            Int,
            Changed(waiting::fd_set::<0>),
            Changed(waiting::fd_set::<0>),
            Changed(waiting::fd_set::<0>),
            In(time::timespec),
            In(waiting::mask_and_size),
        ],
    ),
    call(
        "epoll_wait",
        DESC,
        &[Fd, Out(waiting::epoll_events), Int, Int],
    ),
    call(
        "epoll_pwait",
        DESC,
        &[
            Fd,
            Out(waiting::epoll_events),
            Int,
            Int,
            In(signals::set),
            Size,
        ],
    ),
    call(
        "epoll_pwait2",
        DESC,
        &[
            Fd,
            Out(waiting::epoll_events),
            Int,
            In(time::timespec),
            In(signals::set),
            Size,
        ],
    ),
];

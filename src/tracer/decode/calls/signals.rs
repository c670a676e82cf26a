//! Signals.

use crate::tracer::decode::flags::signals as flags;
use crate::tracer::decode::sets::{DESC, PROCESS, SIGNAL};
use crate::tracer::decode::structs::{signals, time};
use crate::tracer::decode::table::{Kind::*, Row, call};

pub(crate) const ROWS: &[Row] = &[
    call("kill", PROCESS | SIGNAL, &[Int, Signal]),
    call("tkill", PROCESS | SIGNAL, &[Int, Signal]),
    call("tgkill", PROCESS | SIGNAL, &[Int, Int, Signal]),
    call(
        "pidfd_send_signal",
        DESC | PROCESS | SIGNAL,
        &[Fd, Signal, In(signals::info), Hex],
    ),
    call(
        "rt_sigqueueinfo",
        PROCESS | SIGNAL,
        &[Int, Signal, In(signals::info)],
    ),
    call(
        "rt_tgsigqueueinfo",
        PROCESS | SIGNAL,
        &[Int, Int, Signal, In(signals::info)],
    ),
    call(
        "rt_sigaction",
        SIGNAL,
        &[Signal, In(signals::action), Out(signals::action), Size],
    ),
    call(
        "rt_sigprocmask",
        SIGNAL,
        &[
            One(&flags::SIGPROCMASK),
            In(signals::set),
            Out(signals::set),
            Size,
        ],
    ),
    call("rt_sigpending", SIGNAL, &[Out(signals::set), Size]),
    call("rt_sigsuspend", SIGNAL, &[In(signals::set), Size]),
    call(
        "rt_sigtimedwait",
        SIGNAL,
        &[
            In(signals::set),
            Out(signals::info),
            In(time::timespec),
            Size,
        ],
    ),
    call("rt_sigreturn", SIGNAL, &[]),
    call(
        "sigaltstack",
        SIGNAL,
        &[In(signals::stack), Out(signals::stack)],
    ),
    call("pause", SIGNAL, &[]),
    call("restart_syscall", 0, &[]),
];

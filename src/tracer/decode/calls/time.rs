//! Clocks and timers.

use crate::tracer::decode::flags::signals as flags;
use crate::tracer::decode::sets::CLOCK;
use crate::tracer::decode::structs::{files, time};
use crate::tracer::decode::table::{Kind, Kind::*, Row, call};

const WHICH: Kind = One(&flags::CLOCK);

pub(crate) const ROWS: &[Row] = &[
    call(
        "nanosleep",
        0,
        &[
            In(time::timespec),
            OutIf(time::is_interrupted, time::timespec),
        ],
    ),
    call(
        "clock_nanosleep",
        0,
        &[
            WHICH,
            Bits(&flags::TIMER),
            In(time::timespec),
            OutIf(time::is_interrupted, time::timespec),
        ],
    ),
    call("clock_gettime", CLOCK, &[WHICH, Out(time::timespec)]),
    call("clock_settime", CLOCK, &[WHICH, In(time::timespec)]),
    call("clock_getres", CLOCK, &[WHICH, Out(time::timespec)]),
    call("clock_adjtime", CLOCK, &[WHICH, Address]),
    call("adjtimex", CLOCK, &[Address]),
    call("gettimeofday", CLOCK, &[Out(time::timeval), Address]),
    call("settimeofday", CLOCK, &[In(time::timeval), Address]),
    call("time", CLOCK, &[Out(files::long)]),
    call("times", 0, &[Out(time::tms)]),
    call("alarm", 0, &[Unsigned]),
    call("getitimer", 0, &[One(&flags::ITIMER), Out(time::itimerval)]),
    call(
        "setitimer",
        0,
        &[
            One(&flags::ITIMER),
            In(time::itimerval),
            Out(time::itimerval),
        ],
    ),
    call(
        "timer_create",
        0,
        &[WHICH, In(time::sigevent), Out(files::int)],
    ),
    call(
        "timer_settime",
        0,
        &[
            Int,
            Bits(&flags::TIMER),
            In(time::itimerspec),
            Out(time::itimerspec),
        ],
    ),
    call("timer_gettime", 0, &[Int, Out(time::itimerspec)]),
    call("timer_getoverrun", 0, &[Int]),
    call("timer_delete", 0, &[Int]),
];

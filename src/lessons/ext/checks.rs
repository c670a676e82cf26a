//! The checks that the labs of this lesson share: a lab takes those that apply to it.

use super::judges;
use super::probes::{plain, sanitized};
use crate::model::Check;

/// It is built, and is a module.
pub(super) const fn builds(points: u32) -> Check {
    Check::by_observing(
        (
            "builds",
            "it builds without a warning that matters, as a module for the interpreter that imports it",
            "Building it",
        ),
        points,
        |seed| vec![plain("builds", "it is built, and imported", seed)],
        judges::builds,
    )
}

/// It is right.
pub(super) const fn computes(points: u32) -> Check {
    Check::by_observing(
        (
            "computes",
            "it computes what Python itself does, on ordinary, empty, huge and random input",
            "Compared with Python",
        ),
        points,
        |seed| {
            vec![plain(
                "computes",
                "each call is also made of Python's own tools",
                seed,
            )]
        },
        judges::computes,
    )
}

/// It refuses what it cannot take.
pub(super) const fn refuses_bad_arguments(points: u32) -> Check {
    Check::by_observing(
        (
            "refuses-bad-arguments",
            "what it cannot take is refused with an exception",
            "Refusing arguments",
        ),
        points,
        |seed| {
            vec![plain(
                "refuses-bad-arguments",
                "wrong types, counts, shapes and ranges, under an allocator that looks",
                seed,
            )]
        },
        judges::refuses_bad_arguments,
    )
}

/// Nothing is touched that is not its argument's.
pub(super) const fn stays_in_bounds(points: u32) -> Check {
    Check::by_observing(
        (
            "stays-in-bounds",
            "it touches no byte before or behind what it is given",
            "The end of a buffer",
        ),
        points,
        |seed| {
            vec![
                plain(
                    "stays-in-bounds",
                    "input against a page that is not there, and amid bytes that would show",
                    seed,
                ),
                sanitized(
                    "asan",
                    "stays-in-bounds",
                    "the same, built with the address sanitizer",
                    seed,
                ),
            ]
        },
        judges::stays_in_bounds,
    )
}

/// No reference too few.
pub(super) const fn gives_no_reference_away(points: u32) -> Check {
    Check::by_observing(
        (
            "gives-no-reference-away",
            "it gives back no reference that is not its own",
            "References given away",
        ),
        points,
        |seed| {
            vec![plain(
                "gives-no-reference-away",
                "calls again and again, with arguments that have references to spare",
                seed,
            )]
        },
        judges::gives_no_reference_away,
    )
}

/// No reference too many.
pub(super) const fn keeps_no_reference(points: u32) -> Check {
    Check::by_observing(
        (
            "keeps-no-reference",
            "no object, reference or exported buffer is left over, on no way out",
            "New, borrowed, stolen",
        ),
        points,
        |seed| {
            vec![plain(
                "keeps-no-reference",
                "calls again and again, and what there is more afterwards",
                seed,
            )]
        },
        judges::keeps_no_reference,
    )
}

/// Nothing left on the C heap.
pub(super) const fn leaks_no_memory(points: u32) -> Check {
    Check::by_observing(
        (
            "leaks-no-memory",
            "the C heap does not grow",
            "Memory that is not Python's",
        ),
        points,
        |seed| {
            vec![plain(
                "leaks-no-memory",
                "calls again and again, and what malloc has given out afterwards",
                seed,
            )]
        },
        judges::leaks_no_memory,
    )
}

/// Failures are passed on.
pub(super) const fn survives_failing_calls(points: u32) -> Check {
    Check::by_observing(
        (
            "survives-failing-calls",
            "each function of Python's, and each allocation, that fails is an exception and no more",
            "Every call can fail",
        ),
        points,
        |seed| {
            vec![plain(
                "survives-failing-calls",
                "each call that it makes of Python fails in turn",
                seed,
            )]
        },
        judges::survives_failing_calls,
    )
}

/// A value or an exception.
pub(super) const fn raises_or_returns(points: u32) -> Check {
    Check::by_observing(
        (
            "raises-or-returns",
            "it returns a value or raises an exception, never both and never neither",
            "A value or an exception",
        ),
        points,
        |seed| {
            vec![plain(
                "raises-or-returns",
                "every call of Python's functions is watched for an exception that is pending",
                seed,
            )]
        },
        judges::raises_or_returns,
    )
}

/// The GIL is given away.
pub(super) const fn releases_the_gil(points: u32) -> Check {
    Check::by_observing(
        (
            "releases-the-gil",
            "nine tenths of a long call are spent without the GIL",
            "Letting go of it",
        ),
        points,
        |seed| {
            vec![plain(
                "releases-the-gil",
                "a long call, and its processor time with the GIL and without",
                seed,
            )]
        },
        judges::releases_the_gil,
    )
}

/// Nothing of Python's without the GIL.
pub(super) const fn needs_no_gil_it_gave_up(points: u32) -> Check {
    Check::by_observing(
        (
            "needs-no-gil-it-gave-up",
            "it uses nothing of Python's while it has given the GIL away",
            "Nothing of Python's meanwhile",
        ),
        points,
        |seed| {
            vec![plain(
                "needs-no-gil-it-gave-up",
                "every call of Python's functions is watched for a thread without the GIL",
                seed,
            )]
        },
        judges::needs_no_gil_it_gave_up,
    )
}

/// Two threads at once.
pub(super) const fn shares_safely(points: u32) -> Check {
    Check::by_observing(
        (
            "shares-safely",
            "two threads may be in it at once, and another change what it was given",
            "Two threads inside at once",
        ),
        points,
        |seed| {
            vec![
                plain("shares-safely", "two threads meet in a call", seed),
                sanitized(
                    "asan",
                    "shares-safely",
                    "the same, built with the address sanitizer",
                    seed,
                ),
                sanitized(
                    "tsan",
                    "shares-safely",
                    "the same, built with the thread sanitizer",
                    seed,
                ),
            ]
        },
        judges::shares_safely,
    )
}

/// Ctrl-C.
pub(super) const fn answers_signals(points: u32) -> Check {
    Check::by_observing(
        (
            "answers-signals",
            "a long call ends soon after Ctrl-C",
            "Ctrl-C",
        ),
        points,
        |seed| {
            vec![plain(
                "answers-signals",
                "SIGINT in the midst of a call without end",
                seed,
            )]
        },
        judges::answers_signals,
    )
}

/// Imported more than once.
pub(super) const fn imports_anywhere(points: u32) -> Check {
    Check::by_observing(
        (
            "imports-anywhere",
            "it can be imported twice, and in another interpreter or is refused there",
            "Imported more than once",
        ),
        points,
        |seed| {
            vec![plain(
                "imports-anywhere",
                "it is imported again, and in other interpreters",
                seed,
            )]
        },
        judges::imports_anywhere,
    )
}

/// The same, where a lab asks for initialisation in several phases.
pub(super) const fn imports_in_phases(points: u32) -> Check {
    Check {
        claim: "it can be imported twice, and in another interpreter, since it is initialised in phases",
        judge: judges::imports_in_phases,
        ..imports_anywhere(points)
    }
}

/// Prototypes of foreign functions.
pub(super) const fn declares_prototypes(points: u32) -> Check {
    Check::by_observing(
        (
            "declares-prototypes",
            "each function of the library has the argument and result types of the header",
            "Prototypes",
        ),
        points,
        |seed| {
            vec![plain(
                "declares-prototypes",
                "what it has declared, beside the header",
                seed,
            )]
        },
        judges::declares_prototypes,
    )
}

/// Handles are closed, once.
pub(super) const fn frees_handles(points: u32) -> Check {
    Check::by_observing(
        (
            "frees-handles",
            "handles are closed, on every way and at the end, and never twice",
            "Handles",
        ),
        points,
        |seed| {
            vec![plain(
                "frees-handles",
                "programs that leave things open, and what the library counts",
                seed,
            )]
        },
        judges::frees_handles,
    )
}

/// Callbacks live as long as they may be called.
pub(super) const fn keeps_callbacks_alive(points: u32) -> Check {
    Check::by_observing(
        (
            "keeps-callbacks-alive",
            "callbacks live as long as the library may call them, and their exceptions come out",
            "Callbacks",
        ),
        points,
        |seed| {
            vec![plain(
                "keeps-callbacks-alive",
                "callbacks of which nobody else knows",
                seed,
            )]
        },
        judges::keeps_callbacks_alive,
    )
}

//! The earliest step at which each piece of work may begin.

use std::collections::BTreeMap;

/// A part of a device that does one piece of work at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Engine {
    /// Copies from the host.
    In,
    /// Kernels.
    Kernels,
    /// Copies to the host.
    Out,
}

/// A piece of work, as it was asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub(super) engine: Engine,
    /// The queue that it is in.
    pub(super) stream: u64,
    /// Whether the host asks for nothing more until it is done.
    pub(super) is_waited_for: bool,
}

/// For each piece, in which step it is done if each takes one: after what was asked for before it in
/// its stream, when its engine has done what it was given before, and when the host has asked for it.
pub(super) fn schedule(pieces: &[Piece]) -> Vec<usize> {
    let mut streams: BTreeMap<u64, usize> = BTreeMap::new();
    let mut engines: BTreeMap<Engine, usize> = BTreeMap::new();
    let mut asked = 0;
    let mut steps = Vec::new();
    for piece in pieces {
        let stream = streams.entry(piece.stream).or_default();
        let engine = engines.entry(piece.engine).or_default();
        let step = asked.max(*stream).max(*engine);
        (*stream, *engine) = (step + 1, step + 1);
        if piece.is_waited_for {
            asked = step + 1;
        }
        steps.push(step);
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(stream_of: impl Fn(u64) -> u64, is_waited_for: bool) -> Vec<Piece> {
        let parts = (0..3).flat_map(|part| {
            let stream = stream_of(part);
            [Engine::In, Engine::Kernels, Engine::Out].map(|engine| Piece {
                engine,
                stream,
                is_waited_for,
            })
        });
        parts.collect()
    }

    #[test]
    fn one_queue_does_one_piece_after_the_other() {
        let steps = schedule(&parts(|_| 0, false));
        assert_eq!(steps, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
    }

    #[test]
    fn queues_work_beside_each_other_as_far_as_engines_allow() {
        let steps = schedule(&parts(|part| part, false));
        assert_eq!(steps, [0, 1, 2, 1, 2, 3, 2, 3, 4]);
    }

    #[test]
    fn a_host_that_waits_asks_for_nothing() {
        let steps = schedule(&parts(|part| part, true));
        assert_eq!(steps, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
    }
}

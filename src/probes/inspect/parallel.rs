//! Reading /proc with all processors: it is the kernel's work, and there is much of it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Fewer than this are not worth a thread.
const LEAST: usize = 64;

/// More threads wait for the same locks of the kernel.
const MOST: usize = 8;

/// Parts that each thread gets on average: some items cost more than others, and who is done with
/// one part takes the next.
const PARTS: usize = 8;

/// What `work` makes of parts of the items, in their order.
pub(super) fn in_parallel<T: Sync, R: Send>(
    items: &[T],
    work: impl Fn(&[T]) -> R + Sync,
) -> Vec<R> {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let threads = processors.min(MOST).min(items.len() / LEAST);
    if threads < 2 {
        return vec![work(items)];
    }
    let len = items.len().div_ceil(threads * PARTS).max(LEAST);
    let parts: Vec<&[T]> = items.chunks(len).collect();
    let next = AtomicUsize::new(0);
    let do_parts = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            match parts.get(at) {
                Some(part) => done.push((at, work(part))),
                None => return done,
            }
        }
    };
    let mut done: Vec<(usize, R)> = thread::scope(|scope| {
        let running: Vec<_> = (1..threads).map(|_| scope.spawn(do_parts)).collect();
        let own = do_parts();
        let others = running.into_iter().map(|one| {
            one.join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        });
        own.into_iter().chain(others.flatten()).collect()
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, made)| made).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_is_met_once_and_in_order() {
        for count in [0, 1, LEAST, 10 * LEAST + 1] {
            let items: Vec<usize> = (0..count).collect();
            let met: Vec<usize> = in_parallel(&items, <[usize]>::to_vec).concat();
            assert_eq!(met, items);
        }
    }
}

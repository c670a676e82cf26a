//! Reading /proc with all processors: it is the kernel's work, and there is much of it.

use std::thread;

/// Fewer than this are not worth a thread.
const LEAST: usize = 64;

/// More threads wait for the same locks of the kernel.
const MOST: usize = 8;

/// What `work` makes of parts of the items, in their order.
pub(super) fn in_parallel<T: Sync, R: Send>(
    items: &[T],
    work: impl Fn(&[T]) -> R + Sync,
) -> Vec<R> {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let parts = processors.min(MOST).min(items.len() / LEAST);
    if parts < 2 {
        return vec![work(items)];
    }
    let work = &work;
    thread::scope(|scope| {
        let running: Vec<_> = items
            .chunks(items.len().div_ceil(parts))
            .map(|part| scope.spawn(move || work(part)))
            .collect();
        running
            .into_iter()
            .map(|one| {
                one.join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
            .collect()
    })
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

//! Work that is shared out to all processors.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// What went well, or what was wrong, in one line or several.
pub(super) type Tried = Result<(), String>;

/// Does each piece of work, several at a time; what was wrong with each, in the order of the pieces.
///
/// A panic is a complaint too: nothing that a kernel holds may end the simulator.
pub(super) fn complaints<T: Sync>(
    pieces: &[T],
    name: impl Fn(&T) -> String + Sync,
    work: impl Fn(&T) -> Tried + Sync,
) -> Vec<String> {
    let next = AtomicUsize::new(0);
    let found = Mutex::new(Vec::new());
    let processors = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..processors.min(pieces.len()) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(piece) = pieces.get(at) else { return };
                    let tried = panic::catch_unwind(AssertUnwindSafe(|| work(piece)))
                        .unwrap_or_else(|panic| Err(format!("panicked: {}", message(&*panic))));
                    if let Err(complaint) = tried {
                        let complaint = format!("{}: {complaint}", name(piece));
                        found.lock().unwrap().push((at, complaint));
                    }
                }
            });
        }
    });
    let mut found = found.into_inner().unwrap();
    found.sort();
    found.into_iter().map(|(_, complaint)| complaint).collect()
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("without a message")
}

/// Fails with all complaints at once.
pub(super) fn assert_none(complaints: &[String]) {
    assert!(
        complaints.is_empty(),
        "{} complaints\n{}\n",
        complaints.len(),
        complaints.join("\n")
    );
}

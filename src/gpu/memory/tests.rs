//! The host's view of device memory.

use super::*;

#[test]
fn an_allocation_is_aligned_and_unwritten() {
    let mut heap = Heap::new(1000);
    let a = heap.alloc("a", 10).unwrap();
    assert_eq!(a.0 % 256, 0);
    assert_eq!(heap.read(a, 10).unwrap().uninitialised, 10);
    heap.write(a.offset(2), &[1, 2, 3, 4]).unwrap();
    let read = heap.read(a, 10).unwrap();
    assert_eq!(read.uninitialised, 6);
    assert_eq!(read.bytes, [0, 0, 1, 2, 3, 4, 0, 0, 0, 0]);
    heap.repeat(a, &[9, 8], 5, false).unwrap();
    assert_eq!(heap.read(a, 10).unwrap().uninitialised, 9);
}

#[test]
fn the_host_is_told_what_it_got_wrong() {
    let mut heap = Heap::new(1000);
    assert_eq!(heap.alloc("none", 0), Err(MemoryError::NothingAsked));
    let a = heap.alloc("a", 600).unwrap();
    assert_eq!(
        heap.alloc("b", 401),
        Err(MemoryError::OutOfMemory {
            asked: 401,
            left: 400
        })
    );
    let error = heap.write(a.offset(599), &[0, 0]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "2 bytes at byte 599 of a, which is 600 bytes long"
    );
    heap.free(a).unwrap();
    assert_eq!(heap.free(a), Err(MemoryError::FreedBefore("a".to_owned())));
    assert_eq!(
        heap.free(DevicePtr(5)),
        Err(MemoryError::NotAnAllocation(DevicePtr(5)))
    );
    assert!(heap.allocations().is_empty());
    assert!(heap.read(a, 1).is_err());
}

#[test]
fn huge_sizes_are_refused() {
    let mut heap = Heap::new(u64::MAX);
    assert!(heap.alloc("a", u64::MAX).is_err());
    assert!(heap.alloc("a", u64::MAX / 2 + 1).is_err());
    let a = heap.alloc("a", 16).unwrap();
    assert!(heap.read(a.offset(8), u64::MAX).is_err());
    assert!(heap.read(DevicePtr(u64::MAX), u64::MAX).is_err());
}

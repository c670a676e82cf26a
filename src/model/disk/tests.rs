//! What survives, as five-line traces.

use super::{Crashed, Disk};
use crate::model::recording::Recording;

/// The disk at the end of a trace that begins with the log `old\n`, opened as descriptor 3.
fn disk(trace: &str) -> Disk {
    let opened = r#"
        * file "/lab/log" "old\n"
        2 exec "/submission/prog" fds=0<pipe:[1]>,1<pipe:[2]>
        2 openat(AT_FDCWD, "/lab/log", O_RDWR|O_APPEND, 0) = 3</lab/log [12]>
    "#;
    bare(&format!("{opened}{trace}"))
}

fn bare(trace: &str) -> Disk {
    let recording: Recording = trace.parse().unwrap();
    let mut disk = Disk::new();
    for index in 0..recording.events.len() {
        disk.feed(&recording, index);
    }
    disk
}

/// What is found, as text.
fn text(crashed: Crashed<'_>) -> String {
    match crashed {
        Crashed::Absent => "absent".into(),
        Crashed::Content(content) => String::from_utf8_lossy(content).replace('\0', "0"),
        Crashed::Blind(reason) => format!("blind: {reason}"),
    }
}

fn durable(disk: &Disk) -> String {
    text(disk.durable("/lab/log"))
}

#[test]
fn a_write_is_not_durable() {
    let disk = disk(r#"2 write(3</lab/log [12]>, "a\n", 2) = 2"#);
    assert_eq!(durable(&disk), "old\n");
    assert_eq!(text(disk.volatile("/lab/log")), "old\na\n");
}

#[test]
fn a_sync_makes_what_was_written_before_it_durable() {
    for sync in [
        "fsync(3</lab/log [12]>)",
        "fdatasync(3</lab/log [12]>)",
        "fdatasync(9</lab/log [12]>)",
        "syncfs(4</lab [1]>)",
        "sync()",
    ] {
        let disk = disk(&format!(
            "2 write(3</lab/log [12]>, \"a\\nb\\n\", 4) = 2\n2 {sync} = 0\n
             2 write(3</lab/log [12]>, \"b\\n\", 2) = 2"
        ));
        assert_eq!(durable(&disk), "old\na\n", "{sync}");
    }
}

#[test]
fn a_sync_covers_what_had_returned_before_it_was_entered() {
    let disk = disk(
        r#"
        2 write(3</lab/log [12]>, "a\n", 2) = 2
        3 write(3</lab/log [12]>, "b\n", 2) ...
        2 fsync(3</lab/log [12]>) ...
        3 ... write = 2
        2 ... fsync = 0
        "#,
    );
    assert_eq!(durable(&disk), "old\na\n");
}

#[test]
fn a_sync_of_another_file_covers_nothing() {
    let disk = disk(
        r#"
        2 write(3</lab/log [12]>, "a\n", 2) = 2
        2 openat(AT_FDCWD, "/tmp/x", O_WRONLY|O_CREAT, 0600) = 4</tmp/x [12]>
        2 fsync(4</tmp/x [12]>) = 0
        2 syncfs(4</tmp/x [12]>) = 0
        2 fsync(5</lab [1]>) = 0
        "#,
    );
    assert_eq!(durable(&disk), "old\n");
}

#[test]
fn what_a_failed_sync_covered_is_lost_to_later_ones() {
    let trace = r#"
        2 write(3</lab/log [12]>, "a\n", 2) = 2 @4
        2 fsync(3</lab/log [12]>) = -1 EIO (injected)
        2 write(3</lab/log [12]>, "b\n", 2) = 2 @6
        2 fsync(3</lab/log [12]>) = 0
    "#;
    assert_eq!(durable(&disk(trace)), "old\n00b\n");
    let again = r#"
        2 pwrite64(3</lab/log [12]>, "a\n", 2, 4) = 2 @4
        2 fsync(3</lab/log [12]>) = 0
    "#;
    assert_eq!(durable(&disk(&format!("{trace}{again}"))), "old\na\nb\n");
}

#[test]
fn an_interrupted_sync_can_be_repeated() {
    let disk = disk(
        r#"
        2 write(3</lab/log [12]>, "a\n", 2) = 2
        2 fsync(3</lab/log [12]>) = -1 EINTR (injected)
        2 fsync(3</lab/log [12]>) = 0
        "#,
    );
    assert_eq!(durable(&disk), "old\na\n");
}

#[test]
fn writes_through_a_synchronous_descriptor_are_durable() {
    for flags in ["O_WRONLY|O_APPEND|O_DSYNC", "O_RDWR|O_SYNC"] {
        let disk = disk(&format!(
            r#"
            2 openat(AT_FDCWD, "/lab/log", {flags}) = 4</lab/log [12]>
            2 dup(4</lab/log [12]>) = 5</lab/log [12]>
            2 fork 3
            3 write(5</lab/log [12]>, "a\n", 2) = 2
            2 write(3</lab/log [12]>, "b\n", 2) = 2
            "#
        ));
        assert_eq!(durable(&disk), "old\na\n", "{flags}");
    }
    let by_flag = disk(r#"2 pwritev2(3</lab/log [12]>, "a\n", 1, -1, RWF_DSYNC) = 2"#);
    assert_eq!(durable(&by_flag), "old\na\n");
    let by_openat2 = disk(
        r#"
        2 openat2(AT_FDCWD, "/lab/log", {flags=O_WRONLY|O_APPEND|O_DSYNC, mode=0, resolve=0}, 24) = 4</lab/log [12]>
        2 write(4</lab/log [12]>, "a\n", 2) = 2
        "#,
    );
    assert_eq!(durable(&by_openat2), "old\na\n");
}

#[test]
fn a_synchronous_write_takes_the_size_along_but_not_other_bytes() {
    let disk = disk(
        r#"
        2 openat(AT_FDCWD, "/lab/log", O_RDWR|O_DSYNC) = 4</lab/log [12]>
        2 ftruncate(3</lab/log [12]>, 2) = 0
        2 write(3</lab/log [12]>, "xy", 2) = 2 @2
        2 pwrite64(4</lab/log [12]>, "a\n", 2, 4) = 2 @4
        "#,
    );
    assert_eq!(durable(&disk), "ol00a\n");
}

#[test]
fn closing_and_executing_forget_how_a_descriptor_was_opened() {
    let disk = disk(
        r#"
        2 openat(AT_FDCWD, "/lab/log", O_RDWR|O_APPEND|O_DSYNC) = 4</lab/log [12]>
        2 dup2(3</lab/log [12]>, 4<?>) = 4</lab/log [12]>
        2 write(4</lab/log [12]>, "a\n", 2) = 2
        "#,
    );
    assert_eq!(durable(&disk), "old\n");
}

#[test]
fn a_range_is_synced_within_the_durable_size_only() {
    let flags = "SYNC_FILE_RANGE_WAIT_BEFORE|SYNC_FILE_RANGE_WRITE|SYNC_FILE_RANGE_WAIT_AFTER";
    let run = |before: &str, flags: &str| {
        durable(&disk(&format!(
            r#"{before}
            2 pwrite64(3</lab/log [12]>, "a\nb\n", 4, 4) = 4 @4
            2 sync_file_range(3</lab/log [12]>, 0, 6, {flags}) = 0"#
        )))
    };
    assert_eq!(run("", flags), "old\n");
    let allocated = r#"
        2 fallocate(3</lab/log [12]>, 0, 0, 8) = 0
        2 fsync(3</lab/log [12]>) = 0
    "#;
    assert_eq!(run(allocated, flags), "old\na\n00");
    assert_eq!(run(allocated, "SYNC_FILE_RANGE_WRITE"), "old\n0000");
}

#[test]
fn a_new_file_needs_a_sync_of_its_directory() {
    let trace = r#"
        2 exec "/submission/prog"
        2 openat(AT_FDCWD, "/lab/log", O_WRONLY|O_CREAT|O_APPEND, 0644) = 3</lab/log [12]>
        2 write(3</lab/log [12]>, "a\n", 2) = 2
        2 fsync(3</lab/log [12]>) = 0
    "#;
    let before = bare(trace);
    assert_eq!(durable(&before), "absent");
    assert_eq!(text(before.synced("/lab/log")), "a\n");
    let synced = format!(
        r#"{trace}
        2 openat(AT_FDCWD, "/lab", O_RDONLY|O_DIRECTORY) = 4</lab [1]>
        2 fsync(4</lab [1]>) = 0"#
    );
    assert_eq!(durable(&bare(&synced)), "a\n");
    let failed = synced.replace("[1]>) = 0", "[1]>) = -1 EIO");
    assert_eq!(
        durable(&bare(&format!("{failed}\n2 fsync(4</lab [1]>) = 0"))),
        "absent"
    );
}

#[test]
fn a_new_file_in_a_new_directory_needs_both() {
    let trace = r#"
        2 exec "/submission/prog"
        2 mkdir("/lab/d", 0755) = 0
        2 openat(AT_FDCWD, "/lab/d/log", O_WRONLY|O_CREAT, 0644) = 3</lab/d/log [12]>
        2 fsync(4</lab/d [5]>) = 0
    "#;
    assert_eq!(text(bare(trace).durable("/lab/d/log")), "absent");
    let both = format!("{trace}\n2 fsync(5</lab [1]>) = 0");
    assert_eq!(text(bare(&both).durable("/lab/d/log")), "");
}

#[test]
fn a_rename_shows_the_old_file_until_the_directory_is_synced() {
    let trace = r#"
        2 chdir("/lab") = 0
        2 openat(AT_FDCWD, "new", O_WRONLY|O_CREAT|O_EXCL, 0644) = 4</lab/new [13]>
        2 write(4</lab/new [13]>, "new\n", 4) = 4
        2 fsync(4</lab/new [13]>) = 0
        2 rename("new", "log") = 0
    "#;
    let before = disk(trace);
    assert_eq!(durable(&before), "old\n");
    assert_eq!(text(before.synced("/lab/log")), "new\n");
    assert_eq!(text(before.volatile("/lab/new")), "absent");
    let after = disk(&format!(
        r#"{trace}
        2 fsync(5</lab [1]>) = 0
        2 write(4</lab/log [13]>, "x\n", 2) = 2
        2 fdatasync(4</lab/log [13]>) = 0"#
    ));
    assert_eq!(durable(&after), "new\nx\n");
}

#[test]
fn a_removed_name_comes_back_unless_the_directory_is_synced() {
    let removed = r#"2 unlinkat(AT_FDCWD, "/lab/log", 0) = 0"#;
    assert_eq!(durable(&disk(removed)), "old\n");
    assert_eq!(text(disk(removed).volatile("/lab/log")), "absent");
    let synced = format!("{removed}\n2 fsync(5</lab [1]>) = 0");
    assert_eq!(durable(&disk(&synced)), "absent");
}

#[test]
fn an_unnamed_file_gets_its_name_by_a_link() {
    let disk = bare(
        r#"
        2 exec "/submission/prog"
        2 openat(AT_FDCWD, "/lab", O_WRONLY|O_TMPFILE, 0600) = 3</lab/#7 (deleted) [7]>
        2 write(3</lab/#7 (deleted) [7]>, "a\n", 2) = 2
        2 fsync(3</lab/#7 (deleted) [7]>) = 0
        2 linkat(3</lab/#7 (deleted) [7]>, "", AT_FDCWD, "/lab/log", AT_EMPTY_PATH) = 0
        2 fsync(4</lab [1]>) = 0
        "#,
    );
    assert_eq!(durable(&disk), "a\n");
}

#[test]
fn truncation_waits_for_a_sync_like_everything_else() {
    let cut = r#"2 ftruncate(3</lab/log [12]>, 1) = 0"#;
    assert_eq!(durable(&disk(cut)), "old\n");
    assert_eq!(
        durable(&disk(&format!("{cut}\n2 fsync(3</lab/log [12]>) = 0"))),
        "o"
    );
    let opened = r#"
        2 openat(AT_FDCWD, "/lab/log", O_WRONLY|O_TRUNC) = 4</lab/log [12]>
        2 write(4</lab/log [12]>, "n\n", 2) = 2 @0
        2 fsync(4</lab/log [12]>) = 0
    "#;
    assert_eq!(durable(&disk(opened)), "n\n");
    assert_eq!(
        durable(&disk("2 truncate(\"/lab/log\", 0) = 0\n2 sync() = 0")),
        ""
    );
}

#[test]
fn what_cannot_be_seen_makes_the_file_blind() {
    for (trace, reason) in [
        (
            r#"2 mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_SHARED, 3</lab/log [12]>, 0) = 0x7f00"#,
            "it was written to by a shared writable mapping",
        ),
        (
            "2 splice(4<pipe:[9]>, NULL, 3</lab/log [12]>, NULL, 10, 0) = 10",
            "it was written to by splice",
        ),
        (
            r#"2 write(3</lab/log [12]>, "abc"...100, 103) = 103"#,
            "the bytes of a write to it could not be read",
        ),
        (
            "2 write(3</lab/log [12]>, ?, 3) = 3",
            "the bytes of a write to it could not be read",
        ),
        (
            "* blind \"io_uring_setup\"",
            "the program used io_uring_setup",
        ),
        (
            "2 ftruncate(3</lab/log [12]>, 1099511627776) = 0",
            "it grew beyond 67108864 bytes",
        ),
    ] {
        assert_eq!(durable(&disk(trace)), format!("blind: {reason}"));
    }
    let private =
        "2 mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE, 3</lab/log [12]>, 0) = 0x7f00";
    assert_eq!(durable(&disk(private)), "old\n");
}

#[test]
fn calls_that_failed_change_nothing() {
    let disk = disk(
        r#"
        2 write(3</lab/log [12]>, "a\n", 2) = -1 ENOSPC (injected)
        2 ftruncate(3</lab/log [12]>, 0) = -1 EINVAL
        2 rename("/lab/log", "/lab/gone") = -1 EACCES
        2 fsync(3</lab/log [12]>) = 0
        2 fsync(4</lab [1]>) = 0
        "#,
    );
    assert_eq!(durable(&disk), "old\n");
}

#[test]
fn hostile_numbers_are_harmless() {
    let disk = disk(
        r#"
        2 pwrite64(3</lab/log [12]>, "a", 1, 9223372036854775807) = 1
        2 fallocate(3</lab/log [12]>, 0, -9223372036854775808, -1) = 0
        2 fallocate(3</lab/log [12]>, FALLOC_FL_PUNCH_HOLE|FALLOC_FL_KEEP_SIZE, 1, 9223372036854775807) = 0
        2 sync_file_range(3</lab/log [12]>, 9223372036854775807, 9223372036854775807, SYNC_FILE_RANGE_WRITE|SYNC_FILE_RANGE_WAIT_AFTER) = 0
        2 write(3</lab/log [12]>, "abc", 3) = -7
        2 write(3</lab/log [12]>, "abc", 3) = 9223372036854775807 @18446744073709551615
        2 mmap() = 0
        2 write() = 0
        2 rename() = 0
        "#,
    );
    assert!(durable(&disk).starts_with("blind"));
}

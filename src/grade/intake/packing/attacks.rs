//! Sources as nobody should make them.

use proptest::prelude::*;

use super::*;

#[test]
fn names_that_lead_out_are_refused_and_told() {
    let archive = plain(&[
        ("alice/main.c", "x"),
        ("alice/../../evil", "x"),
        ("alice/a\\b", "x"),
        ("alice/x\u{202e}c.txt", "x"),
        ("alice/main.c", "again"),
        ("alice/Main.c", "x"),
        ("alice/main.c/below", "x"),
        ("../../evil", "x"),
        ("/etc/evil", "x"),
        ("bob/nul.c", "x"),
    ]);
    let class = of_bytes(&archive, None);
    insta::assert_snapshot!(class.told(), @r#"
    alice (alice) Unknown: alice/files: Main.c main.c
        left out: "alice/../../evil", its name leads out by ".."
        left out: "alice/a\b", its name has a backslash
        left out: "alice/x\u{202e}c.txt", its name has characters that cannot be seen
        "main.c" is there twice: the last counts
        "Main.c" and "main.c" differ only in case or accents
        left out: "main.c/below" lies below what is a file
    bob (bob) Unknown: bob/files: nul.c
        "nul.c" is the name of a device on Windows
    leftover: ../../evil
    leftover: /etc/evil
    "#);
    let main = class.of("alice").files.as_ref().unwrap().join("main.c");
    assert_eq!(fs::read_to_string(main).unwrap(), "again");
}

#[test]
fn links_in_archives_are_the_files_that_they_name_and_devices_are_refused() {
    let archive = tar(&[
        ("alice/", b'5', b""),
        ("alice/main.c", b'0', b"x"),
        ("alice/src/link", b'2', b"later"),
        ("alice/src/later", b'2', b"../main.c"),
        ("alice/hard", b'1', b"alice/main.c"),
        ("alice/out", b'2', b"../bob/main.c"),
        ("alice/passwd", b'2', b"/etc/passwd"),
        ("alice/stolen", b'1', b"bob/main.c"),
        ("alice/nothing", b'2', b"none"),
        ("alice/self", b'2', b"self"),
        ("alice/directory", b'2', b"src"),
        ("alice/null", b'3', b""),
        ("alice/fifo", b'6', b""),
        ("bob/main.c", b'0', b"x"),
    ]);
    insta::assert_snapshot!(of_bytes(&gz(&archive), None).told(), @r#"
    alice (alice) Unknown: alice/files: directory/later* directory/link* hard* main.c* src/later* src/link*
        left out: "out" is a link that leads out of the submission
        left out: "passwd" is a link that leads out of the submission
        left out: "stolen" is a link that leads out of the submission
        left out: "null" is no regular file
        left out: "fifo" is no regular file
        left out: "nothing" is a link to what is not there
        left out: "self" is a link to what is not there
    bob (bob) Unknown: bob/files: main.c*
    "#);
    let archive = zip(&[
        ("alice/link", b"/etc/passwd", Some(0o120_777)),
        ("alice/run", b"main.c", Some(0o120_777)),
        ("alice/main.c", b"x", Some(0o100_755)),
        ("bob/a.c", b"", None),
    ]);
    insta::assert_snapshot!(of_bytes(&archive, None).told(), @r#"
    alice (alice) Unknown: alice/files: main.c* run*
        left out: "link" is a link that leads out of the submission
    bob (bob) Unknown: bob/files: a.c
    "#);
}

#[test]
fn long_names_of_tars_are_read() {
    let long = format!("alice/{}/main.c", "d".repeat(150));
    let pax = format!("{} path={long}\n", long.len() + 10);
    let archive = tar(&[
        ("././@LongLink", b'L', format!("{long}\0").as_bytes()),
        ("short", b'0', b"x"),
        ("pax", b'x', pax.as_bytes()),
        ("short", b'0', b"y"),
        ("bob/main.c", b'0', b"x"),
    ]);
    let class = of_bytes(&archive, None);
    assert!(class.of("alice").notes[0].ends_with("is there twice: the last counts"));
    assert!(class.of("alice").files.is_ok());
}

#[test]
fn bombs_end_at_the_caps() {
    let zeros = vec![0; 40 << 20];
    let bomb = zip(&[("main.c", &zeros, None)]);
    let archive = zip(&[("a_1_2_x.zip", &bomb, None), ("b_2_3_main.c", b"x", None)]);
    let class = of_bytes(&archive, None);
    assert_eq!(
        class.of("a-1").files.as_ref().unwrap_err(),
        "it unpacks to more than 200 times its size"
    );
    assert!(class.of("b-2").files.is_ok());

    let caps = Caps {
        entries: 10,
        bytes: 1000,
        depth: 4,
        ..Caps::default()
    };
    let many: Vec<(String, Vec<u8>)> = (0..12).map(|n| (format!("many/f{n}"), vec![])).collect();
    let mut files: Vec<(&str, &[u8], Option<u32>)> = many
        .iter()
        .map(|(n, c)| (n.as_str(), c.as_slice(), None))
        .collect();
    let large = [b'x'; 1001];
    files.push(("large/main.c", &large, None));
    files.push(("deep/a/b/c/d/main.c", b"", None));
    files.push(("good/main.c", b"", None));
    let archive = zip(&files);
    let write = |place: &Path| {
        let path = place.join("source");
        fs::write(&path, &archive).unwrap();
        path
    };
    insta::assert_snapshot!(taken(write, None, caps).unwrap().told(), @r#"
    deep (deep) Unknown: not graded, because it has more than 4 directories within one another
    good (good) Unknown: good/files: main.c
    large (large) Unknown: not graded, because it has more than 1000 bytes in its files
    many (many) Unknown: not graded, because it has more than 10 files and directories
    "#);
}

#[test]
fn a_damaged_class_loses_nobody_who_can_be_read() {
    let mut archive = zip(&[
        ("alice/main.c", &[b'x'; 3000], None),
        ("bob/main.c", b"yyyyyyyyyyyyyyyy", None),
    ]);
    // In the middle of alice's compressed bytes, behind the local header.
    for byte in &mut archive[44..52] {
        *byte ^= 0xff;
    }
    let class = of_bytes(&archive, None);
    assert!(class.of("alice").files.is_err(), "{}", class.told());
    assert!(class.of("bob").files.is_ok());

    let whole = tar(&[
        ("alice/main.c", b'0', b"x"),
        ("bob/main.c", b'0', &[b'y'; 2000]),
    ]);
    let class = of_bytes(&whole[..whole.len() - 2500], None);
    assert!(class.of("alice").files.is_ok());
    assert!(
        class
            .of("bob")
            .files
            .as_ref()
            .unwrap_err()
            .contains("ends in the middle of it")
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is in an archive: no panic, nothing outside of the target, nothing but files and
    /// directories, no more than the caps.
    #[test]
    fn no_archive_leads_out(
        names in proptest::collection::vec("(a/|b/|\\.\\./|/|\\\\|x|C:|\\.|\u{0}|\u{202e}|é|main\\.c|\\.zip){1,6}", 1..12),
        kinds in proptest::collection::vec(proptest::sample::select(b"01235678xLgK\0".to_vec()), 12),
        cut in 0usize..4000, flip in 0usize..4000, is_zip in any::<bool>(), is_packed in any::<bool>(),
    ) {
        let mut bytes = if is_zip {
            let files: Vec<(&str, &[u8], Option<u32>)> =
                names.iter().zip(&kinds).map(|(name, kind)| (name.as_str(), b"content".as_slice(), Some(u32::from(*kind) << 12 | 0o755))).collect();
            zip(&files)
        } else {
            let entries: Vec<(&str, u8, &[u8])> =
                names.iter().zip(&kinds).map(|(name, kind)| (name.get(..90).unwrap_or(name), *kind, b"content\n".as_slice())).collect();
            tar(&entries)
        };
        if flip < bytes.len() {
            bytes[flip] ^= 0x41;
        }
        if cut % 3 == 0 {
            bytes.truncate(cut);
        }
        if is_packed && !is_zip {
            bytes = gz(&bytes);
        }
        let caps = Caps { entries: 8, bytes: 60, depth: 3, ..Caps::default() };
        let nested = bytes.clone();
        for bytes in [bytes, zip(&[("a_1_2_s.zip", &nested, None), ("b_2_3_main.c", b"x", None)])] {
            let write = |place: &Path| {
                let path = place.join("source");
                fs::write(&path, &bytes).unwrap();
                path
            };
            if let Ok(class) = taken(write, None, caps) {
                for submission in class.intake.submissions.iter().filter_map(|s| s.files.as_ref().ok()) {
                    let files = tree(submission);
                    prop_assert!(files.len() <= 8);
                    prop_assert!(files.iter().all(|file| file.split('/').count() <= 3));
                }
            }
        }
    }
}

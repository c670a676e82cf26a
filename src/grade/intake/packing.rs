//! Whole sources, packed by the tests and taken in.

use std::fs;
use std::io::{Cursor, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use proptest::prelude::*;
use rawzip::path::EntryPath;
use rawzip::{CompressionMethod, ZipArchiveWriter};

use super::*;

/// A zip of files; names as they are given, also bad ones. A mode of `None` is that of Windows.
fn zip(files: &[(&str, &[u8], Option<u32>)]) -> Vec<u8> {
    let mut archive = ZipArchiveWriter::new(Cursor::new(Vec::new()));
    for (name, content, mode) in files {
        if name.ends_with('/') {
            archive
                .new_dir(EntryPath::verbatim(name.as_bytes()))
                .create()
                .unwrap();
            continue;
        }
        let mut file = archive
            .new_file(EntryPath::verbatim(name.as_bytes()))
            .compression_method(CompressionMethod::DEFLATE);
        if let Some(mode) = mode {
            file = file.unix_permissions(*mode);
        }
        let (mut entry, config) = file.start().unwrap();
        let mut writer = config.wrap(DeflateEncoder::new(&mut entry, Compression::best()));
        writer.write_all(content).unwrap();
        let (encoder, descriptor) = writer.finish().unwrap();
        encoder.finish().unwrap();
        entry.finish(descriptor).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn plain(files: &[(&str, &str)]) -> Vec<u8> {
    let files: Vec<_> = files
        .iter()
        .map(|(name, text)| (*name, text.as_bytes(), Some(0o100_644)))
        .collect();
    zip(&files)
}

/// A tar of entries of any type, with names that `tar` itself would refuse.
fn tar(entries: &[(&str, u8, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, kind, content) in entries {
        let mut header = tar::Header::new_ustar();
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(tar::EntryType::new(*kind));
        header.set_mode(0o755);
        header.set_size(content.len() as u64);
        header.set_cksum();
        bytes.extend(header.as_bytes());
        bytes.extend(*content);
        bytes.resize(bytes.len().next_multiple_of(512), 0);
    }
    bytes.resize(bytes.len() + 1024, 0);
    bytes
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

struct Class {
    place: tempfile::TempDir,
    intake: Intake,
}

impl Class {
    fn of(&self, key: &str) -> &Submission {
        let found = self
            .intake
            .submissions
            .iter()
            .find(|submission| submission.key == key);
        found.unwrap_or_else(|| panic!("{key} in {:#?}", self.intake))
    }

    fn told(&self) -> String {
        let root = self.place.path().join("target");
        let shown = |submission: &Submission| {
            let files = match &submission.files {
                Ok(path) => {
                    let below = path.strip_prefix(&root).unwrap().display().to_string();
                    format!("{below}: {}", tree(path).join(" "))
                }
                Err(because) => format!("not graded, because {because}"),
            };
            let students: Vec<&str> = submission.students.iter().map(Student::handle).collect();
            let notes: String = submission
                .notes
                .iter()
                .map(|note| format!("\n    {note}"))
                .collect();
            format!(
                "{} ({}) {:?}{}: {files}{notes}",
                submission.key,
                students.join(" "),
                submission.late,
                if submission.is_listed {
                    ""
                } else {
                    " unlisted"
                },
            )
        };
        let mut lines: Vec<String> = self.intake.submissions.iter().map(shown).collect();
        lines.extend(
            self.intake
                .absent
                .iter()
                .map(|student| format!("absent: {}", student.handle())),
        );
        lines.extend(
            self.intake
                .leftovers
                .iter()
                .map(|name| format!("leftover: {name}")),
        );
        lines.join("\n")
    }
}

/// All files below a directory, programs with a star, sorted.
fn tree(root: &Path) -> Vec<String> {
    let mut all = Vec::new();
    let mut open = vec![root.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let found = fs::symlink_metadata(&path).unwrap();
            assert!(found.is_file() || found.is_dir(), "{path:?}");
            if found.is_dir() {
                open.push(path);
            } else {
                let star = if found.permissions().mode() & 0o111 != 0 {
                    "*"
                } else {
                    ""
                };
                all.push(format!(
                    "{}{star}",
                    path.strip_prefix(root).unwrap().display()
                ));
            }
        }
    }
    all.sort();
    all
}

fn taken(
    write: impl FnOnce(&Path) -> PathBuf,
    roster: Option<&str>,
    caps: Caps,
) -> Result<Class, IntakeError> {
    let place = tempfile::tempdir().unwrap();
    let source = write(place.path());
    let roster = roster.map(|text| Roster::parse(text.as_bytes()).unwrap());
    let target = place.path().join("target");
    let intake = take_in(&source, None, roster.as_ref(), &target, &caps)?;
    // Nothing is ever written beside the target.
    let mut beside: Vec<_> = fs::read_dir(place.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    beside.sort();
    assert_eq!(beside, [source, target.clone()]);
    tree(&target);
    Ok(Class { place, intake })
}

fn of_bytes(bytes: &[u8], roster: Option<&str>) -> Class {
    let write = |place: &Path| {
        let path = place.join("source");
        fs::write(&path, bytes).unwrap();
        path
    };
    taken(write, roster, Caps::default()).unwrap()
}

#[test]
fn a_canvas_zip_is_a_class() {
    let packed = plain(&[
        ("lab7/main.c", "x"),
        ("__MACOSX/lab7/._main.c", "x"),
        ("lab7/.DS_Store", "x"),
    ]);
    let archive = zip(&[
        ("lovelaceada_101_9001_main-1.c", b"int main;", None),
        ("lovelaceada_101_9002_run", b"#!/bin/sh\r\n./main\r\n", None),
        ("hoppergrace_LATE_102_9003_lab7.zip", &packed, None),
        ("turingalan_103_text.html", b"<p>sorry</p>", None),
        ("mallorym_104_9004_lab7.zip", b"PK\x03\x04 broken", None),
        ("anon_Xy1_9005_main.py", b"x", None),
        ("notes.txt", b"x", None),
    ]);
    let roster = "Student,ID,SIS User ID,SIS Login ID,Section\n\"Lovelace, Ada\",101,s1,ada,A\n\"Hopper, Grace\",102,s2,grace,A\n\"Turing, Alan\",103,s3,alan,A\n\"Mallory, M\",104,s4,mal,A\n\"Absent, Ann\",105,s5,ann,A\n";
    insta::assert_snapshot!(of_bytes(&archive, Some(roster)).told(), @r#"
    anon-xy1 () InTime unlisted: anon-xy1/files: main.py
    hoppergrace-102 (s2) Late: hoppergrace-102/unpacked/lab7: main.c
    lovelaceada-101 (s1) InTime: lovelaceada-101/files: main.c run*
        "main-1.c" is "main.c", renamed by the platform
        "run" was made executable: the platform does not keep that
        "run" has Windows' line ends: the kernel finds no interpreter for it
    mallorym-104 (s4) InTime: not graded, because its archive "lab7.zip" is damaged: Missing end of central directory
    turingalan-103 (s3) InTime: not graded, because it is text typed into the platform, no file
        text typed into the platform was not taken over
    absent: s5
    leftover: notes.txt
    "#);
}

#[test]
fn a_moodle_zip_is_a_class() {
    let archive = plain(&[
        (
            "Ada Lovelace_12_assignsubmission_file_/lab1/lab1/main.c",
            "x",
        ),
        ("Grace Hopper_13_assignsubmission_file/main.py", "x"),
        (
            "Grace Hopper_13_assignsubmission_onlinetext/onlinetext.html",
            "x",
        ),
        (
            "Al_an Turing_14_assignsubmission_onlinetext_/onlinetext.html",
            "x",
        ),
    ]);
    let roster = "Identifier,Full name,ID number,Email address\nParticipant 12,Ada Lovelace,s1,a@x\nParticipant 13,Grace Hopper,s2,g@x\n";
    insta::assert_snapshot!(of_bytes(&archive, Some(roster)).told(), @r#"
    ada-lovelace-12 (s1) Unknown: ada-lovelace-12/files/lab1/lab1: main.c
    al_an-turing-14 (14) Unknown unlisted: not graded, because it is text typed into the platform, no file
        text typed into the platform was not taken over
    grace-hopper-13 (s2) Unknown: grace-hopper-13/files: main.py
        text typed into the platform was not taken over
    "#);
}

#[test]
fn a_gradescope_export_is_a_class() {
    let metadata = "submission_5:\n  :submitters:\n  - :name: Ada\n    :sid: s1\n    :email: a@x\n  - :name: Bo\n    :sid: s2\n    :email: b@x\n  :created_at: 2021-09-13 14:05:44 UTC\n";
    let archive = plain(&[
        ("assignment_9_export/submission_metadata.yml", metadata),
        ("assignment_9_export/submission_5/main.c", "x"),
        ("assignment_9_export/submission_6/main.c", "x"),
    ]);
    let class = of_bytes(&archive, Some("id;name;email\ns1;Ada;\n;Bo;B@x\n"));
    insta::assert_snapshot!(class.told(), @r#"
    submission_5 (s1 B@x) Unknown: submission_5/files: main.c
    submission_6 () Unknown unlisted: submission_6/files: main.c
    "#);
    let group = class.of("submission_5");
    assert_eq!(group.submitted.unwrap().to_string(), "2021-09-13T14:05:44Z");
}

#[test]
fn directories_archives_and_clones_are_classes() {
    let write = |place: &Path| {
        let source = place.join("source");
        let write = |path: &str, content: &[u8]| {
            let path = source.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        };
        write("lab7-adal/main.c", b"x");
        write("lab7-adal/.git/config", b"x");
        write("lab7-team-blue/src/main.rs", b"x");
        write("lab7-team-blue/src/lib.rs", b"x");
        write(
            "carol.tar.gz",
            &gz(&tar(&[("./lab/run", b'0', b"#!/bin/sh\n")])),
        );
        write("dave.7z", b"7z\xbc\xaf\x27\x1c");
        write("erin.zip", b"no zip at all");
        write("frank/a.zip", &plain(&[("main.c", "x")]));
        write("frank/b.zip", &plain(&[("main.c", "x")]));
        write("grace/report.pdf", b"x");
        write("grace/code.zip", &plain(&[("code/main.c", "x")]));
        write("heidi/x/HEAD", b"x");
        write("heidi/x/objects/a", b"x");
        write("heidi/x/refs/a", b"x");
        write("roster.csv", b"x");
        fs::create_dir(source.join("ivan")).unwrap();
        symlink("/etc/passwd", source.join("lab7-adal/passwd")).unwrap();
        symlink("/etc", source.join("judy")).unwrap();
        nix::unistd::mkfifo(
            &source.join("lab7-adal/fifo"),
            nix::sys::stat::Mode::S_IRWXU,
        )
        .unwrap();
        source
    };
    let roster = "identifier,github_username,github_id,name,group\ns1,adal,1,Ada,\ns2,bo,2,Bo,team-blue\ns3,cy,3,Cy,team-blue\ncarol,c,4,Carol,\n";
    let class = taken(write, Some(roster), Caps::default()).unwrap();
    insta::assert_snapshot!(class.told(), @r#"
    carol.tar.gz (carol) Unknown: carol.tar.gz/unpacked/lab: run*
    dave.7z (dave) Unknown unlisted: not graded, because its archive "dave.7z" is a 7z archive, which is not supported: use zip or tar.gz
    erin.zip (erin) Unknown unlisted: not graded, because its archive "erin.zip" is neither a directory nor a zip, tar or tar.gz archive
    frank (frank) Unknown unlisted: not graded, because it has several archives and no program: a.zip, b.zip
    grace (grace) Unknown unlisted: grace/unpacked/code: main.c
        "code.zip" was unpacked; beside it, and not used: report.pdf
    heidi (heidi) Unknown unlisted: not graded, because it is a bare git repository: clone it with its files
    ivan (ivan) Unknown unlisted: not graded, because nothing of it could be taken over
    judy (judy) Unknown unlisted: not graded, because what was handed in is a link
    lab7-adal (s1) Unknown: lab7-adal/files: main.c
        left out: "fifo" is no regular file
        left out: "passwd" is a link
    lab7-team-blue (s2 s3) Unknown: lab7-team-blue/files: src/lib.rs src/main.rs
    leftover: roster.csv
    "#);
}

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
        left out: "main.c" is there twice: the first counts
        "Main.c" and "main.c" differ only in case or accents
        left out: "main.c/below" lies below what is a file
    bob (bob) Unknown: bob/files: nul.c
        "nul.c" is the name of a device on Windows
    leftover: ../../evil
    leftover: /etc/evil
    "#);
    let main = class.of("alice").files.as_ref().unwrap().join("main.c");
    assert_eq!(fs::read_to_string(main).unwrap(), "x");
}

#[test]
fn links_and_devices_in_archives_are_refused() {
    let archive = tar(&[
        ("alice/", b'5', b""),
        ("alice/main.c", b'0', b"x"),
        ("alice/link", b'2', b""),
        ("alice/hard", b'1', b""),
        ("alice/null", b'3', b""),
        ("alice/fifo", b'6', b""),
        ("bob/main.c", b'0', b"x"),
    ]);
    insta::assert_snapshot!(of_bytes(&gz(&archive), None).told(), @r#"
    alice (alice) Unknown: alice/files: main.c*
        left out: "link" is a link
        left out: "hard" is a link
        left out: "null" is no regular file
        left out: "fifo" is no regular file
    bob (bob) Unknown: bob/files: main.c*
    "#);
    let archive = zip(&[
        ("alice/link", b"/etc/passwd", Some(0o120_777)),
        ("alice/main.c", b"x", Some(0o100_755)),
        ("bob/a.c", b"", None),
    ]);
    insta::assert_snapshot!(of_bytes(&archive, None).told(), @"");
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
    assert!(class.of("alice").notes[0].ends_with("is there twice: the first counts"));
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

#[test]
fn what_is_no_class_is_an_error() {
    let error = |bytes: &[u8]| {
        let bytes = bytes.to_owned();
        let write = move |place: &Path| {
            let path = place.join("source");
            fs::write(&path, bytes).unwrap();
            path
        };
        match taken(write, None, Caps::default()) {
            Ok(class) => panic!("{}", class.told()),
            Err(IntakeError::Source(_, error)) => error.to_string(),
            Err(error) => error.to_string(),
        }
    };
    assert!(error(b"").contains("neither a directory nor"));
    assert!(error(b"BZh91AY").contains("bzip2 archive, which is not supported"));
    assert!(error(&plain(&[("main.c", "x")])).contains("looks like one submission"));
    assert!(error(b"PK\x03\x04").contains("damaged"));
}

#[test]
fn existing_targets_are_never_written_to() {
    let place = tempfile::tempdir().unwrap();
    let source = place.path().join("source");
    fs::create_dir_all(source.join("alice")).unwrap();
    let result = take_in(&source, None, None, place.path(), &Caps::default());
    assert!(matches!(result, Err(IntakeError::Target(..))));
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

//! Sources as platforms and people make them.

use std::os::unix::fs::symlink;

use super::*;

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
        symlink("main.c", source.join("lab7-adal/run.c")).unwrap();
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
    ivan (ivan) Unknown unlisted: not graded, because it is empty
    judy (judy) Unknown unlisted: not graded, because what was handed in is a link
    lab7-adal (s1) Unknown: lab7-adal/files: main.c run.c
        left out: "fifo" is no regular file
        left out: "passwd" is a link that leads out of the submission
    lab7-team-blue (s2 s3) Unknown: lab7-team-blue/files: src/lib.rs src/main.rs
    leftover: roster.csv
    "#);
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

//! From what a platform gave to the file that it takes back.

use std::fs;
use std::path::Path;
use std::process::Command;

use syslab::exit;

use super::{CHECK, GRADE, lab, said};

/// Packs what lies in `class` there as the platform does, into `class.zip`.
fn pack(here: &Path) {
    let status = Command::new("python3")
        .args(["-m", "zipfile", "-c", "../class.zip"])
        .args(
            fs::read_dir(here.join("class"))
                .unwrap()
                .map(|entry| entry.unwrap().file_name()),
        )
        .current_dir(here.join("class"))
        .status()
        .unwrap();
    assert!(status.success());
}

/// A right program, and a wrong one.
fn programs() -> [Vec<u8>; 2] {
    [
        "solution/python",
        &format!("wrong/{CHECK}/skips-empty-records"),
    ]
    .map(|of| fs::read(lab(of).join("main.py")).unwrap())
}

/// `grade` over `class.zip`, with what the platform exported as the roster.
fn grade(here: &Path, from: &str, exported: &str) -> String {
    let mut args = GRADE.to_vec();
    args[1] = "class.zip";
    args.extend(["--from", from, "--roster", exported]);
    said(here, &args, exit::DONE)
}

#[test]
fn canvas_gets_its_own_gradebook_back() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    let [right, wrong] = programs();
    fs::create_dir(here.join("class")).unwrap();
    // Handed in twice, which Canvas shows by a suffix; and too late.
    fs::write(here.join("class/lovelaceada_101_7001_main-1.py"), right).unwrap();
    fs::write(here.join("class/hoppergrace_LATE_102_7002_main.py"), wrong).unwrap();
    pack(here);
    let gradebook = "Student,ID,SIS User ID,SIS Login ID,Section,Lab 6 (11),Records (12)\r\n\
        \x20   Points Possible,,,,,10,10\r\n\
        \"Lovelace, Ada\",101,s1,ada,A,9.5,\r\n\
        \"Hopper, Grace\",102,s2,grace,A,,\r\n\
        \"Turing, Alan\",103,s3,alan,A,1,\r\n";
    fs::write(here.join("gradebook.csv"), gradebook).unwrap();

    let status = grade(here, "canvas", "gradebook.csv");
    assert!(status.contains("2 submissions, 1 absent"), "{status}");
    let collect = ["grade", "collect", "run", "--format", "canvas"];
    let given = ["--gradebook", "gradebook.csv", "--column", "Records"];
    let said = said(here, &[&collect[..], &given].concat(), exit::DONE);
    assert!(said.contains("run/exports/canvas.csv"), "{said}");
    let filled = fs::read_to_string(here.join("run/exports/canvas.csv")).unwrap();
    let expected = gradebook
        .replace("9.5,\r", "9.5,10\r")
        .replace("A,,\r", "A,,0\r");
    assert_eq!(filled, expected);
}

#[test]
fn moodle_gets_its_own_worksheet_back() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    for (folder, program) in ["Ada Lovelace_11", "Grace Hopper_12"]
        .iter()
        .zip(programs())
    {
        let folder = here.join(format!("class/{folder}_assignsubmission_file_"));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("main.py"), program).unwrap();
    }
    pack(here);
    let worksheet = "Identifier,Full name,Email address,Status,Grade,Maximum grade,Grade can be changed,Last modified (submission),Last modified (grade),Feedback comments\n\
        Participant 11,Ada Lovelace,a@x,Submitted for grading,,\"10,00\",Yes,-,-,\n\
        Participant 12,Grace Hopper,g@x,Submitted for grading,,\"10,00\",Yes,-,-,\n\
        Participant 13,Alan Turing,t@x,No submission,,\"10,00\",Yes,-,-,\n";
    fs::write(here.join("worksheet.csv"), worksheet).unwrap();

    let status = grade(here, "moodle", "worksheet.csv");
    assert!(status.contains("2 submissions, 1 absent"), "{status}");
    let collect = ["grade", "collect", "run", "--format", "moodle"];
    said(
        here,
        &[&collect[..], &["--worksheet", "worksheet.csv"]].concat(),
        exit::DONE,
    );
    let filled = fs::read_to_string(here.join("run/exports/moodle.csv")).unwrap();
    let expected = worksheet
        .replace(
            "a@x,Submitted for grading,,",
            "a@x,Submitted for grading,10,",
        )
        .replace(
            "g@x,Submitted for grading,,",
            "g@x,Submitted for grading,0,",
        );
    assert_eq!(filled, expected);
}

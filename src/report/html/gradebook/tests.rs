//! What the columns and blocks hold, that nothing gets out of them, and that every limit is told.

use std::io::Read as _;

use serde_json::{Value, json};

use super::super::base64::base64;
use super::*;
use crate::model::gradebook::{Graded, Outcome};
use crate::model::items::{Alarm, Item};
use crate::model::score::{Figure, Repeats};
use crate::model::similarity::{Pair, Region};
use crate::model::{Fraction, Verdict};
use crate::report::exports::hostile;

fn report<'a>(book: &'a Gradebook, items: &'a Items) -> ClassReport<'a> {
    ClassReport {
        book,
        items,
        bins: &[],
        compared: None,
        sources: &[],
    }
}

/// The page of a book alone.
fn page(book: &Gradebook) -> String {
    class_report(&report(book, &Items::default()))
}

/// What is between an id's opening tag and the end of its script.
fn script_of<'a>(page: &'a str, id: &str) -> Option<&'a str> {
    let (_, rest) = page.split_once(&format!("id=\"{id}\">"))?;
    rest.split("</script>").next()
}

fn data(page: &str) -> Value {
    serde_json::from_str(script_of(page, "data").unwrap()).unwrap()
}

fn graded(book: &mut Gradebook, at: usize) -> &mut Graded {
    match &mut book.entries[at].outcome {
        Outcome::Graded(graded) => graded,
        Outcome::NotGraded { .. } => panic!("it was graded"),
    }
}

/// The bytes that base64 came from.
fn bytes(text: &str) -> Vec<u8> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits: Vec<u32> = (text.bytes().filter(|b| *b != b'='))
        .map(|b| ALPHABET.iter().position(|one| *one == b).unwrap() as u32)
        .collect();
    let bytes = digits.chunks(4).flat_map(|group| {
        let bits = group.iter().fold(0, |bits, digit| bits << 6 | digit) << (6 * (4 - group.len()));
        (0..group.len() - 1).map(move |nth| (bits >> (16 - 8 * nth)) as u8)
    });
    bytes.collect()
}

fn block(page: &str, id: &str) -> Option<Value> {
    let packed = bytes(script_of(page, id)?);
    assert_eq!(
        base64(&packed),
        script_of(page, id)?,
        "decoded as it was written"
    );
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(&packed[..])
        .read_to_end(&mut plain)
        .unwrap();
    Some(serde_json::from_slice(&plain).unwrap())
}

#[test]
fn a_submission_without_a_grade_has_no_number() {
    let data = data(&page(&hostile::book()));
    let entries = &data["entries"];
    let words = |column: &str| -> Vec<&str> {
        let numbers = entries[column].as_array().unwrap().iter();
        numbers
            .map(|number| {
                data["strings"][number.as_u64().unwrap() as usize]
                    .as_str()
                    .unwrap()
            })
            .collect()
    };
    assert_eq!(words("key"), ["ada", "grace", "mallory"]);
    assert_eq!(entries["state"], json!([0, 2, 1]));
    assert_eq!(words("points"), ["20/3", "", ""]);
    assert_eq!(entries["value"][0], json!(20.0 / 3.0));
    assert!(entries["value"][1].is_null() && entries["value"][2].is_null());
    assert_eq!(data["verdicts"], "pfpu....pfpu");
    assert_eq!(data["absent"], json!([["Turing, Alan", "s4"]]));
    assert!(words("why")[1].starts_with("not graded, because its archive is broken"));
    assert_eq!(data["summary"]["graded"], 1);
    assert_eq!(data["summary"]["withheld"], 1);
    assert_eq!(data["summary"]["not_graded"], 1);
    assert_eq!(data["summary"]["median"]["exact"], "20/3");
    assert_eq!(data["checks"][2]["visibility"], "hidden");
    let pages = block(&page(&hostile::book()), "students-0").unwrap();
    assert_eq!(pages["entries"][0]["graded"]["points"], "20/3");
    assert!(pages["entries"][2]["graded"]["points"].is_null());
    assert!(pages["entries"][1]["graded"].is_null());
}

#[test]
fn nothing_of_a_submission_gets_out_of_its_place() {
    let page = page(&hostile::book());
    hostile::assert_harmless(&page);
    assert_eq!(
        page.matches("<script").count(),
        3,
        "data, a block, the script"
    );
    assert!(!page.contains("<img") && !page.contains("alert(1)</script>"));
    let pages = block(&page, "students-0").unwrap();
    hostile::assert_harmless(&pages.to_string());
    let policy = page.split("Content-Security-Policy\" content=\"").nth(1);
    let policy = policy.unwrap().split('"').next().unwrap();
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    assert!(!policy.contains("inline") && policy.contains("script-src 'sha256-"));
}

#[test]
fn the_same_class_gives_the_same_bytes() {
    assert_eq!(page(&hostile::book()), page(&hostile::book()));
}

#[test]
fn flaky_undecided_and_nobodys_are_told_with_the_reason() {
    let mut book = hostile::book();
    book.entries[0].students.clear();
    let repeats = Repeats { passed: 2, of: 3 };
    graded(&mut book, 0).card.checks[1].repeats = Some(repeats);
    // Passed never: not flaky, failed.
    graded(&mut book, 2).card.checks[1].repeats = Some(Repeats { passed: 0, of: 3 });
    let data = data(&page(&book));
    assert_eq!(data["entries"]["flags"], json!([1 | 2 | 8, 0, 2]));
    let why = data["entries"]["why"][0].as_u64().unwrap() as usize;
    let why = data["strings"][why].as_str().unwrap();
    assert!(
        why.starts_with("nobody knows whose it is; reaps passed 2 of 3 times; rings: "),
        "{why}"
    );
}

#[test]
fn what_ended_alike_is_in_a_block_once() {
    let mut book = hostile::book();
    let ada = book.entries[0].clone();
    book.entries = (0..IN_TWO)
        .map(|nth| crate::model::Entry {
            key: format!("k{nth:03}"),
            ..ada.clone()
        })
        .collect();
    let page = page(&book);
    let first = block(&page, "students-0").unwrap();
    assert_eq!(first["entries"].as_array().unwrap().len(), 64);
    assert_eq!(first["findings"].as_array().unwrap().len(), 4);
    assert_eq!(
        first["entries"][63]["graded"]["checks"],
        json!([0, 1, 2, 3])
    );
    let second = block(&page, "students-1").unwrap();
    assert_eq!(second["entries"].as_array().unwrap().len(), IN_TWO - 64);
    // Where there is no room for all, the others are there.
    let room = script_of(&page, "students-1").unwrap().len() + 80;
    let some = students::blocks_within(&book, room);
    assert!(script_of(&some, "students-0").is_some() != script_of(&some, "students-1").is_some());
    assert_eq!(students::blocks_within(&book, 0), "");
}

/// More submissions than one block has.
const IN_TWO: usize = 70;

#[test]
fn proofs_are_bounded_and_the_rest_is_counted() {
    let mut book = hostile::book();
    let checks = &mut graded(&mut book, 0).card.checks;
    let event = checks[1].evidence[0].clone();
    checks[1].evidence = vec![event.clone(); 1000];
    let large = crate::model::Evidence {
        text: "x".repeat(4000),
        ..event
    };
    checks[3].verdict = Verdict::Fail;
    checks[3].evidence = vec![large; 39];
    for check in 4..8 {
        let again = checks[3].clone();
        checks.push(crate::model::Finding {
            id: format!("more-{check}"),
            ..again
        });
    }
    let pages = block(&page(&book), "students-0").unwrap();
    let shown = |check: usize| {
        let check = &pages["findings"][check];
        let shown = check["evidence"].as_array().unwrap().len();
        (shown, check["more"].as_u64().unwrap() as usize)
    };
    assert_eq!(shown(1), (40, 960));
    assert_eq!(shown(3), (39, 0));
    assert_eq!(shown(4).0 + shown(4).1, 39);
    let all: usize = (0..8).map(|check| shown(check).0).sum();
    assert!(all < 40 + 70, "{all}");
}

#[test]
fn checks_have_what_the_class_says_of_them() {
    let book = hostile::book();
    let items = Items {
        submissions: 2,
        items: vec![Item {
            id: "reaps".to_owned(),
            passed: 1,
            failed: 2,
            skipped: 0,
            unknown: 0,
            facility: Fraction::new(1, 3),
            discrimination: Some(-0.123_456),
            alarms: vec![Alarm::TellsTheContrary],
        }],
    };
    let data = data(&class_report(&report(&book, &items)));
    let check = &data["checks"][1];
    assert_eq!(check["facility"], json!({"near": "33.3", "exact": "1/3"}));
    assert_eq!(check["discrimination"], json!(-0.12));
    assert_eq!((&check["passed"], &check["failed"]), (&json!(1), &json!(2)));
    let alarm = check["alarms"][0].as_str().unwrap();
    assert!(alarm.contains("does it accuse good programs?"));
    assert!(data["checks"][0]["facility"].is_null());
}

#[test]
fn figures_have_their_place_among_others() {
    let mut book = hostile::book();
    let ada = book.entries[0].clone();
    book.entries = vec![ada; 10];
    for at in 0..10 {
        let figure = |value| Figure {
            name: "cpu_ms".to_owned(),
            value,
        };
        graded(&mut book, at).card.checks[1].figures =
            vec![figure((at + 1) as f64 * 10.0), figure(f64::NAN)];
    }
    let data = data(&page(&book));
    assert_eq!(
        data["measures"],
        json!([{"check": 1, "name": "cpu_ms", "count": 10, "least": 10.0, "median": 50.0, "ninety": 90.0, "most": 100.0}])
    );
}

#[test]
fn the_mean_and_the_median_are_exact() {
    let mut book = hostile::book();
    let ada = book.entries[0].clone();
    book.entries = vec![ada; 2];
    graded(&mut book, 1).grade.points = Fraction::new(1, 7).unwrap();
    let summary = &data(&page(&book))["summary"];
    // (20/3 + 1/7) / 2
    assert_eq!(summary["mean"], json!({"near": "3.4", "exact": "143/42"}));
    assert_eq!(summary["median"], summary["mean"]);
    assert_eq!(summary["least"]["exact"], "1/7");
}

fn pair(left: &str, right: &str, regions: usize) -> Pair {
    Pair {
        left: left.to_owned(),
        right: right.to_owned(),
        left_part: 0.876_54,
        right_part: 0.05,
        tokens: 120,
        regions: vec![
            Region {
                left: ("main.c".to_owned(), 1, 2),
                right: ("log.c".to_owned(), 2, 3),
                tokens: 60,
            };
            regions
        ],
    }
}

#[test]
fn a_pair_has_the_files_that_it_is_about() {
    let book = hostile::book();
    let items = Items::default();
    let compared = Compared {
        pairs: vec![pair("ada", "mallory", 61), pair("ada", "gone", 1)],
        identical: vec![vec!["ada".to_owned(), "grace".to_owned()]],
        too_short: vec!["grace".to_owned()],
        common: 3,
    };
    let sources = |key: &str, path: &str, text: &str| Sources {
        key: key.to_owned(),
        files: vec![
            (path.to_owned(), text.to_owned()),
            ("other.c".to_owned(), "int not_shown;\n".to_owned()),
        ],
    };
    let all = [
        sources("ada", "main.c", "\tint x;\r\nint \u{202e}y;\n"),
        sources("mallory", "log.c", &format!("{}\n", "z".repeat(1000))),
        sources("grace", "main.c", "int unused;\n"),
    ];
    let page = class_report(&ClassReport {
        compared: Some(&compared),
        sources: &all,
        ..report(&book, &items)
    });
    let likeness = &data(&page)["likeness"];
    assert_eq!(likeness["sources"], json!(["ada", "mallory"]));
    assert_eq!(likeness["pairs"][0]["left_part"], json!(87.7));
    assert_eq!(likeness["pairs"][0]["more"], json!(1));
    assert_eq!(
        likeness["pairs"][0]["regions"][0],
        json!(["main.c", 1, 2, "log.c", 2, 3, 60])
    );
    assert_eq!(likeness["identical"], json!([[2, ["ada", "grace"]]]));
    let files = block(&page, "sources-0").unwrap();
    assert_eq!(
        files,
        json!([{"path": "main.c", "lines": ["    int x;", "int \\u{202e}y;"], "more": 0}])
    );
    let line = block(&page, "sources-1").unwrap()[0]["lines"][0].clone();
    assert_eq!(line.as_str().unwrap().chars().count(), 402, "cut, and told");
    assert_eq!(block(&page, "sources-2"), None);
}

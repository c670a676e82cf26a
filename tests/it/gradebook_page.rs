//! The instructor's report and learners' feedback, looked at by a real browser.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod accessibility;
mod class;
mod hostile;

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use serde_json::{Value, json};
use syslab::report::html::class_report;

use crate::browser::Browser;
use class::Class;

/// The page as a file, in a directory that goes away.
fn written(page: &str) -> (tempfile::TempDir, PathBuf) {
    let here = tempfile::tempdir().unwrap();
    let file = here.path().join("report.html");
    fs::write(&file, page).unwrap();
    (here, file)
}

fn strings(value: &Value) -> Vec<String> {
    let all = value.as_array().unwrap().iter();
    all.map(|one| one.as_str().unwrap().to_owned()).collect()
}

/// Goes to a part of the page, and waits until it is there.
fn go(browser: &mut Browser, hash: &str, wanted: &str) {
    browser.value(&format!("location.hash = {}", json!(hash)));
    wait(browser, wanted);
}

/// Waits until an expression holds, frame by frame.
fn wait(browser: &mut Browser, expression: &str) {
    for _ in 0..5000 {
        if browser.value(expression) == json!(true) {
            return;
        }
        browser.frame();
    }
    panic!("it never came: {expression}");
}

/// The texts of the cells of a column of the class, as far as rows exist.
fn cells(browser: &mut Browser, class: &str) -> Vec<String> {
    let expression = format!(
        "[...document.querySelectorAll('#rows tbody tr:not(.pad) .{class}')].map((cell) => cell.textContent)"
    );
    strings(&browser.value(&expression))
}

fn click(browser: &mut Browser, selector: &str) {
    browser.value(&format!(
        "document.querySelector({}).click()",
        json!(selector)
    ));
    browser.frame();
}

#[test]
fn a_class_of_twenty_thousand_is_sorted_filtered_and_gone_through() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let class = Class::of(20_000, 25);
    let begun = Instant::now();
    let page = class_report(&class.report());
    let made = begun.elapsed();
    let (_here, file) = written(&page);
    let begun = Instant::now();
    browser.open(&file, 1280, 900);
    println!(
        "20,000 submissions by 25 checks: {} kB, made in {} ms, opened in {} ms",
        page.len() / 1000,
        made.as_millis(),
        begun.elapsed().as_millis()
    );

    // Of all rows few exist, and the table says how many there are.
    assert!(browser.text("count").starts_with("20,000 submissions"));
    let count =
        browser.value("document.querySelector('#rows table').getAttribute('aria-rowcount')");
    assert_eq!(count, json!("20001"));
    let keys = cells(&mut browser, "key");
    assert!(keys.len() < 100, "{}", keys.len());
    assert_eq!(keys[..2], ["s000000", "s000001"]);

    // Sorted by points, most first, then least first; what has none stays last.
    let points: Vec<f64> = (class.book.entries.iter())
        .filter_map(|entry| entry.releasable().ok())
        .map(syslab::model::Fraction::to_f64)
        .collect();
    let number = |text: &String| text.trim_start_matches("≈ ").parse::<f64>().unwrap();
    click(&mut browser, "#rows th.points button");
    let sorted = "document.querySelector('#rows th.points').getAttribute('aria-sort')";
    assert_eq!(browser.value(sorted), json!("descending"));
    let shown: Vec<f64> = cells(&mut browser, "points").iter().map(number).collect();
    assert!(shown.is_sorted_by(|one, other| one >= other), "{shown:?}");
    let most = points.iter().copied().fold(0.0, f64::max);
    assert!((shown[0] - most).abs() < 0.01);
    click(&mut browser, "#rows th.points button");
    assert_eq!(browser.value(sorted), json!("ascending"));
    let shown: Vec<f64> = cells(&mut browser, "points").iter().map(number).collect();
    assert!(shown.is_sorted(), "{shown:?}");

    // By the keyboard: to the last row, which has no points, and into it.
    browser.value("document.getElementById('rows').focus()");
    browser.press(&["End"]);
    let last = cells(&mut browser, "points").pop().unwrap();
    assert_eq!(last, "–");
    browser.press(&["ArrowUp", "ArrowUp", "ArrowDown"]);
    let row = "document.activeElement.closest('tr').getAttribute('aria-rowindex')";
    assert_eq!(browser.value(row), json!("20000"));
    let key = browser.value("document.activeElement.textContent");
    browser.value("document.activeElement.click()");
    wait(&mut browser, "!document.getElementById('student').hidden");
    let called = browser.value("location.hash");
    assert_eq!(called, json!(format!("#student/{}", key.as_str().unwrap())));

    // Back, and to one of them by what is known of it.
    browser.value("history.back()");
    wait(&mut browser, "!document.getElementById('overview').hidden");
    browser.value("document.body.focus()");
    browser.press(&["/"]);
    browser.send("Input.insertText", &json!({"text": "S012345@EXAMPLE"}));
    browser.frame();
    assert!(browser.text("count").starts_with("1 of 20,000 submissions"));
    assert_eq!(cells(&mut browser, "key"), ["s012345"]);
    browser.value("document.getElementById('clear').click()");

    // By how it ended: as many as the class says.
    let undecided = class.book.entries.iter().filter(|entry| {
        entry
            .graded()
            .is_some_and(|graded| graded.grade.checks.iter().any(|check| check.is_open))
    });
    browser.value("(() => { const s = document.getElementById('state'); s.value = 'open'; s.dispatchEvent(new Event('change')); })()");
    let told = browser.text("count");
    let told: usize = told
        .split(' ')
        .next()
        .unwrap()
        .replace(',', "")
        .parse()
        .unwrap();
    assert_eq!(told, undecided.count());
    click(&mut browser, "#clear");

    // A bar of the histogram shows whom it counts.
    let bin = class.bins.iter().position(|bin| bin.count > 0).unwrap();
    browser.value(&format!(
        "document.querySelectorAll('#bars .bar')[{bin}].dispatchEvent(new MouseEvent('click'))"
    ));
    browser.frame();
    let told = browser.text("count");
    let told: usize = told
        .split(' ')
        .next()
        .unwrap()
        .replace(',', "")
        .parse()
        .unwrap();
    assert_eq!(told, class.bins[bin].count);
    click(&mut browser, "#clear");

    // The map is drawn, and can be gone through.
    let colours = browser.value(
        "(() => {
            const canvas = document.getElementById('canvas');
            const all = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
            const colours = new Set();
            for (let at = 0; at < all.length; at += 4) colours.add(all[at] << 16 | all[at + 1] << 8 | all[at + 2]);
            return colours.size;
        })()",
    );
    assert!(colours.as_u64().unwrap() >= 4, "{colours}");
    browser.value("document.getElementById('canvas').focus()");
    browser.press(&["ArrowRight", "ArrowDown"]);
    let said = browser.text("say");
    assert!(
        said.starts_with("its-arguments-arrive-unchanged: submissions 1 to "),
        "{said}"
    );

    // A check over the class leads to who failed it.
    let nobody = class
        .items
        .items
        .iter()
        .find(|item| item.passed == 0)
        .unwrap();
    let alarm = browser.text("items");
    assert!(alarm.contains("nobody passes"), "{alarm}");
    browser.value(&format!(
        "[...document.querySelectorAll('#items button')].find((one) => one.title === 'show who failed {}').click()",
        nobody.id
    ));
    browser.frame();
    let told = browser.text("count");
    let told: usize = told
        .split(' ')
        .next()
        .unwrap()
        .replace(',', "")
        .parse()
        .unwrap();
    assert_eq!(told, nobody.failed);

    assert_eq!(browser.complaints(&file), [] as [String; 0]);
}

#[test]
fn a_submission_has_its_page_with_the_proof_of_each_check() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let class = Class::of(200, 12);
    let (_here, file) = written(&class_report(&class.report()));
    browser.open(&file, 1280, 900);
    let is_failed = |entry: &&syslab::model::Entry| {
        entry
            .graded()
            .is_some_and(|graded| !graded.grade.steps.is_empty() && graded.grade.withheld.is_none())
    };
    let entry = class.book.entries.iter().skip(70).find(is_failed).unwrap();
    let graded = entry.graded().unwrap();
    go(
        &mut browser,
        &format!("#student/{}", entry.key),
        "document.querySelectorAll('#student .check').length > 0",
    );
    let text = browser.text("student");
    for finding in &graded.card.checks {
        assert!(text.contains(&finding.claim), "{} in {text}", finding.claim);
        assert!(text.contains(&finding.why) && text.contains(&finding.hint));
        for event in &finding.evidence {
            assert!(text.contains(&event.text), "{} in {text}", event.text);
        }
    }
    assert!(text.contains("main.c:"), "{text}");
    let points = format!("{} of {} points", graded.grade.points, graded.grade.out_of);
    assert!(text.contains(&points), "{points} in {text}");
    let step = &graded.grade.steps[0];
    assert!(text.contains(&format!("{}: {} → {}", step.why, step.from, step.to)));
    assert!(text.contains("syslab process check reaper --seed 4711"));
    let focused = browser.value("document.activeElement.tagName");
    assert_eq!(
        focused,
        json!("H2"),
        "a screen reader is told of the new view"
    );

    // On to the next in the order of the table, and back by a key.
    browser.value("[...document.querySelectorAll('#student .way a')].at(-1).click()");
    let at = class
        .book
        .entries
        .iter()
        .position(|one| one.key == entry.key)
        .unwrap();
    let next = &class.book.entries[at + 1].key;
    wait(
        &mut browser,
        &format!("document.getElementById('student').textContent.includes('submission{next}')"),
    );
    browser.press(&["Escape"]);
    wait(&mut browser, "!document.getElementById('overview').hidden");

    // Who is not there, and what was not graded.
    go(
        &mut browser,
        "#student/no%3Cbody",
        "document.getElementById('student').textContent.includes('no submission no<body')",
    );
    let not_graded = class
        .book
        .entries
        .iter()
        .find(|entry| entry.graded().is_none())
        .unwrap();
    let wanted = "document.getElementById('student').textContent.includes('its archive could not be opened')";
    go(
        &mut browser,
        &format!("#student/{}", not_graded.key),
        wanted,
    );
    assert!(!browser.text("student").contains(" points"));
    assert_eq!(browser.complaints(&file), [] as [String; 0]);
}

#[test]
fn a_pair_stands_side_by_side_with_its_passages_marked() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let class = Class::of(30, 12);
    assert_eq!(class.compared.pairs.len(), 1);
    let pair = &class.compared.pairs[0];
    let (_here, file) = written(&class_report(&class.report()));
    browser.open(&file, 1280, 900);
    go(
        &mut browser,
        "#pair/1",
        "document.querySelectorAll('#pair .code').length === 2",
    );
    for (side, place) in [(0, &pair.regions[0].left), (1, &pair.regions[0].right)] {
        let (path, from, to) = place;
        let marked = browser.value(&format!(
            "[...document.querySelectorAll('#side-{side} .line.common .at')].map((at) => at.textContent)"
        ));
        let marked = strings(&marked);
        assert!(
            marked.contains(&from.to_string()) && marked.contains(&to.to_string()),
            "{marked:?}"
        );
        let heading = browser.value(&format!(
            "document.querySelector('#side-{side} h4').textContent"
        ));
        assert_eq!(heading, json!(path));
    }
    let text = browser.text("side-1");
    assert!(
        text.contains("pid_t ended = waitpid(-1, &how, WNOHANG);"),
        "{text}"
    );
    assert!(text.contains("My own work"), "{text}");
    let own = browser.value("[...document.querySelectorAll('#side-1 .line:not(.common)')].some((line) => line.textContent.includes('My own work'))");
    assert_eq!(own, json!(true), "what is not common is not marked");
    assert_eq!(browser.complaints(&file), [] as [String; 0]);
}

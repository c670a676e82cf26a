//! The instructor's report and learners' feedback, looked at by a real browser.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod class;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::{Value, json};
use syslab::model::gradebook::{Outcome, Stage};
use syslab::model::items::Items;
use syslab::report::html::{ClassReport, class_report, feedback_html};

use crate::browser::Browser;
use class::Class;

/// Text that wants to be more than text.
const EVIL: &str = "</script><script>window.owned = 1</script><img src=x onerror=\"owned = 1\"> javascript:owned=1 \u{202e}\u{0}\u{2028}.";

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

/// A class in which everything that people can write wants to be more than text.
fn evil() -> Class {
    let mut class = Class::of(3, 12);
    class.book.assignment = EVIL.to_owned();
    class.book.notes = vec![EVIL.to_owned()];
    for entry in &mut class.book.entries {
        entry.key = format!("{}{EVIL}", entry.key);
        entry.group = Some(EVIL.to_owned());
        entry.notes = vec![EVIL.to_owned()];
        for student in &mut entry.students {
            student.name = EVIL.to_owned();
            student.id = EVIL.to_owned();
            student.email = EVIL.to_owned();
        }
        if let Outcome::Graded(graded) = &mut entry.outcome {
            graded.card.submission = EVIL.to_owned();
            for check in &mut graded.card.checks {
                check.claim = EVIL.to_owned();
                check.why = EVIL.to_owned();
                check.see = EVIL.to_owned();
                for event in &mut check.evidence {
                    event.text = EVIL.to_owned();
                    if let Some(site) = &mut event.site {
                        site.file = EVIL.to_owned();
                    }
                }
            }
        }
    }
    for (sources, entry) in class.sources.iter_mut().zip(&class.book.entries) {
        sources.key.clone_from(&entry.key);
        sources.files[0].1.push_str(EVIL);
        sources.files[0].0 = format!("{EVIL}.c");
    }
    class.compared = syslab::grade::similarity::compare(&class.sources, &[]);
    class
}

#[test]
fn what_people_write_stays_text() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let class = evil();
    let page = class_report(&class.report());
    let (_here, file) = written(&page);
    let scripts = page.matches("<script").count();
    browser.open(&file, 420, 800);
    let visible = "</script><script>window.owned = 1</script><img src=x onerror=\"owned = 1\"> javascript:owned=1 \\u{202e}\\x00\\u{2028}.";
    let key = format!("s000000{visible}");
    assert_eq!(cells(&mut browser, "key")[0], key);
    browser.value("document.querySelector('#rows td a, #rows th a').click()");
    wait(
        &mut browser,
        "document.querySelectorAll('#student .proofs').length > 0",
    );
    let text = browser.text("student");
    assert!(text.matches(visible).count() > 20, "{text}");
    let is_own = "[...document.links].every((link) => link.protocol === 'file:' && link.getAttribute('href').startsWith('#'))";
    assert_eq!(browser.value(is_own), json!(true));
    go(
        &mut browser,
        "#pair/1",
        "document.querySelectorAll('#pair .code').length === 2",
    );
    assert!(browser.text("side-0").contains(visible));
    assert_eq!(browser.value("document.scripts.length"), json!(scripts));
    assert_eq!(browser.value("document.images.length"), json!(0));
    assert_eq!(browser.value("typeof window.owned"), json!("undefined"));
    assert_eq!(browser.complaints(&file), [] as [String; 0]);

    // And if it were not: what got in could neither run nor call.
    let injected = "(async () => {
        document.body.insertAdjacentHTML('beforeend',
            '<button id=evil onclick=\"window.owned = 1\">x</button><img src=\"file:///etc/hostname\" onerror=\"window.owned = 1\">');
        document.getElementById('evil').click();
        const script = document.createElement('script');
        script.textContent = 'window.owned = 1';
        document.body.append(script);
        try { (0, eval)('window.owned = 1'); } catch { }
        const fetched = await fetch('http://127.0.0.1:9/').then(() => 'fetched', () => 'refused');
        return [typeof window.owned, fetched];
    })()";
    assert_eq!(browser.value(injected), json!(["undefined", "refused"]));

    // A learner's feedback is a page on which no script runs at all.
    let (_here, file) = written(&feedback_html(&class.book.entries[0], Stage::Open));
    browser.open(&file, 420, 800);
    let text = browser.value("document.body.textContent");
    assert!(text.as_str().unwrap().contains(visible), "{text}");
    assert_eq!(browser.value("document.scripts.length"), json!(0));
    assert_eq!(browser.complaints(&file), [] as [String; 0]);
}

/// The accessibility checker, where scripts/setup puts it; says so, and gives nothing, if it is
/// not there.
fn axe() -> Option<String> {
    let cache = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(Path::new(&std::env::var_os("HOME")?).join(".cache")))?;
    let found = fs::read_to_string(cache.join("syslab/axe-core-4.14.1.js")).ok();
    if found.is_none() {
        println!("skipped: axe-core is not installed; see scripts/setup");
    }
    found
}

/// What axe finds wrong with what is shown now.
fn faults(browser: &mut Browser, axe: &str) -> Vec<String> {
    browser.value(&format!("{axe};0"));
    let found = browser.value(
        "axe.run(document, { resultTypes: ['violations'] }).then((found) => found.violations.flatMap((fault) =>
            fault.nodes.map((node) => `${fault.id}: ${node.target}: ${node.failureSummary}`)))",
    );
    strings(&found)
}

#[test]
fn pages_can_be_used_without_eyes_and_without_a_mouse() {
    let Some(axe) = axe() else {
        return;
    };
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let class = Class::of(120, 14);
    let page = class_report(&class.report());
    let (_here, file) = written(&page);
    for (scheme, width) in [("light", 1280), ("dark", 1280), ("light", 400)] {
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        browser.send("Emulation.setEmulatedMedia", &media);
        browser.open(&file, width, 900);
        browser.value(
            "for (const one of document.querySelectorAll('#overview details')) one.open = true",
        );
        browser.frame();
        assert_eq!(
            faults(&mut browser, &axe),
            [] as [String; 0],
            "{scheme} {width}"
        );
        go(
            &mut browser,
            "#student/s000017",
            "document.querySelectorAll('#student .check').length > 0",
        );
        assert_eq!(
            faults(&mut browser, &axe),
            [] as [String; 0],
            "{scheme} {width}"
        );
        go(
            &mut browser,
            "#pair/1",
            "document.querySelectorAll('#pair .code').length === 2",
        );
        assert_eq!(
            faults(&mut browser, &axe),
            [] as [String; 0],
            "{scheme} {width}"
        );
    }
    // Nothing at all is also a class.
    let mut empty = Class::of(0, 0);
    empty.book.absent.clear();
    let items = Items::default();
    let page = class_report(&ClassReport {
        book: &empty.book,
        items: &items,
        bins: &[],
        compared: None,
        sources: &[],
    });
    let (_other, none) = written(&page);
    browser.open(&none, 1280, 900);
    assert_eq!(faults(&mut browser, &axe), [] as [String; 0]);
    let (_feedback, told) = written(&feedback_html(&class.book.entries[17], Stage::Open));
    browser.open(&told, 400, 900);
    assert_eq!(faults(&mut browser, &axe), [] as [String; 0]);
}

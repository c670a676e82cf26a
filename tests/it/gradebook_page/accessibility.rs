//! What axe-core finds wrong with the pages: nothing, in any view, scheme or width.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use syslab::model::gradebook::Stage;
use syslab::model::items::Items;
use syslab::report::html::{ClassReport, class_report, feedback_html};

use super::class::Class;
use super::{go, strings, written};
use crate::browser::Browser;

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

//! Everything that people write wants to be more than text, and is not.

use serde_json::json;
use syslab::model::gradebook::{Outcome, Stage};
use syslab::report::html::{class_report, feedback_html};

use super::class::Class;
use super::{cells, go, wait, written};
use crate::browser::Browser;

/// Text that wants to be more than text.
const EVIL: &str = "</script><script>window.owned = 1</script><img src=x onerror=\"owned = 1\"> javascript:owned=1 \u{202e}\u{0}\u{2028}.";

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

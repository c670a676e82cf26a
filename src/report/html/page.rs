//! The page: its own parts, and the data between them.

use super::data::{Data, Strings, shown};
use super::policy::policy;
use super::{Picture, card, embed, run};

/// The page's skeleton; `{{NAME}}` is filled in.
const PAGE: &str = include_str!("page.html");

const STYLE: &str = concat!(include_str!("base.css"), include_str!("page.css"));

/// The script, in the order in which it is put together; all of it is one function's body.
const SCRIPT: &[&str] = &[
    include_str!("script/elements.js"),
    include_str!("script/data.js"),
    include_str!("script/rows.js"),
    include_str!("script/view.js"),
    include_str!("script/paint.js"),
    include_str!("script/bars.js"),
    include_str!("script/overview.js"),
    include_str!("script/details.js"),
    include_str!("script/table.js"),
    include_str!("script/checks.js"),
    include_str!("script/search.js"),
    include_str!("script/pointer.js"),
    include_str!("script/keys.js"),
    include_str!("script/start.js"),
];

/// A picture as one HTML page: a file that needs nothing else.
///
/// The same picture gives the same bytes.
pub fn html(picture: &Picture<'_>) -> String {
    let mut strings = Strings::default();
    let runs = (picture.shots.iter())
        .map(|shot| run::run(shot, &mut strings))
        .collect();
    let data = Data {
        made: format!("syslab {}", env!("CARGO_PKG_VERSION")),
        title: shown(&picture.title),
        card: picture.card.map(|card| card::card(card, &picture.shots)),
        runs,
        strings: strings.into_all(),
    };
    let script = script(SCRIPT);
    let fields = [
        ("POLICY", policy(&script, STYLE)),
        ("TITLE", embed::text(&data.title)),
        ("SUMMARY", embed::text(&summary(&data))),
        ("STYLE", STYLE.to_owned()),
        ("DATA", embed::json(&data)),
        ("SCRIPT", script),
    ];
    filled(PAGE, &fields)
}

/// The parts of a script as one, of which nothing is seen from outside.
pub(super) fn script(parts: &[&str]) -> String {
    format!("(() => {{\n\"use strict\";\n{}}})();\n", parts.concat())
}

/// What the page says where no script runs.
fn summary(data: &Data) -> String {
    match (&data.card, data.runs.first()) {
        (Some(card), _) => format!("{} of {} points", card.score, card.max_score),
        (None, Some(run)) => run.summary.clone(),
        (None, None) => "nothing was recorded".to_owned(),
    }
}

/// The template with its fields, each looked for in the template only, never in what fills it.
pub(super) fn filled(template: &str, fields: &[(&str, String)]) -> String {
    let mut page = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        page.push_str(before);
        let (name, behind) = after.split_once("}}").unwrap_or((after, ""));
        let value = fields.iter().find(|(field, _)| *field == name);
        page.push_str(value.map_or("", |(_, value)| value));
        rest = behind;
    }
    page.push_str(rest);
    page
}

//! `submission_metadata.yml` of Gradescope's export: who submitted what, and when.
//!
//! A mapping from `submission_N` to a mapping with Ruby's symbols as keys: `:submitters` is a list
//! of `{:name, :sid, :email}`, `:created_at` a time; `:results` and `:history` may be megabytes and
//! are passed over, event by event. Seen in several public consumers; Gradescope documents none.

use std::collections::{BTreeMap, HashMap};

use saphyr_parser::{Event, Parser};

use crate::grade::fair::Moment;
use crate::model::gradebook::Student;

/// Largest file, in bytes.
pub(super) const MAX_BYTES: u64 = 512 << 20;

/// Deepest nesting.
const MAX_DEPTH: usize = 128;

/// What is said about one submission.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Metadata {
    pub(super) students: Vec<Student>,
    pub(super) submitted: Option<Moment>,
}

/// Where the parser is: in a mapping at a key, or in a sequence at an element.
enum Level {
    Mapping(Option<String>),
    Sequence(usize),
}

/// By `submission_N`.
///
/// # Errors
/// What is wrong with the file, and where.
pub(super) fn metadata(text: &str) -> Result<BTreeMap<String, Metadata>, String> {
    let mut all: BTreeMap<String, Metadata> = BTreeMap::new();
    let mut levels: Vec<Level> = Vec::new();
    let mut scalars: HashMap<usize, String> = HashMap::new();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| error.to_string())?;
        match event {
            Event::MappingStart(..) | Event::SequenceStart(..) => {
                if levels.len() >= MAX_DEPTH {
                    return Err(format!("line {}: too deep", span.start.line()));
                }
                begin(&mut all, &levels);
                levels.push(match event {
                    Event::MappingStart(..) => Level::Mapping(None),
                    _ => Level::Sequence(0),
                });
            }
            Event::MappingEnd | Event::SequenceEnd => {
                levels.pop();
                end_value(&mut levels);
            }
            Event::Scalar(value, _, anchor, _) => {
                if anchor > 0 && scalars.len() < 100_000 {
                    scalars.insert(anchor, value.to_string());
                }
                scalar(&mut all, &mut levels, value.into_owned());
            }
            Event::Alias(anchor) => {
                let value = scalars.get(&anchor).cloned().unwrap_or_default();
                scalar(&mut all, &mut levels, value);
            }
            _ => {}
        }
    }
    Ok(all)
}

fn key(level: Option<&Level>) -> &str {
    match level {
        Some(Level::Mapping(Some(key))) => key.trim_start_matches(':'),
        _ => "",
    }
}

/// A list element of `:submitters` begins: a student.
fn begin(all: &mut BTreeMap<String, Metadata>, levels: &[Level]) {
    let submission = key(levels.first());
    if submission.is_empty() {
        return;
    }
    let entry = match all.get_mut(submission) {
        Some(entry) => entry,
        None => all.entry(submission.to_owned()).or_default(),
    };
    if levels.len() == 3 && key(levels.get(1)) == "submitters" {
        entry.students.push(Student::default());
    }
}

fn scalar(all: &mut BTreeMap<String, Metadata>, levels: &mut [Level], value: String) {
    match levels.last_mut() {
        Some(Level::Mapping(at @ None)) => {
            *at = Some(value);
            return;
        }
        Some(Level::Mapping(Some(_)) | Level::Sequence(_)) => {}
        None => return,
    }
    let path: Vec<&str> = levels.iter().map(|level| key(Some(level))).collect();
    let entry = all.get_mut(*path.first().unwrap_or(&""));
    match (&path[..], entry) {
        ([_, "created_at"], Some(entry)) => entry.submitted = Moment::parse(&value),
        ([_, "submitters", _, field], Some(entry)) => {
            let is_null = matches!(value.as_str(), "" | "~" | "null");
            if let (Some(student), false) = (entry.students.last_mut(), is_null) {
                match *field {
                    "name" => student.name = value,
                    "sid" => student.id = value,
                    "email" => student.email = value,
                    _ => {}
                }
            }
        }
        _ => {}
    }
    end_value(levels);
}

/// The value of a key, or an element, is over.
fn end_value(levels: &mut [Level]) {
    match levels.last_mut() {
        Some(Level::Mapping(at)) => *at = None,
        Some(Level::Sequence(at)) => *at += 1,
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const EXPORT: &str = "---\n\
        submission_123:\n  :submitters:\n  - :name: \"Ada Lovelace\"\n    :sid: '0042'\n    :email: ada@example.org\n\
        \x20 - :name: Grace\n    :sid:\n    :email: grace@example.org\n  :created_at: 2021-09-13 14:05:44.163416000 -07:00\n\
        \x20 :score: 7.5\n  :results:\n    tests:\n    - name: \"x: {y\"\n      :submitters:\n      - :name: Mallory\n\
        \x20 :history:\n  - :created_at: 2020-01-01 00:00:00 UTC\n    :submitters:\n    - :name: Old\n\
        submission_124:\n  :submitters: []\n  :created_at: &1 2021-09-13 14:05:44 UTC\n\
        submission_125:\n  :created_at: *1\n";

    #[test]
    fn submitters_and_times_are_found_and_nothing_else() {
        let all = metadata(EXPORT).unwrap();
        let first = &all["submission_123"];
        let names: Vec<&str> = first.students.iter().map(|s| s.name.as_str()).collect();
        assert_eq!(names, ["Ada Lovelace", "Grace"]);
        assert_eq!(first.students[0].id, "0042");
        assert_eq!(first.students[1].id, "");
        assert_eq!(first.submitted.unwrap().to_string(), "2021-09-13T21:05:44Z");
        assert_eq!(all["submission_124"].students, []);
        assert_eq!(
            all["submission_125"].submitted,
            all["submission_124"].submitted
        );
        assert_eq!(all.len(), 3);
    }

    #[test]
    fn what_is_no_yaml_is_an_error() {
        assert!(metadata("a: [b\n").is_err());
        assert!(metadata(&"[".repeat(1000)).is_err());
        assert_eq!(metadata("").unwrap().len(), 0);
        assert_eq!(metadata("- a\n- b\n").unwrap().len(), 0);
    }

    proptest! {
        #[test]
        fn no_text_breaks_it(text in "[a-c:&*\\[\\]{}|>\"' \n-]{0,60}", other in any::<String>()) {
            let _ = metadata(&text);
            let _ = metadata(&other);
        }
    }
}

//! Canvas: the gradebook that it exported, with one column changed.
//!
//! From instructure/canvas-lms, `gradebook_importer.rb` and `gradebook_exporter.rb`: the header is
//! `Student,ID,[SIS User ID,]SIS Login ID,...,Section,...,"Title (assignment id)",...`; then there
//! may be a row of `Manual Posting`, then one that begins with `    Points Possible`. Rows match by
//! ID, then by SIS ids, then by name. A header without `(id)` that matches no title makes a *new*
//! assignment, and a student that is unknown there becomes "missing": so nothing is written from
//! scratch here. A blank grade is left as it is there, `EX` is excused.

use super::cells::{Cells, Edited, Left, number_of};
use crate::model::charset::{decode, encode};
use crate::model::gradebook::{Entry, Gradebook, Student};
use crate::ui::visible;

/// Why a file cannot be edited.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CanvasError {
    /// The header lacks what every export has.
    #[error("is no gradebook that Canvas exported: the first row has no {0:?}")]
    Header(&'static str),
    /// There is no such column.
    #[error("has no column {0:?}; it has: {1}")]
    Column(String, String),
    /// There are several.
    #[error("has several columns {0:?}; name one by its number in parentheses: {1}")]
    Ambiguous(String, String),
    /// Its characters cannot be written.
    #[error("cannot be written again in its own encoding")]
    Encoding,
}

/// Puts the grades into the column of an export.
///
/// `column` is the assignment's number, its title, or the whole header cell. Everything but the
/// changed cells stays as it is, byte by byte.
///
/// # Errors
/// If the file is not what Canvas exports, or does not have one such column.
pub fn canvas(export: &[u8], column: &str, book: &Gradebook) -> Result<Edited, CanvasError> {
    let (text, charset) = decode(export);
    let cells = Cells::of(&text);
    let header = cells
        .records
        .first()
        .map(|record| cells.all(record))
        .unwrap_or_default();
    let find = |name: &str| header.iter().position(|cell| cell.trim() == name);
    let is_student = header.first().is_some_and(|cell| cell.contains("Student"));
    let split_names = header.first().is_some_and(|cell| cell.trim() == "LastName");
    if !is_student && !split_names {
        return Err(CanvasError::Header("Student"));
    }
    let id = find("ID").ok_or(CanvasError::Header("ID"))?;
    let section = find("Section").ok_or(CanvasError::Header("Section"))?;
    let target = target(&header, section, column)?;
    let places = Places {
        id,
        sis: find("SIS User ID"),
        login: find("SIS Login ID"),
    };

    let mut edited = Edited {
        bytes: Vec::new(),
        changed: 0,
        left: Vec::new(),
        notes: Vec::new(),
    };
    let mut changes = Vec::new();
    let mut met = vec![false; book.entries.iter().map(|entry| entry.students.len()).sum()];
    let students = || {
        book.entries
            .iter()
            .flat_map(|entry| entry.students.iter().map(move |s| (entry, s)))
    };
    for (at, record) in cells.records.iter().enumerate().skip(1) {
        let name = cells.get(record, 0).unwrap_or_default();
        let cell = |column: usize| cells.get(record, column).unwrap_or_default();
        if name.trim() == "Points Possible" {
            let possible = number_of(&cell(target));
            if possible != Some(book.out_of) {
                edited.notes.push(format!(
                    "Canvas has {} points possible, the gradebook {}",
                    visible(cell(target).trim()),
                    book.out_of
                ));
            }
            continue;
        }
        if cell(id).trim().is_empty() {
            // "Manual Posting" and the like; a row without an id is nobody's.
            continue;
        }
        let mut leave = |why: String| {
            let who = visible(name.trim());
            edited.left.push(Left {
                line: Some(record.line),
                who,
                why,
            });
        };
        let found = students()
            .enumerate()
            .find(|(_, (_, student))| places.is(&cell, student));
        let Some((number, (entry, _))) = found else {
            if !is_test_student(&name) {
                leave("submitted nothing that could be matched".to_owned());
            }
            continue;
        };
        met[number] = true;
        if cells.get(record, target).is_none() {
            leave("the row is too short".to_owned());
            continue;
        }
        match entry.releasable() {
            Err(why) => leave(visible(&why)),
            Ok(points) => {
                let number = cells.number(points, None);
                if cell(target) != number {
                    changes.push((at, target, number));
                }
            }
        }
    }
    let missing = students().zip(&met).filter(|(_, met)| !**met);
    edited
        .left
        .extend(missing.map(|((entry, student), _)| not_there(entry, student)));
    edited.changed = changes.len();
    edited.bytes = encode(&cells.with(&changes), charset).ok_or(CanvasError::Encoding)?;
    Ok(edited)
}

fn not_there(entry: &Entry, student: &Student) -> Left {
    Left {
        line: None,
        who: visible(student.handle()),
        why: format!("is not in the file (submission {})", visible(&entry.key)),
    }
}

struct Places {
    id: usize,
    sis: Option<usize>,
    login: Option<usize>,
}

impl Places {
    /// By id where both sides know one; else by the university's ids. Never by name: two of the
    /// same name would be one grade for the wrong person.
    fn is(&self, cell: &impl Fn(usize) -> String, student: &Student) -> bool {
        let same = |column: Option<usize>, name: &str| {
            column.is_some_and(|at| !name.is_empty() && cell(at).trim() == name)
        };
        if !student.canvas.is_empty() {
            return same(Some(self.id), &student.canvas);
        }
        same(self.sis, &student.id)
            || same(self.login, &student.login)
            || same(self.login, &student.email)
    }
}

fn is_test_student(name: &str) -> bool {
    matches!(name.trim(), "Student, Test" | "Test Student")
}

/// The column of an assignment: after `Section`, by number, title or whole cell.
fn target(header: &[String], section: usize, wanted: &str) -> Result<usize, CanvasError> {
    let assignments = || header.iter().enumerate().skip(section + 1);
    let fits = |cell: &str| {
        let cell = cell.trim();
        let parts = cell
            .strip_suffix(')')
            .and_then(|rest| rest.rsplit_once(" ("))
            .filter(|(_, id)| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()));
        cell == wanted || parts.is_some_and(|(title, id)| title.trim() == wanted || id == wanted)
    };
    let found: Vec<(usize, &String)> = assignments().filter(|(_, cell)| fits(cell)).collect();
    let list = |cells: &mut dyn Iterator<Item = &String>| {
        let names: Vec<String> = cells.map(|cell| format!("{:?}", visible(cell))).collect();
        names.join(", ")
    };
    match &found[..] {
        [(at, _)] => Ok(*at),
        [] => Err(CanvasError::Column(
            wanted.to_owned(),
            list(&mut assignments().map(|(_, c)| c)),
        )),
        many => {
            let names = list(&mut many.iter().map(|(_, cell)| *cell));
            Err(CanvasError::Ambiguous(wanted.to_owned(), names))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::hostile;
    use super::*;

    const EXPORT: &str = "Student,ID,SIS User ID,SIS Login ID,Section,Lab 6 (11),\"Lab 7, pipes (12)\",Current Score\r\n\
        ,,,,,Manual Posting,,\r\n\
        \x20   Points Possible,,,,,10,40,(read only)\r\n\
        \"Lovelace, \"\"Ada\"\"\",101,s1,ada,A,9.5,,95\r\n\
        \"Hopper, Grace\",102,s2,grace,A,,3,\r\n\
        \"=cmd|'/c calc'!A1\",103,s3,mallory,A,1,EX,\r\n\
        \"Student, Test\",999,,abc,A,,,\r\n";

    #[test]
    fn one_column_changes_and_every_other_byte_stays() {
        let mut book = hostile::book();
        book.entries[0].students[0].canvas = "101".to_owned();
        let edited = canvas(EXPORT.as_bytes(), "12", &book).unwrap();
        let text = String::from_utf8(edited.bytes).unwrap();
        assert_eq!(text, EXPORT.replace("A,9.5,,95", "A,9.5,6.67,95"));
        assert_eq!(edited.changed, 1);
        let left: Vec<_> = edited
            .left
            .iter()
            .map(|left| (left.line, left.why.as_str()))
            .collect();
        insta::assert_debug_snapshot!(left, @r#"
        [
            (
                Some(
                    5,
                ),
                "not graded, because its archive is broken: =cmd|'/c calc'!A1 \\x1b[31m\\x1b]0;t\\x07\\n::set-output name=grade::100\\r\\n::stop-commands::TOKEN\\n::TOKEN::\\n##[error]x\\n<script>alert(1)</script> ]]>&\"' \\x00\\x08\\x0b\\u{fffe}\\u{ffff}\\u{202e}\\n````\\n# heading\\n| a | ![x](http://e.org)\\n{\"scores\": {\"x\": 100}}\\u{9b}2J\\u{2028}",
            ),
            (
                Some(
                    6,
                ),
                "withheld: could not be decided: rings",
            ),
        ]
        "#);
        assert_eq!(
            edited.notes,
            ["Canvas has 40 points possible, the gradebook 10"]
        );
        for column in ["Lab 7, pipes", "Lab 7, pipes (12)"] {
            assert!(canvas(EXPORT.as_bytes(), column, &book).is_ok());
        }
    }

    #[test]
    fn semicolons_come_with_decimal_commas_and_marks_stay() {
        let export = "\u{feff}Student;ID;SIS Login ID;Section;Lab (5)\n  Points Possible;;;;10\nAda;101;ada;A;\n";
        let mut book = hostile::book();
        book.entries[0].students[0].canvas = "101".to_owned();
        let edited = canvas(export.as_bytes(), "Lab", &book).unwrap();
        let text = String::from_utf8(edited.bytes).unwrap();
        assert_eq!(text, export.replace("A;\n", "A;6,67\n"));
        assert_eq!(edited.notes, Vec::<String>::new());
    }

    #[test]
    fn a_column_must_be_there_once() {
        let book = hostile::book();
        let error = |text: &str, column: &str| {
            canvas(text.as_bytes(), column, &book)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            error(EXPORT, "Lab 8"),
            r#"has no column "Lab 8"; it has: "Lab 6 (11)", "Lab 7, pipes (12)", "Current Score""#
        );
        assert!(error("Student,ID,Section,L (1),L (2)\n", "L").starts_with("has several columns"));
        assert!(error("", "L").contains("Student"));
        assert!(error("Student,Section,L (1)\n", "L").contains("\"ID\""));
    }
}

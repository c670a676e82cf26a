//! Moodle: the grading worksheet that it exported, with the grades put in.
//!
//! From `mod/assign/feedback/offline/importgradeslib.php`: the import needs the columns
//! `Identifier`, `Grade` and `Last modified (grade)`, by their translated names, in any order. A
//! row is skipped *without a word* when its grade is unchanged, empty, negative, above the maximum,
//! locked, or was changed online after the worksheet was made (unless "Allow updating records" is
//! ticked). So every row that Moodle will skip is named here. The worksheet does not exist while a
//! rubric or a marking guide is in use.

use super::cells::{Cells, Edited, Left, number_of};
use crate::model::charset::{decode, encode};
use crate::model::fraction::Fraction;
use crate::model::gradebook::{Gradebook, Student};
use crate::ui::visible;

/// What the worksheet's columns are called; Moodle translates them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoodleHeaders {
    /// `Identifier`: `Participant 123`.
    pub identifier: String,
    /// `Grade`.
    pub grade: String,
    /// `Last modified (grade)`.
    pub modified: String,
    /// `Maximum grade`.
    pub maximum: String,
    /// `Grade can be changed`.
    pub changeable: String,
    /// What stands there where it cannot: `No`.
    pub no: String,
    /// `Email address`.
    pub email: String,
    /// `ID number`.
    pub id: String,
}

impl Default for MoodleHeaders {
    /// The English ones.
    fn default() -> Self {
        Self {
            identifier: "Identifier".to_owned(),
            grade: "Grade".to_owned(),
            modified: "Last modified (grade)".to_owned(),
            maximum: "Maximum grade".to_owned(),
            changeable: "Grade can be changed".to_owned(),
            no: "No".to_owned(),
            email: "Email address".to_owned(),
            id: "ID number".to_owned(),
        }
    }
}

/// Why a worksheet cannot be edited.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoodleError {
    /// A column that the import needs is not there, or has another language's name.
    #[error("has no column {0:?}, which Moodle needs; it has: {1}")]
    Column(String, String),
    /// Its characters cannot be written.
    #[error("cannot be written again in its own encoding")]
    Encoding,
}

/// Puts the grades into a worksheet; everything but the changed cells stays, byte by byte.
///
/// The decimal point is that of the numbers which are there already; a point if there are none.
///
/// # Errors
/// If a column that the import needs is not there.
pub fn moodle(
    worksheet: &[u8],
    headers: &MoodleHeaders,
    book: &Gradebook,
) -> Result<Edited, MoodleError> {
    let (text, charset) = decode(worksheet);
    let cells = Cells::of(&text);
    let header = cells
        .records
        .first()
        .map(|record| cells.all(record))
        .unwrap_or_default();
    let find = |name: &str| header.iter().position(|cell| cell.trim() == name);
    let need = |name: &str| {
        let names: Vec<String> = header
            .iter()
            .map(|cell| format!("{:?}", visible(cell)))
            .collect();
        find(name).ok_or_else(|| MoodleError::Column(name.to_owned(), names.join(", ")))
    };
    let (identifier, target) = (need(&headers.identifier)?, need(&headers.grade)?);
    need(&headers.modified)?;
    let columns = Columns {
        identifier,
        id: find(&headers.id),
        email: find(&headers.email),
    };
    let (maximum, changeable) = (find(&headers.maximum), find(&headers.changeable));

    let rows = || cells.records.iter().enumerate().skip(1);
    let is_comma = rows()
        .flat_map(|(_, record)| {
            [Some(target), maximum]
                .into_iter()
                .flatten()
                .filter_map(|at| cells.get(record, at))
        })
        .find_map(
            |cell| match cell.contains([',', '.']) && number_of(&cell).is_some() {
                true => Some(cell.contains(',')),
                false => None,
            },
        );
    let mut edited = Edited {
        bytes: Vec::new(),
        changed: 0,
        left: Vec::new(),
        notes: Vec::new(),
    };
    let mut changes = Vec::new();
    let students = || {
        book.entries
            .iter()
            .flat_map(|entry| entry.students.iter().map(move |s| (entry, s)))
    };
    let mut met = vec![false; students().count()];
    for (at, record) in rows() {
        let cell = |column: usize| cells.get(record, column).unwrap_or_default();
        let of = |column: Option<usize>| column.map(&cell).unwrap_or_default();
        let mut leave = |why: String| {
            let who = visible(cell(identifier).trim());
            edited.left.push(Left {
                line: Some(record.line),
                who,
                why,
            });
        };
        let found = students()
            .enumerate()
            .find(|(_, (_, student))| columns.is(&cell, student));
        let Some((number, (entry, _))) = found else {
            leave("submitted nothing that could be matched; Moodle skips it".to_owned());
            continue;
        };
        met[number] = true;
        if cells.get(record, target).is_none() {
            leave("the row is too short; Moodle skips it".to_owned());
            continue;
        }
        let points = match entry.releasable() {
            Ok(points) => points,
            Err(why) => {
                leave(format!(
                    "{}; left as it was, and Moodle skips it",
                    visible(&why)
                ));
                continue;
            }
        };
        let number = cells.number(points, Some(is_comma.unwrap_or(false)));
        let most = number_of(&of(maximum));
        if most.is_some_and(|most| most != book.out_of) {
            let note = format!(
                "Moodle has a maximum of {}, the gradebook {}",
                visible(of(maximum).trim()),
                book.out_of
            );
            if !edited.notes.contains(&note) {
                edited.notes.push(note);
            }
        }
        let before = number_of(&cell(target));
        if let Some(why) = skipped(points, &number, before, most) {
            leave(why);
        } else if of(changeable).trim() == headers.no {
            leave("its grade is locked; Moodle will skip it".to_owned());
        }
        if before != number_of(&number) {
            changes.push((at, target, number));
        }
    }
    let missing = students().zip(&met).filter(|(_, met)| !**met);
    edited
        .left
        .extend(missing.map(|((entry, student), _)| Left {
            line: None,
            who: visible(student.handle()),
            why: format!(
                "is not in the worksheet (submission {})",
                visible(&entry.key)
            ),
        }));
    edited.notes.push(
        "rows whose grade was changed in Moodle after the worksheet was made are skipped there, \
         unless \"Allow updating records\" is ticked"
            .to_owned(),
    );
    edited.changed = changes.len();
    edited.bytes = encode(&cells.with(&changes), charset).ok_or(MoodleError::Encoding)?;
    Ok(edited)
}

/// Why Moodle will skip a row with this grade.
fn skipped(
    points: Fraction,
    number: &str,
    before: Option<Fraction>,
    most: Option<Fraction>,
) -> Option<String> {
    if points.is_negative() {
        Some(format!("{number} is negative; Moodle will skip it"))
    } else if let Some(most) = most.filter(|most| number_of(number) > Some(*most)) {
        Some(format!(
            "{number} is above the maximum of {most}; Moodle will skip it"
        ))
    } else if before == number_of(number) {
        Some("the grade is unchanged; Moodle will skip it".to_owned())
    } else {
        None
    }
}

struct Columns {
    identifier: usize,
    id: Option<usize>,
    email: Option<usize>,
}

impl Columns {
    /// By the participant's number where it is known; else by the university's id or the e-mail
    /// address.
    fn is(&self, cell: &impl Fn(usize) -> String, student: &Student) -> bool {
        if !student.moodle.is_empty() {
            // The word before the number is translated.
            let identifier = cell(self.identifier);
            let trimmed = identifier.trim();
            let digits = trimmed.trim_start_matches(|c: char| !c.is_ascii_digit());
            return digits == student.moodle;
        }
        let same = |column: Option<usize>, name: &str| {
            column.is_some_and(|at| !name.is_empty() && cell(at).trim().eq_ignore_ascii_case(name))
        };
        same(self.id, &student.id) || same(self.email, &student.email)
    }
}

#[cfg(test)]
mod tests {
    use super::super::hostile;
    use super::*;

    const WORKSHEET: &str = "Identifier,Full name,ID number,Email address,Status,Grade,Maximum grade,Grade can be changed,Last modified (submission),Last modified (grade),Feedback comments\n\
        Participant 11,Ada Lovelace,s1,a@x,Submitted,,\"10,00\",Yes,-,-,\"two\nlines\"\n\
        Participant 12,Grace Hopper,s2,g@x,Submitted,\"3,00\",\"10,00\",Yes,-,-,\n\
        Participant 13,\"=cmd|'/c calc'!A1\",s3,m@x,Submitted,,\"10,00\",No,-,-,\n\
        Participant 14,Alan Turing,s4,t@x,No submission,,\"10,00\",Yes,-,-,\n";

    #[test]
    fn grades_go_in_and_skipped_rows_are_named() {
        let mut book = hostile::book();
        book.entries[0].students[0].moodle = "11".to_owned();
        let edited = moodle(WORKSHEET.as_bytes(), &MoodleHeaders::default(), &book).unwrap();
        let text = String::from_utf8(edited.bytes.clone()).unwrap();
        assert_eq!(
            text,
            WORKSHEET.replacen("Submitted,,", "Submitted,\"6,67\",", 1)
        );
        let left: Vec<_> = edited
            .left
            .iter()
            .map(|l| (l.line, l.who.as_str(), l.why.as_str()))
            .collect();
        insta::assert_debug_snapshot!(left, @r#"
        [
            (
                Some(
                    4,
                ),
                "Participant 12",
                "not graded, because its archive is broken: =cmd|'/c calc'!A1 \\x1b[31m\\x1b]0;t\\x07\\n::set-output name=grade::100\\r\\n::stop-commands::TOKEN\\n::TOKEN::\\n##[error]x\\n<script>alert(1)</script> ]]>&\"' \\x00\\x08\\x0b\\u{fffe}\\u{ffff}\\u{202e}\\n````\\n# heading\\n| a | ![x](http://e.org)\\n{\"scores\": {\"x\": 100}}\\u{9b}2J\\u{2028}; left as it was, and Moodle skips it",
            ),
            (
                Some(
                    5,
                ),
                "Participant 13",
                "withheld: could not be decided: rings; left as it was, and Moodle skips it",
            ),
            (
                Some(
                    6,
                ),
                "Participant 14",
                "submitted nothing that could be matched; Moodle skips it",
            ),
        ]
        "#);
        // Once more: all that could change has.
        let again = moodle(&edited.bytes, &MoodleHeaders::default(), &book).unwrap();
        assert_eq!((again.changed, &again.bytes), (0, &edited.bytes));
        assert_eq!(
            again.left[0].why,
            "the grade is unchanged; Moodle will skip it"
        );
    }

    #[test]
    fn grades_that_moodle_refuses_are_named() {
        let mut book = hostile::book();
        book.entries.truncate(1);
        let mut with = |points: u32, sheet: &str| {
            if let crate::model::Outcome::Graded(graded) = &mut book.entries[0].outcome {
                graded.grade.points = points.into();
            }
            moodle(sheet.as_bytes(), &MoodleHeaders::default(), &book).unwrap()
        };
        let edited = with(12, WORKSHEET);
        assert_eq!(
            edited.left[0].why,
            "12 is above the maximum of 10; Moodle will skip it"
        );
        let locked = WORKSHEET.replacen("Yes", "No", 1);
        assert_eq!(
            with(7, &locked).left[0].why,
            "its grade is locked; Moodle will skip it"
        );
        let other = WORKSHEET.replace("10,00", "100.00");
        assert_eq!(
            with(7, &other).notes[0],
            "Moodle has a maximum of 100.00, the gradebook 10"
        );
    }

    #[test]
    fn translated_worksheets_need_translated_names() {
        let german = "ID;Vollständiger Name;Bewertung;Zuletzt geändert (Bewertung)\nTeilnehmer/in 11;Ada;;-\n";
        let mut book = hostile::book();
        book.entries.truncate(1);
        book.entries[0].students[0].moodle = "11".to_owned();
        let error = moodle(german.as_bytes(), &MoodleHeaders::default(), &book).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("has no column \"Identifier\"")
        );
        let headers = MoodleHeaders {
            identifier: "ID".to_owned(),
            grade: "Bewertung".to_owned(),
            modified: "Zuletzt geändert (Bewertung)".to_owned(),
            ..MoodleHeaders::default()
        };
        let edited = moodle(german.as_bytes(), &headers, &book).unwrap();
        assert!(
            String::from_utf8(edited.bytes)
                .unwrap()
                .contains("Ada;6.67;-")
        );
    }
}

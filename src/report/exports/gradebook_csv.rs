//! The whole gradebook as CSV: one line a student, for people and their spreadsheets.

use super::cells::harmless;
use crate::model::gradebook::{Entry, Gradebook, Lateness, Outcome, Student};

/// Columns before those of the checks.
const HEADER: &[&str] = &[
    "id",
    "name",
    "email",
    "login",
    "group",
    "submission",
    "status",
    "points",
    "exact",
    "out_of",
    "late",
    "why",
];

/// RFC 4180 with LF, UTF-8; sorted as the gradebook is, then who is absent.
///
/// `points` has at most two decimals, `exact` is the fraction itself. Both are empty for who has no
/// grade; `status` is `graded`, `withheld`, `not graded` or `absent`, and `why` says more.
pub fn gradebook_csv(book: &Gradebook) -> String {
    let checks: Vec<&str> = book
        .entries
        .iter()
        .find_map(|entry| entry.graded())
        .map(|graded| {
            graded
                .grade
                .checks
                .iter()
                .map(|check| check.id.as_str())
                .collect()
        })
        .unwrap_or_default();
    let mut lines = vec![
        HEADER
            .iter()
            .chain(&checks)
            .map(|name| harmless(name))
            .collect(),
    ];
    for entry in &book.entries {
        let nobody = [Student::default()];
        let students = if entry.students.is_empty() {
            &nobody[..]
        } else {
            &entry.students
        };
        lines.extend(students.iter().map(|student| line(student, entry, &checks)));
    }
    for student in &book.absent {
        let mut cells = person(student);
        cells.extend(["", "", "absent", "", "", "", "", ""].map(str::to_owned));
        cells.resize(HEADER.len() + checks.len(), String::new());
        lines.push(cells);
    }
    let joined: Vec<String> = lines.iter().map(|cells| cells.join(",")).collect();
    joined.join("\n") + "\n"
}

fn person(student: &Student) -> Vec<String> {
    [&student.id, &student.name, &student.email, &student.login]
        .map(|text| harmless(text))
        .to_vec()
}

fn line(student: &Student, entry: &Entry, checks: &[&str]) -> Vec<String> {
    let mut cells = person(student);
    cells.push(harmless(entry.group.as_deref().unwrap_or_default()));
    cells.push(harmless(&entry.key));
    let late = match entry.late {
        Lateness::Unknown => String::new(),
        Lateness::InTime => "no".to_owned(),
        Lateness::Late => "yes".to_owned(),
        Lateness::LateBy(minutes) => format!("{minutes} min"),
    };
    let (status, why) = match (&entry.outcome, entry.releasable()) {
        (Outcome::NotGraded { because }, _) => ("not graded", because.clone()),
        (_, Err(why)) => ("withheld", why),
        (Outcome::Graded(graded), Ok(_)) => {
            let steps: Vec<&str> = graded
                .grade
                .steps
                .iter()
                .map(|step| step.why.as_str())
                .collect();
            ("graded", steps.join("; "))
        }
    };
    cells.push(status.to_owned());
    match (entry.releasable(), entry.graded()) {
        (Ok(points), Some(graded)) => {
            cells.extend([
                points.decimal(2),
                points.to_string(),
                graded.grade.out_of.to_string(),
            ]);
        }
        _ => cells.extend(["", "", ""].map(str::to_owned)),
    }
    cells.push(late);
    cells.push(harmless(&why));
    let of_check = |id: &&str| {
        let graded = entry.graded()?;
        let check = graded.grade.checks.iter().find(|check| check.id == **id)?;
        (!check.is_open).then(|| check.points.to_string())
    };
    cells.extend(checks.iter().map(|id| of_check(id).unwrap_or_default()));
    cells
}

#[cfg(test)]
mod tests {
    use super::super::cells::Cells;
    use super::super::hostile;
    use super::*;

    #[test]
    fn every_student_has_one_line_and_no_cell_is_a_formula() {
        let text = gradebook_csv(&hostile::book());
        hostile::assert_harmless(&text);
        let cells = Cells::of(&text);
        assert_eq!(cells.records.len(), 5);
        for record in &cells.records {
            let all = cells.all(record);
            assert_eq!(all.len(), HEADER.len() + 4);
            for cell in &all {
                assert!(!cell.trim_start().starts_with(['=', '+', '@']), "{cell}");
            }
        }
        let row = |at: usize| cells.all(&cells.records[at]);
        assert_eq!(row(1)[6..10], ["graded", "6.67", "20/3", "10"]);
        assert_eq!(row(1)[12..], ["10/3", "0", "10/3", ""]);
        assert_eq!(row(2)[6..10], ["not graded", "", "", ""]);
        assert_eq!(row(3)[6..10], ["withheld", "", "", ""]);
        assert_eq!(row(4)[6], "absent");
    }

    #[test]
    fn an_ordinary_csv_reader_agrees() {
        let text = gradebook_csv(&hostile::book());
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(records.len(), 4);
        assert_eq!(&records[0][1], "Lovelace, \"Ada\"");
    }
}

//! `overrides.toml`: decisions of people, in a file of their own that no regrade touches.
//!
//! ```toml
//! [[override]]
//! student = "s1234567"        # the id, or a submission's key
//! check = "reaps-every-orphan" # or "*" for the whole
//! points = 20                  # of the check's weighted points; for "*", of the grade
//! why = "the check misread a double fork, see issue 12"
//! by = "ada"
//! on = 2026-11-26
//! ```

use crate::model::fraction::Fraction;
use crate::model::gradebook::Override;
use crate::model::toml_reader::{Problems, Reader, read};

/// Reads a file of overrides, in its order: of two for the same, the later counts.
///
/// # Errors
/// All that is wrong in it, with line and key.
pub fn parse_overrides(text: &str) -> Result<Vec<Override>, Problems> {
    read(text, |file| file.tables("override", read_override))
}

fn read_override(table: &mut Reader<'_, '_>) -> Override {
    let points = table.parsed("points", "a number that is not negative", |text| {
        text.parse()
            .ok()
            .filter(|points: &Fraction| !points.is_negative())
    });
    if points.is_none() {
        table.refuse("points", "is missing");
    }
    let on = table.parsed("on", "a day: 2026-11-26", |text| {
        is_day(text).then(|| text.to_owned())
    });
    if on.is_none() {
        table.refuse("on", "is missing: when was this decided?");
    }
    Override {
        student: table.needed_text("student"),
        check: table.needed_text("check"),
        points: points.unwrap_or(Fraction::ZERO),
        why: table.needed_text("why"),
        by: table.needed_text("by"),
        on: on.unwrap_or_default(),
    }
}

fn is_day(text: &str) -> bool {
    let shape = |at: usize, byte: u8| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    text.len() == 10 && text.bytes().enumerate().all(|(at, byte)| shape(at, byte))
}

/// One override as it is appended to the file.
pub fn written_override(decision: &Override) -> String {
    let Override {
        student,
        check,
        points,
        why,
        by,
        on,
    } = decision;
    let quoted = |text: &str| {
        let mut quoted = String::from("\"");
        for c in text.chars() {
            match c {
                '"' | '\\' => quoted.extend(['\\', c]),
                c if c.is_control() => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
                c => quoted.push(c),
            }
        }
        quoted + "\""
    };
    format!(
        "\n[[override]]\nstudent = {}\ncheck = {}\npoints = \"{points}\"\nwhy = {}\nby = {}\non = {}\n",
        quoted(student),
        quoted(check),
        quoted(why),
        quoted(by),
        quoted(on),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_documented_form_is_read() {
        let text = "[[override]]\nstudent = \"s1\"\ncheck = \"*\"\npoints = 7.5\nwhy = \"w\"\nby = \"ada\"\non = 2026-11-26\n";
        let read = parse_overrides(text).unwrap();
        assert_eq!(read[0].points.to_string(), "7.5");
        assert_eq!(read[0].on, "2026-11-26");
    }

    #[test]
    fn a_decision_without_reason_or_author_is_refused() {
        let text = "[[override]]\nstudent = \"s1\"\ncheck = \"c\"\npoints = -1\nwhy = \" \"\non = \"soon\"\n";
        insta::assert_snapshot!(parse_overrides(text).unwrap_err().to_string(), @r#"
        line 1: override[0].by is missing
        line 4: override[0].points must be a number that is not negative
        line 5: override[0].why says nothing
        line 6: override[0].on must be a day: 2026-11-26
        "#);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(
            student in "\\PC{0,8}[a-z]", why in any::<String>(), points in 0u32..1000, of in 1i64..50,
        ) {
            prop_assume!(!why.trim().is_empty());
            let decision = Override {
                student,
                check: "a-check".to_owned(),
                points: Fraction::new(points.into(), of).unwrap(),
                why,
                by: "ada".to_owned(),
                on: "2026-11-26".to_owned(),
            };
            let file = written_override(&decision).repeat(2);
            prop_assert_eq!(parse_overrides(&file).unwrap(), vec![decision.clone(), decision]);
        }
    }
}

//! How platforms name what they pack: which submission a path belongs to, and what the name says.
//!
//! Canvas: `lib/content_zipper.rb` of instructure/canvas-lms; flat, one file an attachment:
//! `{name}[_LATE]_{user id}_{attachment id}_{file}`, `[LATE_]anon_{id}_{attachment id}_{file}`,
//! `{name}[_LATE]_{user id}_text.html`. The name is lower-case without anything that is no letter
//! or digit, so that upper-case LATE cannot be part of it.
//!
//! Moodle: `mod/assign/locallib.php`; a folder `{Full name}_{participant}_assignsubmission_file_`
//! (before 4.1; without the last `_` since), or without folders
//! `{Full name}_{participant}_assignsubmission_file_{file}`; `Participant_{participant}_...` where
//! names are hidden. Names may have `_`.
//!
//! Gradescope: `assignment_N_export/submission_{id}/...` beside `submission_metadata.yml`.

use super::classroom50::{ALL, LATEST};
use super::detect::Source;
use crate::model::gradebook::Lateness;

/// Where an entry belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// To a submission.
    Of {
        /// What tells it from all others in the source.
        label: String,
        /// The path within it; empty for the submission's own directory.
        inner: Vec<String>,
        /// What the name says.
        says: Says,
    },
    /// To the platform, or to nobody.
    Leftover,
    /// To the platform: it says whose submissions are.
    Metadata,
    /// To the platform: it says how the submission of this label was released.
    Release {
        /// As that of [`Place::Of`].
        label: String,
        /// Whether it is about the latest release.
        is_latest: bool,
    },
}

/// What a platform's name says about a submission.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Says {
    /// A name, however it is squeezed; may be empty.
    pub(super) name: String,
    /// Canvas' user id.
    pub(super) canvas: String,
    /// Moodle's participant number.
    pub(super) moodle: String,
    /// Whether it says that it came late.
    pub(super) late: Lateness,
    /// It is text typed into the platform, or a link: no files.
    pub(super) is_typed: bool,
}

/// Suffixes of archives, also of those that are not supported: for a good error.
pub(super) const PACKED: &[&str] = &[
    ".tar.gz", ".tgz", ".tar", ".zip", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".7z",
    ".rar", ".gz", ".bz2", ".xz",
];

/// The name without the suffix of an archive, if it has one.
pub(super) fn unpacked_name(name: &str) -> Option<&str> {
    let lower = name.to_ascii_lowercase();
    let suffix = PACKED.iter().find(|suffix| lower.ends_with(**suffix))?;
    name.get(..name.len() - suffix.len())
        .filter(|stem| !stem.is_empty())
}

/// Where an entry of this path belongs; `path` is without the source's own prefix and not empty.
pub(super) fn place(source: Source, path: &[String], is_directory: bool) -> Place {
    let Some((first, rest)) = path.split_first() else {
        return Place::Leftover;
    };
    let of = |label: &str, inner: &[String], says| Place::Of {
        label: label.to_owned(),
        inner: inner.to_vec(),
        says,
    };
    match source {
        Source::Classroom50 if rest.len() == 1 && [LATEST, ALL].contains(&rest[0].as_str()) => {
            Place::Release {
                label: first.clone(),
                is_latest: rest[0] == LATEST,
            }
        }
        Source::Directories | Source::Classroom50 => match rest.is_empty() && !is_directory {
            true => match unpacked_name(first) {
                Some(stem) => of(
                    first,
                    path,
                    Says {
                        name: stem.to_owned(),
                        ..Says::default()
                    },
                ),
                None => Place::Leftover,
            },
            false => of(
                first,
                rest,
                Says {
                    name: first.clone(),
                    ..Says::default()
                },
            ),
        },
        Source::Canvas if rest.is_empty() && !is_directory => match canvas(first) {
            Some((label, file, says)) => of(&label, &[file.to_owned()], says),
            None => Place::Leftover,
        },
        Source::Canvas => Place::Leftover,
        Source::Moodle => match moodle(first) {
            Some((label, "", says)) => match rest.is_empty() && !is_directory {
                true => Place::Leftover,
                false => of(&label, rest, says),
            },
            Some((label, file, says)) if rest.is_empty() => of(&label, &[file.to_owned()], says),
            _ => Place::Leftover,
        },
        Source::Gradescope => match first.as_str() {
            "submission_metadata.yml" => Place::Metadata,
            first
                if first.strip_prefix("submission_").is_some_and(is_number)
                    && (is_directory || !rest.is_empty()) =>
            {
                of(first, rest, Says::default())
            }
            _ => Place::Leftover,
        },
    }
}

pub(super) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Label, file and what else is said.
pub(super) fn canvas(name: &str) -> Option<(String, &str, Says)> {
    if let Some(found) = canvas_anonymous(name) {
        return Some(found);
    }
    // The first place that fits: a file's own name may look the same further on.
    let starts: Vec<usize> = std::iter::once(0)
        .chain(name.match_indices('_').map(|(at, _)| at + 1))
        .collect();
    for (index, &start) in starts.iter().enumerate().skip(1) {
        let Some((user, rest)) = name[start..].split_once('_') else {
            break;
        };
        if !is_number(user) {
            continue;
        }
        let is_typed = matches!(rest, "text.html" | "link.html");
        let file = match rest.split_once('_') {
            Some((attachment, file)) if is_number(attachment) && !file.is_empty() => file,
            _ if is_typed => rest,
            _ => continue,
        };
        let is_late = index >= 2 && &name[starts[index - 1]..start] == "LATE_";
        let name_end = if is_late { starts[index - 1] } else { start } - 1;
        let says = Says {
            name: name[..name_end].to_owned(),
            canvas: user.to_owned(),
            late: if is_late {
                Lateness::Late
            } else {
                Lateness::InTime
            },
            is_typed,
            ..Says::default()
        };
        return Some((format!("{}-{user}", &name[..name_end]), file, says));
    }
    None
}

fn canvas_anonymous(name: &str) -> Option<(String, &str, Says)> {
    let (late, rest) = match name.strip_prefix("LATE_") {
        Some(rest) => (Lateness::Late, rest),
        None => (Lateness::InTime, name),
    };
    let (id, rest) = rest.strip_prefix("anon_")?.split_once('_')?;
    let (attachment, file) = rest.split_once('_')?;
    let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (is_id && is_number(attachment) && !file.is_empty()).then(|| {
        let says = Says {
            late,
            ..Says::default()
        };
        (format!("anon-{id}"), file, says)
    })
}

/// Label, file (empty for a folder) and what else is said.
pub(super) fn moodle(name: &str) -> Option<(String, &str, Says)> {
    const MARK: &str = "_assignsubmission_";
    name.match_indices(MARK).find_map(|(at, _)| {
        let (full_name, participant) = name[..at].rsplit_once('_')?;
        if !is_number(participant) || full_name.is_empty() {
            return None;
        }
        let kind = &name[at + MARK.len()..];
        let (is_typed, file) = match kind {
            "file" | "file_" => (false, ""),
            "onlinetext" | "onlinetext_" => (true, ""),
            _ => match (kind.strip_prefix("file_"), kind.strip_prefix("onlinetext_")) {
                (Some(file), _) => (false, file),
                (_, Some(file)) => (true, file),
                _ => return None,
            },
        };
        // Blind marking: the word is translated, but it is one word.
        let is_blind = full_name == "Participant";
        let says = Says {
            name: if is_blind {
                String::new()
            } else {
                full_name.to_owned()
            },
            moodle: participant.to_owned(),
            is_typed,
            ..Says::default()
        };
        Some((format!("{full_name}-{participant}"), file, says))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(found: Option<(String, &str, Says)>) -> String {
        found.map_or("-".to_owned(), |(label, file, says)| {
            let id = if says.canvas.is_empty() {
                &says.moodle
            } else {
                &says.canvas
            };
            format!(
                "{label} {file:?} name={} id={id} {:?} typed={}",
                says.name, says.late, says.is_typed
            )
        })
    }

    #[test]
    fn canvas_names_are_taken_apart() {
        let names = [
            "lovelaceada_101_9001_main.c",
            "lovelaceada_LATE_101_9001_main.c",
            "o_brienpat_101_9001_my_101_202_file.c",
            "müllerjörg_7_8_lab7-1.zip",
            "lovelaceada_101_text.html",
            "lovelaceada_LATE_101_link.html",
            "anon_AbC12_9001_main.c",
            "LATE_anon_AbC12_9001_main.c",
            "teamlate_5_6_a",
            "main.c",
            "a_b_c",
            "_1_2_x",
            "",
        ];
        let all: Vec<String> = names
            .iter()
            .map(|name| format!("{name}: {}", shown(canvas(name))))
            .collect();
        insta::assert_snapshot!(all.join("\n"), @r#"
        lovelaceada_101_9001_main.c: lovelaceada-101 "main.c" name=lovelaceada id=101 InTime typed=false
        lovelaceada_LATE_101_9001_main.c: lovelaceada-101 "main.c" name=lovelaceada id=101 Late typed=false
        o_brienpat_101_9001_my_101_202_file.c: o_brienpat-101 "my_101_202_file.c" name=o_brienpat id=101 InTime typed=false
        müllerjörg_7_8_lab7-1.zip: müllerjörg-7 "lab7-1.zip" name=müllerjörg id=7 InTime typed=false
        lovelaceada_101_text.html: lovelaceada-101 "text.html" name=lovelaceada id=101 InTime typed=true
        lovelaceada_LATE_101_link.html: lovelaceada-101 "link.html" name=lovelaceada id=101 Late typed=true
        anon_AbC12_9001_main.c: anon-AbC12 "main.c" name= id= InTime typed=false
        LATE_anon_AbC12_9001_main.c: anon-AbC12 "main.c" name= id= Late typed=false
        teamlate_5_6_a: teamlate-5 "a" name=teamlate id=5 InTime typed=false
        main.c: -
        a_b_c: -
        _1_2_x: -1 "x" name= id=1 InTime typed=false
        : -
        "#);
    }

    #[test]
    fn moodle_names_are_taken_apart() {
        let names = [
            "Ada Lovelace_12_assignsubmission_file_",
            "Ada Lovelace_12_assignsubmission_file",
            "Jean_Luc Picard_13_assignsubmission_file",
            "Participant_14_assignsubmission_file_",
            "Ada Lovelace_12_assignsubmission_file_main.c",
            "Ada Lovelace_12_assignsubmission_file_x_9_assignsubmission_file_y",
            "Ada Lovelace_12_assignsubmission_onlinetext_",
            "Ada Lovelace_12_assignsubmission_onlinetext",
            "Ada Lovelace_assignsubmission_file_",
            "_12_assignsubmission_file_",
        ];
        let all: Vec<String> = names
            .iter()
            .map(|name| format!("{name}: {}", shown(moodle(name))))
            .collect();
        insta::assert_snapshot!(all.join("\n"), @r#"
        Ada Lovelace_12_assignsubmission_file_: Ada Lovelace-12 "" name=Ada Lovelace id=12 Unknown typed=false
        Ada Lovelace_12_assignsubmission_file: Ada Lovelace-12 "" name=Ada Lovelace id=12 Unknown typed=false
        Jean_Luc Picard_13_assignsubmission_file: Jean_Luc Picard-13 "" name=Jean_Luc Picard id=13 Unknown typed=false
        Participant_14_assignsubmission_file_: Participant-14 "" name= id=14 Unknown typed=false
        Ada Lovelace_12_assignsubmission_file_main.c: Ada Lovelace-12 "main.c" name=Ada Lovelace id=12 Unknown typed=false
        Ada Lovelace_12_assignsubmission_file_x_9_assignsubmission_file_y: Ada Lovelace-12 "x_9_assignsubmission_file_y" name=Ada Lovelace id=12 Unknown typed=false
        Ada Lovelace_12_assignsubmission_onlinetext_: Ada Lovelace-12 "" name=Ada Lovelace id=12 Unknown typed=true
        Ada Lovelace_12_assignsubmission_onlinetext: Ada Lovelace-12 "" name=Ada Lovelace id=12 Unknown typed=true
        Ada Lovelace_assignsubmission_file_: -
        _12_assignsubmission_file_: -
        "#);
    }

    #[test]
    fn archives_are_known_by_their_suffix() {
        assert_eq!(unpacked_name("alice.TAR.gz"), Some("alice"));
        assert_eq!(unpacked_name("a.b.zip"), Some("a.b"));
        assert_eq!(unpacked_name(".zip"), None);
        assert_eq!(unpacked_name("main.c"), None);
    }

    proptest! {
        #[test]
        fn no_name_breaks_it(name in "[a-z0-9_LATEanoné.]{0,40}", other in any::<String>()) {
            for name in [name, other] {
                for found in [canvas(&name), moodle(&name)].into_iter().flatten() {
                    prop_assert!(name.ends_with(found.1));
                }
                let _ = unpacked_name(&name);
                for source in [Source::Directories, Source::Canvas, Source::Moodle, Source::Gradescope, Source::Classroom50] {
                    let _ = place(source, std::slice::from_ref(&name), false);
                }
            }
        }
    }
}

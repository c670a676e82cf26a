//! The whole way: open, list, detect, take over, unwrap, match.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::DirBuilder;
use std::io::{self, Read};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::archive::{ArchiveError, Flow, Kind, Parcel};
use super::caps::Caps;
use super::classroom50;
use super::detect::{Detected, Listing, Source, leftovers};
use super::extract::Extractor;
use super::gradescope::{self, Metadata};
use super::keys::keys;
use super::layout::{Place, Says, place, unpacked_name};
use super::matching::{Claim, match_all};
use super::names::{checked_path, is_junk};
use super::roster::Roster;
use super::unwrap::unwrap;
use super::{Intake, Submission};
use crate::model::gradebook::{Lateness, Release};

/// Why a source cannot be taken in.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// It cannot be read.
    #[error("{0:?} {1}")]
    Source(PathBuf, #[source] ArchiveError),
    /// There are no submissions in it that could be told from each other.
    #[error(
        "{0:?} looks like one submission, or none: no directory, no archive, no platform's names in it"
    )]
    Nothing(PathBuf),
    /// Gradescope's list is not what it should be.
    #[error("submission_metadata.yml cannot be read: {0}")]
    Metadata(String),
    /// The target cannot be written.
    #[error("cannot write below {0:?}")]
    Target(PathBuf, #[source] io::Error),
}

impl Source {
    /// What a source is, and why.
    ///
    /// # Errors
    /// If it cannot be read, or nothing in it is a submission.
    pub fn detect(path: &Path) -> Result<Detected, IntakeError> {
        let (parcel, listing) = opened(path, &Caps::default())?;
        listing
            .detect(None)
            .ok_or(IntakeError::Nothing(parcel.path))
    }
}

/// Takes a source in: every submission into a directory of its own below `target`, which is made
/// here and must not exist.
///
/// # Errors
/// If the source as a whole cannot be read, or the target not be written. What is wrong with one
/// submission is said there.
pub fn take_in(
    path: &Path,
    from: Option<Source>,
    roster: Option<&Roster>,
    target: &Path,
    caps: &Caps,
) -> Result<Intake, IntakeError> {
    let (parcel, listing) = opened(path, caps)?;
    let detected = listing
        .detect(from)
        .ok_or_else(|| IntakeError::Nothing(path.to_owned()))?;
    let ours = |error| IntakeError::Target(target.to_owned(), error);
    DirBuilder::new().mode(0o700).create(target).map_err(ours)?;
    let mut taking = Taking {
        detected: &detected,
        drafts: BTreeMap::new(),
        leftovers: BTreeSet::new(),
        releases: BTreeMap::new(),
    };
    taking.list(&parcel, path, caps)?;
    let keys: BTreeMap<String, String> = keys(taking.drafts.keys().map(String::as_str))
        .into_iter()
        .map(|(label, key)| (label.to_owned(), key))
        .collect();
    for (label, draft) in &mut taking.drafts {
        let place = target.join(&keys[label]);
        DirBuilder::new().mode(0o755).create(&place).map_err(ours)?;
        let packed = match parcel.packing {
            super::archive::Packing::Directory => None,
            _ => parcel.packed_bytes(),
        };
        draft.extractor = Some(Extractor::new(place.join("files"), *caps, packed).map_err(ours)?);
    }
    let metadata = taking
        .fill(&parcel, path, caps)
        .map_err(|error| match error {
            Failure::Ours(error) => ours(error),
            Failure::Theirs(error) => error,
        })?;
    let leftovers = leftovers(&taking.leftovers);
    let mut submissions = Vec::new();
    for (label, draft) in taking.drafts {
        let Some(extractor) = draft.extractor else {
            continue;
        };
        let key = keys[&label].clone();
        let beside = target.join(&key).join("unpacked");
        let unwrapped =
            unwrap(extractor, beside, *caps, detected.source == Source::Canvas).map_err(ours)?;
        let said = metadata.get(&label).cloned().unwrap_or_default();
        let files = match unwrapped.files {
            Err(_) if draft.is_typed_only => {
                Err("it is text typed into the platform, no file".to_owned())
            }
            files => files,
        };
        let mut notes = unwrapped.notes;
        let release = match taking.releases.remove(&label) {
            Some(None) => {
                notes.push("its result.json is of no release of this repository".to_owned());
                None
            }
            found => found.flatten(),
        };
        let submission = Submission {
            key,
            label,
            students: Vec::new(),
            is_listed: true,
            group: None,
            late: draft.says.late,
            submitted: said.submitted,
            files,
            notes,
            release,
        };
        submissions.push((
            submission,
            Claim {
                says: draft.says,
                students: said.students,
            },
        ));
    }
    let absent = match_all(&mut submissions, roster);
    let mut submissions: Vec<Submission> = submissions
        .into_iter()
        .map(|(submission, _)| submission)
        .collect();
    submissions.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(Intake {
        detected,
        submissions,
        absent,
        leftovers,
    })
}

enum Failure {
    Ours(io::Error),
    Theirs(IntakeError),
}

/// A submission before its files are there.
struct Draft {
    says: Says,
    is_typed_only: bool,
    extractor: Option<Extractor>,
}

struct Taking<'a> {
    detected: &'a Detected,
    drafts: BTreeMap<String, Draft>,
    leftovers: BTreeSet<String>,
    /// By label; `None` where what lies there is about something else.
    releases: BTreeMap<String, Option<Release>>,
}

/// Opens a source and lists the upper part of it.
fn opened(path: &Path, caps: &Caps) -> Result<(Parcel, Listing), IntakeError> {
    let failed = |error| IntakeError::Source(path.to_owned(), error);
    let parcel = Parcel::open(path).map_err(failed)?;
    let mut listing = Listing::default();
    let mut entries = 0;
    let walked = parcel.walk(caps.class_bytes, &mut |item| {
        entries += 1;
        if entries > caps.class_entries {
            return Err(ArchiveError::TooMuch(format!(
                "{} entries",
                caps.class_entries
            )));
        }
        if let Some(Ok(parts)) = item.path.map(checked_path) {
            listing.add(&parts, item.kind == Kind::Directory);
        }
        Ok(Flow::On)
    });
    match walked {
        // What could be read of a broken archive is worth having.
        Err(ArchiveError::Damaged(_)) if entries > 0 => Ok((parcel, listing)),
        Err(error) => Err(failed(error)),
        Ok(()) => Ok((parcel, listing)),
    }
}

impl Taking<'_> {
    /// Where an entry belongs. An entry of a bad name belongs to whom its beginning names.
    fn place(&self, path: Option<&str>, kind: Kind<'_>) -> (Place, bool) {
        let is_directory = match kind {
            Kind::Directory => true,
            Kind::File { .. } => false,
            // A link in the place of a directory is somebody's, too.
            Kind::Link(_) | Kind::Refused(_) => {
                let is_packed = path.is_some_and(|path| unpacked_name(path).is_some());
                let of_directories = [Source::Directories, Source::Classroom50];
                of_directories.contains(&self.detected.source) && !is_packed
            }
        };
        let checked = path.map(checked_path);
        let (parts, is_good) = match checked {
            Some(Ok(parts)) => (parts, true),
            _ => {
                let good = |part: &&str| checked_path(part).is_ok_and(|parts| parts.len() == 1);
                let text = path.unwrap_or_default();
                let begin: Vec<String> = text
                    .split('/')
                    .take_while(good)
                    .map(str::to_owned)
                    .collect();
                (begin, false)
            }
        };
        let prefix = &self.detected.prefix;
        if !parts.starts_with(prefix) || parts.len() == prefix.len() {
            return (Place::Leftover, is_good);
        }
        let inside = &parts[prefix.len()..];
        // What is behind a good beginning is a path within it.
        let is_directory = is_directory || !is_good;
        (place(self.detected.source, inside, is_directory), is_good)
    }

    /// First time through: who is there.
    fn list(&mut self, parcel: &Parcel, path: &Path, caps: &Caps) -> Result<(), IntakeError> {
        let walked = parcel.walk(caps.class_bytes, &mut |item| {
            if item.path.is_some_and(|path| path.split('/').any(is_junk)) {
                return Ok(Flow::On);
            }
            let is_directory = item.kind == Kind::Directory;
            match self.place(item.path, item.kind) {
                (Place::Of { label, says, .. }, _) => {
                    let is_typed = says.is_typed;
                    let draft = self.drafts.entry(label).or_insert_with(|| Draft {
                        says: says.clone(),
                        is_typed_only: true,
                        extractor: None,
                    });
                    draft.is_typed_only &= is_typed;
                    if says.late == Lateness::Late {
                        draft.says.late = Lateness::Late;
                    }
                }
                (Place::Leftover, _) if !is_directory => {
                    self.leftovers
                        .insert(item.path.unwrap_or("a name that is not UTF-8").to_owned());
                }
                _ => {}
            }
            Ok(Flow::On)
        });
        match walked {
            Err(ArchiveError::Damaged(why)) if !self.drafts.is_empty() => {
                self.leftovers.insert(format!(
                    "the archive is damaged, and more may be missing: {why}"
                ));
                Ok(())
            }
            walked => walked.map_err(|error| IntakeError::Source(path.to_owned(), error)),
        }
    }

    /// Second time: what is in them.
    fn fill(
        &mut self,
        parcel: &Parcel,
        path: &Path,
        caps: &Caps,
    ) -> Result<BTreeMap<String, Metadata>, Failure> {
        let mut metadata = BTreeMap::new();
        let mut failure = None;
        let mut last: Option<String> = None;
        let walked = parcel.walk(caps.class_bytes, &mut |item| {
            let is_directory = item.kind == Kind::Directory;
            let done = match self.place(item.path, item.kind) {
                (Place::Of { label, inner, says }, is_good) => {
                    let extractor = self
                        .drafts
                        .get_mut(&label)
                        .and_then(|draft| draft.extractor.as_mut());
                    let Some(extractor) = extractor else {
                        return Ok(Flow::On);
                    };
                    last = Some(label);
                    let shown = item.path.unwrap_or("a name that is not UTF-8");
                    let problem = item.path.map(checked_path);
                    match problem {
                        Some(Err(problem)) if !is_good => {
                            extractor.misnamed(shown, problem);
                            Ok(())
                        }
                        None => {
                            extractor.misnamed(shown, super::names::NameProblem::Encoding);
                            Ok(())
                        }
                        _ if says.is_typed => {
                            if !is_directory {
                                extractor.note("text typed into the platform was not taken over");
                            }
                            Ok(())
                        }
                        _ if inner.is_empty() => {
                            // A link or a socket in the place of a submission is still somebody's.
                            match item.kind {
                                Kind::Link(_) => extractor.refuse("what was handed in is a link"),
                                Kind::Refused(why) => {
                                    extractor.refuse(format!("what was handed in {why}"));
                                }
                                Kind::File { .. } | Kind::Directory => {}
                            }
                            Ok(())
                        }
                        _ => extractor
                            .take(&inner, item.kind, item.content)
                            .map_err(Failure::Ours),
                    }
                }
                (Place::Metadata, _) => read_metadata(item.content).map(|found| metadata = found),
                (Place::Release { label, is_latest }, _) => {
                    if is_latest {
                        let found = classroom50::release(&label, item.content);
                        self.releases.insert(label, found);
                    }
                    Ok(())
                }
                (Place::Leftover, _) => Ok(()),
            };
            match done {
                Ok(()) => Ok(Flow::On),
                Err(error) => {
                    failure = Some(error);
                    Ok(Flow::Enough)
                }
            }
        });
        if let Some(failure) = failure {
            return Err(failure);
        }
        match (walked, last.and_then(|label| self.drafts.get_mut(&label))) {
            // The last one that could be read was perhaps not read whole.
            (Err(ArchiveError::Damaged(why)), Some(draft)) => {
                if let Some(extractor) = &mut draft.extractor {
                    extractor.refuse(format!(
                        "the class' archive ends in the middle of it: {why}"
                    ));
                }
            }
            (walked, _) => {
                walked.map_err(|error| {
                    Failure::Theirs(IntakeError::Source(path.to_owned(), error))
                })?;
            }
        }
        Ok(metadata)
    }
}

fn read_metadata(content: &mut dyn Read) -> Result<BTreeMap<String, Metadata>, Failure> {
    let failed = |why: String| Failure::Theirs(IntakeError::Metadata(why));
    let mut text = String::new();
    content
        .take(gradescope::MAX_BYTES)
        .read_to_string(&mut text)
        .map_err(|error| failed(error.to_string()))?;
    gradescope::metadata(&text).map_err(failed)
}

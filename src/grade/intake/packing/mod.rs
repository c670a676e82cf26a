//! Whole sources, packed by the tests and taken in.

mod attacks;
mod platforms;

use std::fs;
use std::io::{Cursor, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use rawzip::path::EntryPath;
use rawzip::{CompressionMethod, ZipArchiveWriter};

use super::*;

/// A zip of files; names as they are given, also bad ones. A mode of `None` is that of Windows.
fn zip(files: &[(&str, &[u8], Option<u32>)]) -> Vec<u8> {
    let mut archive = ZipArchiveWriter::new(Cursor::new(Vec::new()));
    for (name, content, mode) in files {
        if name.ends_with('/') {
            archive
                .new_dir(EntryPath::verbatim(name.as_bytes()))
                .create()
                .unwrap();
            continue;
        }
        let mut file = archive
            .new_file(EntryPath::verbatim(name.as_bytes()))
            .compression_method(CompressionMethod::DEFLATE);
        if let Some(mode) = mode {
            file = file.unix_permissions(*mode);
        }
        let (mut entry, config) = file.start().unwrap();
        let mut writer = config.wrap(DeflateEncoder::new(&mut entry, Compression::best()));
        writer.write_all(content).unwrap();
        let (encoder, descriptor) = writer.finish().unwrap();
        encoder.finish().unwrap();
        entry.finish(descriptor).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn plain(files: &[(&str, &str)]) -> Vec<u8> {
    let files: Vec<_> = files
        .iter()
        .map(|(name, text)| (*name, text.as_bytes(), Some(0o100_644)))
        .collect();
    zip(&files)
}

/// A tar of entries of any type, with names that `tar` itself would refuse. The content of a link is what
/// it names.
fn tar(entries: &[(&str, u8, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for &(name, kind, mut content) in entries {
        let mut header = tar::Header::new_ustar();
        if matches!(kind, b'1' | b'2') {
            let to = &mut header.as_mut_bytes()[157..257];
            to[..content.len()].copy_from_slice(content);
            content = b"";
        }
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(tar::EntryType::new(kind));
        header.set_mode(0o755);
        header.set_size(content.len() as u64);
        header.set_cksum();
        bytes.extend(header.as_bytes());
        bytes.extend(content);
        bytes.resize(bytes.len().next_multiple_of(512), 0);
    }
    bytes.resize(bytes.len() + 1024, 0);
    bytes
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

struct Class {
    place: tempfile::TempDir,
    intake: Intake,
}

impl Class {
    fn of(&self, key: &str) -> &Submission {
        let found = self
            .intake
            .submissions
            .iter()
            .find(|submission| submission.key == key);
        found.unwrap_or_else(|| panic!("{key} in {:#?}", self.intake))
    }

    fn told(&self) -> String {
        let root = self.place.path().join("target");
        let shown = |submission: &Submission| {
            let files = match &submission.files {
                Ok(path) => {
                    let below = path.strip_prefix(&root).unwrap().display().to_string();
                    format!("{below}: {}", tree(path).join(" "))
                }
                Err(because) => format!("not graded, because {because}"),
            };
            let students: Vec<&str> = submission.students.iter().map(Student::handle).collect();
            let notes: String = submission
                .notes
                .iter()
                .map(|note| format!("\n    {note}"))
                .collect();
            format!(
                "{} ({}) {:?}{}: {files}{notes}",
                submission.key,
                students.join(" "),
                submission.late,
                if submission.is_listed {
                    ""
                } else {
                    " unlisted"
                },
            )
        };
        let mut lines: Vec<String> = self.intake.submissions.iter().map(shown).collect();
        lines.extend(
            self.intake
                .absent
                .iter()
                .map(|student| format!("absent: {}", student.handle())),
        );
        lines.extend(
            self.intake
                .leftovers
                .iter()
                .map(|name| format!("leftover: {name}")),
        );
        lines.join("\n")
    }
}

/// All files below a directory, programs with a star, sorted.
fn tree(root: &Path) -> Vec<String> {
    let mut all = Vec::new();
    let mut open = vec![root.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let found = fs::symlink_metadata(&path).unwrap();
            assert!(found.is_file() || found.is_dir(), "{path:?}");
            if found.is_dir() {
                open.push(path);
            } else {
                let star = if found.permissions().mode() & 0o111 != 0 {
                    "*"
                } else {
                    ""
                };
                all.push(format!(
                    "{}{star}",
                    path.strip_prefix(root).unwrap().display()
                ));
            }
        }
    }
    all.sort();
    all
}

fn taken(
    write: impl FnOnce(&Path) -> PathBuf,
    roster: Option<&str>,
    caps: Caps,
) -> Result<Class, IntakeError> {
    let place = tempfile::tempdir().unwrap();
    let source = write(place.path());
    let roster = roster.map(|text| Roster::parse(text.as_bytes()).unwrap());
    let target = place.path().join("target");
    let intake = take_in(&source, None, roster.as_ref(), &target, &caps)?;
    // Nothing is ever written beside the target.
    let mut beside: Vec<_> = fs::read_dir(place.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    beside.sort();
    assert_eq!(beside, [source, target.clone()]);
    tree(&target);
    Ok(Class { place, intake })
}

fn of_bytes(bytes: &[u8], roster: Option<&str>) -> Class {
    let write = |place: &Path| {
        let path = place.join("source");
        fs::write(&path, bytes).unwrap();
        path
    };
    taken(write, roster, Caps::default()).unwrap()
}

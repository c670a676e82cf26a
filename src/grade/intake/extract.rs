//! Writes the files of one submission, and counts.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use unicode_normalization::UnicodeNormalization;

use super::archive::Kind;
use super::caps::Caps;
use super::names::{NameProblem, is_device, is_junk};
use crate::sys::beneath;
use crate::ui::visible;

/// Most notes about one submission; more are counted.
const MAX_NOTES: usize = 40;

/// Bytes that are read at a time.
const BLOCK: usize = 64 << 10;

/// One submission while it is written.
pub(super) struct Extractor {
    root: PathBuf,
    caps: Caps,
    /// Bytes that everything came from; `None` if it was not packed.
    packed: Option<u64>,
    entries: u64,
    bytes: u64,
    /// What is there, and whether it is a directory.
    there: HashMap<String, bool>,
    /// The first of each name as a file system without case and normalisation would have it.
    folded: HashMap<String, String>,
    /// Links that were met, and what each names.
    links: Vec<(String, String)>,
    /// Files of which the source did not say whether they are programs.
    pub(super) of_unknown_mode: Vec<String>,
    notes: Vec<String>,
    more_notes: usize,
    refused: Option<String>,
}

impl Extractor {
    /// Makes the directory, which must not exist; nobody else may look into it.
    pub(super) fn new(root: PathBuf, caps: Caps, packed: Option<u64>) -> io::Result<Self> {
        make_directory(&root)?;
        Ok(Self {
            root,
            caps,
            packed,
            entries: 0,
            bytes: 0,
            there: HashMap::new(),
            folded: HashMap::new(),
            links: Vec::new(),
            of_unknown_mode: Vec::new(),
            notes: Vec::new(),
            more_notes: 0,
            refused: None,
        })
    }

    /// Where it is written.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Why the submission as a whole is refused.
    pub(super) fn refusal(&self) -> Option<&str> {
        self.refused.as_deref()
    }

    /// Refuses the submission as a whole; the first reason stays.
    pub(super) fn refuse(&mut self, because: impl Into<String>) {
        self.refused.get_or_insert(because.into());
    }

    /// Says something about the submission.
    pub(super) fn note(&mut self, note: impl Into<String>) {
        match self.notes.len() < MAX_NOTES {
            true => self.notes.push(note.into()),
            false => self.more_notes += 1,
        }
    }

    /// Says that an entry is left out.
    pub(super) fn left_out(&mut self, name: &str, why: impl std::fmt::Display) {
        self.note(format!("left out: \"{}\" {why}", visible(name)));
    }

    /// What was said.
    pub(super) fn into_notes(mut self) -> Vec<String> {
        if self.more_notes > 0 {
            self.notes.push(format!("and {} more", self.more_notes));
        }
        self.notes
    }

    /// Takes an entry over, or says why not.
    ///
    /// # Errors
    /// If our own disk fails: that is nobody's fault, and everybody's.
    pub(super) fn take(
        &mut self,
        path: &[String],
        kind: Kind<'_>,
        content: &mut dyn Read,
    ) -> io::Result<()> {
        if self.refused.is_some() || path.iter().any(|part| is_junk(part)) {
            return Ok(());
        }
        let name = path.join("/");
        self.entries += 1;
        if self.entries > self.caps.entries {
            self.refuse(format!(
                "it has more than {} files and directories",
                self.caps.entries
            ));
            return Ok(());
        }
        if path.len() > self.caps.depth {
            self.refuse(format!(
                "it has more than {} directories within one another",
                self.caps.depth
            ));
            return Ok(());
        }
        match kind {
            Kind::Refused(why) => {
                self.left_out(&name, why);
                Ok(())
            }
            Kind::Directory => self.directories(path).map(drop),
            Kind::Link(to) => {
                let to = beneath::within(Path::new(&name), Path::new(to));
                match to.and_then(|to| to.into_os_string().into_string().ok()) {
                    None => self.left_out(&name, "is a link that leads out of the submission"),
                    Some(to) => self.links.push((name, to)),
                }
                Ok(())
            }
            Kind::File { is_executable } => self.file(path, &name, is_executable, content),
        }
    }

    /// Makes of each link a copy of what it names: what is written has no links, and whoever reads it need
    /// not think of them.
    ///
    /// # Errors
    /// As [`take`](Self::take).
    pub(super) fn resolve_links(&mut self) -> io::Result<()> {
        while self.refused.is_none() {
            let is_there = |(_, to): &(String, String)| self.there.contains_key(to);
            let is_file = |(_, to): &(String, String)| self.there.get(to) == Some(&false);
            // Of directories when all is in them that can be.
            let next = self.links.iter().position(is_file);
            let Some(next) = next.or_else(|| self.links.iter().position(is_there)) else {
                break;
            };
            let (name, to) = self.links.remove(next);
            let named = match self.there.get(&to) {
                Some(false) => vec![to.clone()],
                _ => self.files_below(&to, &name),
            };
            for path in named {
                self.copy_of(&format!("{name}{}", &path[to.len()..]), &path)?;
            }
        }
        for (name, _) in std::mem::take(&mut self.links) {
            self.left_out(&name, "is a link to what is not there");
        }
        Ok(())
    }

    /// The files in a directory, in order, but for those in another one.
    fn files_below(&self, directory: &str, other: &str) -> Vec<String> {
        let is_in = |path: &str, directory: &str| {
            path.strip_prefix(directory)
                .is_some_and(|rest| rest.starts_with('/'))
        };
        let files = self
            .there
            .iter()
            .filter(|(_, is_directory)| !**is_directory);
        let mut below: Vec<String> = files
            .filter(|(path, _)| is_in(path, directory) && !is_in(path, other))
            .map(|(path, _)| path.clone())
            .collect();
        below.sort();
        below
    }

    /// Writes a file that is a copy of one that is there.
    fn copy_of(&mut self, name: &str, of: &str) -> io::Result<()> {
        let path: Vec<String> = name.split('/').map(str::to_owned).collect();
        let mut content = File::open(self.root.join(of))?;
        let is_executable = match self.of_unknown_mode.iter().any(|unknown| unknown == of) {
            true => None,
            false => Some(content.metadata()?.permissions().mode() & 0o100 != 0),
        };
        self.take(&path, Kind::File { is_executable }, &mut content)
    }

    /// The first thing that was said, for whom nothing else can be told.
    pub(super) fn first_note(&self) -> Option<&str> {
        self.notes.first().map(String::as_str)
    }

    /// Takes note of an entry whose name is refused.
    pub(super) fn misnamed(&mut self, name: &str, problem: NameProblem) {
        self.note(format!("left out: \"{}\", {problem}", visible(name)));
    }

    fn file(
        &mut self,
        path: &[String],
        name: &str,
        is_executable: Option<bool>,
        content: &mut dyn Read,
    ) -> io::Result<()> {
        let (last, parents) = match path {
            [parents @ .., last] => (last, parents),
            [] => return Ok(()),
        };
        if !self.directories(parents)? {
            self.left_out(name, "lies below what is a file");
            return Ok(());
        }
        match self.there.get(name) {
            Some(true) => {
                self.left_out(name, "is there as a directory already");
                return Ok(());
            }
            // As whoever unpacks it by hand has it: `tar --append` puts what has changed behind the rest.
            Some(false) => {
                self.note(format!(
                    "\"{}\" is there twice: the last counts",
                    visible(name)
                ));
                fs::remove_file(self.root.join(name))?;
                self.of_unknown_mode.retain(|unknown| unknown != name);
            }
            None => {}
        }
        if is_device(last) {
            self.note(format!(
                "\"{}\" is the name of a device on Windows",
                visible(name)
            ));
        }
        let mode = if is_executable == Some(true) {
            0o755
        } else {
            0o644
        };
        let target = self.root.join(name);
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(mode)
            .custom_flags(libc::O_NOFOLLOW)
            .open(&target);
        let mut file = match file {
            Ok(file) => file,
            Err(error) => return self.unwritable(name, error),
        };
        if !self.there.contains_key(name) {
            self.add(name, false);
        }
        if is_executable.is_none() {
            self.of_unknown_mode.push(name.to_owned());
        }
        self.copy(name, content, &mut file)
    }

    fn copy(&mut self, name: &str, content: &mut dyn Read, file: &mut dyn Write) -> io::Result<()> {
        let mut block = vec![0; BLOCK];
        loop {
            let count = match content.read(&mut block) {
                Ok(0) => return Ok(()),
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    // Half a file must not be judged as if it were the learner's.
                    self.refuse(format!(
                        "\"{}\" cannot be unpacked: {}",
                        visible(name),
                        visible(&error.to_string())
                    ));
                    return Ok(());
                }
            };
            self.bytes += count as u64;
            if self.bytes > self.caps.bytes {
                self.refuse(format!(
                    "it has more than {} in its files",
                    size(self.caps.bytes)
                ));
                return Ok(());
            }
            let most = self
                .packed
                .map(|packed| packed.saturating_mul(self.caps.ratio));
            if self.bytes > Caps::FREE_BYTES && most.is_some_and(|most| self.bytes > most) {
                self.refuse(format!(
                    "it unpacks to more than {} times its size",
                    self.caps.ratio
                ));
                return Ok(());
            }
            file.write_all(&block[..count])?;
        }
    }

    /// Makes what is missing of a path; false if a part of it is a file.
    fn directories(&mut self, path: &[String]) -> io::Result<bool> {
        let mut name = String::new();
        for part in path {
            if !name.is_empty() {
                name.push('/');
            }
            name.push_str(part);
            match self.there.get(&name) {
                Some(true) => continue,
                Some(false) => return Ok(false),
                None => {}
            }
            self.entries += 1;
            if let Err(error) = make_directory(&self.root.join(&name)) {
                self.unwritable(&name, error)?;
                return Ok(false);
            }
            self.add(&name, true);
        }
        Ok(true)
    }

    /// Takes note of what is there now, and of names that other systems take for the same.
    fn add(&mut self, name: &str, is_directory: bool) {
        self.there.insert(name.to_owned(), is_directory);
        match self.folded.entry(folded(name)) {
            Entry::Vacant(vacant) => {
                vacant.insert(name.to_owned());
            }
            Entry::Occupied(other) => {
                let other = visible(other.get());
                self.note(format!(
                    "\"{}\" and \"{other}\" differ only in case or accents",
                    visible(name)
                ));
            }
        }
    }

    /// A name that this file system does not take is the submission's matter; a full disk is ours.
    fn unwritable(&mut self, name: &str, error: io::Error) -> io::Result<()> {
        match error.raw_os_error() {
            Some(
                libc::ENAMETOOLONG | libc::EILSEQ | libc::EINVAL | libc::EEXIST | libc::ENOTDIR,
            ) => {
                self.left_out(name, "cannot be written here under its name");
                Ok(())
            }
            _ => Err(error),
        }
    }
}

/// `256 MiB`, or bytes where it is less than one.
fn size(bytes: u64) -> String {
    match bytes >> 20 {
        0 => format!("{bytes} bytes"),
        mib => format!("{mib} MiB"),
    }
}

fn make_directory(path: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o755).create(path)
}

/// A name as a file system that knows neither case nor normalisation forms has it.
pub(super) fn folded(name: &str) -> String {
    name.nfkd().flat_map(char::to_lowercase).nfc().collect()
}

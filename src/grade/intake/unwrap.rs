//! What is inside of what was handed in: nested single folders, an archive in a folder, a clone.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::archive::{Flow, Kind, Parcel};
use super::caps::Caps;
use super::extract::Extractor;
use super::layout::unpacked_name;
use super::names::{NameProblem, checked_path, is_junk};
use crate::ui::visible;

/// How a submission begins: with one of these it is what it is, and nothing in it is unpacked.
const STARTS: &[&str] = &[
    "run",
    "build",
    "main.py",
    "main.c",
    "main.rs",
    "main.cu",
    "main.go",
    "Cargo.toml",
    "Makefile",
    "makefile",
    "go.mod",
    "setup.py",
    "pyproject.toml",
    "CMakeLists.txt",
];

/// Files that the kernel or a shell starts, if they are programs.
const PROGRAMS: &[&str] = &["run", "build"];

/// A submission whose files are where they belong.
pub(super) struct Unwrapped {
    /// Where the program is; else completes "not graded, because".
    pub(super) files: Result<PathBuf, String>,
    pub(super) notes: Vec<String>,
}

/// Finds where the program is; unpacks one archive into `beside`, if there is one and no program.
///
/// # Errors
/// If our own disk fails.
pub(super) fn unwrap(
    mut extracted: Extractor,
    beside: PathBuf,
    caps: Caps,
    is_renamed: bool,
) -> io::Result<Unwrapped> {
    let mut is_unpacked = false;
    let mut notes = Vec::new();
    loop {
        extracted.resolve_links()?;
        if let Some(because) = extracted.refusal() {
            let because = because.to_owned();
            notes.append(&mut extracted.into_notes());
            return Ok(Unwrapped {
                files: Err(because),
                notes,
            });
        }
        let root = innermost(extracted.root())?;
        if is_renamed {
            restore_names(&root, &mut extracted)?;
        }
        let names = listing(&root)?;
        let files = || {
            names
                .iter()
                .filter(|(_, is_directory)| !is_directory)
                .map(|(name, _)| name.as_str())
        };
        let has_start = names
            .iter()
            .any(|(name, _)| STARTS.contains(&name.as_str()));
        let archives: Vec<&str> = files()
            .filter(|name| unpacked_name(name).is_some())
            .collect();
        let refused = match (names.is_empty(), &archives[..]) {
            (true, _) => Some(match extracted.first_note() {
                Some(note) => format!("nothing of it could be taken over ({note})"),
                None => "it is empty".to_owned(),
            }),
            (_, [_, _, ..]) if !has_start => {
                let list: Vec<String> = archives.iter().map(|name| visible(name)).collect();
                Some(format!(
                    "it has several archives and no program: {}",
                    list.join(", ")
                ))
            }
            (_, [_]) if !has_start && is_unpacked => {
                Some("it is an archive within an archive".to_owned())
            }
            _ if is_bare_repository(&names) => {
                Some("it is a bare git repository: clone it with its files".to_owned())
            }
            _ => None,
        };
        if let Some(because) = refused {
            extracted.refuse(because);
            continue;
        }
        let [archive] = archives[..] else {
            return finish(extracted, root, notes);
        };
        if has_start {
            return finish(extracted, root, notes);
        }
        let others: Vec<String> = files()
            .filter(|name| *name != archive)
            .map(visible)
            .collect();
        if !others.is_empty() {
            extracted.note(format!(
                "\"{}\" was unpacked; beside it, and not used: {}",
                visible(archive),
                others.join(", ")
            ));
        }
        let inner = unpacked(&root.join(archive), archive, beside.clone(), caps)?;
        notes.append(&mut std::mem::replace(&mut extracted, inner).into_notes());
        is_unpacked = true;
    }
}

/// Unpacks a submission's archive.
fn unpacked(path: &Path, name: &str, target: PathBuf, caps: Caps) -> io::Result<Extractor> {
    let parcel = Parcel::open(path);
    let packed = parcel.as_ref().ok().and_then(Parcel::packed_bytes);
    let mut extractor = Extractor::new(target, caps, packed)?;
    let mut of_ours = None;
    let walked = parcel.and_then(|parcel| {
        parcel.walk(caps.bytes, &mut |item| {
            let taken = take(&mut extractor, item.path, item.kind, item.content);
            if let Err(error) = taken {
                of_ours = Some(error);
                return Ok(Flow::Enough);
            }
            Ok(match extractor.refusal() {
                None => Flow::On,
                Some(_) => Flow::Enough,
            })
        })
    });
    if let Some(error) = of_ours {
        return Err(error);
    }
    if let Err(error) = walked {
        extractor.refuse(format!(
            "its archive \"{}\" {}",
            visible(name),
            visible(&error.to_string())
        ));
    }
    Ok(extractor)
}

/// Takes an entry over by its path as it stands in an archive.
pub(super) fn take(
    extractor: &mut Extractor,
    path: Option<&str>,
    kind: Kind<'_>,
    content: &mut dyn Read,
) -> io::Result<()> {
    match path.map(checked_path) {
        Some(Ok(parts)) => extractor.take(&parts, kind, content),
        Some(Err(NameProblem::Empty)) if kind == Kind::Directory => Ok(()),
        Some(Err(problem)) => {
            extractor.misnamed(path.unwrap_or_default(), problem);
            Ok(())
        }
        None => {
            extractor.misnamed("?", NameProblem::Encoding);
            Ok(())
        }
    }
}

/// Names in a directory, without what tools left.
fn listing(directory: &Path) -> io::Result<Vec<(String, bool)>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !is_junk(&name) {
            names.push((name, entry.file_type()?.is_dir()));
        }
    }
    names.sort();
    Ok(names)
}

/// Goes down through folders that are alone: `lab1/lab1/main.c`. A Python package stays whole.
fn innermost(root: &Path) -> io::Result<PathBuf> {
    let mut at = root.to_owned();
    loop {
        let names = listing(&at)?;
        match &names[..] {
            [(only, true)] if !at.join(only).join("__init__.py").exists() && only != "src" => {
                at.push(only)
            }
            _ => return Ok(at),
        }
    }
}

/// Undoes Canvas' renaming of files that were handed in again: `main-1.c` is `main.c`, where a
/// program would begin so and there is no `main.c`.
fn restore_names(root: &Path, extractor: &mut Extractor) -> io::Result<()> {
    for (name, is_directory) in listing(root)? {
        let (stem, suffix) = match name.rfind('.') {
            Some(dot) => name.split_at(dot),
            None => (name.as_str(), ""),
        };
        let Some((base, number)) = stem.rsplit_once('-') else {
            continue;
        };
        let original = format!("{base}{suffix}");
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        if is_directory || !is_number || !STARTS.contains(&original.as_str()) {
            continue;
        }
        if root.join(&original).exists() {
            extractor.note(format!(
                "\"{}\" and \"{original}\" were both handed in",
                visible(&name)
            ));
            continue;
        }
        fs::rename(root.join(&name), root.join(&original))?;
        if let Some(at) = extractor
            .of_unknown_mode
            .iter()
            .position(|known| *known == name)
        {
            extractor.of_unknown_mode[at].clone_from(&original);
        }
        extractor.note(format!(
            "\"{}\" is \"{original}\", renamed by the platform",
            visible(&name)
        ));
    }
    Ok(())
}

fn is_bare_repository(names: &[(String, bool)]) -> bool {
    let has = |wanted: &str, is_directory: bool| {
        names
            .iter()
            .any(|(name, is)| name == wanted && *is == is_directory)
    };
    has("HEAD", false) && has("objects", true) && has("refs", true)
}

/// Gives programs the mode that the platform lost, and says what would keep them from starting.
fn finish(
    mut extracted: Extractor,
    root: PathBuf,
    mut notes: Vec<String>,
) -> io::Result<Unwrapped> {
    for program in PROGRAMS {
        let path = root.join(program);
        if !path.is_file() {
            continue;
        }
        let mut head = Vec::new();
        fs::File::open(&path)?.take(256).read_to_end(&mut head)?;
        let is_script = head.starts_with(b"#!");
        let inside = path
            .strip_prefix(extracted.root())
            .ok()
            .and_then(Path::to_str)
            .unwrap_or_default();
        if (is_script || head.starts_with(b"\x7fELF"))
            && extracted
                .of_unknown_mode
                .iter()
                .any(|known| known == inside)
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
            extracted.note(format!(
                "\"{program}\" was made executable: the platform does not keep that"
            ));
        }
        let first_line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
        if is_script && first_line.ends_with(b"\r") {
            extracted.note(format!(
                "\"{program}\" has Windows' line ends: the kernel finds no interpreter for it"
            ));
        }
    }
    notes.append(&mut extracted.into_notes());
    Ok(Unwrapped {
        files: Ok(root),
        notes,
    })
}

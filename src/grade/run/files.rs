//! Writing so that nothing is ever there by half: on a local disk and on a shared one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

/// Writes a new file under a name that nobody else has, and syncs it: open(2) with O_EXCL, fsync(2).
pub(super) fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    let written = file.write_all(content).and_then(|()| file.sync_all());
    if written.is_err() {
        let _gone = fs::remove_file(path);
    }
    written
}

/// Writes a file in the place of what may be there: whoever reads finds the one or the other.
///
/// # Errors
/// Those of open(2), write(2), fsync(2) and rename(2).
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.{}", std::process::id()));
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    write_new(&beside, content)?;
    fs::rename(&beside, path)?;
    sync_directory_of(path)
}

/// Gives a file a second name, if nobody has that name: link(2). Whether it was us.
///
/// Over NFS a link that was made can be answered with an error, when the answer was lost and the
/// call was made again; then the number of names tells.
pub(super) fn link_first(file: &Path, name: &Path) -> io::Result<bool> {
    let is_ours = match fs::hard_link(file, name) {
        Ok(()) => true,
        Err(error) => match fs::metadata(file) {
            Ok(found) if found.nlink() == 2 => true,
            _ if error.kind() == io::ErrorKind::AlreadyExists => false,
            _ => return Err(error),
        },
    };
    sync_directory_of(name)?;
    Ok(is_ours)
}

/// Makes names last that were given or taken in the directory of this file: fsync(2).
pub(super) fn sync_directory_of(path: &Path) -> io::Result<()> {
    let parent = path.parent().filter(|parent| *parent != Path::new(""));
    let directory = parent.unwrap_or(Path::new("."));
    File::open(directory)?.sync_all()
}

/// A file of at most so many bytes, as text; what is longer is an error, not a part.
pub(super) fn read_text(path: &Path, most: u64) -> io::Result<String> {
    use std::io::Read as _;
    let mut text = String::new();
    let taken = File::open(path)?.take(most + 1).read_to_string(&mut text)?;
    match taken as u64 > most {
        true => Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("is larger than {most} bytes"),
        )),
        false => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_many_has_the_name() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let winners: usize = std::thread::scope(|scope| {
            let racers: Vec<_> = (0..8)
                .map(|racer| {
                    let file = at(&format!("attempt-{racer}"));
                    let name = at("result");
                    scope.spawn(move || {
                        write_new(&file, b"x").unwrap();
                        usize::from(link_first(&file, &name).unwrap())
                    })
                })
                .collect();
            racers.into_iter().map(|racer| racer.join().unwrap()).sum()
        });
        assert_eq!(winners, 1);
        // A link that was made before counts as made.
        let file = at("attempt-9");
        write_new(&file, b"y").unwrap();
        fs::hard_link(&file, at("other")).unwrap();
        assert!(link_first(&file, &at("other")).unwrap());
        assert!(write_new(&file, b"z").is_err());
    }

    #[test]
    fn what_is_replaced_is_whole() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        for content in ["one", "another"] {
            replace(&path, content.as_bytes()).unwrap();
            assert_eq!(read_text(&path, 100).unwrap(), content);
        }
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        assert!(read_text(&path, 6).is_err());
    }
}

//! The files that are served: small ones from memory with their heads, large ones piece by piece.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::http::{self, Status};
use crate::sys::beneath;

/// The largest file that is kept in memory, bytes.
const LARGEST_KEPT: u64 = 64 * 1024;

/// What is kept in memory at most, bytes: then it is all dropped, and read again as it is asked
/// for.
const MOST_KEPT: usize = 32 * 1024 * 1024;

/// For how long a file in memory is taken for what it is on disk, and the date of its head for
/// the time of day.
const FRESH: Duration = Duration::from_secs(1);

/// The name of the file that stands for its directory.
const INDEX: &[u8] = b"index.html";

/// The size of the page that there is without a root directory, bytes.
pub const PAGE_SIZE: usize = 1024;

/// A directory whose files are served, or the one page that is built in.
#[derive(Debug)]
pub struct Site {
    root: Option<OwnedFd>,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    /// By target, as clients write it.
    files: HashMap<Box<[u8]>, Arc<Small>>,
    bytes: usize,
}

/// A file in memory.
#[derive(Debug)]
pub(super) struct Small {
    /// Head, as it is where the connection goes on, and body.
    whole: Vec<u8>,
    /// Where the body begins.
    body: usize,
    kind: &'static str,
    read: Instant,
}

impl Small {
    /// Appends head, and body if that is wanted; `how` says what becomes of the connection, if
    /// that is to be said.
    pub(super) fn write(&self, out: &mut Vec<u8>, is_head: bool, how: Option<(&str, &str)>) {
        let body = match is_head {
            true => &[],
            false => &self.whole[self.body..],
        };
        match how {
            None if !is_head => out.extend_from_slice(&self.whole),
            None => out.extend_from_slice(&self.whole[..self.body]),
            Some(how) => {
                let fields = [("Content-Type", self.kind), how];
                let size = self.whole.len() - self.body;
                http::write_head(out, Status::Ok, &fields, size as u64);
                out.extend_from_slice(body);
            }
        }
    }
}

/// What a target names.
#[derive(Debug)]
pub(super) enum Found {
    /// A file in memory.
    Small(Arc<Small>),
    /// A file to be read while it is sent: its size and type.
    Large(File, u64, &'static str),
    /// A directory, under the name that it should be asked for.
    Directory(String),
    /// Nothing that is served.
    Nothing,
    /// No name of a file.
    Nonsense,
}

impl Site {
    /// The files below a directory.
    ///
    /// # Errors
    /// If it cannot be opened, or is none.
    pub fn at(root: &Path) -> io::Result<Self> {
        let opened = OpenOptions::new()
            .read(true)
            .custom_flags(libc::O_DIRECTORY)
            .open(root)?;
        Ok(Self {
            root: Some(opened.into()),
            kept: Mutex::default(),
        })
    }

    /// One page of [`PAGE_SIZE`] bytes.
    pub fn built_in() -> Self {
        Self {
            root: None,
            kept: Mutex::default(),
        }
    }

    /// Looks up a target, now.
    pub(super) fn find(&self, target: &[u8], now: Instant) -> Found {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(small) = kept.files.get(target)
            && now.saturating_duration_since(small.read) < FRESH
        {
            return Found::Small(Arc::clone(small));
        }
        drop(kept);
        let found = self.look(target, now);
        if let Found::Small(small) = &found {
            kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            let size = small.whole.len() + target.len();
            if kept.bytes + size > MOST_KEPT {
                *kept = Kept::default();
            }
            let former = kept.files.insert(target.into(), Arc::clone(small));
            let freed = former.map_or(0, |former| former.whole.len() + target.len());
            kept.bytes = kept.bytes + size - freed;
        }
        found
    }

    fn look(&self, target: &[u8], now: Instant) -> Found {
        let Some(path) = http::decoded(target) else {
            return Found::Nonsense;
        };
        let Some(root) = &self.root else {
            return match path.as_slice() {
                b"/" | b"/index.html" => small(&page(), "text/html", now),
                _ => Found::Nothing,
            };
        };
        // A path in the eyes of the kernel, for which the root directory is the root.
        let name = relative(&path);
        let opened = match name.is_empty() {
            true => Err(io::Error::from_raw_os_error(libc::EISDIR)),
            false => open(root, name),
        };
        let (file, name) = match opened {
            Ok(file) => (file, name.to_vec()),
            Err(error) if error.raw_os_error() == Some(libc::EISDIR) => {
                if !path.ends_with(b"/") {
                    return Found::Directory(with_slash(target));
                }
                let index = [name, INDEX].concat();
                match open(root, &index) {
                    Ok(file) => (file, index),
                    Err(_) => return Found::Nothing,
                }
            }
            Err(_) => return Found::Nothing,
        };
        let kind = content_type(&name);
        match file.metadata().map(|metadata| metadata.len()) {
            Ok(size) if size <= LARGEST_KEPT => match whole(file) {
                // It may have grown meanwhile.
                Ok(bytes) => small(&bytes, kind, now),
                Err(_) => Found::Nothing,
            },
            Ok(size) => Found::Large(file, size, kind),
            Err(_) => Found::Nothing,
        }
    }
}

/// The path without the slashes that it begins with.
fn relative(path: &[u8]) -> &[u8] {
    let start = path.iter().position(|byte| *byte != b'/');
    &path[start.unwrap_or(path.len())..]
}

fn open(root: &OwnedFd, name: &[u8]) -> io::Result<File> {
    beneath::open_regular_by_links(root, Path::new(OsStr::from_bytes(name)))
}

fn whole(file: File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(LARGEST_KEPT).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn small(body: &[u8], kind: &'static str, now: Instant) -> Found {
    let mut whole = Vec::new();
    let fields = [("Content-Type", kind)];
    http::write_head(&mut whole, Status::Ok, &fields, body.len() as u64);
    let head = whole.len();
    whole.extend_from_slice(body);
    Found::Small(Arc::new(Small {
        whole,
        body: head,
        kind,
        read: now,
    }))
}

/// The path of a target with a slash at its end. Two at its beginning would name another server.
fn with_slash(target: &[u8]) -> String {
    let end = target.iter().position(|byte| matches!(byte, b'?' | b'#'));
    let path = relative(&target[..end.unwrap_or(target.len())]);
    format!("/{}/", String::from_utf8_lossy(path))
}

/// The built-in page.
fn page() -> Vec<u8> {
    const TITLE: &str = "<!doctype html>\n<title>syslab sockets serve</title>\n<p>It works.\n";
    let mut page = TITLE.as_bytes().to_vec();
    let filler = "<p>This page is filled up to one KiB, so that there is something to send.\n";
    page.extend(filler.bytes().cycle().take(PAGE_SIZE - TITLE.len() - 1));
    page.push(b'\n');
    page
}

/// The media type that a name's extension stands for.
fn content_type(name: &[u8]) -> &'static str {
    let extension = name.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    match extension.to_ascii_lowercase().as_slice() {
        b"html" | b"htm" => "text/html",
        b"css" => "text/css",
        b"js" => "text/javascript",
        b"json" => "application/json",
        b"txt" | b"md" | b"c" | b"h" | b"py" | b"rs" => "text/plain; charset=utf-8",
        b"svg" => "image/svg+xml",
        b"png" => "image/png",
        b"jpg" | b"jpeg" => "image/jpeg",
        b"gif" => "image/gif",
        b"pdf" => "application/pdf",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn body(found: &Found) -> Option<String> {
        match found {
            Found::Small(small) => {
                Some(String::from_utf8_lossy(&small.whole[small.body..]).into_owned())
            }
            _ => None,
        }
    }

    #[test]
    fn nothing_outside_of_the_root_is_found() {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().join("root");
        fs::create_dir_all(root.join("sub")).unwrap();
        fs::create_dir(outer.path().join("root-sibling")).unwrap();
        fs::write(outer.path().join("secret"), "secret").unwrap();
        fs::write(outer.path().join("root-sibling/secret"), "secret").unwrap();
        fs::write(root.join("a b"), "inside").unwrap();
        fs::write(root.join("sub/index.html"), "index").unwrap();
        std::os::unix::fs::symlink(outer.path().join("secret"), root.join("link")).unwrap();
        std::os::unix::fs::symlink("a b", root.join("good-link")).unwrap();
        let site = Site::at(&root).unwrap();
        let find = |target: &str| site.find(target.as_bytes(), Instant::now());
        for target in [
            "/../secret",
            "/%2e%2e/secret",
            "/..%2fsecret",
            "/sub/../../secret",
            "/link",
            "//etc/passwd",
            "/../root-sibling/secret",
            "/a%20b/",
            "/",
        ] {
            assert!(matches!(find(target), Found::Nothing), "{target}");
        }
        for (target, content) in [
            ("/a%20b", "inside"),
            ("//a%20b?query", "inside"),
            ("/good-link", "inside"),
            ("/sub/", "index"),
            ("/sub/../a%20b", "inside"),
        ] {
            assert_eq!(body(&find(target)).as_deref(), Some(content), "{target}");
        }
        assert!(matches!(find("//sub?x"), Found::Directory(to) if to == "/sub/"));
        assert!(matches!(find("/%00"), Found::Nonsense));
    }

    #[test]
    fn a_file_is_read_again_when_it_is_no_longer_fresh() {
        let root = tempfile::tempdir().unwrap();
        let site = Site::at(root.path()).unwrap();
        let now = Instant::now();
        fs::write(root.path().join("a"), "one").unwrap();
        assert_eq!(body(&site.find(b"/a", now)).as_deref(), Some("one"));
        fs::write(root.path().join("a"), "two").unwrap();
        assert_eq!(body(&site.find(b"/a", now)).as_deref(), Some("one"));
        let later = now + FRESH;
        assert_eq!(body(&site.find(b"/a", later)).as_deref(), Some("two"));
        fs::write(root.path().join("b"), vec![0; 70_000]).unwrap();
        assert!(matches!(site.find(b"/b", now), Found::Large(_, 70_000, _)));
    }

    #[test]
    fn the_page_has_the_size_that_is_promised() {
        let page = Site::built_in().find(b"/", Instant::now());
        assert_eq!(body(&page).unwrap().len(), PAGE_SIZE);
        assert_eq!(content_type(b"a.HTML"), "text/html");
    }
}

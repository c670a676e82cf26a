//! Tar: tar(5), pax(1). Headers that speak about the next entry are read here, with limits.

use std::io::{self, Read};

use ::tar::EntryType;

use super::{ArchiveError, Flow, Item, Kind, NAMELESS, Visit, damaged};

/// Longest name that a tar header of its own may give, and longest pax header.
const MAX_HEADER: u64 = 64 << 10;

/// Headers that speak about the next entry are read here, with limits: `tar` itself has none.
pub(super) fn walk(packed: impl Read, visit: &mut Visit<'_>) -> Result<(), ArchiveError> {
    let mut archive = ::tar::Archive::new(packed);
    let mut long_name: Option<Vec<u8>> = None;
    let mut long_link: Option<Vec<u8>> = None;
    // Its content would be a map and pieces: see "Sparse Formats" of the manual of GNU tar.
    let mut is_sparse = false;
    for entry in archive.entries().map_err(damaged)?.raw(true) {
        let mut entry = entry.map_err(damaged)?;
        let header = |entry: &mut dyn Read| {
            let mut content = Vec::new();
            entry
                .take(MAX_HEADER + 1)
                .read_to_end(&mut content)
                .map_err(damaged)?;
            match content.len() as u64 > MAX_HEADER {
                true => Err(ArchiveError::Damaged(
                    "a header of a tar is too long".to_owned(),
                )),
                false => Ok(content),
            }
        };
        let kind = entry.header().entry_type();
        match kind {
            EntryType::XGlobalHeader => continue,
            EntryType::GNULongName => {
                long_name = Some(until_zero(header(&mut entry)?));
                continue;
            }
            EntryType::GNULongLink => {
                long_link = Some(until_zero(header(&mut entry)?));
                continue;
            }
            EntryType::XHeader => {
                let content = header(&mut entry)?;
                for (key, value) in pax(&content) {
                    match key {
                        b"path" => long_name = Some(value.to_vec()),
                        b"linkpath" => long_link = Some(value.to_vec()),
                        b"size" => {
                            let message = "a file of a tar is larger than 8 GiB";
                            return Err(ArchiveError::Damaged(message.to_owned()));
                        }
                        key if key.starts_with(b"GNU.sparse.") => is_sparse = true,
                        _ => {}
                    }
                }
                continue;
            }
            _ => {}
        }
        let raw = long_name
            .take()
            .unwrap_or_else(|| entry.path_bytes().into_owned());
        let path = std::str::from_utf8(&raw).ok();
        let link = long_link.take().or_else(|| {
            let named = entry.link_name_bytes();
            named.map(std::borrow::Cow::into_owned)
        });
        let link = String::from_utf8(link.unwrap_or_default()).ok();
        let link = match kind {
            // It names a path of the archive, and not one beside it.
            EntryType::Link => link.zip(path).map(|(to, path)| beside(path, &to)),
            _ => link,
        };
        let mode = entry.header().mode().unwrap_or(0o644);
        let is_directory =
            kind == EntryType::Directory || (kind == EntryType::Regular && raw.ends_with(b"/"));
        let kind = match kind {
            _ if is_directory => Kind::Directory,
            EntryType::Regular if std::mem::take(&mut is_sparse) => {
                Kind::Refused("is a sparse file, which is not supported")
            }
            EntryType::GNUSparse => Kind::Refused("is a sparse file, which is not supported"),
            EntryType::Regular | EntryType::Continuous => Kind::File {
                is_executable: Some(mode & 0o100 != 0),
            },
            EntryType::Symlink | EntryType::Link => link.as_deref().map_or(NAMELESS, Kind::Link),
            _ => Kind::Refused("is no regular file"),
        };
        let mut nothing = io::empty();
        let flow = match kind {
            Kind::File { .. } => visit(Item {
                path,
                kind,
                content: &mut entry,
            })?,
            kind => visit(Item {
                path,
                kind,
                content: &mut nothing,
            })?,
        };
        if matches!(flow, Flow::Enough) {
            break;
        }
    }
    Ok(())
}

fn until_zero(mut text: Vec<u8>) -> Vec<u8> {
    let end = text.iter().position(|byte| *byte == 0);
    text.truncate(end.unwrap_or(text.len()));
    text
}

/// `to`, a path of the archive, as a link at `path` would name it.
fn beside(path: &str, to: &str) -> String {
    let parts = |path| -> Vec<&str> { str::split(path, '/').filter(|part| *part != ".").collect() };
    let (path, to) = (parts(path), parts(to));
    let directory = &path[..path.len().saturating_sub(1)];
    let common = directory.iter().zip(&to).take_while(|(a, b)| a == b);
    let common = common.count();
    let up = "../".repeat(directory.len() - common);
    format!("{up}{}", to[common..].join("/"))
}

/// Records of a pax header: `LENGTH KEY=VALUE\n`; what is malformed ends it. See pax(1).
fn pax(mut content: &[u8]) -> Vec<(&[u8], &[u8])> {
    let mut records = Vec::new();
    while let Some(blank) = content.iter().position(|byte| *byte == b' ') {
        let length = std::str::from_utf8(&content[..blank])
            .ok()
            .and_then(|text| text.parse::<usize>().ok());
        let Some(record) = length.and_then(|length| content.get(blank + 1..length)) else {
            break;
        };
        let record_end = blank + 1 + record.len();
        let record = record.strip_suffix(b"\n").unwrap_or(record);
        if let Some(equals) = record.iter().position(|byte| *byte == b'=') {
            records.push((&record[..equals], &record[equals + 1..]));
        }
        content = &content[record_end..];
    }
    records
}

#[cfg(test)]
mod tests {
    use super::beside;

    #[test]
    fn a_hard_link_names_what_a_symbolic_one_would() {
        assert_eq!(beside("ada/hard", "ada/main.c"), "main.c");
        assert_eq!(beside("./ada/src/hard", "ada/main.c"), "../main.c");
        assert_eq!(beside("ada/hard", "bob/main.c"), "../bob/main.c");
        assert_eq!(beside("hard", "/etc/passwd"), "/etc/passwd");
        assert_eq!(beside("", ""), "");
    }
}

//! What makes the files that a run is about, where the learner has none.

use crate::model::experiment::LAB_DIR;
use crate::model::{InputFile, InputKind, Payload, Run, shell_word};

/// Longest content that is put into the command.
const INLINE_CONTENT: usize = 900;

/// A path of the lab directory where the learner has it.
pub(super) fn own(path: &str) -> String {
    path.replace(LAB_DIR, "/tmp")
}

/// The commands that make those of these files that the run's arguments name, and remove others of these
/// names; each ends in `; `.
pub(super) fn made(files: &[InputFile], run: &Run) -> String {
    let mut commands = String::new();
    let below = format!("{LAB_DIR}/");
    for path in run.args.iter().filter(|arg| arg.starts_with(&below)) {
        let file = files.iter().find(|file| file.path == *path);
        // What a link or another name is of comes first.
        let of = file.and_then(|file| match &file.kind {
            InputKind::Link(of) => Some(format!("{below}{of}")),
            InputKind::SecondName(of) => Some(of.clone()),
            _ => None,
        });
        let of = of.and_then(|of| files.iter().find(|file| file.path == of));
        let is_directory = files
            .iter()
            .any(|file| file.path.starts_with(&format!("{path}/")));
        match file {
            Some(file) => commands.extend(of.into_iter().chain([file]).filter_map(making)),
            None if is_directory => {}
            None => commands += &format!("rm -f {}; ", shell_word(&own(path))),
        }
    }
    commands
}

/// What makes one of them; `None` if it is too long, or more than a file.
fn making(file: &InputFile) -> Option<String> {
    let own_path = own(&file.path);
    let path = shell_word(&own_path);
    let printed = |bytes: &[u8]| {
        (bytes.len() <= INLINE_CONTENT).then(|| match bytes {
            [] => ":".to_owned(),
            bytes => format!("printf '{}'", format_of(bytes)),
        })
    };
    let mut command = match &file.kind {
        InputKind::Content | InputKind::Made(Payload::Bytes(_)) => {
            let bytes = match &file.kind {
                InputKind::Made(Payload::Bytes(bytes)) => bytes,
                _ => &file.content,
            };
            format!("{} >{path}; ", printed(bytes)?)
        }
        InputKind::Made(payload) => {
            format!("head -c {} /dev/urandom >{path}; ", payload.len())
        }
        InputKind::Hole(len) => {
            let rest = printed(&file.content)?;
            format!("rm -f {path}; truncate -s {len} {path}; {rest} >>{path}; ")
        }
        InputKind::Link(to) => format!("ln -sf {} {path}; ", shell_word(&own(to))),
        InputKind::SecondName(of) => format!("ln -f {} {path}; ", shell_word(&own(of))),
        InputKind::Fifo => format!("rm -f {path}; mkfifo {path}; "),
        InputKind::Disk(_) | InputKind::Deserted | InputKind::Alive => return None,
    };
    if let Some(mode) = file.mode.or(file.is_executable.then_some(0o755)) {
        command += &format!("chmod {mode:o} {path}; ");
    }
    match own_path.rsplit_once('/') {
        Some((directory, _)) if directory != "/tmp" => {
            command.insert_str(0, &format!("mkdir -p {}; ", shell_word(directory)));
        }
        _ => {}
    }
    Some(command)
}

/// Bytes as the format of printf(1P), in single quotes.
fn format_of(bytes: &[u8]) -> String {
    let mut format = String::new();
    for chunk in bytes.utf8_chunks() {
        for one in chunk.valid().chars() {
            match one {
                '\n' => format += "\\n",
                '\t' => format += "\\t",
                '\\' => format += "\\\\",
                '%' => format += "%%",
                '\'' => format += "'\\''",
                one if one.is_control() => format += &format!("\\{:03o}", u32::from(one)),
                one => format.push(one),
            }
        }
        for byte in chunk.invalid() {
            format += &format!("\\{byte:03o}");
        }
    }
    format
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, kind: InputKind, content: &[u8]) -> InputFile {
        InputFile {
            path: path.to_owned(),
            kind,
            content: content.to_vec(),
            ..InputFile::default()
        }
    }

    #[test]
    fn files_that_are_named_are_made_and_others_of_their_names_removed() {
        let run = Run {
            args: [
                "7",
                "/lab/torn",
                "/lab/alias",
                "/lab/new",
                "/lab/www",
                "/lab",
            ]
            .map(str::to_owned)
            .into(),
            ..Run::default()
        };
        let files = [
            file("/lab/torn", InputKind::Content, b"whole\nit's 5%\xff\0"),
            file("/lab/source", InputKind::Hole(9), b"x"),
            file("/lab/alias", InputKind::Link("source".to_owned()), b""),
            file("/lab/other", InputKind::Content, b"x"),
            file("/lab/www/a", InputKind::Content, b"x"),
        ];
        assert_eq!(
            made(&files, &run),
            "printf 'whole\\nit'\\''s 5%%\\377\\000' >/tmp/torn; \
             rm -f /tmp/source; truncate -s 9 /tmp/source; printf 'x' >>/tmp/source; \
             ln -sf source /tmp/alias; rm -f /tmp/new; "
        );
    }

    #[test]
    fn what_is_too_long_is_left_to_the_learner() {
        let run = Run {
            args: vec!["/lab/a".to_owned(), "/lab/b/c".to_owned()],
            ..Run::default()
        };
        let noise = Payload::Noise { len: 5000, seed: 1 };
        let files = [
            file("/lab/a", InputKind::Content, &[b'x'; INLINE_CONTENT + 1]),
            file("/lab/b/c", InputKind::Made(noise), b""),
        ];
        assert_eq!(
            made(&files, &run),
            "mkdir -p /tmp/b; head -c 5000 /dev/urandom >/tmp/b/c; "
        );
    }
}

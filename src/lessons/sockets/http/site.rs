//! What there is to be served, beneath ROOT, and what there is beside it.

use crate::lessons::chance::Source;
use crate::model::{Experiment, InputFile, InputKind, Payload};

/// What the server is told to serve.
pub(super) const ROOT: &str = "/lab/www";

/// A name beside [`ROOT`] that begins like it.
const SIBLING: &str = "/lab/www-private";

/// Bytes in the file that is much larger than the buffers of a connection (some 3 MiB on loopback).
pub(super) const LARGE: u64 = 10 << 20;

/// Bytes in the file that just does not fit into them.
const MIDDLING: u64 = 5 << 20;

/// Letters beyond ASCII in a long name: two bytes each, which are six in a target.
const LETTERS: usize = 100;

/// Bytes in the file that does not fit into memory.
pub(super) const HUGE: u64 = 3 << 30;

/// The files, by what they are for. Names are relative to ROOT.
pub(super) struct Site {
    /// A small file.
    pub small: String,
    /// Files whose names or contents are out of the ordinary.
    pub odd: Vec<String>,
    /// [`LARGE`] bytes without pattern.
    pub large: String,
    /// What is in it.
    pub noise: Payload,
    /// [`MIDDLING`] bytes without pattern.
    pub middling: String,
    /// [`HUGE`] zeros.
    pub huge: String,
    /// A directory with an index.html in it.
    pub directory: String,
    /// A file in that directory.
    pub nested: String,
    /// A symbolic link to `small`.
    pub link: String,
    /// Names of a file that is not to be served, as paths of the system.
    pub secret: String,
    /// The same, in the directory whose name begins like ROOT's.
    pub sibling: String,
    /// Symbolic links that lead out: to the secret, relative and absolute, and to ROOT's parent.
    pub links_out: [String; 3],
    files: Vec<InputFile>,
}

impl Site {
    /// What a seed gives.
    pub(super) fn new(chance: &mut Source) -> Self {
        let word = chance.word(6);
        let mut files = Vec::new();
        let mut put = |name: &str, kind: InputKind, content: Vec<u8>| {
            files.push(InputFile {
                path: match name.starts_with('/') {
                    true => name.to_owned(),
                    false => format!("{ROOT}/{name}"),
                },
                content,
                kind,
                ..InputFile::default()
            });
            name.to_owned()
        };
        let mut text = |name: &str, chance: &mut Source| {
            let len = chance.between(40, 400) as usize;
            put(name, InputKind::Content, chance.letters(len))
        };
        text("index.html", chance);
        let small = text(&format!("{word}.txt"), chance);
        let directory = format!("docs-{word}");
        text(&format!("{directory}/index.html"), chance);
        let nested = text(&format!("{directory}/deep/page.html"), chance);
        let mut odd: Vec<String> = [
            format!("two {word} words.txt"),
            format!("käse-{word}.txt"),
            format!("{word}+plus.txt"),
            format!("100%-{word}.txt"),
            format!("what?-{word}.txt"),
            format!("{word}%41.txt"),
            format!("number #{word}.txt"),
            format!("{word};1.txt"),
            format!("{word}..{word}.txt"),
            format!(".{word}"),
            format!("{}{word}", "ä".repeat(LETTERS)),
        ]
        .iter()
        .map(|name| text(name, chance))
        .collect();
        let secret = text(&format!("/lab/secret-{word}.txt"), chance);
        let sibling = text(&format!("{SIBLING}/{word}.txt"), chance);
        let noise = Payload::Noise {
            len: LARGE,
            seed: chance.next(),
        };
        let any_bytes = (0..3000).map(|_| chance.next() as u8).collect();
        odd.push(put("any-bytes", InputKind::Content, any_bytes));
        odd.push(put("empty", InputKind::Content, Vec::new()));
        odd.push(put("one-byte", InputKind::Content, chance.letters(1)));
        let large = put(
            &format!("large-{word}.bin"),
            InputKind::Made(noise.clone()),
            Vec::new(),
        );
        let less_noise = Payload::Noise {
            len: MIDDLING,
            seed: chance.next(),
        };
        let middling = put(
            &format!("middling-{word}.bin"),
            InputKind::Made(less_noise),
            Vec::new(),
        );
        let huge = put("huge.img", InputKind::Hole(HUGE), Vec::new());
        let mut link = |name: &str, to: &str| {
            put(name, InputKind::Link(to.to_owned()), Vec::new());
            name.to_owned()
        };
        Self {
            link: link("link.txt", &small),
            links_out: [
                link("out.txt", &format!("../secret-{word}.txt")),
                link("absolute.txt", &secret),
                link("up", ".."),
            ],
            small,
            odd,
            large,
            noise,
            middling,
            huge,
            directory,
            nested,
            secret,
            sibling,
            files,
        }
    }

    /// Puts what is there into the experiment: all of it but what takes time to be made and is not
    /// asked for.
    pub(super) fn furnish(
        &self,
        mut experiment: Experiment,
        is_asked_for: impl Fn(&str) -> bool,
    ) -> Experiment {
        let is_wanted = |file: &&InputFile| match &file.kind {
            InputKind::Made(_) => is_asked_for(file.path.rsplit('/').next().unwrap_or_default()),
            _ => true,
        };
        experiment
            .files
            .extend(self.files.iter().filter(is_wanted).cloned());
        experiment
    }
}

/// What a target leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found<'a> {
    /// A file of this length, and its content where it is kept with the experiment.
    File(u64, Option<&'a [u8]>),
    /// The same, by a symbolic link.
    Linked(&'a [u8]),
    /// A directory with this index.html.
    Directory(&'a [u8]),
    /// Nothing.
    Nothing,
}

/// What a target leads to in an experiment's files; not for those that try to lead out.
pub(super) fn find<'a>(experiment: &'a Experiment, target: &str) -> Found<'a> {
    let path = target.split('?').next().unwrap_or(target);
    let decoded = decode(path);
    let name = String::from_utf8_lossy(&decoded);
    let path = match name.trim_end_matches('/') {
        "" => format!("{ROOT}/index.html"),
        name => format!("{ROOT}{name}"),
    };
    let at = |path: &str| experiment.files.iter().find(|file| file.path == path);
    match at(&path) {
        Some(file) => match &file.kind {
            InputKind::Content => Found::File(file.content.len() as u64, Some(&file.content)),
            InputKind::Made(payload) => Found::File(payload.len(), None),
            InputKind::Hole(len) => Found::File(*len, None),
            InputKind::Link(to) => match at(&format!("{ROOT}/{to}")) {
                Some(file) => Found::Linked(&file.content),
                None => Found::Nothing,
            },
            // Nothing that the site has, or nothing that could be served.
            InputKind::SecondName(_)
            | InputKind::Disk(_)
            | InputKind::Fifo
            | InputKind::Deserted
            | InputKind::Alive => Found::Nothing,
        },
        None => match at(&format!("{path}/index.html")) {
            Some(index) => Found::Directory(&index.content),
            None => Found::Nothing,
        },
    }
}

/// Turns `%41` into `A`.
fn decode(path: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = path.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|two| str::from_utf8(two).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    bytes
}

/// A name as a target: a slash in front, and `%` and two digits for what is not to be in a URL.
pub(super) fn target(name: &str) -> String {
    let mut target = "/".to_owned();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => target.push(char::from(byte)),
            b'-' | b'.' | b'_' | b'~' | b'/' | b'+' | b';' => target.push(char::from(byte)),
            other => target.push_str(&format!("%{other:02X}")),
        }
    }
    target
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_found_by_its_target() {
        let site = Site::new(&mut Source::new(3, "test"));
        let experiment = site.furnish(Experiment::default(), |_| true);
        let find = |name: &str| find(&experiment, &target(name));
        assert!(matches!(find(&site.small), Found::File(40.., Some(_))));
        assert!(matches!(find(&site.large), Found::File(LARGE, None)));
        assert!(matches!(find(&site.link), Found::Linked(_)));
        assert!(matches!(find(&site.directory), Found::Directory(_)));
        assert!(matches!(find(""), Found::File(..)));
        assert_eq!(find("nothing"), Found::Nothing);
        assert_eq!(find("small.txt/below"), Found::Nothing);
        for odd in &site.odd {
            assert!(matches!(find(odd), Found::File(..)), "{odd}");
        }
        assert_eq!(target("a b+c%?ä;#"), "/a%20b+c%25%3F%C3%A4;%23");
        assert_eq!(decode("/a%20b+c%25%3F%C3%A4%z"), "/a b+c%?ä%z".as_bytes());
    }
}

//! What there is to be served, beneath ROOT, and what there is beside it.

use crate::lessons::chance::Source;
use crate::model::{Experiment, InputFile, InputKind, Payload};

/// What the server is told to serve.
pub(super) const ROOT: &str = "/lab/www";

/// A name beside [`ROOT`] that begins like it.
const SIBLING: &str = "/lab/www-private";

/// Bytes of a long part of a name; there may be 255.
const LONG_PART: usize = 200;

/// Bytes of a long name; a request of 4,096 bytes is to be answered.
const LONG_NAME: usize = 3000;

/// A file that is to be served.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// Its name, relative to [`ROOT`].
    pub name: String,
    /// Its content, one part behind the other.
    pub parts: Vec<Payload>,
}

impl Item {
    /// A file of bytes without pattern.
    pub(super) fn noise(name: &str, len: u64, chance: &mut Source) -> Self {
        let seed = chance.next();
        Self {
            name: name.to_owned(),
            parts: vec![Payload::Noise { len, seed }],
        }
    }

    /// A file of these bytes.
    pub(super) fn bytes(name: &str, bytes: Vec<u8>) -> Self {
        Self {
            name: name.to_owned(),
            parts: vec![Payload::Bytes(bytes)],
        }
    }

    /// A file that begins with so many zeros, which take no room, and ends with these bytes.
    pub(super) fn hole(name: &str, len: u64, end: Vec<u8>) -> Self {
        let zeros = Payload::Repeated {
            bytes: vec![0],
            times: len,
        };
        Self {
            name: name.to_owned(),
            parts: vec![zeros, Payload::Bytes(end)],
        }
    }

    /// Its path.
    pub(super) fn path(&self) -> String {
        format!("{ROOT}/{}", self.name)
    }

    /// How many bytes it has.
    pub(super) fn len(&self) -> u64 {
        self.parts.iter().map(Payload::len).sum()
    }

    /// What answers a request for it.
    pub(super) fn answer(&self) -> Vec<Payload> {
        let head = format!("OK {}\n", self.len()).into_bytes();
        let mut answer = vec![Payload::Bytes(head)];
        answer.extend(self.parts.iter().cloned());
        answer
    }

    /// Puts it into an experiment.
    pub(super) fn put(&self, experiment: Experiment) -> Experiment {
        let (kind, content) = match &self.parts[..] {
            [Payload::Bytes(bytes)] => (InputKind::Content, bytes.clone()),
            [Payload::Repeated { times, .. }, Payload::Bytes(end)] => {
                (InputKind::Hole(*times), end.clone())
            }
            [made, ..] => (InputKind::Made(made.clone()), Vec::new()),
            [] => (InputKind::Content, Vec::new()),
        };
        experiment.with_input(InputFile {
            path: self.path(),
            kind,
            content,
            ..InputFile::default()
        })
    }
}

/// The files that are there in every story.
pub(super) struct Shelf {
    /// A small file.
    pub small: Item,
    /// Files whose names or sizes are out of the ordinary.
    pub odd: Vec<Item>,
    /// A directory.
    pub directory: String,
    /// A file in a directory of that directory.
    pub nested: Item,
    /// A symbolic link to `small`.
    pub link: String,
    /// A FIFO.
    pub fifo: String,
    /// A file that is not to be served, as a path of the system.
    pub secret: String,
    /// The same, in the directory whose name begins like ROOT's.
    pub sibling: String,
    /// Symbolic links that lead out: to the secret, relative and absolute, and to ROOT's parent.
    pub links_out: [String; 3],
    secrets: [Vec<u8>; 2],
}

impl Shelf {
    /// What a seed gives.
    pub(super) fn new(chance: &mut Source) -> Self {
        let word = chance.word(6);
        let mut text = |name: String| {
            let len = chance.between(40, 400) as usize;
            let mut line = chance.letters(len);
            line.push(b'\n');
            Item::bytes(&name, line)
        };
        let directory = format!("docs-{word}");
        let small = text(format!("{word}.txt"));
        let nested = text(format!("{directory}/deep/page.txt"));
        let mut odd = vec![
            text(format!("two {word} words.txt")),
            text(format!("käse-{word}.txt")),
            text(format!("GET {word}")),
        ];
        let secrets = [chance.letters(60), chance.letters(60)];
        let any_bytes = (0..3000).map(|_| chance.next() as u8).collect();
        odd.extend([
            Item::bytes(&format!("any-bytes-{word}"), any_bytes),
            Item::bytes(&format!("empty-{word}"), Vec::new()),
            Item::bytes(&format!("one-byte-{word}"), chance.letters(1)),
            Item::noise(&format!("page-{word}"), 4096, chance),
            Item::noise(&format!("page-and-one-{word}"), 4097, chance),
        ]);
        let far = format!("{word}-{}", "far".repeat(LONG_PART / 3));
        let far = vec![far; LONG_NAME / LONG_PART].join("/");
        let names = [
            format!(" blank-before-{word}"),
            format!("blank-behind-{word} "),
            format!("return-{word}\r"),
            format!("100%25-{word}"),
            format!("one+{word}"),
            format!("what?{word}"),
            format!("{word}#one"),
            format!("back\\{word}"),
            format!(".{word}"),
            format!("{word}..{word}"),
            format!("{far}/page.txt"),
        ];
        odd.extend(names.map(|name| Item::bytes(&name, chance.letters(90))));
        Self {
            small,
            odd,
            nested,
            link: "link.txt".to_owned(),
            fifo: format!("queue-{word}"),
            secret: format!("/lab/secret-{word}.txt"),
            sibling: format!("{SIBLING}/{word}.txt"),
            links_out: ["out.txt", "absolute.txt", "up"].map(str::to_owned),
            directory,
            secrets,
        }
    }

    /// Puts all of it into the experiment.
    pub(super) fn furnish(&self, experiment: Experiment) -> Experiment {
        let at_root = |name: &str| format!("{ROOT}/{name}");
        let link = |to: &str| InputKind::Link(to.to_owned());
        let [secret, sibling] = &self.secrets;
        let [relative, absolute, up] = &self.links_out;
        let beside = self.secret.trim_start_matches("/lab");
        let furnished = experiment
            .with_file(&self.secret, secret.clone())
            .with_file(&self.sibling, sibling.clone())
            .with(&at_root(&self.link), link(&self.small.name))
            .with(&at_root(relative), link(&format!("..{beside}")))
            .with(&at_root(absolute), link(&self.secret))
            .with(&at_root(up), link(".."))
            .with(&at_root(&self.fifo), InputKind::Fifo);
        let items = [&self.small, &self.nested].into_iter().chain(&self.odd);
        items.fold(furnished, |experiment, item| item.put(experiment))
    }
}

/// What a name leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found<'a> {
    /// A file with this content.
    File(&'a [u8]),
    /// The same, by a symbolic link.
    Linked(&'a [u8]),
    /// Nothing that could be served, or nothing whose content is kept with the experiment.
    Nothing,
}

/// What a name leads to in an experiment's files.
pub(super) fn find<'a>(experiment: &'a Experiment, name: &[u8]) -> Found<'a> {
    let name = String::from_utf8_lossy(name);
    let at = |name: &str| {
        let path = format!("{ROOT}/{name}");
        experiment.files.iter().find(move |file| file.path == path)
    };
    match at(&name).map(|file| (&file.kind, &file.content)) {
        Some((InputKind::Content, content)) => Found::File(content),
        Some((InputKind::Link(to), _)) => match at(to) {
            Some(file) if file.kind == InputKind::Content => Found::Linked(&file.content),
            _ => Found::Nothing,
        },
        _ => Found::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_found_by_its_name() {
        let shelf = Shelf::new(&mut Source::new(3, "test"));
        let experiment = shelf.furnish(Experiment::default());
        let find = |name: &str| find(&experiment, name.as_bytes());
        assert!(matches!(find(&shelf.small.name), Found::File([_, ..])));
        assert!(matches!(find(&shelf.odd[1].name), Found::File([_, ..])));
        assert!(matches!(find(&shelf.link), Found::Linked([_, ..])));
        let names = [&shelf.fifo, &shelf.directory, &shelf.secret];
        for name in names.into_iter().chain(&shelf.links_out) {
            assert_eq!(find(name), Found::Nothing, "{name}");
        }
        assert_eq!(find("nothing"), Found::Nothing);
    }

    #[test]
    fn an_answer_is_a_size_and_the_bytes() {
        let item = Item::hole("x", 5, b"end".to_vec());
        assert_eq!(item.len(), 8);
        let head = item.answer().into_iter().next();
        assert_eq!(head, Some(Payload::Bytes(b"OK 8\n".to_vec())));
    }
}

//! What lies beneath ROOT, to be handed out or not, and what lies beside it.

use crate::lessons::chance::Source;
use crate::model::{Crowd, Experiment, InputFile, InputKind, Move, Payload};

/// The name of the socket.
pub(super) const SOCKET: &str = "/lab/socket";

/// What may be handed out is beneath this.
pub(super) const ROOT: &str = "/lab/files";

/// Where devices are, in the box as on every machine; nothing in it is a regular file.
pub(super) const DEVICES: &str = "/dev";

/// The names, by what they are for.
pub(super) struct Store {
    /// Regular files, relative to ROOT.
    pub files: Vec<String>,
    /// Names that lead to nothing that may be handed out.
    pub refused: Vec<String>,
    /// A FIFO, relative to ROOT.
    pub fifo: String,
    /// The name of nothing, which is not UTF-8. Whoever makes text of it, and puts something into the
    /// place of what is none, or nothing, has the name of a file.
    pub no_text: Vec<u8>,
    entries: Vec<InputFile>,
}

impl Store {
    /// What a seed gives.
    pub(super) fn new(chance: &mut Source) -> Self {
        let word = chance.word(6);
        let mut entries = Vec::new();
        let mut put = |path: String, kind: InputKind, content: Vec<u8>| {
            entries.push(InputFile {
                path,
                content,
                kind,
                ..InputFile::default()
            });
        };
        let files = vec![
            format!("{word}.txt"),
            format!("two {word} words"),
            format!("käse-{word}"),
            format!("{word}/page"),
            format!("{word}/deep/er/page"),
            "empty".to_owned(),
            "open".to_owned(),
            format!(" {word} "),
            format!("{word}\r"),
            format!("{}{word}.txt", char::REPLACEMENT_CHARACTER),
        ];
        for name in &files {
            let len = match name.as_str() {
                "empty" => 0,
                _ => chance.between(20, 5000) as usize,
            };
            let path = format!("{ROOT}/{name}");
            put(path, InputKind::Content, chance.letters(len));
        }
        for path in [
            format!("/lab/secret-{word}"),
            format!("{ROOT}-private/{word}"),
        ] {
            put(path, InputKind::Content, chance.letters(60));
        }
        let links = [
            ("inside", format!("{word}.txt")),
            ("out", format!("../secret-{word}")),
            ("absolute", format!("/lab/secret-{word}")),
            ("up", "..".to_owned()),
            ("root", "/".to_owned()),
            ("zero", "/dev/zero".to_owned()),
            ("itself", "itself".to_owned()),
        ];
        for (name, to) in links {
            put(format!("{ROOT}/{name}"), InputKind::Link(to), Vec::new());
        }
        let fifo = format!("pipe-{word}");
        put(format!("{ROOT}/{fifo}"), InputKind::Fifo, Vec::new());
        put(format!("{ROOT}/sock"), InputKind::Deserted, Vec::new());
        let refused = [
            format!("../secret-{word}"),
            format!("{word}/../../secret-{word}"),
            format!("{word}/deep/../../../secret-{word}"),
            format!("./../secret-{word}"),
            format!("....//secret-{word}"),
            format!("/lab/secret-{word}"),
            format!("//lab/secret-{word}"),
            format!("../files-private/{word}"),
            format!("{ROOT}-private/{word}"),
            "/etc/passwd".to_owned(),
            "../../etc/passwd".to_owned(),
            "out".to_owned(),
            "absolute".to_owned(),
            format!("up/secret-{word}"),
            format!("up/files-private/{word}"),
            "root/etc/passwd".to_owned(),
            "zero".to_owned(),
            "itself".to_owned(),
            "sock".to_owned(),
            word.clone(),
            ".".to_owned(),
            "..".to_owned(),
            String::new(),
            format!("{word}.txt/below"),
            format!("{word}.txt\0"),
            format!("{word}.txt\0.html"),
            format!("nothing-{word}"),
            "n".repeat(300),
            "n/".repeat(1500),
        ];
        Self {
            files,
            refused: refused.to_vec(),
            fifo,
            no_text: [b"\xff", word.as_bytes(), b".txt"].concat(),
            entries,
        }
    }

    /// Puts all of it into the experiment.
    pub(super) fn furnish(self, mut experiment: Experiment) -> Experiment {
        experiment.files.extend(self.entries);
        experiment
    }
}

/// What a request should give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due<'a> {
    /// A descriptor of a file with this content.
    File(&'a [u8]),
    /// The same, or an error: the name is that of a link.
    Perhaps(&'a [u8]),
    /// An error.
    Error,
    /// An error, and perhaps the end of the connection: it is no request.
    NoRequest,
}

/// What a line, without its newline, should give in this experiment.
pub(super) fn due<'a>(experiment: &'a Experiment, line: &[u8]) -> Due<'a> {
    let Some(name) = line.strip_prefix(b"open ") else {
        return Due::NoRequest;
    };
    if name.contains(&0) {
        return Due::NoRequest;
    }
    let path = [ROOT.as_bytes(), b"/", name].concat();
    let at = |path: &[u8]| {
        let mut files = experiment.files.iter();
        files.find(|file| file.path.as_bytes() == path)
    };
    match at(&path).map(|file| (&file.kind, &file.content)) {
        Some((InputKind::Content, content)) => Due::File(content),
        Some((InputKind::Link(to), _)) if !to.starts_with(['/', '.']) => {
            match at(format!("{ROOT}/{to}").as_bytes()) {
                Some(file) if file.kind == InputKind::Content => Due::Perhaps(&file.content),
                _ => Due::Error,
            }
        }
        _ => Due::Error,
    }
}

/// A request.
pub(super) fn open(name: impl AsRef<[u8]>) -> Vec<u8> {
    [b"open ", name.as_ref(), b"\n"].concat()
}

/// All that each client of a crowd sends.
pub(super) fn sent(crowd: &Crowd) -> Vec<u8> {
    let mut sent = Vec::new();
    for step in &crowd.moves {
        let (Move::Send(payload) | Move::Dribble { payload, .. }) = step else {
            continue;
        };
        match payload {
            Payload::Bytes(bytes) => sent.extend_from_slice(bytes),
            Payload::Repeated { bytes, times } => sent.extend(bytes.repeat(*times as usize)),
            Payload::Noise { .. } => {}
        }
    }
    sent
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_due_follows_from_what_is_there() {
        let store = Store::new(&mut Source::new(3, "test"));
        let (files, refused) = (store.files.clone(), store.refused.clone());
        let (fifo, no_text) = (store.fifo.clone(), store.no_text.clone());
        let experiment = store.furnish(Experiment::default());
        let due = |name: &str| due(&experiment, format!("open {name}").as_bytes());
        for name in files {
            assert!(matches!(due(&name), Due::File(_)), "{name}");
        }
        for name in refused {
            assert!(matches!(due(&name), Due::Error | Due::NoRequest), "{name}");
        }
        assert!(matches!(due("inside"), Due::Perhaps(_)));
        assert_eq!(due(&fifo), Due::Error);
        for line in [&b"hello"[..], b"openXopen", b"OPEN open"] {
            assert_eq!(super::due(&experiment, line), Due::NoRequest);
        }
        let line = [b"open ", &no_text[..]].concat();
        assert_eq!(super::due(&experiment, &line), Due::Error);
        assert!(String::from_utf8(no_text).is_err());
    }
}

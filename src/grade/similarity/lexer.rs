//! Sources as tokens, of which only the kind counts where a person chose the word.

use super::language::Language;

/// Longest file that is looked at, in bytes.
const MAX_FILE: usize = 4 << 20;

/// One token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// A number for its kind: of a keyword and a sign its own, of all names, numbers and texts one
    /// each.
    pub(super) kind: u32,
    /// Its line, from 1.
    pub(super) line: u32,
}

/// Kinds of tokens that have no word of their own; those of words are hashes above these.
const NAME: u32 = 1;
const NUMBER: u32 = 2;
const TEXT: u32 = 3;
const WORDS: u32 = 0x100;

/// The tokens of a source: comments and blanks are none, and nothing is an error.
pub(super) fn tokens(language: Language, text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let bytes = &bytes[..bytes.len().min(MAX_FILE)];
    let mut lexer = Lexer {
        language,
        bytes,
        at: 0,
        line: 1,
    };
    let mut tokens = Vec::with_capacity(bytes.len() / 4);
    while let Some(token) = lexer.next() {
        tokens.push(token);
    }
    tokens
}

struct Lexer<'t> {
    language: Language,
    bytes: &'t [u8],
    at: usize,
    line: u32,
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t [u8] {
        &self.bytes[self.at..]
    }

    /// Goes on by so many bytes, and counts lines.
    fn skip(&mut self, count: usize) {
        let end = (self.at + count).min(self.bytes.len());
        let lines = self.bytes[self.at..end]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count();
        self.line += u32::try_from(lines).unwrap_or(0);
        self.at = end;
    }

    /// Goes on behind the next `end`, or to the end of the text.
    fn skip_past(&mut self, from: usize, end: &[u8]) {
        let rest = &self.rest()[from.min(self.rest().len())..];
        let found = rest.windows(end.len()).position(|window| window == end);
        self.skip(found.map_or(self.bytes.len(), |found| from + found + end.len()));
    }

    fn next(&mut self) -> Option<Token> {
        loop {
            let first = *self.rest().first()?;
            let comment = self.language.line_comment();
            if first.is_ascii_whitespace() || first == b'\\' || first == 0 {
                self.skip(1);
            } else if self.rest().starts_with(comment) {
                let end = self.rest().iter().position(|byte| *byte == b'\n');
                self.skip(end.unwrap_or(self.bytes.len()));
            } else if self.language.has_block_comments() && self.rest().starts_with(b"/*") {
                self.skip_past(2, b"*/");
            } else {
                break;
            }
        }
        let line = self.line;
        let first = self.rest()[0];
        let kind = match first {
            b'"' | b'`' => self.text(first),
            b'\'' => self.apostrophe(),
            byte if byte.is_ascii_digit() => self.number(),
            byte if is_word(byte) => self.word(),
            _ => self.sign(),
        };
        Some(Token { kind, line })
    }

    fn word(&mut self) -> u32 {
        let rest = self.rest();
        let length = rest
            .iter()
            .position(|byte| !is_word(*byte))
            .unwrap_or(rest.len());
        let word = std::str::from_utf8(&rest[..length]).unwrap_or_default();
        let kind = if self.language.is_keyword(word) {
            number_of(word.as_bytes())
        } else {
            NAME
        };
        let next = rest.get(length).copied();
        // Prefixes of texts: r"..", b"..", f"..", u8"..", LR"..".
        let is_prefix = length <= 2 && kind == NAME && matches!(next, Some(b'"' | b'\''));
        let is_raw = is_prefix && word.ends_with(['r', 'R']);
        self.skip(length);
        match next {
            Some(quote) if is_prefix && (quote == b'"' || self.language == Language::Python) => {
                if is_raw && self.language == Language::Rust {
                    self.raw_text()
                } else {
                    self.text(quote)
                }
            }
            Some(b'#') if matches!(word, "r" | "br" | "cr") && self.language == Language::Rust => {
                self.raw_text()
            }
            _ => kind,
        }
    }

    /// Rust's `#"..."#`, after its `r`; `r#name` is a name.
    fn raw_text(&mut self) -> u32 {
        let hashes = self.rest().iter().take_while(|byte| **byte == b'#').count();
        if self.rest().get(hashes) != Some(&b'"') {
            self.skip(hashes.max(1));
            return NAME;
        }
        let end = [b"\"".as_slice(), "#".repeat(hashes).as_bytes()].concat();
        self.skip_past(hashes + 1, &end);
        TEXT
    }

    fn text(&mut self, quote: u8) -> u32 {
        let triple = [quote; 3];
        if self.language == Language::Python && self.rest().starts_with(&triple) {
            self.skip_past(3, &triple);
            return TEXT;
        }
        let may_span = self.language == Language::Rust || quote == b'`';
        let rest = self.rest();
        let mut end = 1;
        while end < rest.len() && rest[end] != quote && (may_span || rest[end] != b'\n') {
            end += if rest[end] == b'\\' { 2 } else { 1 };
        }
        self.skip(end + 1);
        TEXT
    }

    /// A character, a lifetime, or where a text begins.
    fn apostrophe(&mut self) -> u32 {
        if self.language != Language::Rust {
            return self.text(b'\'');
        }
        let rest = self.rest();
        let is_character = rest.get(1) == Some(&b'\\') || {
            // One character, of up to four bytes, and the other apostrophe.
            (2..=5).any(|at| {
                rest.get(at) == Some(&b'\'') && rest[1..at].iter().skip(1).all(|b| *b >= 0x80)
            })
        };
        if is_character {
            return self.text(b'\'');
        }
        let name = rest[1..]
            .iter()
            .position(|byte| !is_word(*byte))
            .unwrap_or(rest.len() - 1);
        self.skip(1 + name);
        NAME
    }

    fn number(&mut self) -> u32 {
        let rest = self.rest();
        let mut end = 0;
        while end < rest.len() {
            let is_fraction =
                rest[end] == b'.' && rest.get(end + 1).is_some_and(u8::is_ascii_digit);
            let is_sign = matches!(rest[end], b'+' | b'-')
                && matches!(rest[end - 1], b'e' | b'E')
                && !rest.starts_with(b"0x");
            if !(is_word(rest[end]) || is_fraction || is_sign) {
                break;
            }
            end += 1;
        }
        self.skip(end);
        NUMBER
    }

    /// A sign of up to three bytes that stand together in one of the languages.
    fn sign(&mut self) -> u32 {
        const THREE: &[&[u8]] = &[
            b"<<<", b">>>", b"<<=", b">>=", b"...", b"..=", b"**=", b"//=",
        ];
        const TWO: &[&[u8]] = &[
            b"==", b"!=", b"<=", b">=", b"&&", b"||", b"++", b"--", b"+=", b"-=", b"*=", b"/=",
            b"%=", b"&=", b"|=", b"^=", b"->", b"=>", b"::", b"<<", b">>", b"..", b"**", b"//",
            b":=", b"##",
        ];
        let rest = self.rest();
        let is_cuda_launch = |sign: &[u8]| matches!(sign, b"<<<" | b">>>");
        let three = THREE.iter().find(|sign| {
            rest.starts_with(sign) && (self.language == Language::Cuda || !is_cuda_launch(sign))
        });
        let found = three.or_else(|| TWO.iter().find(|sign| rest.starts_with(sign)));
        let length = found.map_or(1, |sign| sign.len());
        let kind = number_of(&rest[..length]);
        self.skip(length);
        kind
    }
}

/// A number for a word that stands for itself.
fn number_of(word: &[u8]) -> u32 {
    const OFFSET: u32 = 0x811c_9dc5;
    const PRIME: u32 = 0x0100_0193;
    let hash = word.iter().fold(OFFSET, |hash, byte| {
        (hash ^ u32::from(*byte)).wrapping_mul(PRIME)
    });
    hash.max(WORDS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kinds(language: Language, text: &str) -> Vec<u32> {
        tokens(language, text)
            .iter()
            .map(|token| token.kind)
            .collect()
    }

    #[test]
    fn renaming_and_comments_change_nothing() {
        let a = "int main(void) { /* x */ return foo(1, \"a\\\"b\"); } // end\n";
        let b = "int start(void)\n{\n  return bar(0x2f, \"\"); }\n";
        assert_eq!(kinds(Language::C, a), kinds(Language::C, b));
        let a = "def f(x):\n    # no\n    return f'{x}' + \"\"\"a\nb\"\"\"\n";
        let b = "def g(long_name):\n  return r'' + ''\n";
        assert_eq!(kinds(Language::Python, a), kinds(Language::Python, b));
        let a = "fn f<'a>(x: &'a str) -> char { r#\"a\"b\"#; '\\n'; 'x'; 'é'; 1.5e-3 }";
        let b = "fn g<'b>(y: &'b str) -> char { \"\"; 'a'; 'b'; 'c'; 2 }";
        assert_eq!(kinds(Language::Rust, a), kinds(Language::Rust, b));
    }

    #[test]
    fn structure_is_kept() {
        assert_ne!(kinds(Language::C, "a < b"), kinds(Language::C, "a <= b"));
        assert_ne!(
            kinds(Language::C, "if (a)"),
            kinds(Language::C, "while (a)")
        );
        assert_eq!(kinds(Language::Cuda, "k<<<1, 2>>>(x)").len(), 9);
        assert_eq!(kinds(Language::C, "a<<<b").len(), 4);
        assert_eq!(kinds(Language::Rust, "a..=b").len(), 3);
        let lines: Vec<u32> = tokens(Language::C, "a\n/*\n*/ b \"x\\\ny\"\nc")
            .iter()
            .map(|t| t.line)
            .collect();
        assert_eq!(lines, [1, 3, 3, 5]);
    }

    #[test]
    fn sources_are_known_by_their_names() {
        assert_eq!(Language::of("src/main.rs"), Some(Language::Rust));
        assert_eq!(Language::of("a/run"), Some(Language::Generic));
        assert_eq!(Language::of("k.cu"), Some(Language::Cuda));
        assert_eq!(Language::of("a.png"), None);
    }

    proptest! {
        #[test]
        fn every_text_ends(text in "[a-c0-9'\"`rb#/*\\\\\n<>=.é-]{0,80}", other in any::<String>()) {
            for language in [Language::C, Language::Cuda, Language::Rust, Language::Python, Language::Generic] {
                for text in [&text, &other] {
                    let found = tokens(language, text);
                    prop_assert!(found.len() <= text.len());
                    prop_assert!(found.windows(2).all(|pair| pair[0].line <= pair[1].line));
                }
            }
        }
    }
}

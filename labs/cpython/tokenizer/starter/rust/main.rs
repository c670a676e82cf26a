//! Cuts a Python source into names, numbers and single characters so far.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;
use std::{env, fs};

/// Line, from 1, and column, from 0, in characters.
type Position = (usize, usize);

struct Token {
    kind: &'static str,
    start: Position,
    end: Position,
    text: String,
}

struct Tokenizer {
    source: Vec<char>,
    at: usize,
    line: usize,
    line_start: usize,
    tokens: Vec<Token>,
}

impl Tokenizer {
    fn new(source: &str) -> Self {
        Self {
            source: source.chars().collect(),
            at: 0,
            line: 1,
            line_start: 0,
            tokens: Vec::new(),
        }
    }

    fn char_at(&self, at: usize) -> char {
        // A NUL is in no source.
        self.source.get(at).copied().unwrap_or('\0')
    }

    fn position(&self) -> Position {
        (self.line, self.at - self.line_start)
    }

    /// A token from here to there, which may be on a later line.
    fn emit(&mut self, kind: &'static str, end: usize) {
        let start = self.position();
        for at in self.at..end {
            if self.source[at] == '\n' {
                self.line += 1;
                self.line_start = at + 1;
            }
        }
        let text = self.source[self.at..end].iter().collect();
        self.at = end;
        let end = self.position();
        self.tokens.push(Token {
            kind,
            start,
            end,
            text,
        });
    }

    fn emit_empty(&mut self, kind: &'static str, width: usize) {
        let start = self.position();
        let (end, text) = ((start.0, start.1 + width), String::new());
        self.tokens.push(Token {
            kind,
            start,
            end,
            text,
        });
    }

    /// The end of the line as a token: it is one character long, and on the line that it ends.
    fn end_line(&mut self, kind: &'static str) {
        self.emit_empty(kind, 1);
        if let Some(token) = self.tokens.last_mut() {
            token.text.push('\n');
        }
        self.skip_newline();
    }

    fn skip_newline(&mut self) {
        self.at += 1;
        self.line += 1;
        self.line_start = self.at;
    }

    fn all_tokens(mut self) -> Vec<Token> {
        while self.at < self.source.len() {
            // TODO: a line may begin a block, or end some, and it may be blank.
            self.rest_of_line();
        }
        // TODO: blocks may be open.
        self.emit_empty("ENDMARKER", 0);
        self.tokens
    }

    /// All tokens to the end of the line, that one included.
    fn rest_of_line(&mut self) {
        while self.at < self.source.len() {
            // TODO: comments, brackets, and lines that are continued.
            match self.char_at(self.at) {
                ' ' | '\t' | '\x0c' => self.at += 1,
                '\n' => return self.end_line("NEWLINE"),
                _ => self.token(),
            }
        }
    }

    fn token(&mut self) {
        // TODO: strings, and then strings with code in them.
        let c = self.char_at(self.at);
        let rest = &self.source[self.at..];
        let end = self.at + rest.iter().take_while(|c| is_in_name(**c)).count();
        if c.is_ascii_digit() || (c == '.' && self.char_at(self.at + 1).is_ascii_digit()) {
            self.emit("NUMBER", self.end_of_number());
        } else if end > self.at {
            self.emit("NAME", end);
        } else {
            self.emit("OP", self.at + 1); // TODO: some have two or three characters.
        }
    }

    fn end_of_number(&self) -> usize {
        let mut at = self.at;
        let (first, second) = (self.char_at(at), self.char_at(at + 1).to_ascii_lowercase());
        let base = match second {
            'x' => 16,
            'o' => 8,
            'b' => 2,
            _ => 10,
        };
        if first == '0' && base != 10 {
            return self.end_of_digits(at + 2, base);
        }
        at = self.end_of_digits(at, 10);
        if self.char_at(at) == '.' {
            at = self.end_of_digits(at + 1, 10);
        }
        if matches!(self.char_at(at), 'e' | 'E') {
            let sign = usize::from(matches!(self.char_at(at + 1), '+' | '-'));
            if self.char_at(at + 1 + sign).is_ascii_digit() {
                at = self.end_of_digits(at + 1 + sign, 10);
            }
        }
        at + usize::from(matches!(self.char_at(at), 'j' | 'J'))
    }

    /// The end of digits, and of single underscores before digits.
    fn end_of_digits(&self, mut at: usize, base: u32) -> usize {
        loop {
            let underscore = usize::from(self.char_at(at) == '_');
            if !self.char_at(at + underscore).is_digit(base) {
                return at;
            }
            at += underscore + 1;
        }
    }
}

/// Beyond ASCII everything is taken for a letter.
fn is_in_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii()
}

fn main() -> io::Result<ExitCode> {
    let path = env::args().nth(1).unwrap_or_default();
    let source = fs::read_to_string(path)?;
    // TODO: where is a source wrong, if it is?
    let tokens = Tokenizer::new(&source).all_tokens();
    let mut output = BufWriter::new(io::stdout().lock());
    for Token {
        kind,
        start,
        end,
        text,
    } in tokens
    {
        write!(
            output,
            "{kind} {},{}-{},{} '",
            start.0, start.1, end.0, end.1
        )?;
        for c in text.chars() {
            match c {
                '\\' => write!(output, "\\\\")?,
                '\'' => write!(output, "\\'")?,
                '\n' => write!(output, "\\n")?,
                '\r' => write!(output, "\\r")?,
                '\t' => write!(output, "\\t")?,
                '\x0c' => write!(output, "\\f")?,
                c => write!(output, "{c}")?,
            }
        }
        writeln!(output, "'")?;
    }
    output.flush()?;
    Ok(ExitCode::SUCCESS)
}

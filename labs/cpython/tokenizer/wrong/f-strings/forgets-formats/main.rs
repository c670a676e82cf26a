//! What stands behind the colon is taken for code.

use std::cmp::Ordering;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;
use std::{env, fs};

const TAB: usize = 8;

/// The longest first.
const OPERATORS: &[&str] = &[
    "**=", "//=", ">>=", "<<=", "...", "+=", "-=", "*=", "/=", "%=", "@=", "&=", "|=", "^=", ":=",
    "!=", "<=", ">=", "==", "->", "**", "//", "<<", ">>", "+", "-", "*", "/", "%", "@", "&", "|",
    "^", "~", "<", ">", "(", ")", "[", "]", "{", "}", ",", ":", ";", ".", "=", "!", "`", "$", "?",
];

/// Line, from 1, and column, from 0, in characters.
type Position = (usize, usize);

/// What is wrong, and where it begins.
type Wrong = (Position, String);

struct Token {
    kind: &'static str,
    start: Position,
    end: Position,
    text: String,
}

/// A string with code in it that has begun.
struct FString {
    quote: Vec<char>,
    is_raw: bool,
    at: Position,
    /// For each brace that is open: how many brackets there were with it.
    braces: Vec<usize>,
    /// Or in the code between braces.
    is_in_text: bool,
}

struct Tokenizer {
    source: Vec<char>,
    at: usize,
    line: usize,
    line_start: usize,
    /// Measured in two ways: with tabs of eight columns, and of one.
    indents: Vec<(usize, usize)>,
    brackets: Vec<(char, Position)>,
    fstrings: Vec<FString>,
    tokens: Vec<Token>,
}

impl Tokenizer {
    fn new(source: &str) -> Self {
        Self {
            source: source.chars().collect(),
            at: 0,
            line: 1,
            line_start: 0,
            indents: vec![(0, 0)],
            brackets: Vec::new(),
            fstrings: Vec::new(),
            tokens: Vec::new(),
        }
    }

    fn char_at(&self, at: usize) -> char {
        // A NUL is in no source.
        self.source.get(at).copied().unwrap_or('\0')
    }

    fn has(&self, at: usize, text: &[char]) -> bool {
        self.source
            .get(at..)
            .is_some_and(|rest| rest.starts_with(text))
    }

    fn position(&self) -> Position {
        (self.line, self.at - self.line_start)
    }

    fn wrong<T>(&self, why: &str) -> Result<T, Wrong> {
        Err((self.position(), why.to_owned()))
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

    fn all_tokens(mut self) -> Result<Vec<Token>, Wrong> {
        while self.at < self.source.len() {
            self.begin_line()?;
        }
        if self.at > self.line_start {
            // The last line is not ended: what comes is on the next one all the same.
            self.line += 1;
            self.line_start = self.at;
        }
        for _ in 1..self.indents.len() {
            self.emit_empty("DEDENT", 0);
        }
        self.emit_empty("ENDMARKER", 0);
        Ok(self.tokens)
    }

    fn begin_line(&mut self) -> Result<(), Wrong> {
        let start = self.at;
        let mut columns = (0, 0);
        loop {
            columns = match self.char_at(self.at) {
                ' ' => (columns.0 + 1, columns.1 + 1),
                '\t' => ((columns.0 / TAB + 1) * TAB, columns.1 + 1),
                '\x0c' => (0, 0),
                _ => break,
            };
            self.at += 1;
        }
        if self.at == self.source.len() {
            self.emit_empty("NL", 1);
            return Ok(());
        }
        let is_blank = matches!(self.char_at(self.at), '#' | '\n');
        if !is_blank {
            self.indent(start, columns)?;
        }
        self.rest_of_line(is_blank)
    }

    /// Compares with the lines before. Tabs are measured in two ways, which have to agree.
    fn indent(&mut self, start: usize, columns: (usize, usize)) -> Result<(), Wrong> {
        let compared = |this: &Self| {
            let top = this.indents.last().copied().unwrap_or_default();
            match columns.0.cmp(&top.0) {
                order if order == columns.1.cmp(&top.1) => Ok(order),
                _ => this.wrong("inconsistent use of tabs and spaces"),
            }
        };
        if compared(self)? == Ordering::Greater {
            self.indents.push(columns);
            let end = self.at;
            self.at = start;
            self.emit("INDENT", end);
            return Ok(());
        }
        while self.indents.last().is_some_and(|top| columns.0 < top.0) {
            self.indents.pop();
            self.emit_empty("DEDENT", 0);
        }
        match compared(self)? {
            Ordering::Equal => Ok(()),
            _ => self.wrong("unindent does not match any outer indentation level"),
        }
    }

    /// All tokens to the end of the logical line, that one included.
    fn rest_of_line(&mut self, is_blank: bool) -> Result<(), Wrong> {
        let kind = if is_blank { "NL" } else { "NEWLINE" };
        loop {
            if self.fstrings.last().is_some_and(|inner| inner.is_in_text) {
                self.text_of_fstring()?;
                continue;
            }
            while matches!(self.char_at(self.at), ' ' | '\t' | '\x0c') {
                self.at += 1;
            }
            if self.char_at(self.at) == '#' {
                let rest = &self.source[self.at..];
                let len = rest.iter().position(|c| *c == '\n').unwrap_or(rest.len());
                self.emit("COMMENT", self.at + len);
            }
            match self.char_at(self.at) {
                _ if self.at == self.source.len() => {
                    if let Some((bracket, at)) = self.brackets.last() {
                        return Err((*at, format!("{bracket} was never closed")));
                    }
                    self.emit_empty(kind, 1);
                    return Ok(());
                }
                '\n' if self.brackets.is_empty() => {
                    self.end_line(kind);
                    return Ok(());
                }
                '\n' => self.end_line("NL"),
                '\\' => {
                    if self.char_at(self.at + 1) != '\n' || self.at + 2 == self.source.len() {
                        return self.wrong("nothing can continue here");
                    }
                    self.at += 1;
                    self.skip_newline();
                }
                _ => self.token()?,
            }
        }
    }

    fn token(&mut self) -> Result<(), Wrong> {
        let c = self.char_at(self.at);
        let end = self.at
            + self.source[self.at..]
                .iter()
                .take_while(|c| is_in_name(**c))
                .count();
        let is_number =
            c.is_ascii_digit() || (c == '.' && self.char_at(self.at + 1).is_ascii_digit());
        if matches!(self.char_at(end), '\'' | '"') && self.is_prefix(end) {
            self.string(end)
        } else if is_number {
            self.emit("NUMBER", self.end_of_number());
            Ok(())
        } else if end > self.at {
            self.emit("NAME", end);
            Ok(())
        } else {
            self.operator()
        }
    }

    /// Whether what stands from here to the quotation marks is what may stand before a string.
    fn is_prefix(&self, end: usize) -> bool {
        let prefix: String = self.source[self.at..end].iter().collect();
        let prefixes = ["", "r", "b", "u", "f", "br", "rb", "fr", "rf"];
        prefixes.contains(&prefix.to_ascii_lowercase().as_str())
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

    fn string(&mut self, quotes: usize) -> Result<(), Wrong> {
        let mark = self.char_at(quotes);
        let is_long = self.has(quotes, &[mark; 3]);
        let quote = vec![mark; if is_long { 3 } else { 1 }];
        let mut end = quotes + quote.len();
        let prefix = &self.source[self.at..quotes];
        let has = |letter: char| prefix.iter().any(|c| c.eq_ignore_ascii_case(&letter));
        if has('f') {
            self.fstrings.push(FString {
                quote,
                is_raw: has('r'),
                at: self.position(),
                braces: Vec::new(),
                is_in_text: true,
            });
            self.emit("FSTRING_START", end);
            return Ok(());
        }
        while !self.has(end, &quote) {
            match self.source.get(end) {
                None => return self.wrong("unterminated string"),
                Some('\n') if !is_long => return self.wrong("unterminated string"),
                Some('\\') => end += 2,
                Some(_) => end += 1,
            }
        }
        self.emit("STRING", end + quote.len());
        Ok(())
    }

    fn operator(&mut self) -> Result<(), Wrong> {
        let is_here = |text: &&&str| {
            text.chars()
                .enumerate()
                .all(|(nth, c)| self.char_at(self.at + nth) == c)
        };
        let Some(text) = OPERATORS.iter().find(is_here) else {
            return self.wrong("what is this?");
        };
        let c = self.char_at(self.at);
        let is_outermost = self.fstrings.last().and_then(|inner| inner.braces.last())
            == Some(&self.brackets.len());
        if is_outermost && c == ':' {
            // It goes on with code.
            self.emit("OP", self.at + 1);
            return Ok(());
        }
        match c {
            '(' | '[' | '{' => self.brackets.push((c, self.position())),
            ')' | ']' | '}' => {
                let opening = match c {
                    ')' => '(',
                    ']' => '[',
                    _ => '{',
                };
                if self.brackets.pop().is_none_or(|(open, _)| open != opening) {
                    return self.wrong("this closes nothing that is open");
                }
                if is_outermost {
                    self.in_text();
                    self.fstrings
                        .last_mut()
                        .and_then(|inner| inner.braces.pop());
                }
            }
            _ => {}
        }
        self.emit("OP", self.at + text.len());
        Ok(())
    }

    /// The innermost string goes on with text.
    fn in_text(&mut self) {
        if let Some(inner) = self.fstrings.last_mut() {
            inner.is_in_text = true;
        }
    }

    /// A piece of the text of a string with code in it, and what ends it.
    fn text_of_fstring(&mut self) -> Result<(), Wrong> {
        let inner = self.fstrings.last().expect("it was looked at");
        let (quote, is_raw, start) = (inner.quote.clone(), inner.is_raw, inner.at);
        let is_format = !inner.braces.is_empty();
        let mut end = self.at;
        while !self.has(end, &quote) {
            match (self.char_at(end), self.char_at(end + 1)) {
                _ if end >= self.source.len() => {
                    return Err((start, "unterminated string".to_owned()));
                }
                ('\n', _) if quote.len() == 1 => {
                    return Err((start, "unterminated string".to_owned()));
                }
                ('{', '{') | ('}', '}') if !is_format => {
                    // One of them is the last character of this piece, and the other is in none.
                    self.emit("FSTRING_MIDDLE", end + 1);
                    self.at += 1;
                    return Ok(());
                }
                ('{' | '}', _) => {
                    self.middle(end);
                    return self.brace();
                }
                ('\\', 'N') if !is_raw && self.char_at(end + 2) == '{' => {
                    // The name of a character, and the end of a piece.
                    let rest = &self.source[end..];
                    let len = rest
                        .iter()
                        .position(|c| *c == '}')
                        .map_or(rest.len(), |at| at + 1);
                    self.middle(end + len);
                    return Ok(());
                }
                ('\\', next) if next != '{' && next != '}' => end += 2,
                _ => end += 1,
            }
        }
        self.middle(end);
        match self.brackets.last() {
            Some((_, at)) if is_format => return Err((*at, "{ was never closed".to_owned())),
            _ => {}
        }
        self.emit("FSTRING_END", end + quote.len());
        self.fstrings.pop();
        Ok(())
    }

    fn middle(&mut self, end: usize) {
        if end > self.at {
            self.emit("FSTRING_MIDDLE", end);
        }
    }

    fn brace(&mut self) -> Result<(), Wrong> {
        let position = self.position();
        let inner = self.fstrings.last_mut().expect("it was looked at");
        if self.source[self.at] == '{' {
            self.brackets.push(('{', position));
            inner.braces.push(self.brackets.len());
            inner.is_in_text = false;
        } else {
            if inner.braces.pop().is_none() {
                return self.wrong("this closes nothing that is open");
            }
            self.brackets.pop();
        }
        self.emit("OP", self.at + 1);
        Ok(())
    }
}

/// Beyond ASCII everything is taken for a letter.
fn is_in_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii()
}

fn main() -> io::Result<ExitCode> {
    let path = env::args().nth(1).unwrap_or_default();
    let source = fs::read_to_string(path)?;
    let tokens = match Tokenizer::new(&source).all_tokens() {
        Ok(tokens) => tokens,
        Err(((line, column), why)) => {
            eprintln!("{line}:{column}: {why}");
            return Ok(ExitCode::FAILURE);
        }
    };
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

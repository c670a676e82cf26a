//! Files that people write, a course's policy or a lab, read with errors that name the line and the
//! key.
//!
//! TOML 1.1; see <https://toml.io>. Every problem of a file is reported, not the first alone, and
//! a key that nobody asked for is a problem: a misspelt `percent` must not be a policy.

use std::fmt;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

/// Largest file, in bytes.
const MAX_BYTES: usize = 4 << 20;

/// One thing that is wrong in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// From 1.
    pub line: usize,
    /// `late.percent`; empty for the file as a whole.
    pub key: String,
    /// What is wrong.
    pub message: String,
}

/// All that is wrong in a file, by line; at least one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.0.iter().enumerate() {
            let Problem { line, key, message } = problem;
            let separator = if at == 0 { "" } else { "\n" };
            match key.as_str() {
                "" => write!(f, "{separator}line {line}: {message}")?,
                key => write!(f, "{separator}line {line}: {key} {message}")?,
            }
        }
        Ok(())
    }
}

/// Reads a file: `read` asks for what it knows, everything else is a problem.
///
/// # Errors
/// All that is wrong in it, with line and key.
pub fn read<T>(text: &str, read: impl FnOnce(&mut Reader<'_, '_>) -> T) -> Result<T, Problems> {
    let whole = |message: String, line| {
        let key = String::new();
        Problems(vec![Problem { line, key, message }])
    };
    if text.len() > MAX_BYTES {
        return Err(whole(
            format!("the file is larger than {} MiB", MAX_BYTES >> 20),
            1,
        ));
    }
    let table = DeTable::parse(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_of(text, span.start));
        whole(error.message().to_owned(), line)
    })?;
    let mut problems = Vec::new();
    let mut reader = Reader {
        text,
        at: table.span().start,
        prefix: String::new(),
        table: table.into_inner(),
        places: Vec::new(),
        problems: &mut problems,
    };
    let value = read(&mut reader);
    reader.finish();
    if problems.is_empty() {
        return Ok(value);
    }
    problems.sort_by(|a, b| (a.line, &a.key).cmp(&(b.line, &b.key)));
    Err(Problems(problems))
}

fn line_of(text: &str, at: usize) -> usize {
    let before = text.as_bytes().get(..at).unwrap_or_default();
    before.iter().filter(|byte| **byte == b'\n').count() + 1
}

/// One table of a file; what is taken out of it is known.
#[derive(Debug)]
pub struct Reader<'a, 't> {
    text: &'t str,
    at: usize,
    prefix: String,
    table: DeTable<'t>,
    /// Where the keys stand that have been taken out.
    places: Vec<(String, usize)>,
    problems: &'a mut Vec<Problem>,
}

impl<'t> Reader<'_, 't> {
    /// A word or a sentence.
    pub fn text(&mut self, key: &str) -> Option<String> {
        self.take(key, "a text in quotes", |value| match value {
            DeValue::String(text) => Some(text.to_string()),
            _ => None,
        })
    }

    /// A text that must be there and say something.
    pub fn needed_text(&mut self, key: &str) -> String {
        if !self.table.keys().any(|known| known.get_ref() == key) {
            self.complain(self.at, key, "is missing".to_owned());
            return String::new();
        }
        let at = self.place(key);
        let text = self.text(key).unwrap_or_default();
        if text.trim().is_empty() && !self.has_complained(key) {
            self.complain(at, key, "says nothing".to_owned());
        }
        text
    }

    /// What `parse` makes of a text, a number or a time; a problem that says `expected` if nothing.
    pub fn parsed<T>(
        &mut self,
        key: &str,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        self.take(key, expected, |value| match value {
            DeValue::String(text) => parse(&text),
            DeValue::Integer(number) if number.radix() == 10 => parse(number.as_str()),
            DeValue::Float(number) => parse(number.as_str()),
            DeValue::Datetime(moment) => parse(&moment.to_string()),
            _ => None,
        })
    }

    /// A whole number from 0 to `most`.
    pub fn whole(&mut self, key: &str, most: u64) -> Option<u64> {
        let expected = format!("a whole number from 0 to {most}");
        self.parsed(key, &expected, |text| {
            text.parse().ok().filter(|number| *number <= most)
        })
    }

    /// A table, read by `read`.
    pub fn table<T>(
        &mut self,
        key: &str,
        read: impl FnOnce(&mut Reader<'_, 't>) -> T,
    ) -> Option<T> {
        let (name, value) = self.remove(key)?;
        let at = name.span().start;
        let path = self.path(key);
        self.inner(at, path, value, read)
    }

    /// An array of tables, each read by `read`.
    pub fn tables<T>(
        &mut self,
        key: &str,
        mut read: impl FnMut(&mut Reader<'_, 't>) -> T,
    ) -> Vec<T> {
        let Some((name, value)) = self.remove(key) else {
            return Vec::new();
        };
        let path = self.path(key);
        let DeValue::Array(values) = value.into_inner() else {
            let message = format!("is no list of tables: write [[{path}]]");
            self.complain(name.span().start, key, message);
            return Vec::new();
        };
        let mut all = Vec::new();
        for (index, value) in values.into_iter().enumerate() {
            let at = value.span().start;
            all.extend(self.inner(at, format!("{path}[{index}]"), value, &mut read));
        }
        all
    }

    /// Yes or no; no, if it is not there.
    pub fn flag(&mut self, key: &str) -> bool {
        let flag = self.take(key, "true or false", |value| match value {
            DeValue::Boolean(flag) => Some(flag),
            _ => None,
        });
        flag.unwrap_or_default()
    }

    /// What `read` makes of a value of any type, or the problem that it has with it, which follows
    /// the key: "must be a text".
    pub fn value<T>(
        &mut self,
        key: &str,
        read: impl FnOnce(DeValue<'t>) -> Result<T, String>,
    ) -> Option<T> {
        let (name, value) = self.remove(key)?;
        match read(value.into_inner()) {
            Ok(value) => Some(value),
            Err(message) => {
                self.complain(name.span().start, key, message);
                None
            }
        }
    }

    /// A list of texts; empty, if it is not there.
    pub fn texts(&mut self, key: &str) -> Vec<String> {
        let texts = self.take(key, r#"a list of texts: ["a", "b"]"#, |value| match value {
            DeValue::Array(values) => (values.into_iter())
                .map(|value| match value.into_inner() {
                    DeValue::String(text) => Some(text.into_owned()),
                    _ => None,
                })
                .collect(),
            _ => None,
        });
        texts.unwrap_or_default()
    }

    /// Asks for nothing more in this table: what is left in it is no problem of its own.
    pub fn leave_rest(&mut self) {
        drop(std::mem::take(&mut self.table));
    }

    /// Whether this key is there and has not been read yet.
    pub fn has(&self, key: &str) -> bool {
        self.table.keys().any(|known| known.get_ref() == key)
    }

    /// How many things are wrong in the file, as far as it has been read.
    pub fn problem_count(&self) -> usize {
        self.problems.len()
    }

    /// Every remaining key of this table with its table, each read by `read`.
    pub fn every_table<T>(
        &mut self,
        mut read: impl FnMut(&mut Reader<'_, 't>) -> T,
    ) -> Vec<(String, T)> {
        let mut all = Vec::new();
        for (name, value) in std::mem::take(&mut self.table) {
            let at = name.span().start;
            let name = name.into_inner().into_owned();
            let path = self.path(&name);
            all.extend(
                self.inner(at, path, value, &mut read)
                    .map(|read| (name, read)),
            );
        }
        all
    }

    /// Notes a problem with a key that has been read, if it has none yet; where the key is not
    /// there, the place is that of the table.
    pub fn refuse(&mut self, key: &str, message: impl Into<String>) {
        if !self.has_complained(key) {
            let place = self.places.iter().find(|(known, _)| known == key);
            self.complain(place.map_or(self.at, |(_, at)| *at), key, message.into());
        }
    }

    fn remove(&mut self, key: &str) -> Option<(Spanned<DeString<'t>>, Spanned<DeValue<'t>>)> {
        let (name, value) = self.table.remove_entry(key)?;
        self.places.push((key.to_owned(), name.span().start));
        Some((name, value))
    }

    fn inner<T>(
        &mut self,
        at: usize,
        prefix: String,
        value: Spanned<DeValue<'t>>,
        read: impl FnOnce(&mut Reader<'_, 't>) -> T,
    ) -> Option<T> {
        let kind = value.get_ref().type_str();
        let DeValue::Table(table) = value.into_inner() else {
            let line = line_of(self.text, at);
            let message = format!("is no table, but of type {kind}");
            let key = prefix;
            self.problems.push(Problem { line, key, message });
            return None;
        };
        let mut reader = Reader {
            text: self.text,
            at,
            prefix,
            table,
            places: Vec::new(),
            problems: self.problems,
        };
        let value = read(&mut reader);
        reader.finish();
        Some(value)
    }

    fn take<T>(
        &mut self,
        key: &str,
        expected: &str,
        take: impl FnOnce(DeValue<'t>) -> Option<T>,
    ) -> Option<T> {
        let (name, value) = self.remove(key)?;
        let value = take(value.into_inner());
        if value.is_none() {
            self.complain(name.span().start, key, format!("must be {expected}"));
        }
        value
    }

    fn place(&self, key: &str) -> usize {
        let found = self.table.keys().find(|known| known.get_ref() == key);
        found.map_or(self.at, |known| known.span().start)
    }

    fn path(&self, key: &str) -> String {
        match self.prefix.as_str() {
            "" => key.to_owned(),
            prefix => format!("{prefix}.{key}"),
        }
    }

    /// Whether something is wrong with a key that has been read.
    pub fn has_complained(&self, key: &str) -> bool {
        let path = self.path(key);
        self.problems.iter().any(|problem| problem.key == path)
    }

    fn complain(&mut self, at: usize, key: &str, message: String) {
        let line = line_of(self.text, at);
        let key = self.path(key);
        self.problems.push(Problem { line, key, message });
    }

    /// Complains about every key that nobody took.
    fn finish(&mut self) {
        let left: Vec<(usize, String)> = self
            .table
            .keys()
            .map(|name| (name.span().start, name.get_ref().to_string()))
            .collect();
        for (at, name) in left {
            self.complain(at, &name, "is not a key that is known here".to_owned());
        }
    }
}

//! Bytes as an author writes them: a text, a file beside the lab, or parts of which some come many
//! times.

use std::cell::Cell;

use toml::de::{DeTable, DeValue};

/// The most bytes that all texts of a lab have together.
const MOST_BYTES: usize = 64 << 20;

/// How often a part may come.
const MOST_TIMES: u64 = 1_000_000;

/// What is expected where bytes are.
const EXPECTED: &str = r#"must be a text, or a list of parts, each of them a text, { file = "NAME" }, { hex = "00ff" } or { times = N, text = "..." }"#;

/// Reads a file beside the lab, by its name relative to the lab's directory.
pub(super) type ReadFile<'a> = dyn Fn(&str) -> Result<Vec<u8>, String> + 'a;

/// Where bytes come from, and how many may still come.
pub(super) struct Sources<'a> {
    read: &'a ReadFile<'a>,
    left: Cell<usize>,
}

impl<'a> Sources<'a> {
    /// Of a lab whose files are read like this.
    pub(super) fn new(read: &'a ReadFile<'a>) -> Self {
        Self {
            read,
            left: Cell::new(MOST_BYTES),
        }
    }

    /// The bytes that a value stands for.
    ///
    /// # Errors
    /// What is wrong with the value, to be read behind its key.
    pub(super) fn bytes(&self, value: DeValue<'_>) -> Result<Vec<u8>, String> {
        match value {
            DeValue::Array(parts) => {
                let mut all = Vec::new();
                for part in parts {
                    all.extend(self.part(part.into_inner())?);
                }
                Ok(all)
            }
            one => self.part(one),
        }
    }

    /// Several values, each of which stands for bytes.
    ///
    /// # Errors
    /// As [`bytes`](Self::bytes); if there are none.
    pub(super) fn several(&self, value: DeValue<'_>) -> Result<Vec<Vec<u8>>, String> {
        match value {
            DeValue::Array(values) if !values.is_empty() => (values.into_iter())
                .map(|value| self.bytes(value.into_inner()))
                .collect(),
            _ => Err("must be a list of what may be there".to_owned()),
        }
    }

    fn part(&self, value: DeValue<'_>) -> Result<Vec<u8>, String> {
        match value {
            DeValue::String(text) => self.counted(text.into_owned().into_bytes()),
            DeValue::Table(table) => self.table(table),
            _ => Err(EXPECTED.to_owned()),
        }
    }

    fn table(&self, table: DeTable<'_>) -> Result<Vec<u8>, String> {
        let (mut text, mut bytes, mut times) = (None, None, None);
        for (key, value) in table {
            let is_first = text.is_none() && bytes.is_none();
            match (&**key.get_ref(), value.into_inner()) {
                ("text", DeValue::String(given)) if is_first => text = Some(given.into_owned()),
                ("file", DeValue::String(name)) if is_first => bytes = Some((self.read)(&name)?),
                ("hex", DeValue::String(digits)) if is_first => {
                    bytes =
                        Some(unhex(&digits).ok_or("has a part whose hex is no pairs of digits")?);
                }
                ("times", value) => {
                    let number = whole(&value).filter(|times| *times <= MOST_TIMES);
                    times = Some(number.ok_or_else(|| {
                        format!("has a part whose times is no whole number up to {MOST_TIMES}")
                    })?);
                }
                ("text" | "file" | "hex", _) => {
                    return Err("has a part that is not one text, file or hex".to_owned());
                }
                (other, _) => {
                    return Err(format!(
                        "has a part with the unknown key {other:?}: known are text, file, hex and times"
                    ));
                }
            }
        }
        match (text, bytes, times) {
            (Some(text), _, Some(times)) => self.repeated(&text, times),
            (Some(text), _, None) => self.counted(text.into_bytes()),
            (None, Some(bytes), times) => {
                let times = times.unwrap_or(1) as usize;
                self.take(bytes.len().saturating_mul(times))?;
                Ok(bytes.repeat(times))
            }
            (None, None, _) => Err(EXPECTED.to_owned()),
        }
    }

    /// The text so many times, with the number in it, from 0, where it says so.
    fn repeated(&self, text: &str, times: u64) -> Result<Vec<u8>, String> {
        let pieces = pieces(text);
        let mut all = String::new();
        for nth in 0..times {
            let before = all.len();
            for piece in &pieces {
                match piece {
                    Piece::Text(text) => all.push_str(text),
                    Piece::Number { times, plus } => {
                        all.push_str(&(times * i128::from(nth) + plus).to_string());
                    }
                }
            }
            // Also what is empty takes its time.
            self.take((all.len() - before).max(1))?;
        }
        Ok(all.into_bytes())
    }

    fn counted(&self, bytes: Vec<u8>) -> Result<Vec<u8>, String> {
        self.take(bytes.len())?;
        Ok(bytes)
    }

    fn take(&self, len: usize) -> Result<(), String> {
        let left = self.left.get().checked_sub(len).ok_or_else(|| {
            let most = MOST_BYTES >> 20;
            format!("is too much: all texts of a lab together have at most {most} MiB")
        })?;
        self.left.set(left);
        Ok(())
    }
}

/// The whole number that a value is, if it is one that is not negative.
pub(super) fn whole(value: &DeValue<'_>) -> Option<u64> {
    match value {
        DeValue::Integer(number) if number.radix() == 10 => number.as_str().parse().ok(),
        _ => None,
    }
}

fn unhex(digits: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = (digits.chars().filter(|c| !c.is_whitespace()))
        .map(|c| c.to_digit(16).map(|digit| digit as u8))
        .collect();
    let pairs = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(pairs.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

/// A piece of a text that comes many times.
enum Piece<'t> {
    Text(&'t str),
    /// `{3n+1}`: three times the number, and one.
    Number {
        times: i128,
        plus: i128,
    },
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut from, mut at) = (0, 0);
    while let Some(open) = text[at..].find('{').map(|found| at + found) {
        let number = text[open..].find('}').and_then(|close| {
            let inside = &text[open + 1..open + close];
            Some((open + close + 1, number(inside)?))
        });
        match number {
            Some((end, number)) => {
                pieces.extend([Piece::Text(&text[from..open]), number]);
                (from, at) = (end, end);
            }
            None => at = open + 1,
        }
    }
    pieces.push(Piece::Text(&text[from..]));
    pieces
}

/// `n`, `3n`, `n+1`, `3n-1`.
fn number(text: &str) -> Option<Piece<'static>> {
    let (times, plus) = text.split_once('n')?;
    let digits = |text: &str| -> Option<i128> {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number: Option<u32> = text.parse().ok().filter(|_| is_number);
        number.map(i128::from)
    };
    let times = if times.is_empty() {
        Some(1)
    } else {
        digits(times)
    };
    let plus = match (plus.strip_prefix('+'), plus.strip_prefix('-')) {
        (Some(plus), _) => digits(plus),
        (_, Some(minus)) => digits(minus).map(|minus| -minus),
        _ => plus.is_empty().then_some(0),
    };
    Some(Piece::Number {
        times: times?,
        plus: plus?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(value: &str) -> Result<String, String> {
        let read = |name: &str| match name {
            "there" => Ok(b"in a file\n".to_vec()),
            _ => Err(format!("names {name:?}, which cannot be read")),
        };
        let text = format!("key = {value}");
        let table = DeTable::parse(&text).unwrap().into_inner();
        let (_, value) = table.into_iter().next().unwrap();
        let bytes = Sources::new(&read).bytes(value.into_inner())?;
        Ok(String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn parts_come_one_after_the_other_and_some_many_times() {
        let parts = r#"["a\n", { file = "there" }, { times = 2, text = "{n} {n+1} {3n-1} {x} {\n" }, { hex = "4 1 0a", times = 2 }]"#;
        let all = "a\nin a file\n0 1 -1 {x} {\n1 2 2 {x} {\nA\nA\n";
        assert_eq!(bytes(parts).unwrap(), all);
        assert_eq!(bytes(r#""{n}""#).unwrap(), "{n}");
        assert_eq!(bytes("[]").unwrap(), "");
    }

    #[test]
    fn what_is_wrong_with_a_part_is_said() {
        for (value, says) in [
            ("3", "must be a text"),
            ("[{ times = 3 }]", "must be a text"),
            (
                r#"[{ text = "a", hex = "00" }]"#,
                "not one text, file or hex",
            ),
            (r#"[{ text = 3 }]"#, "not one text, file or hex"),
            (r#"[{ text = "a", tims = 3 }]"#, r#"unknown key "tims""#),
            (r#"[{ text = "a", times = -3 }]"#, "no whole number"),
            (r#"{ hex = "0" }"#, "no pairs"),
            (r#"{ file = "gone" }"#, "cannot be read"),
            (
                r#"{ times = 1000000, text = "01234567890123456789012345678901234567890123456789012345678901234567890" }"#,
                "is too much",
            ),
            (
                r#"{ times = 1000000, hex = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff00112233445566778899" }"#,
                "is too much",
            ),
        ] {
            let message = bytes(value).unwrap_err();
            assert!(message.contains(says), "{value}: {message}");
        }
    }
}

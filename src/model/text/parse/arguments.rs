//! Arguments of calls, and where calls were made.

use super::lexer::{Expected, Rest, unescaped};
use crate::model::recording::{Arg, Fd, Frame, Object};

/// Splits `NAME [INODE]`; `None` if the text does not end like that.
pub(in crate::model::text) fn split_inode(text: &str) -> Option<(&str, &str)> {
    let (name, digits) = text.strip_suffix(']')?.rsplit_once(" [")?;
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some((name, digits))
}

impl Rest<'_> {
    pub(super) fn args(&mut self) -> Result<Vec<Arg>, Expected> {
        let mut args = Vec::new();
        if self.eat(")") {
            return Ok(args);
        }
        loop {
            args.push(self.arg()?);
            if self.eat(")") {
                return Ok(args);
            }
            self.expect(",", "`,` or `)` after an argument")?;
            self.eat(" ");
        }
    }

    pub(super) fn arg(&mut self) -> Result<Arg, Expected> {
        if self.0.starts_with('"') {
            return self.bytes().map(Arg::Str);
        }
        if self.0.starts_with('`') {
            return self.backquoted().map(Arg::Word);
        }
        let digits = self.integer_len();
        if digits > 0 && self.0[digits..].starts_with('<') {
            return self.fd().map(Arg::Fd);
        }
        let word = self.take(word_len(self.0).ok_or("an argument whose brackets are closed")?);
        if word.is_empty() {
            return Err("an argument");
        }
        Ok(match (word, word.parse::<i64>()) {
            ("?", _) => Arg::Unknown,
            (word, Ok(number)) if number.to_string() == word => Arg::Int(number),
            (word, _) => Arg::Word(word.to_owned()),
        })
    }

    pub(super) fn fd(&mut self) -> Result<Fd, Expected> {
        let number = self.number("the number of a descriptor")?;
        if self.eat("<?>") {
            return Ok(Fd {
                number,
                object: None,
            });
        }
        let object = Some(self.object()?);
        Ok(Fd { number, object })
    }

    pub(super) fn object(&mut self) -> Result<Object, Expected> {
        self.expect("<", "`<` and what the descriptor refers to")?;
        let inner = self.until(b'>').ok_or("`>` after a name")?;
        let (name, inode) = match split_inode(inner) {
            Some((name, digits)) => (name, digits.parse().map_err(|_| "an inode number")?),
            None => (inner, 0),
        };
        let name = unescaped(name)?;
        Ok(Object { name, inode })
    }

    /// The place of a call, if the line goes on; then the line must end.
    pub(super) fn site(&mut self) -> Result<Vec<Frame>, Expected> {
        let mut frames = Vec::new();
        self.0 = self.0.trim_start();
        if self.eat("#") {
            loop {
                self.0 = self.0.trim_start();
                frames.push(self.frame()?);
                if !self.eat(" <") {
                    break;
                }
            }
        }
        if self.0.is_empty() {
            Ok(frames)
        } else {
            Err("the end of the line, or `# file:line (function)`")
        }
    }

    fn frame(&mut self) -> Result<Frame, Expected> {
        const WANTED: Expected = "`file:line (function)` or `module+0xADDRESS`";
        let end = self.0.find(' ').unwrap_or(self.0.len());
        let token = &self.0[..end];
        let native = token.rsplit_once("+0x").and_then(|(module, digits)| {
            let address = u64::from_str_radix(digits, 16).ok()?;
            digits.as_bytes()[0]
                .is_ascii_hexdigit()
                .then_some((module, address))
        });
        let frame = if let Some((module, address)) = native {
            Frame::Native {
                module: unescaped(module)?,
                address,
            }
        } else {
            let (file, line) = token.rsplit_once(':').ok_or(WANTED)?;
            Frame::Source {
                file: unescaped(file)?,
                line: line.parse().map_err(|_| WANTED)?,
                function: String::new(),
            }
        };
        self.take(end);
        match frame {
            Frame::Source { file, line, .. } if self.eat(" (") => {
                let function = unescaped(self.until(b')').ok_or("`)` after a function")?)?;
                Ok(Frame::Source {
                    file,
                    line,
                    function,
                })
            }
            frame => Ok(frame),
        }
    }
}

/// The length of the word at the front: up to a comma or a `)` outside brackets and quotes.
fn word_len(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b',' | b')' if depth == 0 => return Some(at),
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b'"' => loop {
                match bytes.next()?.1 {
                    b'\\' => {
                        bytes.next()?;
                    }
                    b'"' => break,
                    _ => {}
                }
            },
            _ => {}
        }
    }
    (depth == 0).then_some(text.len())
}

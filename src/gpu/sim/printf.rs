//! Device `printf`: the arguments lie packed in memory, the format says how (CUDA C++ Programming
//! Guide, formatted output).

use super::exec::{Exec, Group};
use super::program::{Call, windows};
use crate::gpu::memory::Region;

/// A text in device memory is read this far.
const MAX_TEXT: u64 = 1 << 14;
/// Widths and precisions beyond it are cut.
const MAX_WIDTH: usize = 512;

/// One conversion of a format.
#[derive(Clone, Debug, Default)]
struct Conversion {
    is_left: bool,
    plus: Option<char>,
    is_alternate: bool,
    is_zero_padded: bool,
    width: usize,
    precision: Option<usize>,
    is_long: bool,
    kind: char,
}

impl Exec<'_, '_> {
    /// The region and place of an address that a thread may read, with the bytes left there.
    fn bytes_at(&self, address: u64, lane: usize) -> Option<(&Region, usize, usize)> {
        let within = |start: u64| address.wrapping_sub(start) < windows::SIZE;
        if within(windows::LOCAL) {
            let at = usize::try_from(address - windows::LOCAL).ok()?;
            let left = self.w.stride.checked_sub(at)?;
            return Some((&self.w.local, lane * self.w.stride + at, left));
        }
        if within(windows::SHARED) {
            let at = usize::try_from(address - windows::SHARED).ok()?;
            let left = self.b.shared.data.len().checked_sub(at)?;
            return Some((&self.b.shared, at, left));
        }
        let index = self.m.heap.find(address, 1)?;
        let buffer = &self.m.heap.buffers[index];
        let at = (address - buffer.base) as usize;
        Some((&buffer.region, at, buffer.region.data.len() - at))
    }

    fn number_at(&self, address: u64, size: usize, lane: usize) -> u64 {
        match self.bytes_at(address, lane) {
            Some((region, at, left)) if left >= size => region.load(at, size),
            _ => 0,
        }
    }

    /// A text that ends with a zero byte.
    pub(super) fn text_at(&self, address: u64, lane: usize) -> String {
        let mut text = Vec::new();
        if let Some((region, at, left)) = self.bytes_at(address, lane) {
            let left = left.min(MAX_TEXT as usize);
            text.extend(
                region.data[at..at + left]
                    .iter()
                    .take_while(|byte| **byte != 0),
            );
        }
        String::from_utf8_lossy(&text).into_owned()
    }

    /// Prints for one lane; the number of arguments, as CUDA's `printf` returns it.
    pub(super) fn printf(&mut self, lane: usize, call: &Call, group: Group) -> i32 {
        let args = self.arguments(lane, call, group);
        let [format, buffer] = args[..] else {
            return -1;
        };
        let format = self.text_at(format, lane);
        let mut out = String::new();
        let (mut at, mut count) = (buffer, 0);
        let mut chars = format.chars().peekable();
        let most = self
            .m
            .options
            .max_printed
            .saturating_sub(self.m.printed.len());
        while let Some(c) = chars.next() {
            if out.len() > most {
                break;
            }
            if c != '%' {
                out.push(c);
                continue;
            }
            if chars.peek() == Some(&'%') {
                chars.next();
                out.push('%');
                continue;
            }
            let mut star = || {
                at = at.next_multiple_of(4);
                let value = self.number_at(at, 4, lane) as i32;
                at += 4;
                count += 1;
                value
            };
            let Some(conversion) = conversion(&mut chars, &mut star) else {
                out.push('%');
                continue;
            };
            let is_wide = conversion.is_long
                || matches!(
                    conversion.kind,
                    'f' | 'F' | 'e' | 'E' | 'g' | 'G' | 'a' | 'A' | 's' | 'p'
                );
            let size = if is_wide { 8 } else { 4 };
            at = at.next_multiple_of(size);
            let value = self.number_at(at, size as usize, lane);
            at += size;
            count += 1;
            let text = match conversion.kind {
                's' => match value {
                    0 => "(null)".to_owned(),
                    address => self.text_at(address, lane),
                },
                _ => String::new(),
            };
            conversion.write(value, &text, &mut out);
        }
        let kept = out.len().min(most);
        self.m.printed_cut |= kept < out.len();
        self.m.printed.extend_from_slice(&out.as_bytes()[..kept]);
        count
    }
}

fn conversion(
    chars: &mut std::iter::Peekable<std::str::Chars<'_>>,
    star: &mut dyn FnMut() -> i32,
) -> Option<Conversion> {
    let mut found = Conversion::default();
    while let Some(flag) = chars.peek().copied() {
        match flag {
            '-' => found.is_left = true,
            '+' => found.plus = Some('+'),
            ' ' => found.plus = found.plus.or(Some(' ')),
            '#' => found.is_alternate = true,
            '0' => found.is_zero_padded = true,
            _ => break,
        }
        chars.next();
    }
    let mut number = |chars: &mut std::iter::Peekable<std::str::Chars<'_>>| {
        if chars.peek() == Some(&'*') {
            chars.next();
            return i64::from(star());
        }
        let mut n = 0;
        while let Some(digit) = chars.peek().and_then(|c| c.to_digit(10)) {
            n = (n * 10 + i64::from(digit)).min(MAX_WIDTH as i64);
            chars.next();
        }
        n
    };
    let width = number(chars);
    found.is_left |= width < 0;
    found.width = (width.unsigned_abs() as usize).min(MAX_WIDTH);
    if chars.peek() == Some(&'.') {
        chars.next();
        let precision = number(chars);
        found.precision = usize::try_from(precision).ok().map(|n| n.min(MAX_WIDTH));
    }
    while let Some(length @ ('l' | 'h' | 'z' | 'j' | 't' | 'L')) = chars.peek().copied() {
        found.is_long |= matches!(length, 'l' | 'z' | 'j' | 't');
        chars.next();
    }
    found.kind = chars.next()?;
    Some(found)
}

impl Conversion {
    fn write(&self, value: u64, text: &str, out: &mut String) {
        let signed = if self.is_long {
            value as i64
        } else {
            i64::from(value as i32)
        };
        let unsigned = if self.is_long {
            value
        } else {
            value & 0xffff_ffff
        };
        let (sign, body) = match self.kind {
            'd' | 'i' => (
                self.sign(signed < 0),
                self.digits(signed.unsigned_abs().to_string()),
            ),
            'u' => (String::new(), self.digits(unsigned.to_string())),
            'o' => (String::new(), self.digits(format!("{unsigned:o}"))),
            'x' => (
                self.prefix("0x", unsigned),
                self.digits(format!("{unsigned:x}")),
            ),
            'X' => (
                self.prefix("0X", unsigned),
                self.digits(format!("{unsigned:X}")),
            ),
            'p' => ("0x".to_owned(), format!("{value:x}")),
            'c' => (String::new(), char::from(value as u8).to_string()),
            's' => {
                let most = self.precision.unwrap_or(usize::MAX);
                (String::new(), text.chars().take(most).collect())
            }
            kind => {
                let number = f64::from_bits(value);
                let sign = self.sign(number.is_sign_negative() && !number.is_nan());
                (sign, self.float(kind, number.abs()))
            }
        };
        let len = sign.chars().count() + body.chars().count();
        let missing = self.width.saturating_sub(len);
        let is_finite = !body.contains("inf") && !body.contains("nan");
        let takes_zeros = match self.kind {
            'd' | 'i' | 'u' | 'o' | 'x' | 'X' => self.precision.is_none(),
            's' | 'c' | 'p' => false,
            _ => is_finite,
        };
        if self.is_left {
            out.push_str(&sign);
            out.push_str(&body);
            out.extend(std::iter::repeat_n(' ', missing));
        } else if self.is_zero_padded && takes_zeros {
            out.push_str(&sign);
            out.extend(std::iter::repeat_n('0', missing));
            out.push_str(&body);
        } else {
            out.extend(std::iter::repeat_n(' ', missing));
            out.push_str(&sign);
            out.push_str(&body);
        }
    }

    fn sign(&self, is_negative: bool) -> String {
        match (is_negative, self.plus) {
            (true, _) => "-".to_owned(),
            (false, Some(plus)) => plus.to_string(),
            (false, None) => String::new(),
        }
    }

    fn prefix(&self, prefix: &str, value: u64) -> String {
        if self.is_alternate && value != 0 {
            prefix.to_owned()
        } else {
            String::new()
        }
    }

    fn digits(&self, digits: String) -> String {
        let least = self.precision.unwrap_or(1);
        if self.precision == Some(0) && digits == "0" {
            return String::new();
        }
        format!("{}{digits}", "0".repeat(least.saturating_sub(digits.len())))
    }

    fn float(&self, kind: char, number: f64) -> String {
        let text = if number.is_nan() {
            "nan".to_owned()
        } else if number.is_infinite() {
            "inf".to_owned()
        } else {
            let precision = self.precision.unwrap_or(6);
            match kind.to_ascii_lowercase() {
                'f' => format!("{number:.precision$}"),
                'e' => exponent(number, precision),
                'g' => self.general(number, precision.max(1)),
                _ => format!("{number}"),
            }
        };
        if kind.is_ascii_uppercase() {
            text.to_uppercase()
        } else {
            text
        }
    }

    fn general(&self, number: f64, precision: usize) -> String {
        let scientific = exponent(number, precision - 1);
        let power: i64 = scientific
            .rsplit('e')
            .next()
            .and_then(|p| p.parse().ok())
            .unwrap_or(0);
        let is_plain = power >= -4 && power < precision as i64;
        let text = match is_plain {
            true => {
                let digits = (precision as i64 - 1 - power).max(0) as usize;
                format!("{number:.digits$}")
            }
            false => scientific,
        };
        if self.is_alternate || !text.contains('.') {
            return text;
        }
        match text.split_once('e') {
            Some((digits, power)) => {
                format!(
                    "{}e{power}",
                    digits.trim_end_matches('0').trim_end_matches('.')
                )
            }
            None => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        }
    }
}

/// As C writes it: at least two digits of exponent, with its sign.
fn exponent(number: f64, precision: usize) -> String {
    let text = format!("{number:.precision$e}");
    let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, power) = match power.strip_prefix('-') {
        Some(power) => ('-', power),
        None => ('+', power),
    };
    format!("{digits}e{sign}{power:0>2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formatted(format: &str, value: u64) -> String {
        let mut chars = format.chars().peekable();
        let conversion = conversion(&mut chars, &mut || 7).unwrap();
        let mut out = String::new();
        conversion.write(value, "text", &mut out);
        out
    }

    #[test]
    fn numbers_are_written_as_in_c() {
        let f = |x: f64| x.to_bits();
        for (format, value, expected) in [
            ("d", (-5_i32) as u32 as u64, "-5"),
            ("5d", 42, "   42"),
            ("-5d", 42, "42   "),
            ("05d", (-42_i32) as u32 as u64, "-0042"),
            ("+d", 3, "+3"),
            (".3d", 3, "003"),
            ("#x", 255, "0xff"),
            ("llu", u64::MAX, "18446744073709551615"),
            ("*d", 1, "      1"),
            ("c", 65, "A"),
            ("6.2s", 0, "    te"),
            ("f", f(1.5), "1.500000"),
            (".1f", f(0.25), "0.2"),
            ("e", f(12345.678), "1.234568e+04"),
            ("g", f(0.0001), "0.0001"),
            ("g", f(1e10), "1e+10"),
            ("g", f(100_000.0), "100000"),
            ("5.1f", f(f64::NAN), "  nan"),
            ("f", f(f64::NEG_INFINITY), "-inf"),
        ] {
            assert_eq!(formatted(format, value), expected, "%{format}");
        }
    }
}

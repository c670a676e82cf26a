//! Tables of named values, and the words made of them.
//!
//! The values come from the libc crate where it has them, since some differ between
//! architectures; a value is spelt out where the crate lacks it. The order is strace's, and
//! longer combinations stand before their parts.

pub(crate) mod files;
pub(crate) mod ioctls;
pub(crate) mod memory;
pub(crate) mod processes;
pub(crate) mod signals;
pub(crate) mod sockets;
pub(crate) mod system;

/// Named values of one argument.
pub(crate) struct Flags {
    /// Values and their names.
    names: &'static [(u64, &'static str)],
    /// What stands in for the name of a value that has none: `SEEK_???`; empty: nothing does.
    unknown: &'static str,
}

/// Makes a [`Flags`] of names that libc has, and of `NAME = value` where it has not.
macro_rules! flags {
    ($unknown:literal: $($name:ident $(= $value:expr)?),* $(,)?) => {
        $crate::tracer::decode::flags::Flags::new(
            $unknown,
            &[$(($crate::tracer::decode::flags::value!($name $($value)?), stringify!($name))),*],
        )
    };
}

/// The value of a name: libc's, or the one given.
macro_rules! value {
    ($name:ident) => {
        libc::$name as u32 as u64
    };
    ($name:ident $value:expr) => {
        $value
    };
}

pub(crate) use {flags, value};

impl Flags {
    pub(crate) const fn new(unknown: &'static str, names: &'static [(u64, &'static str)]) -> Self {
        Self { names, unknown }
    }

    /// The name of exactly this value.
    pub(crate) fn name(&self, value: u64) -> Option<&'static str> {
        self.names
            .iter()
            .find(|(known, _)| *known == value)
            .map(|(_, name)| *name)
    }

    /// One of the values: `SEEK_SET`, or `0x4d /* SEEK_??? */`.
    pub(crate) fn one(&self, value: u64) -> String {
        match self.name(value) {
            Some(name) => name.to_owned(),
            None => self.nameless(value),
        }
    }

    /// Several of the values, or'ed: `PROT_READ|PROT_WRITE|0x100`.
    pub(crate) fn bits(&self, value: u64) -> String {
        if value == 0 {
            return self.name(0).unwrap_or("0").to_owned();
        }
        let mut text = String::new();
        let rest = self.append_bits(&mut text, value);
        if text.is_empty() {
            return self.nameless(rest);
        }
        if rest != 0 {
            text.push_str(&format!("|{rest:#x}"));
        }
        text
    }

    /// Appends the names of the bits that have one, each after a `|` unless it is the first of
    /// the text; returns the bits that have none.
    pub(crate) fn append_bits(&self, text: &mut String, value: u64) -> u64 {
        let mut rest = value;
        for (bits, name) in self.names {
            if *bits != 0 && rest & bits == *bits {
                if !text.is_empty() {
                    text.push('|');
                }
                text.push_str(name);
                rest &= !bits;
            }
        }
        rest
    }

    fn nameless(&self, value: u64) -> String {
        let number = super::word::hex(value);
        if self.unknown.is_empty() {
            number
        } else {
            format!("{number} /* {} */", self.unknown)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOME: Flags = flags!("X_???": ZERO = 0, BOTH = 3, ONE = 1, TWO = 2);

    #[test]
    fn combinations_stand_for_their_parts() {
        assert_eq!(SOME.bits(0), "ZERO");
        assert_eq!(SOME.bits(3), "BOTH");
        assert_eq!(SOME.bits(2), "TWO");
        assert_eq!(SOME.bits(0x11), "ONE|0x10");
        assert_eq!(SOME.bits(0x10), "0x10 /* X_??? */");
    }

    #[test]
    fn a_value_without_a_name_is_a_number() {
        assert_eq!(SOME.one(2), "TWO");
        assert_eq!(SOME.one(8), "0x8 /* X_??? */");
    }
}

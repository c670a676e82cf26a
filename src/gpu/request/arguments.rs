//! What a kernel is called with, as a user types it: `f32[1000]=random, f32[1000], 1000`.

use std::fmt;

/// Elements that one buffer may have.
const MOST: u64 = 1 << 28;

/// Numbers that follow from a seed.
#[derive(Debug)]
pub struct Chance(u64);

impl Chance {
    /// The same seed gives the same numbers.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number of splitmix64 (Steele, Lea and Flood, 2014).
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// The type of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    /// `f32`
    F32,
    /// `f64`
    F64,
    /// `i8`
    I8,
    /// `u8`
    U8,
    /// `i16`
    I16,
    /// `u16`
    U16,
    /// `i32`
    I32,
    /// `u32`
    U32,
    /// `i64`
    I64,
    /// `u64`
    U64,
}

const ELEMENTS: [(&str, Element); 10] = [
    ("f32", Element::F32),
    ("f64", Element::F64),
    ("i8", Element::I8),
    ("u8", Element::U8),
    ("i16", Element::I16),
    ("u16", Element::U16),
    ("i32", Element::I32),
    ("u32", Element::U32),
    ("i64", Element::I64),
    ("u64", Element::U64),
];

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = ELEMENTS.iter().find(|(_, element)| element == self);
        f.write_str(name.map_or("", |(name, _)| name))
    }
}

impl Element {
    fn named(name: &str) -> Option<Self> {
        let found = ELEMENTS.iter().find(|(known, _)| *known == name);
        found.map(|(_, element)| *element)
    }

    /// Bytes of one.
    pub fn size(self) -> usize {
        match self {
            Self::I8 | Self::U8 => 1,
            Self::I16 | Self::U16 => 2,
            Self::F32 | Self::I32 | Self::U32 => 4,
            Self::F64 | Self::I64 | Self::U64 => 8,
        }
    }

    /// A number as its bytes; `None` if it is none, or does not fit.
    pub fn bytes(self, text: &str) -> Option<Vec<u8>> {
        Some(match self {
            Self::F32 => text.parse::<f32>().ok()?.to_le_bytes().to_vec(),
            Self::F64 => text.parse::<f64>().ok()?.to_le_bytes().to_vec(),
            Self::I8 => text.parse::<i8>().ok()?.to_le_bytes().to_vec(),
            Self::U8 => text.parse::<u8>().ok()?.to_le_bytes().to_vec(),
            Self::I16 => text.parse::<i16>().ok()?.to_le_bytes().to_vec(),
            Self::U16 => text.parse::<u16>().ok()?.to_le_bytes().to_vec(),
            Self::I32 => text.parse::<i32>().ok()?.to_le_bytes().to_vec(),
            Self::U32 => text.parse::<u32>().ok()?.to_le_bytes().to_vec(),
            Self::I64 => text.parse::<i64>().ok()?.to_le_bytes().to_vec(),
            Self::U64 => text.parse::<u64>().ok()?.to_le_bytes().to_vec(),
        })
    }

    /// A number's bytes as people read it.
    pub fn shown(self, bytes: &[u8]) -> String {
        let mut whole = [0; 8];
        whole[..bytes.len().min(8)].copy_from_slice(&bytes[..bytes.len().min(8)]);
        let wide = u64::from_le_bytes(whole);
        match self {
            Self::F32 => f32::from_bits(wide as u32).to_string(),
            Self::F64 => f64::from_bits(wide).to_string(),
            Self::I8 => (wide as i8).to_string(),
            Self::U8 => (wide as u8).to_string(),
            Self::I16 => (wide as i16).to_string(),
            Self::U16 => (wide as u16).to_string(),
            Self::I32 => (wide as i32).to_string(),
            Self::U32 => (wide as u32).to_string(),
            Self::I64 => (wide as i64).to_string(),
            Self::U64 => wide.to_string(),
        }
    }

    /// A number from -1 to 1, or for whole ones from 0 to 99.
    fn random(self, chance: &mut Chance) -> Vec<u8> {
        /// As many steps as an `f32` can tell apart.
        const STEPS: u64 = 1 << 24;
        let number = match self {
            Self::F32 | Self::F64 => {
                let step = chance.next() % STEPS;
                (step as f64 / (STEPS / 2) as f64 - 1.0).to_string()
            }
            _ => (chance.next() % 100).to_string(),
        };
        self.bytes(&number).unwrap_or_default()
    }
}

/// What a buffer holds before the launch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fill {
    /// Nothing was ever written to it.
    Nothing,
    /// Numbers that follow from the seed.
    Random,
    /// 0, 1, 2 and so on; what does not fit begins at 0 again.
    Counting,
    /// This number everywhere.
    Number(String),
}

/// One argument of a kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// A pointer to so many numbers.
    Buffer {
        /// Of which type.
        element: Element,
        /// How many.
        len: u64,
        /// And which.
        fill: Fill,
    },
    /// A null pointer.
    Null,
    /// A number, of the type that the kernel's parameter has.
    Number(String),
}

impl Given {
    /// Reads one.
    ///
    /// # Errors
    /// What is wrong with it.
    fn parse(text: &str) -> Result<Self, String> {
        if text == "null" {
            return Ok(Self::Null);
        }
        let Some((name, rest)) = text.split_once('[') else {
            return match text.parse::<f64>() {
                Ok(_) => Ok(Self::Number(text.to_owned())),
                Err(_) => Err(format!(
                    "{text:?} is neither a number nor a buffer such as f32[1000]=random"
                )),
            };
        };
        let element = Element::named(name.trim()).ok_or_else(|| {
            let known: Vec<&str> = ELEMENTS.iter().map(|(name, _)| *name).collect();
            format!("{name:?} is no type: there are {}", known.join(", "))
        })?;
        let (len, rest) = rest
            .split_once(']')
            .ok_or_else(|| format!("{text:?} has no closing bracket"))?;
        let len = len
            .trim()
            .parse::<u64>()
            .ok()
            .filter(|len| (1..=MOST).contains(len))
            .ok_or_else(|| format!("{len:?} is no length: it is a number from 1 to {MOST}"))?;
        let fill = match rest.trim().strip_prefix('=').map(str::trim) {
            None if rest.trim().is_empty() => Fill::Nothing,
            Some("random") => Fill::Random,
            Some("counting") => Fill::Counting,
            Some(number) if element.bytes(number).is_some() => Fill::Number(number.to_owned()),
            _ => {
                return Err(format!(
                    "{:?} says not what is in the buffer: write =random, =counting or ={element}'s number",
                    rest.trim()
                ));
            }
        };
        Ok(Self::Buffer { element, len, fill })
    }
}

/// Reads all of them; commas stand between them.
///
/// # Errors
/// What is wrong with the first that cannot be read, and which it is.
pub fn parse(text: &str) -> Result<Vec<Given>, String> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    text.split(',')
        .enumerate()
        .map(|(at, given)| {
            Given::parse(given.trim()).map_err(|why| format!("argument {}: {why}", at + 1))
        })
        .collect()
}

/// The bytes of a buffer; `None` if nothing is written to it.
pub fn content(element: Element, len: u64, fill: &Fill, chance: &mut Chance) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for at in 0..len {
        match fill {
            Fill::Nothing => return None,
            Fill::Random => bytes.extend(element.random(chance)),
            Fill::Counting => {
                let wrapped = match element.size() {
                    1 => at % 0x80,
                    2 => at % 0x8000,
                    _ => at,
                };
                bytes.extend(element.bytes(&wrapped.to_string())?);
            }
            Fill::Number(number) => bytes.extend(element.bytes(number)?),
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_read_as_they_are_typed() {
        let given = parse("f32[1000]=random, u8 [3] = 7,f64[2], null, -4, 2.5, inf").unwrap();
        let buffer = |element, len, fill| Given::Buffer { element, len, fill };
        let number = |text: &str| Given::Number(text.to_owned());
        assert_eq!(
            given,
            [
                buffer(Element::F32, 1000, Fill::Random),
                buffer(Element::U8, 3, Fill::Number("7".to_owned())),
                buffer(Element::F64, 2, Fill::Nothing),
                Given::Null,
                number("-4"),
                number("2.5"),
                number("inf"),
            ]
        );
        assert_eq!(parse(" ").unwrap(), []);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (text, part) in [
            ("1,f16[3]", "argument 2: \"f16\" is no type"),
            ("f32[x]", "\"x\" is no length"),
            ("f32[0]", "\"0\" is no length"),
            ("f32[3", "no closing bracket"),
            ("u8[3]=300", "=300"),
            ("many", "neither a number nor a buffer"),
            ("1,,2", "argument 2"),
        ] {
            let said = parse(text).unwrap_err();
            assert!(said.contains(part), "{text}: {said}");
        }
    }

    #[test]
    fn a_buffer_has_what_was_asked_for() {
        let mut chance = Chance::new(1);
        let mut bytes = |element, fill| content(element, 300, &fill, &mut chance);
        assert_eq!(bytes(Element::I32, Fill::Nothing), None);
        let counted = bytes(Element::U8, Fill::Counting).unwrap();
        assert_eq!((counted[127], counted[128]), (127, 0));
        let same = bytes(Element::I64, Fill::Number("-1".to_owned())).unwrap();
        assert_eq!(same, vec![0xff; 2400]);
        let random = bytes(Element::F32, Fill::Random).unwrap();
        for four in random.chunks(4) {
            let number: f32 = Element::F32.shown(four).parse().unwrap();
            assert!((-1.0..1.0).contains(&number));
        }
    }
}

//! What a kernel is called with: numbers, and arrays of which some are compared afterwards.

/// The type of a parameter, as far as a call depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lessons::gpu) enum Kind {
    /// A pointer.
    Pointer,
    /// An `int`.
    Int,
    /// A `float`.
    Float,
}

impl Kind {
    /// Its size in bytes.
    pub(in crate::lessons::gpu) fn bytes(self) -> u64 {
        match self {
            Self::Pointer => 8,
            Self::Int | Self::Float => 4,
        }
    }

    /// Its name in CUDA C++.
    pub(in crate::lessons::gpu) fn name(self) -> &'static str {
        match self {
            Self::Pointer => "a pointer",
            Self::Int => "an int",
            Self::Float => "a float",
        }
    }
}

/// One parameter of one launch.
#[derive(Clone, Debug)]
pub(in crate::lessons::gpu) enum Parameter {
    /// A pointer to an array; null, where it has no element.
    Array(Array),
    /// An `int`.
    Int(i32),
    /// A `float`.
    Float(f32),
}

impl Parameter {
    /// Its type.
    #[cfg(test)]
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Array(_) => Kind::Pointer,
            Self::Int(_) => Kind::Int,
            Self::Float(_) => Kind::Float,
        }
    }

    /// Floats that the kernel reads, and leaves alone.
    pub(super) fn floats(name: &'static str, values: &[f32]) -> Self {
        Self::Array(Array::new(name, Element::F32, Start::floats(values), None))
    }

    /// Floats that the kernel writes, and nobody has before.
    pub(super) fn result(name: &'static str, want: Vec<Expected>) -> Self {
        let start = Start::Unwritten(4 * want.len());
        Self::Array(Array::new(
            name,
            Element::F32,
            start,
            Some(Want::Floats(want)),
        ))
    }
}

/// An array in device memory.
#[derive(Clone, Debug)]
pub(in crate::lessons::gpu) struct Array {
    /// Its name in the handout.
    pub(in crate::lessons::gpu) name: &'static str,
    /// What its elements are.
    pub(in crate::lessons::gpu) element: Element,
    /// What is in it before the launch.
    pub(in crate::lessons::gpu) start: Start,
    /// What has to be in it afterwards; what was in it before, if nothing is said.
    pub(in crate::lessons::gpu) want: Option<Want>,
    /// The length of a row, if it is a matrix.
    pub(in crate::lessons::gpu) cols: Option<usize>,
}

impl Array {
    /// An array that is no matrix.
    pub(super) fn new(
        name: &'static str,
        element: Element,
        start: Start,
        want: Option<Want>,
    ) -> Self {
        Self {
            name,
            element,
            start,
            want,
            cols: None,
        }
    }

    /// Its length in bytes.
    pub(in crate::lessons::gpu) fn bytes(&self) -> usize {
        match &self.start {
            Start::Given(bytes) => bytes.len(),
            Start::Unwritten(len) => *len,
        }
    }

    /// An element's place as a sentence names it: `c[3]`, or `out[67] (row 2, column 1)`.
    pub(in crate::lessons::gpu) fn place(&self, index: usize) -> String {
        match self.cols {
            Some(cols) if cols > 0 => format!(
                "{}[{index}] (row {}, column {})",
                self.name,
                index / cols,
                index % cols
            ),
            _ => format!("{}[{index}]", self.name),
        }
    }
}

/// A matrix, of rows of so many elements.
pub(super) fn matrix(parameter: Parameter, cols: usize) -> Parameter {
    match parameter {
        Parameter::Array(array) => Parameter::Array(Array {
            cols: Some(cols),
            ..array
        }),
        other => other,
    }
}

/// The type of an array's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lessons::gpu) enum Element {
    /// `unsigned char`.
    U8,
    /// `int`.
    I32,
    /// `unsigned`.
    U32,
    /// `float`.
    F32,
}

impl Element {
    /// Its size in bytes.
    pub(in crate::lessons::gpu) fn size(self) -> usize {
        match self {
            Self::U8 => 1,
            _ => 4,
        }
    }

    /// The number that these bytes are.
    pub(in crate::lessons::gpu) fn number(self, bytes: &[u8]) -> f64 {
        let word = || {
            let mut word = [0; 4];
            for (to, from) in word.iter_mut().zip(bytes) {
                *to = *from;
            }
            word
        };
        match self {
            Self::U8 => bytes.first().copied().unwrap_or_default().into(),
            Self::I32 => i32::from_le_bytes(word()).into(),
            Self::U32 => u32::from_le_bytes(word()).into(),
            Self::F32 => f32::from_le_bytes(word()).into(),
        }
    }

    /// A number as a sentence shows it.
    pub(in crate::lessons::gpu) fn shown(self, number: f64) -> String {
        match self {
            Self::F32 if number.is_nan() => "NaN".to_owned(),
            Self::F32 if number != 0.0 && !(1e-4..1e9).contains(&number.abs()) => {
                format!("{:e}", number as f32)
            }
            Self::F32 => format!("{}", number as f32),
            _ => format!("{number}"),
        }
    }
}

/// What is in an array before a launch.
#[derive(Clone, Debug)]
pub(in crate::lessons::gpu) enum Start {
    /// These bytes.
    Given(Vec<u8>),
    /// So many bytes that nobody has written: they hold something, and reading it is a mistake.
    Unwritten(usize),
}

impl Start {
    /// Floats.
    pub(super) fn floats(values: &[f32]) -> Self {
        Self::Given(
            values
                .iter()
                .flat_map(|value| value.to_le_bytes())
                .collect(),
        )
    }

    /// Whole numbers.
    pub(super) fn ints(values: &[i32]) -> Self {
        Self::Given(
            values
                .iter()
                .flat_map(|value| value.to_le_bytes())
                .collect(),
        )
    }

    /// Zeros, so many bytes.
    pub(super) fn zeros(bytes: usize) -> Self {
        Self::Given(vec![0; bytes])
    }
}

/// What has to be in an array after a launch.
#[derive(Clone, Debug)]
pub(in crate::lessons::gpu) enum Want {
    /// These numbers.
    Whole(Vec<i64>),
    /// These, as exactly as each of them says.
    Floats(Vec<Expected>),
}

/// A float that is right.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::lessons::gpu) struct Expected {
    /// The value, NaN and infinities included.
    pub(in crate::lessons::gpu) value: f64,
    /// How far from it a finite one may be.
    pub(in crate::lessons::gpu) within: f64,
}

impl Expected {
    /// This very value; zeros of both signs are the same one.
    pub(super) fn exactly(value: f32) -> Self {
        Self {
            value: value.into(),
            within: 0.0,
        }
    }

    /// Whether a result is right. NaN is right where NaN is expected, and nowhere else.
    pub(in crate::lessons::gpu) fn admits(self, got: f64) -> bool {
        match (self.value.is_nan(), self.value.is_finite()) {
            (true, _) => got.is_nan(),
            (false, false) => got == self.value,
            (false, true) => (got - self.value).abs() <= self.within,
        }
    }
}

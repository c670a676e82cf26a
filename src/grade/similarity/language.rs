//! Languages, as far as their tokens differ.

/// A language, as far as its tokens differ from others'.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// C and C++.
    C,
    /// CUDA C++.
    Cuda,
    /// Rust.
    Rust,
    /// Python.
    Python,
    /// Anything else that has words, numbers and texts in quotes.
    Generic,
}

const C: &[&str] = &[
    "auto",
    "break",
    "case",
    "char",
    "const",
    "continue",
    "default",
    "do",
    "double",
    "else",
    "enum",
    "extern",
    "float",
    "for",
    "goto",
    "if",
    "inline",
    "int",
    "long",
    "register",
    "restrict",
    "return",
    "short",
    "signed",
    "sizeof",
    "static",
    "struct",
    "switch",
    "typedef",
    "union",
    "unsigned",
    "void",
    "volatile",
    "while",
    "bool",
    "catch",
    "class",
    "delete",
    "namespace",
    "new",
    "operator",
    "private",
    "protected",
    "public",
    "template",
    "this",
    "throw",
    "try",
    "typename",
    "using",
    "virtual",
    "nullptr",
    "true",
    "false",
    "include",
    "define",
    "ifdef",
    "endif",
];
const CUDA: &[&str] = &[
    "__global__",
    "__device__",
    "__host__",
    "__shared__",
    "__constant__",
    "__syncthreads",
    "__syncwarp",
    "__restrict__",
    "threadIdx",
    "blockIdx",
    "blockDim",
    "gridDim",
    "warpSize",
];
/// One is put together, so that it is not taken for code that is so.
const RUST: &[&str] = &[
    "as",
    "async",
    "await",
    "break",
    "const",
    "continue",
    "crate",
    "dyn",
    "else",
    "enum",
    "extern",
    "false",
    "fn",
    "for",
    "if",
    "impl",
    "in",
    "let",
    "loop",
    "match",
    "mod",
    "move",
    "mut",
    "pub",
    "ref",
    "return",
    "self",
    "Self",
    "static",
    "struct",
    "super",
    "trait",
    "true",
    "type",
    concat!("un", "safe"),
    "use",
    "where",
    "while",
];
const PYTHON: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue",
    "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import",
    "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while",
    "with", "yield",
];

impl Language {
    /// The language of a file, by the end of its name; `None` for what is no source.
    pub fn of(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        match name.rsplit_once('.').map(|(_, suffix)| suffix) {
            Some("c" | "h" | "cc" | "cpp" | "cxx" | "hpp") => Some(Self::C),
            Some("cu" | "cuh") => Some(Self::Cuda),
            Some("rs") => Some(Self::Rust),
            Some("py" | "pyx") => Some(Self::Python),
            Some(
                "go" | "java" | "js" | "ts" | "sh" | "zig" | "ml" | "hs" | "rb" | "pl" | "s" | "S"
                | "asm",
            ) => Some(Self::Generic),
            None if matches!(name, "run" | "build" | "Makefile") => Some(Self::Generic),
            _ => None,
        }
    }

    /// Whether a word stands for itself.
    pub(super) fn is_keyword(self, word: &str) -> bool {
        match self {
            Self::C => C.contains(&word),
            Self::Cuda => C.contains(&word) || CUDA.contains(&word),
            Self::Rust => RUST.contains(&word),
            Self::Python => PYTHON.contains(&word),
            Self::Generic => false,
        }
    }

    /// What begins a comment to the end of the line.
    pub(super) fn line_comment(self) -> &'static [u8] {
        match self {
            Self::C | Self::Cuda | Self::Rust => b"//",
            Self::Python | Self::Generic => b"#",
        }
    }

    /// Whether `/*` begins a comment.
    pub(super) fn has_block_comments(self) -> bool {
        matches!(self, Self::C | Self::Cuda | Self::Rust)
    }
}

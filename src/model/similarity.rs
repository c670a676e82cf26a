//! What submissions have in common: something for a person to look at, never a penalty.

/// The sources of one submission, or of the starter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// The submission's key.
    pub key: String,
    /// Files: path within the submission, and text.
    pub files: Vec<(String, String)>,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Compared {
    /// The most alike first.
    pub pairs: Vec<Pair>,
    /// Groups of submissions that are the same, token by token, however many they are; by key.
    pub identical: Vec<Vec<String>>,
    /// Submissions that are too short to compare, by key.
    pub too_short: Vec<String>,
    /// How many fingerprints count for nobody, because so many have them.
    pub common: usize,
}

/// Two submissions with much in common.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// The one key.
    pub left: String,
    /// The other.
    pub right: String,
    /// The part of the left one's own tokens that is also in the right one, from 0 to 1.
    pub left_part: f64,
    /// The same for the right one.
    pub right_part: f64,
    /// Tokens in common.
    pub tokens: usize,
    /// Where, the longest first.
    pub regions: Vec<Region>,
}

/// A run of tokens that both have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// Path, first and last line in the left one.
    pub left: (String, u32, u32),
    /// The same in the right one.
    pub right: (String, u32, u32),
    /// How many tokens.
    pub tokens: usize,
}

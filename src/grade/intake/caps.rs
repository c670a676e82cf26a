//! How much a submission may be.

/// Limits of one submission and of a class' archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caps {
    /// Files and directories of one submission.
    pub entries: u64,
    /// Bytes in all files of one submission together.
    pub bytes: u64,
    /// Directories within one another.
    pub depth: usize,
    /// How many times larger than its archive a submission may be, once it has
    /// [`Self::FREE_BYTES`].
    pub ratio: u64,
    /// Entries of a whole source.
    pub class_entries: u64,
    /// Bytes of a whole source, unpacked.
    pub class_bytes: u64,
}

impl Caps {
    /// Below this many bytes no ratio is suspicious: a file of zeros is no bomb.
    pub const FREE_BYTES: u64 = 16 << 20;
}

impl Default for Caps {
    /// For a submission what the workshop takes over, too; for a class what a university has.
    fn default() -> Self {
        Self {
            entries: 20_000,
            bytes: 256 << 20,
            depth: 32,
            ratio: 200,
            class_entries: 2_000_000,
            class_bytes: 64 << 30,
        }
    }
}

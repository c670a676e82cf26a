//! A structure copied out of another process' memory, and access to its fields.

/// The bytes of one structure.
///
/// A field that lies beyond the end is 0: structures grow, and the kernel too takes what an
/// older program does not give for zero.
pub(crate) struct Block(pub(crate) Vec<u8>);

impl Block {
    fn array<const N: usize>(&self, at: usize) -> [u8; N] {
        at.checked_add(N)
            .and_then(|end| self.0.get(at..end))
            .and_then(|bytes| bytes.try_into().ok())
            .unwrap_or([0; N])
    }

    /// The 16-bit field at offset `at`.
    pub(crate) fn u16(&self, at: usize) -> u16 {
        u16::from_ne_bytes(self.array(at))
    }

    /// The 32-bit field at offset `at`.
    pub(crate) fn u32(&self, at: usize) -> u32 {
        u32::from_ne_bytes(self.array(at))
    }

    /// The signed 32-bit field at offset `at`.
    pub(crate) fn i32(&self, at: usize) -> i32 {
        i32::from_ne_bytes(self.array(at))
    }

    /// The 64-bit field at offset `at`.
    pub(crate) fn u64(&self, at: usize) -> u64 {
        u64::from_ne_bytes(self.array(at))
    }

    /// The signed 64-bit field at offset `at`.
    pub(crate) fn i64(&self, at: usize) -> i64 {
        i64::from_ne_bytes(self.array(at))
    }

    /// The bytes from offset `at` on.
    pub(crate) fn rest(&self, at: usize) -> &[u8] {
        self.0.get(at..).unwrap_or_default()
    }

    /// The bytes from offset `at` up to the first NUL, or to `len` bytes.
    pub(crate) fn text(&self, at: usize, len: usize) -> &[u8] {
        let field = self.rest(at);
        let field = &field[..field.len().min(len)];
        let end = field.iter().position(|byte| *byte == 0);
        &field[..end.unwrap_or(field.len())]
    }
}

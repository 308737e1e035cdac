//! How much of a table is read at most. Nothing that a file claims of itself counts.

/// Bounds of one reading. What is beyond one of them is an error, never cut off in silence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest file, in bytes as it comes.
    pub bytes: u64,
    /// Largest sum of the parts of a workbook that are read, in bytes as they are unpacked.
    pub unpacked_bytes: u64,
    /// Most bytes of the texts that a workbook's cells share. They are in memory.
    pub shared_bytes: usize,
    /// Most columns that have something in them, counted from A.
    pub columns: u16,
    /// Longest cell, in characters. Excel's own bound is 32,767.
    pub cell_chars: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 64 * 1024 * 1024,
            unpacked_bytes: 1024 * 1024 * 1024,
            shared_bytes: 64 * 1024 * 1024,
            columns: 256,
            cell_chars: 32_767,
        }
    }
}

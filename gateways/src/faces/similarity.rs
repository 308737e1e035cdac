//! What a comparison of two faces says.

/// How alike two faces are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Similarity {
    /// 0 to 100, on the vendor's scale.
    pub score: f32,
    /// Does the vendor's documented threshold call it one person?
    pub same: bool,
}

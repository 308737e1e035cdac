//! Browsers that look at pages: of today, of years ago, of another engine; and who walks the whole way with any of them.

pub(crate) mod axe;
pub(crate) mod browser;
pub(crate) mod code;
pub(crate) mod driven;
pub(crate) mod old_chromium;
pub(crate) mod walker;
pub(crate) mod webkit;

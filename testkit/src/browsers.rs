//! Browsers that look at pages: of today, of years ago, of another engine; and one that walks the whole way.

pub(crate) mod axe;
pub(crate) mod browser;
pub(crate) mod code;
pub(crate) mod old_chromium;
pub(crate) mod walker;
pub(crate) mod webkit;

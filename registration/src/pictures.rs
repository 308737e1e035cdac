//! Pictures: cleaned, sealed, kept, and the uploads that bring them.

pub mod clean;
pub(crate) mod error;
pub(crate) mod files;
pub mod kept;
pub(crate) mod likeness;
pub(crate) mod marks;
pub(crate) mod readings;
pub(crate) mod resemblance;
pub(crate) mod screenshots;
pub(crate) mod store;
pub(crate) mod thumbnail;
pub(crate) mod uploads;

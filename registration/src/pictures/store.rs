//! The tables of pictures and uploads.

pub(crate) mod identity_chunks;
pub(crate) mod identity_marks;
pub(crate) mod identity_pictures;
pub(crate) mod identity_uploads;
pub(crate) mod screenshot_marks;
pub(crate) mod screenshot_readings;
pub(crate) mod screenshots;

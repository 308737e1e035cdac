//! The words of the staff's pages.

use std::sync::LazyLock;

use pagekit::language::Language;
use pagekit::words::{Catalogue, Words};

/// Chinese, as the program carries it.
pub(crate) const ZH: &str = include_str!("../messages/zh.ftl");
/// The messages in English.
pub(crate) const EN: &str = include_str!("../messages/en.ftl");

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::new(ZH, EN));

/// The words in one language.
pub(crate) fn words(language: Language) -> Words {
    CATALOGUE.words(language)
}

//! The words of the staff's pages.

use std::sync::LazyLock;

use pagekit::language::Language;
use pagekit::words::{Catalogue, Words};

/// Chinese, as the program carries it.
pub(crate) const ZH: &str = concat!(
    include_str!("../messages/zh.ftl"),
    include_str!("../messages/zh/money.ftl"),
    include_str!("../messages/zh/care.ftl")
);
/// The messages in English.
pub(crate) const EN: &str = concat!(
    include_str!("../messages/en.ftl"),
    include_str!("../messages/en/money.ftl"),
    include_str!("../messages/en/care.ftl")
);

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::new(ZH, EN));

/// The words in one language.
pub(crate) fn words(language: Language) -> Words {
    CATALOGUE.words(language)
}

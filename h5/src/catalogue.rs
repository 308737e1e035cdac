//! The words of the candidate's pages: a file per part of the site and language.

use std::sync::LazyLock;

use pagekit::language::Language;
use pagekit::words::{Catalogue, Words};

/// The files of one language, one after the other. A key stands in one of them only: the catalogue refuses a second.
macro_rules! files {
    ($language:literal) => {
        concat!(
            include_str!(concat!("../messages/", $language, "/site.ftl")),
            include_str!(concat!("../messages/", $language, "/account.ftl")),
            include_str!(concat!("../messages/", $language, "/identity.ftl")),
            include_str!(concat!("../messages/", $language, "/exam.ftl")),
            include_str!(concat!("../messages/", $language, "/eligibility.ftl")),
            include_str!(concat!("../messages/", $language, "/order.ftl")),
            include_str!(concat!("../messages/", $language, "/money.ftl")),
            include_str!(concat!("../messages/", $language, "/waiting.ftl")),
            include_str!(concat!("../messages/", $language, "/ticket.ftl")),
            include_str!(concat!("../messages/", $language, "/care.ftl")),
            include_str!(concat!("../messages/", $language, "/list.ftl")),
            include_str!(concat!("../messages/", $language, "/help.ftl")),
        )
    };
}

/// Chinese, as the program carries it.
pub(crate) const ZH: &str = files!("zh");
/// The messages in English.
pub(crate) const EN: &str = files!("en");

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::new(ZH, EN));

/// The words in one language.
pub(crate) fn words(language: Language) -> Words {
    CATALOGUE.words(language)
}

//! The words of the staff's pages.

use std::sync::LazyLock;

use pagekit::language::Language;
use pagekit::words::{Catalogue, Words};

/// Chinese, as the program carries it.
pub(crate) const ZH: &str = concat!(
    include_str!("../../messages/zh.ftl"),
    include_str!("../../messages/zh/money.ftl"),
    include_str!("../../messages/zh/rooms.ftl"),
    include_str!("../../messages/zh/care.ftl"),
    include_str!("../../messages/zh/queues.ftl"),
    include_str!("../../messages/zh/attendance.ftl"),
    include_str!("../../messages/zh/checkin.ftl"),
    include_str!("../../messages/zh/staff.ftl"),
    "\n",
    include_str!("../../messages/zh/audit.ftl"),
    "\n",
    include_str!("../../messages/zh/imprint.ftl"),
    "\n",
    include_str!("../../messages/zh/wall.ftl"),
    "\n",
    include_str!("../../messages/zh/imports.ftl"),
    "\n",
    include_str!("../../messages/zh/exams.ftl"),
    "\n",
    include_str!("../../messages/zh/candidates.ftl"),
    "\n",
    include_str!("../../messages/zh/outward.ftl")
);
/// The messages in English.
pub(crate) const EN: &str = concat!(
    include_str!("../../messages/en.ftl"),
    include_str!("../../messages/en/money.ftl"),
    include_str!("../../messages/en/rooms.ftl"),
    include_str!("../../messages/en/care.ftl"),
    include_str!("../../messages/en/queues.ftl"),
    include_str!("../../messages/en/attendance.ftl"),
    include_str!("../../messages/en/checkin.ftl"),
    include_str!("../../messages/en/staff.ftl"),
    "\n",
    include_str!("../../messages/en/audit.ftl"),
    "\n",
    include_str!("../../messages/en/imprint.ftl"),
    "\n",
    include_str!("../../messages/en/wall.ftl"),
    "\n",
    include_str!("../../messages/en/imports.ftl"),
    "\n",
    include_str!("../../messages/en/exams.ftl"),
    "\n",
    include_str!("../../messages/en/candidates.ftl"),
    "\n",
    include_str!("../../messages/en/outward.ftl")
);

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::new(ZH, EN));

/// The words in one language.
pub(crate) fn words(language: Language) -> Words {
    CATALOGUE.words(language)
}

//! Schools and campuses in words.

use pagekit::words::Words;
use registration::model::organisation::Organisation;

/// `(993010)测试校区机构001`
pub(crate) fn name(w: Words, organisation: &Organisation) -> String {
    format!("({}){}", organisation.code, w.pick(&organisation.name.zh, &organisation.name.en))
}

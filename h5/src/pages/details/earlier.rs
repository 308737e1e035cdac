//! What was handed in for an earlier exam, offered before anything is typed. Nothing is taken over without a tap.

use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::application::Earlier;
use registration::model::exam::Exam;

use crate::paths::path_of;
use crate::view::callout::{Tone, callout};

pub(super) fn offer(w: Words, exam: &Exam, earlier: &Earlier) -> Markup {
    let title = w.pick(&earlier.exam.title.zh, &earlier.exam.title.en);
    let words = [("exam", title.into()), ("day", when::dated_day(w.language, earlier.handed_in_at, None).into())];
    callout(
        Tone::Plain,
        &w.t("earlier-title"),
        &html! {
            p { (w.with("earlier-text", &words)) }
            p { (if earlier.has_photo { w.t("earlier-with-photo") } else { w.t("earlier-check") }) }
            form method="post" enctype="multipart/form-data" action={ (path_of(exam)) "/details" } data-busy=(w.t("form-busy")) {
                button class="button second" type="submit" name="action" value="earlier" { (w.t("earlier-take")) }
            }
        },
    )
}

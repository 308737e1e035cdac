//! What was just done, on the page that follows: carried over the redirect as a word in the address.

use maud::{Markup, html};
use pagekit::local_path::query_value;
use pagekit::words::Words;

use crate::view::callout::{Tone, callout};

/// The callout of that word; nothing else is repeated from the address.
pub(crate) fn done(w: Words, said: &str) -> Markup {
    let text = match said {
        "account" => w.t("said-account"),
        "password" => w.t("said-password"),
        "email" => w.t("said-email"),
        "mobile" => w.t("said-mobile"),
        "name" => w.t("said-name"),
        "eligibility" => w.t("said-eligibility"),
        "details" => w.t("said-details"),
        "details-passed" => w.t("said-details-passed"),
        "details-review" => w.t("said-details-review"),
        "invoice" => w.t("said-invoice"),
        "accommodation" => w.t("said-accommodation"),
        "accommodation-withdrawn" => w.t("said-accommodation-withdrawn"),
        "reminders-on" => w.t("said-reminders-on"),
        "reminders-off" => w.t("said-reminders-off"),
        "everywhere" => w.t("said-everywhere"),
        "late" => return refused(&w.t("said-late-title"), &w.t("said-late")),
        "fixed" => return refused(&w.t("said-fixed-title"), &w.t("have-fixed")),
        "fixed-paid" => return refused(&w.t("said-fixed-title"), &w.t("have-fixed-channel")),
        _ => return html! {},
    };
    html! { div role="status" { (callout(Tone::Good, &text, &html! {})) } }
}

/// What was asked for and not done.
fn refused(title: &str, text: &str) -> Markup {
    html! { div role="alert" { (callout(Tone::Care, title, &html! { p { (text) } })) } }
}

/// The callout above a page that has no place of its own for it.
pub(crate) fn above(w: Words, path: &str) -> Markup {
    let (page, query) = path.split_once('?').unwrap_or((path, ""));
    let said = query.split('&').find_map(|pair| pair.strip_prefix("said=")).filter(|_| page != "/me");
    html! { @if let Some(said) = said { div class="column said" { (done(w, said)) } } }
}

/// That the visitor was signed in and is not any more, with the way back in.
pub(crate) fn ended(w: Words, hours: u32, path: &str) -> Markup {
    let text = html! {
        p { (w.with("ended-session-text", &[("hours", hours.into())])) }
        // The page for signing in is the way itself.
        @if !path.starts_with("/sign-") { p { a href={ "/sign-in?next=" (query_value(path)) } { (w.t("signed-out-link")) } } }
    };
    html! { div class="column said" { div role="status" { (callout(Tone::Plain, &w.t("ended-session"), &text)) } } }
}

#[cfg(test)]
mod tests {
    use pagekit::language::Language;

    use super::*;
    use crate::catalogue::words;

    #[test]
    fn only_known_words_are_told() {
        let told = |path| above(words(Language::Zh), path).into_string();
        assert!(told("/exams/cet?part=oral&said=details").contains("报考信息已保存"));
        assert!(!told("/exams/cet?said=%3Cb%3E").contains("role"));
        assert_eq!(told("/me?said=password"), "", "it has its own place");
        assert_eq!(told("/exams/cet"), "");
    }
}

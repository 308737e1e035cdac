//! What was just done, on the page that follows: carried over the redirect as a word in the address.

use maud::{Markup, html};
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
        "everywhere" => w.t("said-everywhere"),
        "late" => {
            return html! { div role="alert" { (callout(Tone::Care, &w.t("said-late-title"), &html! { p { (w.t("said-late")) } })) } };
        }
        _ => return html! {},
    };
    html! { div role="status" { (callout(Tone::Good, &text, &html! {})) } }
}

/// The callout above a page that has no place of its own for it.
pub(crate) fn above(w: Words, path: &str) -> Markup {
    let (page, query) = path.split_once('?').unwrap_or((path, ""));
    let said = query.split('&').find_map(|pair| pair.strip_prefix("said=")).filter(|_| page != "/me");
    html! { @if let Some(said) = said { div class="column said" { (done(w, said)) } } }
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

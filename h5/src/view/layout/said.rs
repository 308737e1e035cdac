//! What was just done, on the page that follows: carried over the redirect as a word in the address.

use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use pagekit::local_path::query_value;
use pagekit::when;
use pagekit::words::{Words, key};
use registration::people::accounts::SessionLimits;

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
        "face-withdrawn" => w.t("said-face-withdrawn"),
        "everywhere" => w.t("said-everywhere"),
        "device" => w.t("said-device"),
        "earlier-kept" => return refused(&w.t("said-earlier-kept-title"), &w.t("said-earlier-kept")),
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
    let said = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("said="))
        .filter(|_| !["/me", "/me/devices"].contains(&page));
    html! { @if let Some(said) = said { div class="column said" { (done(w, said)) } } }
}

/// That the visitor was signed in and is not any more, with the way back in.
pub(crate) fn ended(w: Words, after: SessionLimits, path: &str) -> Markup {
    let text = html! {
        p {
            (w.with("ended-session-text", &[
                ("idle", lifetime(w, after.idle).into()), ("hours", lifetime(w, after.absolute).into()),
            ]))
        }
        // The page for signing in is the way itself.
        @if !path.starts_with("/sign-") { p { a href={ "/sign-in?next=" (query_value(path)) } { (w.t("signed-out-link")) } } }
    };
    html! { div class="column said" { div role="status" { (callout(Tone::Plain, &w.t("ended-session"), &text)) } } }
}

/// When a sign-in ends if nobody uses it any more, seen from now.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SessionEnds {
    pub(crate) ends_at: Timestamp,
    pub(crate) now: Timestamp,
}

/// So long before a sign-in ends a page says it by itself: whoever fills in a form that has no script needs the time.
const SAID_BEFORE: SignedDuration = SignedDuration::from_mins(10);

/// That the sign-in ends soon: said by the page where that is so already, else by a script two minutes before.
pub(crate) fn soon_over(w: Words, ends: SessionEnds) -> Markup {
    let SessionEnds { ends_at, now } = ends;
    let left = ends_at.duration_since(now).max(SignedDuration::ZERO);
    let is_soon = left <= SAID_BEFORE;
    html! {
        p id="session-ends" class="offline" role="status" hidden[!is_soon] data-ends-in=(left.as_secs())
            data-idle=(w.t("session-ends-idle")) data-last=(w.t("session-ends-last")) {
            span { @if is_soon { (w.with("session-ends-at", &[("time", when::clock(ends_at).into())])) } }
            " "
            button type="button" class="text-button" hidden { (w.t("session-stay")) }
        }
    }
}

/// So long, in whole hours where it is.
pub(crate) fn lifetime(w: Words, span: SignedDuration) -> String {
    let minutes = span.as_mins();
    let (id, count) =
        if minutes % 60 == 0 { (key("session-hours"), minutes / 60) } else { (key("session-minutes"), minutes) };
    w.with(id, &[("count", count.into())]).into_owned()
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

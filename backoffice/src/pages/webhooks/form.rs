//! An endpoint as it is entered.

use maud::{Markup, html};
use pagekit::words::Words;
use registration::webhooks::{DESCRIPTION_CHARS_MAX, Endpoint, EventKind, WantedEndpoint};
use reservation::ids::ExamId;

use super::words::kind;

/// Longest address that is read from a form.
const URL_CHARS_MAX: usize = 600;

/// An endpoint as it was entered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Typed {
    pub(crate) url: String,
    pub(crate) description: String,
    pub(crate) kinds: Vec<EventKind>,
    pub(crate) is_of_some: bool,
    pub(crate) exams: Vec<ExamId>,
}

impl Typed {
    /// What the form's pairs say; what it cannot say is left out.
    pub(crate) fn of(pairs: Vec<(String, String)>) -> Self {
        let all =
            |name: &'static str| pairs.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str());
        let first = |name, most: usize| all(name).next().unwrap_or_default().chars().take(most).collect::<String>();
        Self {
            url: first("url", URL_CHARS_MAX),
            description: first("description", 2 * DESCRIPTION_CHARS_MAX),
            kinds: all("kind").filter_map(|word| word.parse().ok()).collect(),
            is_of_some: all("of").next() == Some("some"),
            exams: all("exam").filter_map(|exam| exam.parse().ok()).collect(),
        }
    }

    /// What there is, to be changed.
    pub(crate) fn from(endpoint: &Endpoint) -> Self {
        Self {
            url: endpoint.url.clone(),
            description: endpoint.description.clone(),
            kinds: endpoint.kinds.clone(),
            is_of_some: endpoint.exams.is_some(),
            exams: endpoint.exams.clone().unwrap_or_default(),
        }
    }

    /// The endpoint that is wanted.
    pub(crate) fn wanted(&self) -> WantedEndpoint {
        let kinds = EventKind::ALL.iter().copied().filter(|kind| self.kinds.contains(kind)).collect();
        WantedEndpoint {
            url: self.url.clone(),
            description: self.description.clone(),
            kinds,
            exams: self.is_of_some.then(|| self.exams.clone()),
        }
    }
}

/// The form for it.
pub(crate) fn form(w: Words, action: &str, submit: &str, exams: &[(ExamId, String)], typed: &Typed) -> Markup {
    html! {
        form class="fields panel" method="post" action=(action) {
            div {
                label for="description" { (w.t("webhook-description")) }
                input id="description" name="description" value=(typed.description) required autocomplete="off"
                    maxlength=(DESCRIPTION_CHARS_MAX);
            }
            div {
                label for="url" { (w.t("webhook-url")) }
                input id="url" name="url" type="url" value=(typed.url) required autocomplete="off" spellcheck="false"
                    maxlength=(URL_CHARS_MAX) aria-describedby="url-hint";
                p class="hint" id="url-hint" { (w.t("webhook-url-hint")) }
            }
            fieldset {
                legend { (w.t("webhook-kinds")) }
                @for one in EventKind::ALL {
                    label class="tick" {
                        input type="checkbox" name="kind" value=(one.as_str()) checked[typed.kinds.contains(one)];
                        span { (w.t(kind(*one))) " " code class="hint" { (one.as_str()) } }
                    }
                }
            }
            fieldset {
                legend { (w.t("api-key-exams")) }
                label class="tick" {
                    input type="radio" name="of" value="all" checked[!typed.is_of_some];
                    span { (w.t("api-key-all-exams")) }
                }
                @if !exams.is_empty() {
                    label class="tick" {
                        input type="radio" name="of" value="some" checked[typed.is_of_some];
                        span { (w.t("api-key-some-exams")) }
                    }
                    div class="within" {
                        @for (id, title) in exams {
                            label class="tick" {
                                input type="checkbox" name="exam" value=(id) checked[typed.exams.contains(id)];
                                span { (title) }
                            }
                        }
                    }
                }
            }
            button class="button" type="submit" { (submit) }
        }
    }
}

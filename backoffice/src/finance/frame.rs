//! The frame of finance: its tabs, and how each of its pages is answered.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::callout::Tone;
use pagekit::words::{Words, key};
use registration::desk::permits::{Right, Scope, permits, permits_somewhere};
use registration::desk::staff::StaffMember;
use serde::Deserialize;

use crate::desk::frame::page;
use crate::desk::message::{Message, said};
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// Where one is within finance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tab {
    Payments,
    Open,
    Days,
    Books,
    Groups,
    Invoices,
}

const TABS: [(Tab, &str, &str); 6] = [
    (Tab::Payments, "/finance", key("finance-payments")),
    (Tab::Open, "/finance/open", key("finance-open")),
    (Tab::Days, "/finance/days", key("finance-days")),
    (Tab::Books, "/finance/books", key("finance-books")),
    (Tab::Groups, "/finance/groups", key("finance-groups")),
    (Tab::Invoices, "/finance/invoices", key("finance-invoices")),
];

impl Tab {
    /// What one must be allowed to do there.
    fn right(self) -> Right {
        match self {
            Self::Payments | Self::Open | Self::Days | Self::Books => Right::SeeMoney,
            Self::Groups => Right::PayForGroups,
            Self::Invoices => Right::MakeInvoices,
        }
    }

    /// May they be there? What channels say, and the books, are of all exams together.
    fn is_for(self, staff: &StaffMember) -> bool {
        match self {
            Self::Days | Self::Books => permits(staff, self.right(), Scope::Everything),
            Self::Payments | Self::Open | Self::Groups | Self::Invoices => permits_somewhere(staff, self.right()),
        }
    }
}

/// A page of finance.
pub(crate) struct Inside<'a> {
    pub(crate) tab: Tab,
    /// Who looks: they see the tabs that are theirs.
    pub(crate) staff: &'a StaffMember,
    pub(crate) title: String,
    /// How much people must see to.
    pub(crate) open: u64,
    pub(crate) message: Option<&'a Message>,
}

/// What is said above a page, and under which status it is answered.
#[derive(Default)]
pub(crate) struct Telling {
    status: StatusCode,
    message: Option<Message>,
}

impl Telling {
    /// Nothing is said: somebody looks.
    pub(crate) fn nothing() -> Self {
        Self::default()
    }

    /// Under which status the page is answered.
    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    /// What is said above it.
    pub(crate) fn message(&self) -> Option<&Message> {
        self.message.as_ref()
    }

    /// That something was done.
    pub(crate) fn done(text: impl Into<String>) -> Self {
        Self { status: StatusCode::OK, message: Some(Message::new(Tone::Good, text)) }
    }

    /// Why something was not done.
    pub(crate) fn refused(status: StatusCode, text: impl Into<String>) -> Self {
        Self { status, message: Some(Message::new(Tone::Bad, text)) }
    }

    /// Why something was not done that was sent in: what was entered cannot be used.
    pub(crate) fn unusable(text: impl Into<String>) -> Self {
        Self::refused(StatusCode::UNPROCESSABLE_ENTITY, text)
    }
}

/// What was done last, carried over the redirect.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    done: String,
}

impl Done {
    /// What is said of it: each word that an address may have stands beside its sentence, a key of the catalogue. Of any
    /// other word nothing is said.
    pub(crate) fn told(&self, w: Words, sentences: &[(&str, &'static str)]) -> Telling {
        let found = sentences.iter().find(|(word, _)| *word == self.done);
        found.map_or_else(Telling::nothing, |(_, sentence)| Telling::done(w.t(sentence)))
    }
}

/// The page around what it shows, for whoever may see it.
pub(crate) async fn answer(
    visit: &Visit,
    (tab, title): (Tab, String),
    telling: &Telling,
    inside: &Markup,
) -> Result<Response, Failure> {
    answer_again(visit, (tab, title), telling, inside, None).await
}

/// The same of a page that looks again by itself after some seconds.
pub(crate) async fn answer_again(
    visit: &Visit,
    (tab, title): (Tab, String),
    telling: &Telling,
    inside: &Markup,
    reload_seconds: Option<u32>,
) -> Result<Response, Failure> {
    if !tab.is_for(&visit.staff) {
        return Err(Failure::Forbidden);
    }
    let registration = &visit.app.outside.registration;
    let counts = registration.cases.counts(&visit.staff).await?;
    let open = registration.finance.open(&visit.staff).await?;
    let mut frame = visit.frame(title.clone(), &counts, &[]);
    frame.waiting = None;
    frame.reload_seconds = reload_seconds;
    let message = telling.message.as_ref();
    let body = body(visit.words, &Inside { tab, staff: &visit.staff, title, open, message }, inside);
    Ok((telling.status, page(&frame, &body)).into_response())
}

/// The tabs, the title, the last act, and what there is.
pub(crate) fn body(w: Words, page: &Inside<'_>, inside: &Markup) -> Markup {
    html! {
        main class="finance" {
            nav class="tabs" aria-label=(w.t("finance")) {
                @for (tab, href, name) in TABS.into_iter().filter(|(tab, ..)| tab.is_for(page.staff)) {
                    a href=(href) aria-current=[(tab == page.tab).then_some("page")] {
                        (w.t(name))
                        @if tab == Tab::Open && page.open > 0 { " " small { (page.open) } }
                    }
                }
            }
            h1 { (page.title) }
            (said(page.message))
            (inside)
        }
    }
}

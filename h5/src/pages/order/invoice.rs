//! An invoice (发票) for what was paid: asked for, changed until the finance office has made it, and looked at; and the
//! credit note for what has gone back since.

pub(crate) mod document;
pub(crate) mod section;

use axum::Form;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::exam::Exam;
use registration::model::fen::Fen;
use registration::model::order::{Order, OrderState};
use registration::model::payment::invoice::{Invoice, InvoiceTitle, TITLE_CHARS_MAX, TitleError};
use registration::model::payment::tax_number::TaxNumberError;
use registration::payments::{InvoiceError, Looking, PaymentPage};
use registration::people::accounts::Account;
use serde::Deserialize;

use crate::failure::Failure;
use crate::request::order::find_now;
use crate::request::visit::Candidate;
use crate::view::contact::ask;
use crate::view::form::{Field, FieldError, error_of, error_summary, field, of, whole};
use crate::view::icons::{Icon, icon};
use crate::view::layout::{heading, page};
use crate::view::order::money::left_of;

/// The kinds of whoever an invoice is for, as the form sends them.
const PERSON: &str = "person";
const ORGANISATION: &str = "organisation";
/// Longest tax number that is read, with the blanks between its groups.
const CODE_CHARS_MAX: u16 = 40;

/// What is sent, and what a form shows again.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub(crate) struct Sent {
    pub(crate) kind: String,
    pub(crate) title: String,
    pub(crate) code: String,
}

impl Sent {
    /// What the form shows first: the title that was asked for, else the candidate's own name. A tax number that is somebody's
    /// document number is typed anew.
    fn first(asked: Option<&Invoice>, account: &Account) -> Self {
        let name = account.name.as_ref().map(|name| name.expose().to_owned());
        let Some(asked) = asked else {
            return Self { kind: PERSON.to_owned(), title: name.unwrap_or_default(), code: String::new() };
        };
        let code = asked.title.code();
        let kind = if code.is_some() { ORGANISATION } else { PERSON }.to_owned();
        let code = code.filter(|code| !code.is_personal()).map(ToString::to_string);
        Self { kind, title: asked.title.name().to_owned(), code: code.unwrap_or_default() }
    }

    /// The title, or what is wrong with it and where.
    fn read(&self, w: Words) -> Result<InvoiceTitle, FieldError> {
        let code = match self.kind.as_str() {
            PERSON => "",
            ORGANISATION if self.code.trim().is_empty() => return Err(of("code", w.t("invoice-error-code"))),
            ORGANISATION => self.code.as_str(),
            _ => return Err(of("kind", w.t("invoice-error-kind"))),
        };
        InvoiceTitle::parse(&self.title, code).map_err(|error| match error {
            TitleError::Name => of("title", w.with("invoice-error-title", &[("count", TITLE_CHARS_MAX.into())])),
            TitleError::Code(TaxNumberError::Characters) => of("code", w.t("invoice-error-characters")),
            TitleError::Code(TaxNumberError::Length(count)) => {
                of("code", w.with("invoice-error-length", &[("count", count.into())]))
            }
            TitleError::Code(TaxNumberError::Check) => of("code", w.t("invoice-error-check")),
        })
    }
}

/// Is there something of this order that an invoice could be for, and that the candidate has paid?
pub(super) fn is_offered(order: &Order, money: &PaymentPage) -> bool {
    order.state == OrderState::Confirmed && !order.is_paid_by_school() && left_of(money) > Fen(0)
}

pub(crate) async fn show(candidate: Candidate, Path(order): Path<String>) -> Result<Response, Failure> {
    let (order, exam) = find_now(&candidate.visit.app, &candidate.account, &order).await?;
    let payments = &candidate.visit.app.outside.registration.payments;
    let asked = payments.invoice(candidate.account.id, order.id).await?;
    let sent = Sent::first(asked.as_ref(), &candidate.account);
    answer(&candidate, (&order, &exam), asked.as_ref(), &sent, (StatusCode::OK, &[])).await
}

pub(crate) async fn want(
    candidate: Candidate,
    Path(order): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failure> {
    let (order, exam) = find_now(&candidate.visit.app, &candidate.account, &order).await?;
    let payments = &candidate.visit.app.outside.registration.payments;
    let again = async |status: StatusCode, error: FieldError| {
        let asked = payments.invoice(candidate.account.id, order.id).await?;
        answer(&candidate, (&order, &exam), asked.as_ref(), &sent, (status, &[error])).await
    };
    let w = candidate.visit.words;
    let title = match sent.read(w) {
        Ok(title) => title,
        Err(error) => return again(StatusCode::UNPROCESSABLE_ENTITY, error).await,
    };
    match payments.ask_invoice(candidate.account.id, order.id, &title).await {
        Ok(_) => Ok(Redirect::to(&format!("/orders/{}/receipt?said=invoice#invoice", order.id)).into_response()),
        // The order's page says where it stands.
        Err(InvoiceError::Nothing(_) | InvoiceError::NothingToCredit) => Ok(to_order(&order)),
        Err(InvoiceError::Issued) => again(StatusCode::CONFLICT, whole(w.t("invoice-error-issued"))).await,
        Err(InvoiceError::Unknown) => Err(Failure::NotFound),
        Err(InvoiceError::Store(error)) => Err(error.into()),
        // Nobody but staff is told so.
        Err(InvoiceError::Forbidden(_) | InvoiceError::TooLarge | InvoiceError::NotAPdf) => Err(Failure::Broken),
    }
}

fn to_order(order: &Order) -> Response {
    Redirect::to(&format!("/orders/{}", order.id)).into_response()
}

/// The form; or the order's page, where there is nothing to ask for or it was made already.
async fn answer(
    candidate: &Candidate,
    (order, exam): (&Order, &Exam),
    asked: Option<&Invoice>,
    sent: &Sent,
    (status, errors): (StatusCode, &[FieldError]),
) -> Result<Response, Failure> {
    let visit = &candidate.visit;
    let payments = &visit.app.outside.registration.payments;
    let money = payments.page(candidate.account.id, order.id, Looking::Nobody).await?.ok_or(Failure::NotFound)?;
    let is_made = asked.is_some_and(|asked| asked.issued.is_some());
    if !is_offered(order, &money) || (is_made && errors.is_empty()) {
        return Ok(to_order(order));
    }
    let progress = visit.progress(exam).await?;
    let view = View { exam, order, left: left_of(&money), is_change: asked.is_some(), sent, errors };
    let frame = visit.frame_of(visit.words.t("invoice-title"), exam, &progress);
    Ok((status, page(&frame, &body(visit.words, &view))).into_response())
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) exam: &'a Exam,
    pub(crate) order: &'a Order,
    /// What the invoice would be of.
    pub(crate) left: Fen,
    /// Was one asked for before?
    pub(crate) is_change: bool,
    pub(crate) sent: &'a Sent,
    pub(crate) errors: &'a [FieldError],
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let View { exam, order, sent, errors, .. } = view;
    let text = |name, label, hint, value, length_max| Field {
        name,
        kind: "text",
        label,
        hint,
        value,
        autocomplete: "off",
        length_max,
        ..Field::default()
    };
    let (title_label, code_label) = (w.t("invoice-name"), w.t("invoice-code"));
    let (title_hint, code_hint) = (w.t("invoice-name-hint"), w.t("invoice-code-hint"));
    let chars_max = u16::try_from(TITLE_CHARS_MAX).unwrap_or(u16::MAX);
    html! {
        div class="column narrow" {
            (error_summary(w, errors))
            (heading(Some(w.pick(&exam.title.zh, &exam.title.en)), &w.t("invoice-title")))
            p class="amount" { span { (w.t("invoice-amount")) } strong { (view.left) } }
            form class="stack" method="post" action={ "/orders/" (order.id) "/invoice" } data-busy=(w.t("form-busy")) novalidate {
                (kinds(w, sent, errors))
                (field(w, &text("title", &title_label, &title_hint, &sent.title, chars_max), errors))
                (field(w, &Field {
                    is_optional: true,
                    ..text("code", &code_label, &code_hint, &sent.code, CODE_CHARS_MAX)
                }, errors))
                p class="hint" { (w.t("invoice-note")) }
                button class="button wide-button" type="submit" {
                    (if view.is_change { w.t("invoice-change-submit") } else { w.t("invoice-submit") })
                }
            }
            p class="beside" { a href={ "/orders/" (order.id) } { (w.t("invoice-back")) } }
            (ask(w, exam.rules.contact.as_ref()))
        }
    }
}

/// For a person or for an organisation.
fn kinds(w: Words, sent: &Sent, errors: &[FieldError]) -> Markup {
    let error = error_of(errors, "kind");
    let kinds = [(PERSON, w.t("invoice-person")), (ORGANISATION, w.t("invoice-organisation"))];
    html! {
        fieldset class="field choice" id="kind" tabindex="-1" data-error[error.is_some()]
            aria-describedby=[error.map(|_| "kind-error")] {
            legend { (w.t("invoice-kind")) }
            @if let Some(error) = error { p class="error" id="kind-error" { (icon(Icon::Cross)) span { (error) } } }
            @for (value, word) in &kinds {
                label class="tick" for={ "kind-" (value) } {
                    input type="radio" id={ "kind-" (value) } name="kind" value=(value) required checked[sent.kind == *value];
                    span { (word) }
                }
            }
        }
    }
}

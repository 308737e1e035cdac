//! Real-name check (实名认证): who one says to be, the consent, the ways; and where it stands.

pub(crate) mod card;
pub(crate) mod face;
pub(crate) mod facts;
pub(crate) mod handover;
pub(crate) mod liveness;
pub(crate) mod manual;
mod more;
pub(crate) mod pictures;
pub(crate) mod refusal;
pub(crate) mod state;
pub(crate) mod tiles;
mod ways;

use axum::Form;
use axum::extract::Query;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::local_path::{local_path, query_value};
use pagekit::words::{Words, key};
use registration::model::document::{Document, DocumentKind};
use registration::model::exam_rules::{CardCheck, IdentityRules, IdentityWay};
use registration::model::facts::IdentityState;
use registration::model::person::{NAME_FIELD_MAX, PersonName};
use registration::people::identity::{DeclareRights, IdentityError, IdentityRecord, IdentityStatus, Person};
use serde::Deserialize;

use crate::failure::Failure;
use crate::pages::identity::facts::{document_facts, state_box};
use crate::pages::identity::refusal::refusal;
use crate::pages::identity::ways::way_buttons;
use crate::request::identity_visit::IdentityVisit;
use crate::request::proof::{provable, proves};
use crate::view::callout::{Tone, callout};
use crate::view::form::person::DOCUMENT_CHARS_MAX;
use crate::view::form::{Field, FieldError, error_of, error_summary, field};
use crate::view::icons::{Icon, icon};
use crate::view::layout::{heading, page};
use crate::words::document::{document_fault, kind_name};
use crate::words::person::name_fault;

/// Where the visitor came from, carried through all pages.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct From {
    /// The exam whose rules count.
    #[serde(default)]
    pub(crate) exam: String,
    /// Where to go afterwards.
    #[serde(default)]
    pub(crate) next: String,
    /// Somebody who waits or was refused wants to hand in again.
    #[serde(default)]
    pub(crate) again: String,
}

impl From {
    /// Where to go afterwards.
    pub(crate) fn next(&self) -> &str {
        local_path(&self.next).unwrap_or("/me")
    }

    /// The address of one of these pages, with where the visitor came from.
    pub(crate) fn to(&self, page: &str) -> String {
        let exam = if self.exam.len() <= 64 { self.exam.as_str() } else { "" };
        let next = local_path(&self.next).unwrap_or_default();
        format!("/me/identity{page}?exam={}&next={}", query_value(exam), query_value(next))
    }
}

/// What was typed.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Entered {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    number: String,
    #[serde(default)]
    consent: String,
    #[serde(default)]
    way: String,
}

impl Entered {
    /// What is known already; the number is not repeated.
    pub(crate) fn of(person: Option<&Person>) -> Self {
        let Some(person) = person else { return Self::default() };
        let kind = person.document.kind().as_str().to_owned();
        Self { kind, name: person.name.expose().to_owned(), ..Self::default() }
    }
}

pub(crate) async fn show(visit: IdentityVisit, Query(from): Query<From>) -> Result<Response, Failure> {
    let identity = &visit.visit.app.outside.registration.identity;
    // A check on a vendor's page may have gone well since.
    if let Err(IdentityError::Store(error)) = identity.follow_liveness(visit.account.id).await {
        return Err(error.into());
    }
    let status = identity.status(visit.account.id).await?.ok_or(Failure::NotFound)?;
    let entered = Entered::of(status.person.as_ref());
    Ok(render(&visit, &from, &status, &entered, &[]).into_response())
}

pub(crate) async fn begin(
    visit: IdentityVisit,
    Query(from): Query<From>,
    Form(entered): Form<Entered>,
) -> Result<Response, Failure> {
    let identity = &visit.visit.app.outside.registration.identity;
    let account = visit.account.id;
    let status = identity.status(account).await?.ok_or(Failure::NotFound)?;
    if status.rights == DeclareRights::Nothing {
        return more::begin(&visit, &from, &status, &entered).await;
    }
    let rules = visit.rules(&from.exam);
    let (mut errors, person) = read(visit.visit.words, &status, &rules, &entered);
    // Whoever scanned a code proves who the owner is; they do not say it.
    if visit.is_guest_phone && status.person.is_some() && person != status.person {
        return Ok(Redirect::to(&from.to("")).into_response());
    }
    if entered.consent.is_empty() {
        errors.push(said("consent", visit.visit.words.t("identity-consent-error").into_owned()));
    }
    let way = identity.ways(&rules).into_iter().find(|way| page_of(*way) == entered.way);
    let Some(way) = way else { return Err(Failure::Bad) };
    if let Some(kind) = person.as_ref().map(|person| person.document.kind()).filter(|kind| !proves(way, *kind)) {
        let kind = kind_name(visit.visit.words, kind);
        errors.push(said("kind", visit.visit.words.with("identity-way-not", &[("kind", kind.into())]).into_owned()));
    }
    if let (Some(person), true) = (person, errors.is_empty()) {
        match identity.declare(account, person.name, person.document).await {
            Ok(()) => {
                identity.consent(account).await?;
                return Ok(Redirect::to(&from.to(page_of(way))).into_response());
            }
            Err(error) => errors.push(refusal(visit.visit.words, error)?.1),
        }
    }
    let page = render(&visit, &from, &status, &entered, &errors);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// The page of a way, which is also the button's value.
pub(crate) fn page_of(way: IdentityWay) -> &'static str {
    match way {
        IdentityWay::Card => "/card",
        IdentityWay::Liveness => "/liveness",
        IdentityWay::Manual => "/manual",
    }
}

pub(crate) fn said(field: &'static str, text: String) -> FieldError {
    FieldError { field: field.into(), text }
}

/// Whom the form names, and what is wrong with it. What may not be changed is taken from the account.
fn read(
    w: Words,
    status: &IdentityStatus,
    rules: &IdentityRules,
    entered: &Entered,
) -> (Vec<FieldError>, Option<Person>) {
    let mut errors = Vec::new();
    let name: Result<PersonName, _> = entered.name.parse();
    errors.extend(name.as_ref().err().map(|error| said("name", name_fault(w, *error))));
    let name = name.ok();
    let known = status.person.as_ref().map(|person| person.document.clone());
    let keeps = status.rights == DeclareRights::Name || (entered.number.trim().is_empty() && known.is_some());
    let document = match known.filter(|_| keeps) {
        Some(document) => Some(document),
        None => match entered.kind.parse::<DocumentKind>() {
            Ok(kind) if rules.documents.contains(&kind) => match Document::parse(kind, &entered.number) {
                Ok(document) => Some(document),
                Err(error) => {
                    errors.push(said("number", document_fault(w, kind, error)));
                    None
                }
            },
            _ => {
                errors.push(said("kind", w.t("identity-kind-error").into_owned()));
                None
            }
        },
    };
    if let Some(document) = document.as_ref().filter(|document| !rules.documents.contains(&document.kind())) {
        let kind = kind_name(w, document.kind());
        errors.push(said("kind", w.with("identity-kind-not-here", &[("kind", kind.into())]).into_owned()));
    }
    let person = name.zip(document).map(|(name, document)| Person { name, document });
    (errors, person)
}

fn render(
    visit: &IdentityVisit,
    from: &From,
    status: &IdentityStatus,
    entered: &Entered,
    errors: &[FieldError],
) -> Markup {
    let rules = visit.rules(&from.exam);
    let ways = visit.visit.app.outside.registration.identity.ways(&rules);
    let documents = provable(&rules, &ways);
    // Of a document that is fixed, only what proves it.
    let fixed = status.person.as_ref().filter(|_| status.rights != DeclareRights::Both);
    let fixed = fixed.map(|person| person.document.kind());
    let ways: Vec<IdentityWay> =
        ways.into_iter().filter(|way| documents.iter().any(|kind| proves(*way, fixed.unwrap_or(*kind)))).collect();
    let view = View {
        from,
        status,
        entered,
        errors,
        ways: &ways,
        card: rules.card,
        documents: &documents,
        asks_more: visit.asks_more(&from.exam, &status.state, &status.proofs),
        is_guest_phone: visit.is_guest_phone,
        now: visit.visit.now,
    };
    let w = visit.visit.words;
    page(&visit.frame(w.t("identity-title")), &body(w, &view))
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) from: &'a From,
    pub(crate) status: &'a IdentityStatus,
    pub(crate) entered: &'a Entered,
    pub(crate) errors: &'a [FieldError],
    pub(crate) ways: &'a [IdentityWay],
    /// Who decides on a card there.
    pub(crate) card: CardCheck,
    pub(crate) documents: &'a [DocumentKind],
    /// Does the exam take none of the ways by which the account was verified?
    pub(crate) asks_more: bool,
    pub(crate) is_guest_phone: bool,
    pub(crate) now: jiff::Timestamp,
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let is_open = match view.status.state {
        IdentityState::None => true,
        IdentityState::Waiting { .. } | IdentityState::Refused { .. } => {
            !view.from.again.is_empty() || !view.errors.is_empty()
        }
        IdentityState::Verified { .. } => false,
    };
    html! {
        div class="column narrow identity" {
            (error_summary(w, view.errors))
            @if view.asks_more {
                (heading(None, &w.t("identity-title")))
                (more::more(w, view))
            } @else {
                (heading(None, &w.t(if is_open { "identity-title" } else { state_title(&view.status.state) })))
                @if is_open { (form(w, view)) } @else { (state_box(w, view)) }
            }
        }
    }
}

fn state_title(state: &IdentityState) -> &'static str {
    match state {
        IdentityState::None => key("identity-title"),
        IdentityState::Waiting { .. } => key("identity-waiting-title"),
        IdentityState::Refused { .. } => key("identity-refused-title"),
        IdentityState::Verified { .. } => key("identity-verified-title"),
    }
}

/// The document that cannot be changed here.
fn fixed_document(status: &IdentityStatus) -> Option<&Document> {
    let known = status.person.as_ref().map(|person| &person.document);
    known.filter(|_| status.rights == DeclareRights::Name)
}

fn form(w: Words, view: &View<'_>) -> Markup {
    let View { entered, errors, .. } = view;
    let fixed = fixed_document(view.status).map(Document::kind);
    if let Some(kind) = fixed.filter(|kind| !view.documents.contains(kind)) {
        let kinds: Vec<String> = view.documents.iter().map(|kind| kind_name(w, *kind)).collect();
        let values = [("kinds", kinds.join(&*w.t("list-comma")).into()), ("kind", kind_name(w, kind).into())];
        let title = w.t("identity-kind-none-title");
        return html! {
            (callout(Tone::Care, &title, &html! { p { (w.with("identity-kind-none", &values)) } }))
            p { a class="button second" href=(view.from.next()) { (w.t("face-back")) } }
        };
    }
    html! {
        p class="lead" { (w.t("identity-lead")) }
        form method="post" action=(view.from.to("")) data-busy=(w.t("form-busy")) novalidate {
            (field(w, &Field {
                name: "name", kind: "text", label: &w.t("identity-name"), hint: &w.t("identity-name-hint"),
                value: &entered.name, autocomplete: "name", length_max: NAME_FIELD_MAX, ..Field::default()
            }, errors))
            (document_fields(w, view))
            (consent(w, !entered.consent.is_empty(), errors))
            (way_buttons(w, view.ways, view.card))
        }
    }
}

/// The document: told where it is the login, else asked for.
fn document_fields(w: Words, view: &View<'_>) -> Markup {
    let View { status, entered, errors, .. } = view;
    let known = status.person.as_ref().map(|person| &person.document);
    if let Some(document) = fixed_document(status) {
        return html! {
            (document_facts(w, document))
            p class="hint" { (w.t("identity-number-locked")) }
        };
    }
    let error = error_of(errors, "kind");
    let described = error.map(|_| "kind-error");
    let hint = known.map_or_else(String::new, |known| {
        w.with("identity-number-known", &[("number", known.masked().into())]).into_owned()
    });
    html! {
        div class="field" data-error[error.is_some()] {
            label for="kind" { (w.t("identity-kind")) }
            @if let Some(error) = error { p class="error" id="kind-error" { (icon(Icon::Cross)) span { (error) } } }
            select id="kind" name="kind" aria-invalid=[error.map(|_| "true")] aria-describedby=[described] {
                @for kind in view.documents {
                    option value=(kind.as_str()) selected[kind.as_str() == entered.kind] { (kind_name(w, *kind)) }
                }
            }
        }
        (field(w, &Field {
            name: "number", kind: "text", label: &w.t("identity-number"), hint: &hint, value: &entered.number,
            autocomplete: "off", length_max: DOCUMENT_CHARS_MAX, ..Field::default()
        }, errors))
        // Filled in by the script as soon as the number is whole; the server says the same once it has it.
        div class="derived" role="status" data-number="number" data-kind="kind"
            data-resident=(DocumentKind::ResidentId.as_str()) data-male=(w.t("sex-male")) data-female=(w.t("sex-female")) {
            dl hidden {
                div { dt { (w.t("identity-born")) } dd {} }
                div { dt { (w.t("identity-sex")) } dd {} }
            }
        }
    }
}

/// The consent to the use of sensitive data, apart from everything else that is agreed to.
fn consent(w: Words, is_given: bool, errors: &[FieldError]) -> Markup {
    let error = error_of(errors, "consent");
    let described = if error.is_some() { "consent-text consent-error" } else { "consent-text" };
    html! {
        fieldset class="consent" data-error[error.is_some()] {
            legend { (w.t("identity-consent-title")) }
            ul id="consent-text" {
                li { (w.t("identity-consent-what")) }
                li { (w.t("identity-consent-why")) }
                li { (w.t("identity-consent-long")) }
                li { (w.t("marks-kept")) }
            }
            @if let Some(error) = error { p class="error" id="consent-error" { (icon(Icon::Cross)) span { (error) } } }
            label class="tick" for="consent" {
                input type="checkbox" id="consent" name="consent" value="on" checked[is_given] aria-describedby=(described)
                    aria-invalid=[error.map(|_| "true")];
                span { (w.t("identity-consent-tick")) }
            }
        }
    }
}

/// Is nothing left to prove, for the exam from which the visitor came?
pub(crate) fn is_done(visit: &IdentityVisit, from: &From, record: &IdentityRecord) -> bool {
    let is_verified = matches!(record.state, IdentityState::Verified { .. });
    is_verified && !visit.asks_more(&from.exam, &record.state, &record.proofs)
}

/// To the first page, for who is verified or did not begin there, and where that way does not count.
pub(crate) fn elsewhere(
    visit: &IdentityVisit,
    from: &From,
    record: &IdentityRecord,
    way: IdentityWay,
) -> Option<Response> {
    let stays = record.has_consented && visit.takes(&from.exam, way) && !is_done(visit, from, record);
    (!stays).then(|| Redirect::to(&from.to("")).into_response())
}

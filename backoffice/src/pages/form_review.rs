//! Reviews of registration forms (报名资格审核): what the candidate says beside what the roster says.

use axum::Form;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::callout::Tone;
use pagekit::words::{Words, key};
use registration::accounts::{Account, AccountId, AccountNumber};
use registration::applications::{ApplicationCase, CaseKey, ReviewError};
use registration::details::sex_of;
use registration::document::Sex;
use registration::exam_rules::{FieldKind, FieldRule};
use registration::exams::ExamPage;
use registration::roster::RosterRecord;
use reservation::ids::ExamId;

use super::case_view::Message;
use super::plain_desk::{Compared, Decision, Desk, Done, Waiting, answer, comparison, draw};
use crate::desk_parts::jpeg;
use crate::failure::Failure;
use crate::visit::Visit;

/// The usual reasons to refuse, as keys of the catalogue.
pub(crate) const REASONS: [&str; 3] = [key("form-reason-1"), key("form-reason-2"), key("form-reason-3")];

/// The longest waiting form.
pub(crate) async fn first(visit: Visit, Query(done): Query<Done>) -> Result<Response, Failure> {
    let message = done.message(visit.words);
    show_case(&visit, None, StatusCode::OK, message).await
}

/// One form that waits.
pub(crate) async fn show(visit: Visit, Path((exam, number)): Path<(String, String)>) -> Result<Response, Failure> {
    let whose = named(&exam, &number)?;
    show_case(&visit, Some(whose), StatusCode::OK, None).await
}

/// Lets it pass, or refuses it.
pub(crate) async fn decide(
    visit: Visit,
    Path((exam, number)): Path<(String, String)>,
    Form(decision): Form<Decision>,
) -> Result<Response, Failure> {
    let (exam, account) = named(&exam, &number)?;
    let version = i32::try_from(decision.seen).map_err(|_| Failure::Bad)?;
    let key = CaseKey { exam: exam.clone(), account, version };
    let refusal = decision.refusal(&REASONS);
    let applications = &visit.app.outside.registration.applications;
    let decided = applications.decide(visit.staff.id.0, &key, refusal.as_deref()).await;
    match answer(visit.words, "/forms", (&decision, refusal.as_deref()), decided)? {
        Ok(response) => Ok(response),
        Err((status, message)) => show_case(&visit, Some((exam, account)), status, Some(message)).await,
    }
}

/// A reload of what became a GET.
pub(crate) async fn back(Path((exam, number)): Path<(String, String)>) -> Result<Redirect, Failure> {
    let (exam, account) = named(&exam, &number)?;
    Ok(Redirect::to(&path(&exam, account)))
}

fn path(exam: &ExamId, account: AccountId) -> String {
    format!("/forms/{exam}/{}", AccountNumber::from(account))
}

/// Whose case an address names.
pub(super) fn named(exam: &str, number: &str) -> Result<(ExamId, AccountId), Failure> {
    let exam = exam.parse().map_err(|_| Failure::NotFound)?;
    let number: AccountNumber = number.parse().map_err(|_| Failure::NotFound)?;
    Ok((exam, number.account()))
}

async fn show_case(
    visit: &Visit,
    whose: Option<(ExamId, AccountId)>,
    status: StatusCode,
    message: Option<Message>,
) -> Result<Response, Failure> {
    let (w, registration) = (visit.words, &visit.app.outside.registration);
    let (waiting, all) =
        (registration.applications.count_waiting().await?, registration.applications.waiting(None).await?);
    let whose = whose.or_else(|| all.first().map(|case| (case.key.exam.clone(), case.key.account)));
    let case = match &whose {
        Some((exam, account)) => match registration.applications.look(visit.staff.id.0, exam, *account).await {
            Ok(case) => Some(case),
            Err(ReviewError::Moved | ReviewError::Reason) => None,
            Err(ReviewError::Store(error)) => return Err(error.into()),
        },
        None => None,
    };
    let is_gone = whose.is_some() && case.is_none() && message.is_none();
    let gone = is_gone.then(|| Message::new(Tone::Care, w.t("plain-moved")));
    let message = message.or(gone);
    let mut queue = Vec::with_capacity(all.len());
    for one in &all {
        let account = registration.accounts.account(one.key.account).await?;
        let name = account.and_then(|account| account.name).map(|name| name.expose().to_owned());
        let differences = one.differences.as_ref().map_or(0, Vec::len);
        queue.push(Waiting {
            href: path(&one.key.exam, one.key.account),
            name: name.unwrap_or_else(|| w.t("form-nameless").into_owned()),
            about: exam_title(visit, w, &one.key.exam),
            note: w.with("form-differences", &[("count", differences.into())]).into_owned(),
            since: one.since,
            is_here: case.as_ref().is_some_and(|case| case.key == one.key),
        });
    }
    let exam = case.as_ref().and_then(|case| registration.exams.get(&case.key.exam));
    let (mut markup, mut action, mut seen) = (None, String::new(), 0);
    if let (Some(case), Some(exam)) = (&case, &exam) {
        let account = registration.accounts.account(case.key.account).await?;
        let record = registration.applications.in_roster(case.key.account, exam).await?;
        action = format!("{}/decide", path(&case.key.exam, case.key.account));
        seen = i64::from(case.key.version);
        markup = Some(body(w, exam, case, account.as_ref(), record.as_ref()));
    }
    let title = w.t("form-title");
    let view = Desk {
        title: &title,
        queue: &queue,
        message: message.as_ref(),
        case: markup.as_ref(),
        action: &action,
        seen,
        reasons: &REASONS,
        now: visit.now,
    };
    Ok(draw(visit, status, waiting, &view).into_response())
}

pub(super) fn exam_title(visit: &Visit, w: Words, exam: &ExamId) -> String {
    let page = visit.app.outside.registration.exams.get(exam);
    page.map_or_else(|| exam.to_string(), |page| w.pick(&page.title.zh, &page.title.en).to_owned())
}

/// The form beside the roster.
pub(crate) fn body(
    w: Words,
    exam: &ExamPage,
    case: &ApplicationCase,
    account: Option<&Account>,
    record: Option<&RosterRecord>,
) -> Markup {
    let name = account.and_then(|account| account.name.as_ref()).map_or("", |name| name.expose());
    let document = account.and_then(|account| account.document.as_ref());
    let differs = |name: &str| case.differences.iter().flatten().any(|field| field.as_str() == name);
    let mut rows = vec![
        Compared {
            label: w.t("candidate").into_owned(),
            said: name.to_owned(),
            known: record.map(|record| record.name.expose().to_owned()),
            differs: differs("name"),
            is_number: false,
        },
        Compared {
            label: w.t("document").into_owned(),
            said: document.map(|document| document.masked()).unwrap_or_default(),
            known: record.map(|record| record.document.masked()),
            differs: differs("document"),
            is_number: false,
        },
    ];
    rows.extend(exam.rules.form.fields.iter().filter(|field| !field.kind.is_locked(document)).map(|field| Compared {
        label: w.pick(&field.label.zh, &field.label.en).to_owned(),
        said: words_of(w, field, case.answers.get(&field.name)),
        known: record.map(|record| words_of(w, field, record.column(field.name.as_str()))),
        differs: differs(field.name.as_str()),
        is_number: false,
    }));
    html! {
        header class="case-head" { div { h1 { (name) } } }
        p class="hint" { (w.pick(&exam.title.zh, &exam.title.en)) }
        @if case.differences.is_none() { p class="hint" { (w.t("form-no-roster")) } }
        @if differs("document") { p class="hint" { (w.t("form-not-in-roster")) } }
        (comparison(w, &w.t("form-said"), &w.t("form-known"), &rows))
        @if has_photo(exam, case) {
            @let photo = format!("{}/photo.jpg", path(&case.key.exam, case.key.account));
            figure class="form-photo" {
                a href=(photo) target="_blank" rel="noopener" data-key="z" { img src=(photo) alt=(w.t("form-photo-alt")); }
                figcaption { (w.t("form-photo-alt")) }
            }
        }
    }
}

/// The photo of a form. Every look is written down.
pub(crate) async fn photo(visit: Visit, Path((exam, number)): Path<(String, String)>) -> Result<Response, Failure> {
    let (exam, account) = named(&exam, &number)?;
    let registration = &visit.app.outside.registration;
    let exam = registration.exams.get(&exam).ok_or(Failure::NotFound)?;
    match registration.applications.photo_of(visit.staff.id.0, &exam, account).await {
        Ok(Some(photo)) => Ok(jpeg(photo)),
        Ok(None) | Err(ReviewError::Moved | ReviewError::Reason) => Err(Failure::NotFound),
        Err(ReviewError::Store(error)) => Err(error.into()),
    }
}

fn has_photo(exam: &ExamPage, case: &ApplicationCase) -> bool {
    let photos = exam.rules.form.fields.iter().filter(|field| field.kind == FieldKind::Photo);
    photos.into_iter().any(|field| !case.answers.get(&field.name).is_empty())
}

/// An answer as candidates read it.
pub(super) fn words_of(w: Words, field: &FieldRule, answer: &str) -> String {
    let choice = field.choices.iter().find(|choice| choice.value == answer);
    match (field.kind, choice) {
        (FieldKind::Choice, Some(choice)) => w.pick(&choice.zh, &choice.en).to_owned(),
        (FieldKind::Sex, _) => match sex_of(answer) {
            Some(Sex::Male) => w.t("sex-male").into_owned(),
            Some(Sex::Female) => w.t("sex-female").into_owned(),
            None => String::new(),
        },
        (FieldKind::Photo, _) if !answer.is_empty() => w.t("form-photo").into_owned(),
        _ => answer.to_owned(),
    }
}

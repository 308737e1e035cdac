//! Reviews of registration forms (报名资格审核): what the candidate says beside what the roster says.

use axum::Form;
use axum::extract::Query;
use axum::response::{Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::words::{Words, key};
use registration::desk::case::CaseKind;
use registration::desk::forms::{FormCase, FormKey};
use registration::model::exam::Exam;
use registration::model::exam_rules::FieldKind;
use registration::model::roster::RosterRecord;
use registration::people::accounts::Account;

use reservation::ids::ExamId;

use crate::desk::compared::{Compared, comparison};
use crate::desk::lines::Queue;
use crate::desk::message::Message;
use crate::desk::picture::jpeg;
use crate::desk::undo::decided;
use crate::desk::words::answer_words;
use crate::desks::plain::{Case, Decision, Desk, Done, Kind, Turns, Whose, draw, if_waiting};
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// The desk of forms.
pub(crate) const FORMS: Kind = Kind {
    path: "/forms",
    kinds: &[CaseKind::Form],
    title: key("form-title"),
    reasons: &[key("form-reason-1"), key("form-reason-2"), key("form-reason-3")],
    own: |rules| &rules.form,
};

/// The form that is due first of those that nobody else has.
pub(crate) async fn first(visit: Visit, Query(done): Query<Done>) -> Result<Response, Failure> {
    let message = done.message(visit.words);
    show_case(&visit, None, StatusCode::OK, message).await
}

/// One form that waits.
pub(crate) async fn show(visit: Visit, whose: Whose) -> Result<Response, Failure> {
    show_case(&visit, Some(whose), StatusCode::OK, None).await
}

/// Lets it pass, or refuses it.
pub(crate) async fn decide(visit: Visit, whose: Whose, Form(decision): Form<Decision>) -> Result<Response, Failure> {
    let version = i32::try_from(decision.seen).map_err(|_| Failure::Bad)?;
    let key = FormKey { exam: whose.exam.clone(), account: whose.account, version };
    let forms = &visit.app.outside.registration.forms;
    let refusal = decision.refusal(&FORMS.reasons(&visit, &whose.exam));
    let refusal = refusal.as_deref();
    let at_once = forms.decide(visit.decider(&decision.claim), &key, refusal);
    let about = (&key.subject(), &*key.version.to_string());
    let decided = decided(&visit, about, &decision.claim, refusal, at_once).await;
    match decision.answer(&visit, &FORMS, decided)? {
        Ok(response) => Ok(response),
        Err((status, message)) => show_case(&visit, Some(whose), status, Some(message)).await,
    }
}

/// A reload of what became a GET.
pub(crate) async fn back(whose: Whose) -> Redirect {
    Redirect::to(&whose.path(&FORMS))
}

/// The photo of a form. Every look is written down.
pub(crate) async fn photo(visit: Visit, whose: Whose) -> Result<Response, Failure> {
    let registration = &visit.app.outside.registration;
    let exam = registration.exams.get(&whose.exam).ok_or(Failure::NotFound)?;
    let photo = registration.forms.photo(&visit.staff, &exam, whose.account).await;
    if_waiting(photo)?.flatten().map(jpeg).ok_or(Failure::NotFound)
}

fn whose(case: &FormCase) -> Whose {
    Whose { exam: case.key.exam.clone(), account: case.key.account }
}

async fn show_case(
    visit: &Visit,
    asked: Option<Whose>,
    status: StatusCode,
    message: Option<Message>,
) -> Result<Response, Failure> {
    let (w, registration) = (visit.words, &visit.app.outside.registration);
    let (mut case, mut turns) = (None, Turns::new(visit, &FORMS, asked.as_ref()));
    while let Some((whose, given)) = turns.next().await? {
        if let Some(found) = if_waiting(registration.forms.look(&visit.staff, &whose.exam, whose.account).await)? {
            let work = turns.work(given, &found.key.subject()).await?;
            case = Some((found, work));
            break;
        }
    }
    let queue = Queue::of(visit, FORMS.kinds).await?;
    let exam = case.as_ref().and_then(|(case, _)| registration.exams.get(&case.key.exam));
    let drawn = match (case, &exam) {
        (Some((case, work)), Some(exam)) => {
            let account = registration.accounts.account(case.key.account).await?;
            let record = registration.applications.in_roster(&visit.staff, case.key.account, exam).await?;
            let markup = body(w, exam, &case, account.as_ref(), record.as_ref());
            let seen = i64::from(case.key.version);
            let (subject, reasons) = (case.key.subject(), FORMS.reasons(visit, &case.key.exam));
            Some(Case { whose: whose(&case), subject, work, seen, reasons, markup, decision: None })
        }
        _ => None,
    };
    let (message, case) = (message.as_ref(), drawn.as_ref());
    let titles = &|exam: &ExamId| visit.exam_title(exam);
    let desk =
        Desk { kind: &FORMS, queue: &queue, titles, message, case, is_attended: visit.is_attended, now: visit.now };
    Ok(draw(visit, status, asked.as_ref(), &desk))
}

/// The form beside the roster.
pub(crate) fn body(
    w: Words,
    exam: &Exam,
    case: &FormCase,
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
        said: answer_words(w, field, case.answers.get(&field.name)),
        known: record.map(|record| answer_words(w, field, record.column(field.name.as_str()))),
        differs: differs(field.name.as_str()),
        is_number: false,
    }));
    html! {
        header class="case-head" { div { h1 { @if name.is_empty() { (w.t("candidate")) } @else { (name) } } } }
        p class="hint" { (w.pick(&exam.title.zh, &exam.title.en)) }
        @if case.differences.is_none() { p class="hint" { (w.t("form-no-roster")) } }
        @if differs("document") { p class="hint" { (w.t("form-not-in-roster")) } }
        (changes(w, exam, case))
        (comparison(w, &w.t("form-said"), &w.t("form-known"), &rows))
        @if has_photo(exam, case) {
            @let photo = format!("{}/photo.jpg", whose(case).path(&FORMS));
            figure class="form-photo" {
                a href=(photo) target="_blank" rel="noopener" data-key="z" { img src=(photo) alt=(w.t("form-photo-alt")); }
                figcaption { (w.t("form-photo-alt")) }
            }
        }
    }
}

/// What the candidate has changed since the form passed or stood, and that their seat is confirmed already.
fn changes(w: Words, exam: &Exam, case: &FormCase) -> Markup {
    let Some(before) = &case.before else {
        return html! { @if case.is_confirmed { p class="hint" { (w.t("form-confirmed")) } } };
    };
    let fields = exam.rules.form.fields.iter();
    let changed: Vec<_> = fields.filter(|field| before.get(&field.name) != case.answers.get(&field.name)).collect();
    let shown = |answer: String| if answer.is_empty() { "–".to_owned() } else { answer };
    html! {
        @if case.is_confirmed { p class="hint" { (w.t("form-confirmed")) } }
        @if !changed.is_empty() {
            p class="hint" { strong { (w.t("form-changed")) } }
            ul class="hint" {
                @for field in changed {
                    @let label = w.pick(&field.label.zh, &field.label.en);
                    @if field.kind == FieldKind::Photo {
                        li { (w.with("form-change-photo", &[("field", label.into())])) }
                    } @else {
                        @let was = shown(answer_words(w, field, before.get(&field.name)));
                        @let is = shown(answer_words(w, field, case.answers.get(&field.name)));
                        li {
                            (w.with("form-change", &[("field", label.into()), ("was", was.into()), ("is", is.into())]))
                        }
                    }
                }
            }
        }
    }
}

fn has_photo(exam: &Exam, case: &FormCase) -> bool {
    let photos = exam.rules.form.fields.iter().filter(|field| field.kind == FieldKind::Photo);
    photos.into_iter().any(|field| !case.answers.get(&field.name).is_empty())
}

//! The registration form of an exam: filled in, kept as a draft, handed in, and changed while the window is open.

mod draft;
mod earlier;
mod effects;
mod fields;
pub(crate) mod upload;

use axum::extract::{Multipart, Path};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::words::Words;
use registration::application::photos::PhotoError;
use registration::application::{ApplicationError, Earlier, PhotoFault};
use registration::model::document::Document;
use registration::model::exam::Exam;
use registration::model::exam_rules::{FieldKind, FieldRule, TaskKind};
use registration::model::facts::ReviewState;
use registration::model::order::Order;
use registration::people::accounts::Account;
use registration::pictures::clean::PictureError;
use registration::pictures::kept::DraftError;
use registration::rules::details::{AnswerFault, Answers, FieldFault};
use registration::rules::steps::{StepView, TaskState, blocked_by, task};
use registration::store::StoreError;
use reservation::ids::ExamId;

use crate::failure::Failure;
use crate::paths::path_of;
use crate::request::exam::{find, next_path};
use crate::request::next::with_said;
use crate::request::sent::form::{SentForm, sent_form};
use crate::request::sent::picture::SentPicture;
use crate::request::visit::{Candidate, WithOrders};
use crate::view::callout::{Tone, callout};
use crate::view::form::picture_tile::{UPLOAD_FIELD, awaited};
use crate::view::form::{FieldError, error_summary};
use crate::view::layout::{heading, page};
use crate::view::steps::progress_at;
use crate::words::exam::reason as reason_words;
use crate::words::picture::picture_fault;
use crate::words::task as task_words;

/// What the form has as its fields' ids.
pub(crate) fn field_id(field: &FieldRule) -> String {
    // The photo is a part of its own, with its own id.
    if field.kind == FieldKind::Photo { "photo".to_owned() } else { format!("f-{}", field.name) }
}

pub(crate) async fn show(
    WithOrders(candidate): WithOrders<Candidate>,
    Path(exam): Path<String>,
) -> Result<Response, Failure> {
    let visit = &candidate.visit;
    let exam = find(visit, &exam)?;
    let steps = match entered(&candidate, &exam).await? {
        Ok(steps) => steps,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let application = visit.app.outside.registration.applications.get(candidate.account.id, &exam.id).await?;
    let unsent = draft::unsent(&exam.rules.form, candidate.account.document.as_ref(), &application);
    // When nothing can be handed in any more, what was is what counts.
    let unsent = unsent.filter(|_| application.details.is_none() || !is_over(&steps, visit.now));
    let is_draft = unsent.is_some();
    let is_new = !is_draft && application.details.is_none() && !is_over(&steps, visit.now);
    let earlier = if is_new { earlier(&candidate, &exam).await? } else { None };
    let answers = unsent.cloned().or(application.details).or(application.draft).unwrap_or_default();
    let known = Known { answers: &answers, is_draft, earlier: earlier.as_ref() };
    Ok(render(&candidate, &exam, &steps, &known, &[]).await?.into_response())
}

pub(crate) async fn hand_in(
    candidate: Candidate,
    Path(exam): Path<String>,
    form: Multipart,
) -> Result<Response, Failure> {
    let visit = &candidate.visit;
    let exam = find(visit, &exam)?;
    let SentForm { pairs, picture } = sent_form(form).await?;
    let applications = &visit.app.outside.registration.applications;
    let here = format!("{}/details", path_of(&exam));
    let account = candidate.account.id;
    let does = |action: &str| pairs.iter().any(|(name, value)| name == "action" && value == action);
    if does("discard") {
        let application = applications.get(account, &exam.id).await?;
        applications.save_draft(account, &exam, &application.details.unwrap_or_default()).await?;
        return Ok(Redirect::to(&here).into_response());
    }
    if does("earlier") {
        // Nobody's answers are written over.
        let application = applications.get(account, &exam.id).await?;
        let unsent = draft::unsent(&exam.rules.form, candidate.account.document.as_ref(), &application);
        let is_new = application.details.is_none() && unsent.is_none();
        let is_taken = match earlier(&candidate, &exam).await?.filter(|_| is_new) {
            Some(earlier) => applications.take_earlier(account, &exam, (earlier, &application)).await?,
            None => false,
        };
        let to = if is_taken { here } else { with_said(&here, "earlier-kept") };
        return Ok(Redirect::to(&to).into_response());
    }
    // The photo went ahead of the form.
    let has_arrived = pairs.iter().any(|(name, value)| name == UPLOAD_FIELD && !value.is_empty());
    let mut answers = read(&exam, candidate.account.document.as_ref(), &pairs);
    if let Some(error) = take_photo(&candidate, &exam, picture, has_arrived, &mut answers).await? {
        applications.save_draft(account, &exam, &answers).await?;
        return refused(&candidate, &exam, &answers, &[error]).await;
    }
    if does("draft") || does("keep") {
        applications.save_draft(account, &exam, &answers).await?;
        // The script that keeps what is typed stays where it is.
        let is_script = does("keep");
        return Ok(if is_script {
            StatusCode::NO_CONTENT.into_response()
        } else {
            Redirect::to(&here).into_response()
        });
    }
    match applications.hand_in(account, &exam, &visit.orders_of(&exam).await?, &answers).await {
        Ok(review) => {
            let next = next_path(&candidate, &exam).await?;
            let said = match review {
                ReviewState::Passed { .. } => "details-passed",
                ReviewState::Waiting { .. } => "details-review",
                ReviewState::None | ReviewState::Refused { .. } => "details",
            };
            Ok(Redirect::to(&with_said(&next, said)).into_response())
        }
        Err(ApplicationError::Answers(faults)) => {
            refused(&candidate, &exam, &answers, &errors(visit.words, &exam, &faults)).await
        }
        Err(ApplicationError::Photo(fault)) => {
            refused(&candidate, &exam, &answers, &[photo_error(visit.words, fault)]).await
        }
        Err(ApplicationError::Blocked(_) | ApplicationError::NotOpen(_)) => {
            Ok(Redirect::to(&path_of(&exam)).into_response())
        }
        Err(ApplicationError::Store(error)) => Err(error.into()),
    }
}

/// The steps of who may be here; else where they are led.
async fn entered(candidate: &Candidate, exam: &Exam) -> Result<Result<Vec<StepView>, Response>, Failure> {
    let steps = candidate.visit.steps(exam).await?;
    if task(&steps, &TaskKind::Details).is_none() {
        return Err(Failure::NotFound);
    }
    if blocked_by(&steps, &TaskKind::Details).is_some() {
        return Ok(Err(Redirect::to(&path_of(exam)).into_response()));
    }
    Ok(Ok(steps))
}

/// The form with what is wrong. It is a draft by now: whoever comes back to it finds what was typed.
async fn refused(
    candidate: &Candidate,
    exam: &Exam,
    answers: &Answers,
    errors: &[FieldError],
) -> Result<Response, Failure> {
    Ok(match entered(candidate, exam).await? {
        Ok(steps) => {
            let known = Known { answers, is_draft: false, earlier: None };
            let page = render(candidate, exam, &steps, &known, errors).await?;
            (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
        }
        Err(elsewhere) => elsewhere,
    })
}

/// Puts the photo that came with the form, went ahead of it, or came before, among the answers. An error: it is none.
async fn take_photo(
    candidate: &Candidate,
    exam: &Exam,
    picture: SentPicture,
    has_arrived: bool,
    answers: &mut Answers,
) -> Result<Option<FieldError>, Failure> {
    let Some(field) = exam.rules.form.fields.iter().find(|field| field.kind == FieldKind::Photo) else {
        return Ok(None);
    };
    let (w, registration) = (candidate.visit.words, &candidate.visit.app.outside.registration);
    let account = candidate.account.id;
    // What the form says of a photo is not believed: it is the one that was handed in, or the newest draft.
    answers.0.remove(&field.name);
    let photo = match picture {
        SentPicture::File(bytes) => match registration.photos.draft(account, &exam.rules.form.photo, bytes).await {
            Ok(photo) => Some(photo.to_string()),
            Err(PhotoError::Draft(DraftError::Picture(fault))) => {
                return Ok(Some(FieldError { field: "photo".into(), text: picture_fault(w, fault) }));
            }
            Err(PhotoError::Draft(DraftError::Busy) | PhotoError::Busy) => {
                return Ok(Some(photo_error(w, PhotoFault::Busy)));
            }
            Err(PhotoError::Draft(DraftError::Store(error)) | PhotoError::Store(error)) => return Err(error.into()),
            Err(PhotoError::Unknown | PhotoError::TriesUsed(_)) => None,
        },
        SentPicture::TooLarge => {
            let limit_bytes = usize::try_from(exam.rules.form.photo.bytes_max).unwrap_or(usize::MAX);
            let text = picture_fault(w, PictureError::TooLarge { limit_bytes });
            return Ok(Some(FieldError { field: "photo".into(), text }));
        }
        SentPicture::Nothing => {
            let arrived = if has_arrived { registration.photos.drafted(account).await? } else { None };
            let application = registration.applications.get(account, &exam.id).await?;
            let kept = application.draft.iter().chain(&application.details).map(|known| known.get(&field.name));
            let kept = kept.filter(|answer| !answer.is_empty()).map(str::to_owned).next();
            arrived.map(|photo| photo.to_string()).or(kept)
        }
    };
    answers.0.extend(photo.map(|photo| (field.name.clone(), photo)));
    Ok(None)
}

fn photo_error(w: Words, fault: PhotoFault) -> FieldError {
    let text = match fault {
        PhotoFault::Different => w.t("photo-error-different").into_owned(),
        PhotoFault::NoFace => w.t("photo-error-no-face").into_owned(),
        PhotoFault::PoorQuality => w.t("photo-error-poor").into_owned(),
        PhotoFault::Gone => w.t("photo-error-gone").into_owned(),
        PhotoFault::TriesUsed(most) => w.with("photo-error-tries", &[("count", u32::from(most).into())]).into_owned(),
        PhotoFault::Busy => w.t("identity-busy").into_owned(),
    };
    FieldError { field: "photo".into(), text }
}

fn read(exam: &Exam, document: Option<&Document>, pairs: &[(String, String)]) -> Answers {
    let answer = |field: &FieldRule| {
        let id = field_id(field);
        pairs.iter().find(|(name, _)| *name == id).map(|(_, value)| (field.name.clone(), value.clone()))
    };
    Answers(exam.rules.form.fields.iter().filter(|field| !field.kind.is_locked(document)).filter_map(answer).collect())
}

/// What is wrong with the answers, in sentences.
pub(crate) fn errors(w: Words, exam: &Exam, faults: &[FieldFault]) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for FieldFault { field, fault } in faults {
        let Some(rule) = exam.rules.form.field(field) else { continue };
        let label = w.pick(&rule.label.zh, &rule.label.en);
        let text = match fault {
            AnswerFault::Missing if rule.kind == FieldKind::Photo => w.t("photo-error-missing"),
            AnswerFault::Missing if rule.kind != FieldKind::Sex && rule.choices.is_empty() => {
                w.with("details-missing", &[("label", label.into())])
            }
            AnswerFault::BirthDate => w.t("details-born"),
            AnswerFault::Missing | AnswerFault::Choice => w.with("details-choose", &[("label", label.into())]),
            AnswerFault::Text { chars_max } => {
                w.with("details-too-long", &[("label", label.into()), ("most", (*chars_max).into())])
            }
            AnswerFault::NotAccepted(text) => w.pick(&text.zh, &text.en).to_owned().into(),
        };
        errors.push(FieldError { field: field_id(rule).into(), text: text.into_owned() });
    }
    errors
}

/// What was answered before.
struct Known<'a> {
    answers: &'a Answers,
    is_draft: bool,
    earlier: Option<&'a Earlier>,
}

/// What they handed in for another exam that this one asks for, too.
async fn earlier(candidate: &Candidate, exam: &Exam) -> Result<Option<Earlier>, Failure> {
    let registration = &candidate.visit.app.outside.registration;
    let known = |id: &ExamId| registration.exams.get(id);
    Ok(registration.applications.earlier(candidate.account.id, exam, known).await?)
}

async fn render(
    candidate: &Candidate,
    exam: &Exam,
    steps: &[StepView],
    known: &Known<'_>,
    errors: &[FieldError],
) -> Result<Markup, StoreError> {
    let visit = &candidate.visit;
    let orders = visit.orders_of(exam).await?;
    let &Known { answers, is_draft, earlier } = known;
    let (account, orders, now) = (&candidate.account, &orders[..], visit.now);
    let view = View { exam, steps, account, orders, answers, errors, is_draft, earlier, now };
    let mut frame = visit.frame(task_words::name(visit.words, exam, &TaskKind::Details));
    frame.script = Some("details.js");
    Ok(page(&frame, &body(visit.words, &view)))
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) exam: &'a Exam,
    pub(crate) steps: &'a [StepView],
    pub(crate) account: &'a Account,
    /// The candidate's orders of the exam.
    pub(crate) orders: &'a [Order],
    pub(crate) answers: &'a Answers,
    pub(crate) errors: &'a [FieldError],
    /// Was something typed that is not handed in?
    pub(crate) is_draft: bool,
    /// What was handed in for another exam, where nothing is typed yet.
    pub(crate) earlier: Option<&'a Earlier>,
    pub(crate) now: Timestamp,
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let exam = view.exam;
    let is_over = is_over(view.steps, view.now);
    let is_done = task(view.steps, &TaskKind::Details).is_some_and(|task| task.state == TaskState::Passed);
    let asks_review = task(view.steps, &TaskKind::Review).is_some();
    html! {
        div class="column" {
            (error_summary(w, view.errors))
            (heading(Some(w.pick(&exam.title.zh, &exam.title.en)), &task_words::name(w, exam, &TaskKind::Details)))
            (progress_at(w, view.steps, &TaskKind::Details, view.now))
            (standing(w, view, is_over, is_done))
            @if let Some(earlier) = view.earlier { (earlier::offer(w, exam, earlier)) }
            form method="post" enctype="multipart/form-data" action={ (path_of(exam)) "/details" }
                data-busy=(w.t("form-busy")) data-keep[!is_over] data-tiles[!is_over] novalidate class="details" {
                (fields::fields(w, view))
                @if !is_over {
                    @if is_done { (effects::effects(w, view)) }
                    @else if asks_review { p class="hint" { (effects::review_word(w, view)) } }
                    div class="actions" {
                        button class="button" type="submit" {
                            (if is_done { w.t("details-submit-again") } else { w.t("details-submit") })
                        }
                        button class="button second" type="submit" name="action" value="draft" {
                            (w.t("details-save"))
                        }
                        @if is_done && view.is_draft {
                            button class="text-button" type="submit" name="action" value="discard" {
                                (w.t("details-discard"))
                            }
                        }
                        (awaited(w))
                        p class="hint" role="status" data-kept=(w.t("details-kept")) data-lost=(w.t("details-lost")) {}
                    }
                }
            }
        }
    }
}

/// Has the time to fill it in ended?
fn is_over(steps: &[StepView], now: Timestamp) -> bool {
    let step = steps.iter().find(|step| step.tasks.iter().any(|task| task.kind == TaskKind::Details));
    step.and_then(|step| step.closes_at).is_some_and(|closes_at| closes_at <= now)
}

/// Why staff refused, that something was kept, or that nothing can be changed any more.
fn standing(w: Words, view: &View<'_>, is_over: bool, is_done: bool) -> Markup {
    let review = task(view.steps, &TaskKind::Review).map(|task| &task.state);
    html! {
        @if let Some(TaskState::Refused { reason, .. }) = review {
            (callout(Tone::Bad, &w.t("details-refused-title"), &html! {
                p class="reason" { (w.with("exam-reason", &[("reason", reason_words(w, view.exam, reason).into())])) }
                p { (w.t("details-refused-text")) }
            }))
        }
        @if is_over {
            p class="closed" { (w.t("details-over")) }
        } @else if view.is_draft {
            p class="closed" { (if is_done { w.t("details-draft-again") } else { w.t("details-draft") }) }
        } @else if is_done && review != Some(&TaskState::Locked) && view.errors.is_empty() {
            p class="hint" { (w.t("details-again")) }
        }
    }
}

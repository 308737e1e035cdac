//! A part of a draft by a form: each value with what is wrong with it beside it, lists with buttons to add, move and take out.

use std::collections::HashMap;

use axum::Form;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::callout::{Tone, callout};
use pagekit::icons::{Icon, icon};
use pagekit::words::{Words, key};
use registration::drafts::fields::{Field, FieldGroup, FieldKind};
use registration::drafts::writing::{Places, WriteError};
use registration::drafts::{DraftError, DraftPart, ListAct, SeenDraft};
use registration::exams::definition::{DefinitionError, EXAM_FILE};
use registration::model::exam::draft::DraftId;

use super::draft::{Done, over, saved};
use super::frame::{answer, draft_id, is_open, path, refusal, tabs, title, version};
use super::{faults, words};
use crate::desk::message::Message;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// Most bytes of a form of a part: a form of sixty fields in two languages, each character nine bytes.
pub(crate) const FORM_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Most faults that are told beside fields; the draft's page has the rest.
const FAULTS_MAX: usize = 200;
/// Buttons of a list say by their names what they do.
const ADD: &str = "add";
const ACTS: [(&str, ListAct, &str); 3] = [
    ("up", ListAct::Up, key("exam-list-up")),
    ("down", ListAct::Down, key("exam-list-down")),
    ("remove", ListAct::Remove, key("exam-list-remove")),
];

/// What stands in fields that were not taken: what was entered, and what it should be.
#[derive(Default)]
pub(crate) struct Entered<'a> {
    pub(crate) values: Option<&'a HashMap<String, String>>,
    pub(crate) wrong: &'a [(String, FieldKind)],
}

pub(crate) async fn show(
    visit: Visit,
    Path((id, part)): Path<(String, String)>,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    let message = saved(visit.words, &done);
    draw(&visit, StatusCode::OK, (&id, &part), message.as_ref(), &Entered::default()).await
}

/// Writes what was entered; a button of a list does what it says afterwards.
pub(crate) async fn fill(
    visit: Visit,
    Path((id, name)): Path<(String, String)>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let (draft, part) = (draft_id(&id)?, name.parse::<DraftPart>().map_err(|_| Failure::NotFound)?);
    let version = pairs.iter().find(|(name, _)| name == "version").and_then(|(_, version)| version.parse().ok());
    let entered: HashMap<String, String> = pairs.iter().cloned().collect();
    let door = &visit.app.outside.registration.exam_drafts();
    let at = version.unwrap_or_default();
    let error = match door.fill(&visit.staff, (draft, at), part, &entered).await {
        Ok(now) => match press(&visit, (draft, now), part, &pairs).await {
            Ok(()) => {
                let to = format!("{}/part/{name}?done=saved", path(draft));
                return Ok(Redirect::to(&to).into_response());
            }
            Err(error) => error,
        },
        Err(error) => error,
    };
    let Some((status, message)) = refusal(visit.words, &error) else { return Err(error.into()) };
    let wrong = match &error {
        DraftError::Write(WriteError::Fields(wrong)) => &wrong[..],
        _ => &[],
    };
    let kept = Entered { values: Some(&entered), wrong };
    draw(&visit, status, (&id, &name), Some(&message), &kept).await
}

/// Does what the pressed button of a list says, to the draft as it is after what was entered was written.
async fn press(
    visit: &Visit,
    at: (DraftId, i64),
    part: DraftPart,
    pairs: &[(String, String)],
) -> Result<(), DraftError> {
    let door = &visit.app.outside.registration.exam_drafts();
    let pressed = |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    if let Some(list) = pressed(ADD) {
        door.add(&visit.staff, at, part, list).await?;
        return Ok(());
    }
    let found = ACTS.into_iter().find_map(|(name, act, _)| Some((pressed(name)?.split_once('#')?, act)));
    if let Some(((list, index), act)) = found {
        let index = index.parse().map_err(|_| DraftError::Unknown)?;
        door.act(&visit.staff, at, part, (list, index, act)).await?;
    }
    Ok(())
}

async fn draw(
    visit: &Visit,
    status: StatusCode,
    (id, part): (&str, &str),
    message: Option<&Message>,
    entered: &Entered<'_>,
) -> Result<Response, Failure> {
    let part: DraftPart = part.parse().map_err(|_| Failure::NotFound)?;
    let seen = visit.app.outside.registration.exam_drafts().see(&visit.staff, draft_id(id)?).await?;
    let body = body(visit.words, &seen, part, entered);
    answer(visit, (status, title(visit.words, &seen)), message, &body).await
}

pub(crate) fn body(w: Words, seen: &SeenDraft, part: DraftPart, entered: &Entered<'_>) -> Markup {
    let here = format!("/part/{}", part.as_ref());
    let groups = part.read(&seen.texts.exam);
    html! {
        (tabs(w, seen, &here))
        (over(w, seen))
        @match groups {
            None => (callout(Tone::Care, &w.t("exam-part-unreadable"), &html! {
                p { a href={ (path(seen.draft.id)) "/file/exam.toml" } { (w.t("exam-part-as-text")) } }
            })),
            Some(groups) => (form(w, seen, (part, &here), &groups, entered)),
        }
    }
}

fn form(
    w: Words,
    seen: &SeenDraft,
    (part, here): (DraftPart, &str),
    groups: &[FieldGroup],
    entered: &Entered<'_>,
) -> Markup {
    let found = seen.checked.as_ref().err().map_or(&[][..], Vec::as_slice);
    let places =
        Places::of(&seen.texts.exam, groups.iter().flat_map(|group| &group.fields).map(|field| &field.path[..]));
    let of_file = found.iter().filter(|fault| fault.file == EXAM_FILE).take(FAULTS_MAX);
    let placed: Vec<(Option<&str>, &DefinitionError)> =
        of_file.map(|fault| (places.beside(fault.line), fault)).collect();
    let told = |path: &str| -> Vec<String> {
        let here = placed.iter().filter(|(at, _)| *at == Some(path));
        here.map(|(_, fault)| faults::said(w, fault)).collect()
    };
    html! {
        form class="draft-form" method="post" action={ (path(seen.draft.id)) (here) } {
            (version(seen))
            // Pressing Enter saves; the first button of a form is what it presses.
            button class="unseen" type="submit" tabindex="-1" aria-hidden="true" { (w.t("exam-draft-save")) }
            fieldset disabled[!is_open(seen)] {
                @for group in groups.iter().filter(|group| group.of.is_none()) {
                    div class="fields panel" { @for one in &group.fields { (field(w, one, entered, &told(&one.path))) } }
                }
                @for list in part.list_names() {
                    section {
                        h2 { (words::list(w, list)) }
                        @let things = groups.iter().filter_map(|group| Some((group.of.filter(|of| of.0 == list)?.1, group)));
                        @let count = things.clone().count();
                        @if count == 0 { p class="hint" { (w.t("exam-list-empty")) } }
                        @for (index, group) in things {
                            div class="fields panel" {
                                h3 { (words::list(w, list)) " " (index + 1) }
                                @for one in &group.fields { (field(w, one, entered, &told(&one.path))) }
                                (acts(w, (list, index), count))
                            }
                        }
                        p { button class="button second" type="submit" name=(ADD) value=(list) { (w.t("exam-list-add")) } }
                    }
                }
                p class="acts" { button class="button" type="submit" { (w.t("exam-draft-save")) } }
            }
        }
    }
}

/// The buttons of one thing of a list.
fn acts(w: Words, (list, index): (&str, usize), count: usize) -> Markup {
    let is_there = |act| match act {
        ListAct::Up => index > 0,
        ListAct::Down => index + 1 < count,
        ListAct::Remove => true,
    };
    html! {
        div class="acts" {
            @for (name, _, word) in ACTS.into_iter().filter(|(_, act, _)| is_there(*act)) {
                button class="plain" type="submit" name=(name) value={ (list) "#" (index) }
                    aria-label={ (words::list(w, list)) " " (index + 1) " " (w.t(word)) } { (w.t(word)) }
            }
        }
    }
}

/// One value with its label, how it is entered, and what is wrong with it.
fn field(w: Words, field: &Field, entered: &Entered<'_>, told: &[String]) -> Markup {
    let Field { path, name, language, kind, value } = field;
    let value = entered.values.and_then(|values| values.get(path)).unwrap_or(value);
    let wrong = entered.wrong.iter().find(|(known, _)| known == path).map(|(_, kind)| wrong(w, *kind));
    let errors: Vec<&String> = told.iter().chain(&wrong).collect();
    let label = words::field(w, name, *language);
    let id = path.replace('.', "-");
    let described = (!errors.is_empty()).then(|| format!("{id}-wrong"));
    let how = match kind {
        FieldKind::Moment => Some(key("exam-kind-moment")),
        FieldKind::Paragraphs => Some(key("exam-kind-paragraphs")),
        FieldKind::Words => Some(key("exam-kind-words")),
        FieldKind::Line | FieldKind::Whole | FieldKind::Tick | FieldKind::OneOf(_) => None,
    };
    html! {
        div data-error[!errors.is_empty()] {
            @if *kind == FieldKind::Tick {
                label class="tick" {
                    input type="checkbox" id=(id) name=(path) value="true" checked[value == "true"];
                    (label)
                }
            } @else {
                label for=(id) { (label) }
                @match kind {
                    FieldKind::Paragraphs => {
                        textarea id=(id) name=(path) rows="6" lang=[*language] aria-describedby=[described.as_deref()] { (value) }
                    }
                    FieldKind::OneOf(all) => select id=(id) name=(path) {
                        option value="" selected[value.is_empty()] { (w.t("exam-word-none")) }
                        @for word in *all { option value=(word) selected[value == word] { (words::choice(w, word)) } }
                    },
                    FieldKind::Line | FieldKind::Moment | FieldKind::Whole | FieldKind::Words | FieldKind::Tick => {
                        input id=(id) name=(path) value=(value) lang=[*language] autocomplete="off"
                            inputmode=[(*kind == FieldKind::Whole).then_some("numeric")]
                            aria-describedby=[described.as_deref()] aria-invalid=[(!errors.is_empty()).then_some("true")];
                    }
                }
                @if let Some(how) = how { p class="hint" { (w.t(how)) } }
            }
            @for error in &errors { p class="error" id=[described.as_deref()] { (icon(Icon::Alert)) (error) } }
        }
    }
}

/// What should have been entered.
fn wrong(w: Words, kind: FieldKind) -> String {
    let word = match kind {
        FieldKind::Moment => key("exam-wrong-moment"),
        FieldKind::Whole => key("exam-wrong-whole"),
        FieldKind::Line | FieldKind::Paragraphs | FieldKind::Tick | FieldKind::Words | FieldKind::OneOf(_) => {
            key("exam-wrong-other")
        }
    };
    w.t(word).into_owned()
}

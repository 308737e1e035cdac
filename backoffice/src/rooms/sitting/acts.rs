//! What is done about a sitting: its capacity is set from its rooms, its rules are saved, it is arranged anew, or frozen.

use axum::Form;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use pagekit::callout::Tone;
use registration::desk::permits::approvals::Act;
use registration::rooms::{ArrangeError, RoomError};

use super::draw;
use super::rules::RulesEntered;
use crate::desk::message::Message;
use crate::request::failure::Failure;
use crate::request::two;
use crate::request::visit::Visit;
use crate::rooms::parts::Found;
use crate::rooms::words::{refusal, room_refusal};

/// Gives out as many seats as the rooms hold.
pub(crate) async fn capacity(visit: Visit, Path(path): Path<(String, String)>) -> Result<Response, Failure> {
    let found = Found::of(&visit, &path)?;
    let rooms = &visit.app.outside.registration.rooms;
    if two::needs_two(&visit) {
        let (exam, sitting) = (&found.exam.id, &found.sitting.id);
        let state = match rooms.sitting(&visit.staff, exam, sitting).await {
            Ok(state) => state,
            Err(error) => return after(&visit, &path, Err(error)).await,
        };
        // Also behind its end: it would be closed for so long, and opened again.
        let has_opened = found.exam.opens_at <= visit.now;
        if let Some(before) = state.capacity.filter(|before| has_opened && state.seats < *before) {
            let (exam, sitting) = (exam.clone(), sitting.clone());
            return two::ask(&visit, &Act::Capacity { exam, sitting, before, after: state.seats }).await;
        }
    }
    let set = rooms.set_capacity(&visit.staff, &found.exam.id, &found.sitting.id).await;
    after(&visit, &path, set.map(|_| "capacity")).await
}

/// Saves the rules.
pub(crate) async fn rules(
    visit: Visit,
    Path(path): Path<(String, String)>,
    Form(entered): Form<RulesEntered>,
) -> Result<Response, Failure> {
    let found = Found::of(&visit, &path)?;
    let Some(rules) = entered.rules() else {
        let message = Message::new(Tone::Bad, visit.words.t("rules-numbers").into_owned());
        return draw(&visit, &path, StatusCode::UNPROCESSABLE_ENTITY, Some(&message)).await;
    };
    let door = &visit.app.outside.registration.rooms;
    let set = door.set_rules(&visit.staff, &found.exam.id, &found.sitting.id, &rules).await;
    arranged(&visit, &path, set.map(|()| "rules")).await
}

/// Begins to arrange it anew.
pub(crate) async fn anew(visit: Visit, Path(path): Path<(String, String)>) -> Result<Response, Failure> {
    let found = Found::of(&visit, &path)?;
    let door = &visit.app.outside.registration.rooms;
    let begun = door.begin_anew(&visit.staff, &found.exam.id, &found.sitting.id).await;
    arranged(&visit, &path, begun.map(|()| "anew")).await
}

/// Freezes its places.
pub(crate) async fn freeze(visit: Visit, Path(path): Path<(String, String)>) -> Result<Response, Failure> {
    let found = Found::of(&visit, &path)?;
    let door = &visit.app.outside.registration.rooms;
    let frozen = door.freeze(&visit.staff, &found.exam.id, &found.sitting.id).await;
    arranged(&visit, &path, frozen.map(|()| "frozen")).await
}

/// To the sitting's page, with what was done or why not.
pub(crate) async fn after(
    visit: &Visit,
    path: &(String, String),
    done: Result<&'static str, RoomError>,
) -> Result<Response, Failure> {
    match done {
        Ok(word) => Ok(to(path, word)),
        Err(error) => match room_refusal(visit.words, &error) {
            Some((status, message)) => draw(visit, path, status, Some(&message)).await,
            None => Err(error.into()),
        },
    }
}

/// The same of an arrangement.
pub(crate) async fn arranged(
    visit: &Visit,
    path: &(String, String),
    done: Result<&'static str, ArrangeError>,
) -> Result<Response, Failure> {
    match done {
        Ok(word) => Ok(to(path, word)),
        Err(error) => match refusal(visit.words, &error) {
            Some((status, message)) => draw(visit, path, status, Some(&message)).await,
            None => Err(error.into()),
        },
    }
}

fn to((exam, sitting): &(String, String), word: &str) -> Response {
    Redirect::to(&format!("/arrange/{exam}/{sitting}?done={word}")).into_response()
}

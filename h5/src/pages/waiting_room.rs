//! The waiting room of an exam: one's position, how long it may take, how it works. Refreshes itself, without a script.
//!
//! Thousands look at it every few seconds, so it asks one store one question: who asks is in the cookie, the position is
//! in Redis, and nothing here comes from Postgres. That is why the bar of a running hold is not on this page.

pub(crate) mod view;

use axum::extract::{FromRequestParts, Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use http::request::Parts;
use jiff::Timestamp;
use pagekit::language::Language;
use pagekit::words::Words;
use registration::model::exam::{Exam, Window};
use registration::people::accounts::Display;
use reservation::engine::waiting_room::{TurnState, WaitingRoomPosition};
use reservation::ids::CandidateId;
use reservation::waiting_room::pass::PositionToken;

use crate::app::App;
use crate::catalogue::words;
use crate::failure::Failure;
use crate::pages::waiting_room::view::{Position, View, body};
use crate::request::chosen::{Chosen, choosing_path, waiting_path};
use crate::request::cookies::display::display;
use crate::request::cookies::session;
use crate::request::signing_in::signed_out::to_sign_in;
use crate::view::contact::contact;
use crate::view::layout::{Frame, Visitor, page};

/// When the position cannot be looked up, the page comes back after so many seconds.
const AWAY_SECONDS: u64 = 10;
/// How long a browser keeps the token of a shuffled position.
const TOKEN_LIFE: time::Duration = time::Duration::DAY;

/// Who waits, as the cookie says it.
pub(crate) struct Waiter {
    app: App,
    words: Words,
    display: Display,
    path: String,
    candidate: CandidateId,
    tokens: CookieJar,
    now: Timestamp,
}

impl FromRequestParts<App> for Waiter {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let now = Timestamp::now();
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        // The account is not looked up, so that a look at the line costs no database: a session that was ended elsewhere
        // can still look, and do nothing.
        let Some(session) = session::read(&parts.headers, &app.seal(), now) else {
            return Err(to_sign_in(&path));
        };
        // Whoever waits here for hours is not idle.
        if let Some(session) = session.id {
            app.outside.registration.accounts.note_use(session);
        }
        Ok(Self {
            app: app.clone(),
            words: words(Language::of(&parts.headers)),
            display: display(&parts.headers),
            path,
            candidate: session.account.candidate_id(),
            tokens: CookieJar::from_headers(&parts.headers),
            now,
        })
    }
}

pub(crate) async fn show(
    State(app): State<App>,
    Path(exam): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
    waiter: Waiter,
) -> Result<Response, Failure> {
    let id = exam.parse().map_err(|_| Failure::NotFound)?;
    let exam = app.outside.registration.exams.get(&id).ok_or(Failure::NotFound)?;
    let chosen = Chosen::read(&pairs);
    // With a choice straight to it, otherwise to the notice, which comes first.
    let part = if chosen.sittings.is_empty() { "" } else { "#sittings" };
    let on = || Redirect::to(&format!("{}{part}", choosing_path(&exam, &chosen))).into_response();
    if exam.window(waiter.now) == Window::Closed {
        return Ok(on());
    }
    let plain = format!("room-{}", exam.id);
    let cookie = if app.is_secure() { format!("__Secure-{plain}") } else { plain.clone() };
    // One of the version before has the name without TLS.
    let token = waiter.tokens.get(&cookie).or_else(|| waiter.tokens.get(&plain)).map(Cookie::value);
    let position = app.outside.engine.take_position(&exam.id, &waiter.candidate, token).await;
    let position = position.inspect_err(|error| tracing::warn!(%error, exam = %exam.id, "no position")).ok();
    let kept = position.as_ref().and_then(|position| position.token.as_ref()).filter(|new| Some(new.as_str()) != token);
    let kept = kept.map(|token| [keep(&app, &exam, cookie.clone(), token)]);
    let position = match position {
        Some(WaitingRoomPosition {
            state: TurnState::Open | TurnState::Nowhere | TurnState::Admitted { .. }, ..
        }) => {
            return Ok(on());
        }
        Some(WaitingRoomPosition {
            state: TurnState::Waiting { ahead, expected, present },
            refresh,
            server_time,
            ..
        }) => {
            Position { ahead, expected, present, refresh_seconds: refresh.as_secs(), is_away: false, now: server_time }
        }
        None => Position {
            ahead: None,
            expected: None,
            present: 0,
            refresh_seconds: AWAY_SECONDS,
            is_away: true,
            now: waiter.now,
        },
    };
    Ok((kept.map(axum::response::AppendHeaders), render(&waiter, &exam, &chosen, position, &pairs)).into_response())
}

fn render(
    waiter: &Waiter,
    exam: &Exam,
    chosen: &Chosen,
    position: Position,
    pairs: &[(String, String)],
) -> maud::Markup {
    let w = waiter.words;
    let room = waiter.app.outside.engine.waiting_room(&exam.id).ok();
    let own_path = waiting_path(exam, chosen);
    let has = |wanted: &str| pairs.iter().any(|(name, _)| name == wanted);
    let contact = exam.rules.contact.as_ref().map(|text| contact(w.pick(&text.zh, &text.en)));
    let bare = Frame::bare(&waiter.app, w, waiter.display, w.t("room-title").into_owned(), &waiter.path);
    let visitor = Visitor::SignedIn;
    let frame =
        Frame { visitor, contact: contact.or(bare.contact), refresh_seconds: Some(position.refresh_seconds), ..bare };
    let view = View {
        exam,
        position,
        room: room.as_ref(),
        candidate: &waiter.candidate,
        own_path: &own_path,
        was_refused: has("refused"),
        is_checking: has("check"),
    };
    page(&frame, &body(w, &view))
}

/// The header that keeps a token in the browser.
fn keep(app: &App, exam: &Exam, name: String, token: &PositionToken) -> (http::HeaderName, String) {
    let cookie = Cookie::build((name, token.as_str().to_owned()))
        .path(format!("/exams/{}/waiting", exam.id))
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(app.is_secure())
        .max_age(TOKEN_LIFE);
    (http::header::SET_COOKIE, cookie.build().to_string())
}

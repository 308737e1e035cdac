//! Pages that everybody sees who is not signed in: rendered and compressed once for all, and told apart by an `ETag`.
//! Nothing on them is about the visitor but the language.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::HeaderMap;
use jiff::Timestamp;
use maud::Markup;
use registration::exams::ExamPage;
use reservation::api::rendered::{Rendered, Shared};
use reservation::ids::ExamId;

use crate::failure::Failure;
use crate::visit::Visit;

/// A page may be so old. Numbers on it move by themselves, and a hold asks the engine and not the page.
const AGE_MAX: Duration = Duration::from_millis(100);

/// What has been rendered, by exam (none: the list) and language.
pub(crate) type SharedPages = Shared<(Option<ExamId>, &'static str), Version>;

/// What a page was made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Version {
    /// Windows open and close by the clock.
    second: i64,
    /// Where the texts are: another import is elsewhere.
    texts: usize,
    seats: (i64, u64),
    has_waiting_room: bool,
}

/// The page of an exam, or of all exams, as `draw` makes it for a visitor whom we do not know.
pub(crate) async fn answer(
    visit: &Visit,
    exam: Option<&Arc<ExamPage>>,
    asked: &HeaderMap,
    draw: impl Fn(&Visit) -> Markup,
) -> Result<Response, Failure> {
    let app = &visit.app;
    let version = || Version {
        second: Timestamp::now().as_second(),
        texts: exam.map_or(0, |exam| Arc::as_ptr(exam).addr()),
        seats: exam.map(|exam| app.outside.engine.version(&exam.id)).unwrap_or_default(),
        has_waiting_room: exam.is_some_and(|exam| app.outside.engine.is_waiting_room_on(&exam.id)),
    };
    let render = || {
        let path = exam.map_or_else(|| "/".to_owned(), |exam| format!("/exams/{}", exam.id));
        let guest = Visit::of_guest(app.clone(), visit.words, path);
        let page = Bytes::from(draw(&guest).into_string());
        Ok::<_, Failure>(Rendered::new("text/html; charset=utf-8", "Accept-Language, Cookie, Accept-Encoding", page))
    };
    let name = (exam.map(|exam| exam.id.clone()), visit.words.language.tag());
    let page = app.shared.get_recent(&name, AGE_MAX, version, render).await?;
    Ok(page.answer(asked).map(Body::from))
}

//! The frame of pages about doors.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::words::{Words, key};
use registration::checkin::Opening;
use registration::desk::permits::{Right, Scope, permits};
use registration::desk::staff::StaffMember;

use super::address::path_of;
use crate::desk::frame;
use crate::desk::message::{Message, said};
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// Which page of a door it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tab {
    Attendance,
    Doubts,
    Workers,
}

const TABS: [(Tab, &str, &str); 3] = [
    (Tab::Attendance, "", key("checkin-attendance")),
    (Tab::Doubts, "/doubts", key("checkin-doubts")),
    (Tab::Workers, "/workers", key("checkin-workers")),
];

/// The page around what it shows.
pub(crate) async fn answer(
    visit: &Visit,
    (status, title): (StatusCode, String),
    reload_seconds: Option<u32>,
    body: &Markup,
) -> Result<Response, Failure> {
    let counts = visit.app.outside.registration.cases.counts(&visit.staff).await?;
    let mut frame = visit.frame(title, &counts, &[]);
    frame.waiting = None;
    frame.reload_seconds = reload_seconds;
    Ok((status, frame::page(&frame, body)).into_response())
}

/// What a door is called: the sitting, and the site.
pub(crate) fn title(w: Words, opening: &Opening) -> String {
    let (sitting, site) = (&opening.sitting.title, &opening.site.name);
    format!("{} · {}", w.pick(&sitting.zh, &sitting.en), w.pick(&site.zh, &site.en))
}

/// A page of one door: its tabs, its title, the last act, and what there is.
pub(crate) fn body(
    w: Words,
    (staff, opening): (&StaffMember, &Opening),
    tab: Tab,
    message: Option<&Message>,
    inside: &Markup,
) -> Markup {
    let path = path_of(&opening.entrance);
    let scope = Scope::Entrance(&opening.entrance.exam, opening.entrance.site);
    let may_assign = permits(staff, Right::AssignInvigilators, scope);
    html! {
        main class="finance" {
            nav class="tabs" aria-label=(w.t("checkin")) {
                @for (one, rest, name) in TABS.into_iter().filter(|(one, ..)| *one != Tab::Workers || may_assign) {
                    a href={ (path) (rest) } aria-current=[(one == tab).then_some("page")] { (w.t(name)) }
                }
            }
            p { a href="/check-in" { (w.t("checkin-back")) } }
            h1 { (title(w, opening)) }
            p class="hint" { (w.pick(&opening.exam.title.zh, &opening.exam.title.en)) }
            (said(message))
            (inside)
        }
    }
}

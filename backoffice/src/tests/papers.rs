//! The pages on which papers for sites are asked for and made, from made-up values: one site and several, without a font, while
//! another job is under way, done with much to say, and failed.

use jiff::SignedDuration;
use maud::Markup;
use pagekit::callout::Tone;
use pagekit::words::Words;
use registration::desk::audit::{AuditAction, AuditEntry};
use registration::model::actor::Actor;
use registration::model::ids::StaffId;
use registration::rooms::tickets::PaperRoom;
use uuid::Uuid;

use super::now;
use super::rooms::{a_room, a_site};
use crate::desk::message::Message;
use crate::rooms::papers::jobs::tests::{file, job};
use crate::rooms::papers::jobs::{Fault, File, State};
use crate::rooms::papers::site::{View, body as site_body};
use crate::rooms::papers::{SiteSums, making, sites_body};
use crate::rooms::parts::{Tab, body};

fn rooms(site: u128, count: u16) -> Vec<PaperRoom> {
    let room = |number: u16| PaperRoom {
        number,
        room: a_room(number.into(), &["oo_oo", "oo_oo"]),
        site: a_site(site),
        people: 8,
        without_ticket: u32::from(number == 1),
    };
    (1..=count).map(room).collect()
}

fn history() -> Vec<AuditEntry> {
    vec![AuditEntry {
        at: now() - SignedDuration::from_mins(20),
        actor: Actor::Staff(StaffId(Uuid::from_u128(9))),
        staff_name: Some("li.min".to_owned()),
        action: AuditAction::PrintedPapers,
        seen: None,
        detail: Some("东校区 · 座次表 · 001–042".to_owned()),
    }]
}

pub(super) fn all_pages(w: Words) -> Vec<(&'static str, Markup)> {
    let sums: Vec<SiteSums> =
        [(0, 42), (1, 3)].map(|(site, rooms)| SiteSums { site: a_site(site), rooms, people: 1_240 }).into();
    let (many, few, history) = (rooms(1, 42), rooms(0, 2), history());
    let title = w.with("papers-of", &[("site", w.pick("东校区", "East Campus").into())]);
    let under_way = job((42, 17), State::Running);
    let view = View {
        path: "/arrange/e/s/papers",
        sitting: "英语 · 一号楼",
        rooms: &many,
        room: "99",
        can_print: true,
        running: Some(&under_way),
        history: &history,
        now: now(),
    };
    let without = View { rooms: &few, room: "", can_print: false, running: None, history: &[], ..view };
    let whole = |message: Option<&Message>, inside: Markup| body(w, Tab::Places, &title, message, &inside);
    let no_room = Message::new(Tone::Bad, w.t("papers-no-room").into_owned());
    let of_job = |state: State| whole(None, making::body(w, &job((42, 17), state)));
    let zip =
        File {
            name: "papers-e-s-20261120-143210.zip".to_owned(), missing: vec!['\u{E123}', '𠮷'], ..file(2_345_678)
        };
    vec![
        ("papers-sites", whole(None, sites_body(w, "/arrange/e/s", "英语 · 一号楼", &sums))),
        ("papers-site", whole(Some(&no_room), site_body(w, &view))),
        ("papers-no-press", whole(None, site_body(w, &without))),
        ("papers-running", of_job(State::Running)),
        ("papers-ready", of_job(State::Done(zip))),
        ("papers-failed", of_job(State::Failed(Fault::TooLarge))),
    ]
}

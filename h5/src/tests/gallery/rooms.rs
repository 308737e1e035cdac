//! The waiting room in every state, and the exam's page in front of it and behind it.

use jiff::SignedDuration;
use registration::model::exam::Exam;
use registration::model::room::arrangement::Published;
use registration::rooms::Draw;
use reservation::engine::waiting_room::WaitingRoomState;
use reservation::waiting_room::WaitingRoomMode;

use super::{Studio, availability, exam_page, minutes, now};
use crate::pages::exam::draw;
use crate::pages::exam::sittings::gate::Gate;
use crate::pages::waiting_room::view::{Position, View, body};
use crate::request::chosen::Chosen;
use crate::view::layout::Visitor;

fn room(is_full: bool, seed: bool) -> WaitingRoomState {
    WaitingRoomState {
        mode: WaitingRoomMode::On,
        is_on: true,
        opens_at: None,
        commitment: Some("4bb06f8e4e3a7715d201d573d0aa423762e55dabd61a2c02278fa56cc6d294e0".to_owned()),
        seed: seed.then(|| "07".repeat(32)),
        present: 184_203,
        waiting: 183_001,
        admitted: 1_202,
        next_release_at: is_full.then(|| now() + minutes(4)),
        is_full,
        server_time: now(),
    }
}

fn position(ahead: Option<u64>, expected_seconds: Option<i64>) -> Position {
    Position {
        ahead,
        expected: expected_seconds.map(SignedDuration::from_secs),
        present: 12_408,
        refresh_seconds: 12,
        is_away: false,
        now: now(),
    }
}

/// How a sitting is drawn: nothing published, published, and being arranged anew.
fn draws(exam: &Exam) -> Vec<Draw> {
    let draw = |at: usize, generation: u32| Draw {
        exam: exam.id.clone(),
        sitting: exam.sittings[at].id.clone(),
        rules: Default::default(),
        commitment: "4bb06f8e4e3a7715d201d573d0aa423762e55dabd61a2c02278fa56cc6d294e0".to_owned(),
        generation,
        made_at: now() - minutes(90),
        published: (generation > 0).then(|| Published {
            at: now() - minutes(20),
            by: None,
            commitment: "4b".repeat(32),
            seed: "07".repeat(32),
            seats: 98_412,
            rooms: 3_281,
            late: 17,
        }),
        frozen_at: None,
    };
    vec![draw(0, 0), draw(1, 1)]
}

impl Studio {
    pub(super) fn rooms(&mut self) {
        let exam = exam_page();
        self.add("draw", "draw", None, Visitor::Guest, &draw::body(self.w, &exam, &draws(&exam), now()));
        self.add("draw-none", "draw", None, Visitor::SignedIn, &draw::body(self.w, &exam, &[], now()));
        let open = exam_page();
        let mut soon = exam_page();
        soon.opens_at = now() + SignedDuration::from_secs(754);
        let away = Position { is_away: true, ..position(None, None) };
        let full = room(true, true);
        let shots = [
            ("room-before", &soon, position(None, None), room(false, false), false),
            ("room-waiting", &open, position(Some(412), Some(530)), room(false, true), false),
            ("room-long", &open, position(Some(183_000), Some(9_600)), room(false, true), false),
            ("room-next", &open, position(Some(0), Some(1)), room(false, true), false),
            ("room-refused", &open, position(Some(1), None), room(false, true), true),
            ("room-full", &open, position(Some(412), None), full.clone(), false),
            (
                "room-full-unknown",
                &open,
                position(Some(0), None),
                WaitingRoomState { next_release_at: None, ..full },
                false,
            ),
            ("room-check", &open, position(Some(412), Some(530)), room(false, true), false),
            ("room-check-before", &soon, position(None, None), room(false, false), false),
            ("room-away", &open, away, room(false, true), false),
        ];
        for (name, exam, position, room, was_refused) in shots {
            let candidate = "AAAAAAAAAAAAAAAAAAAAAQ".parse().unwrap();
            let own_path = "/exams/degree-english/waiting";
            let is_checking = matches!(name, "room-check" | "room-check-before");
            let view =
                View { exam, position, room: Some(&room), candidate: &candidate, own_path, was_refused, is_checking };
            self.add(name, "room", None, Visitor::SignedIn, &body(self.w, &view));
        }
        for (name, exam, gate) in [
            ("gate", &open, Gate::Closed { has_position: false }),
            ("gate-position", &open, Gate::Closed { has_position: true }),
            ("gate-turn", &open, Gate::Admitted(now() + minutes(20))),
            ("gate-early", &soon, Gate::Closed { has_position: false }),
            ("gate-later", &soon, Gate::Later),
        ] {
            let (w, available) = (self.w, availability(exam, &[(132, 200), (68, 200), (0, 120)]));
            let steps = super::steps_of(exam, None);
            let body = super::choosing(w, exam, &steps, None, Some(&available), &Chosen::default(), gate, &[]);
            self.add(name, "exam", None, Visitor::SignedIn, &body);
        }
        self.lists();
    }
}

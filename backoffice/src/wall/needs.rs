//! What needs somebody now: at most five lines, each with the way to what is to be done.

use jiff::SignedDuration;
use pagekit::words::{Words, key};
use registration::model::exam::Exam;
use registration::wall::Scene;
use registration::wall::shares::Shares;
use reservation::ids::ExamId;

use super::numbers::{count, counted};
use super::sentence::{Facts, Say, say};
use super::strip::shares::share;

/// Most lines that are shown.
const LINES_MAX: usize = 5;
/// A store's clock that is further away is told of, in ms.
const APART_MS_MAX: u64 = 1_000;
/// A disk with less free than this, in percent, is told of: what is full writes no ledger.
const DISK_PERCENT_MIN: u8 = 10;
/// Where half of the sittings are full while one of so many seats is left, seats are where nobody wants them.
const UNEVEN_ONE_IN: i64 = 5;
/// A network that was given more than one of so many seats, and so many at least, is told of; for so long after the opening.
const LARGE_ONE_IN: i64 = 5;
const LARGE_SEATS_MIN: i64 = 50;
const LARGE_TOLD: SignedDuration = SignedDuration::from_hours(2);

/// A line of what needs somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Need {
    pub(super) text: String,
    /// Where it is seen to.
    pub(super) href: String,
    /// The message that names the way.
    pub(super) button: &'static str,
}

/// The lines, what candidates feel first. `known` is the exam, as far as its rules are known.
pub(super) fn needs(w: Words, (exam, known): (&ExamId, Option<&Exam>), scene: &Scene, facts: &Facts) -> Vec<Need> {
    let line = |text: String, href: String, button| Need { text, href, button };
    let replay = || format!("/wall/{exam}/replay?at={}", facts.now.as_second() - 60);
    let mut lines = Vec::new();
    match say(facts) {
        Say::Stale(_) => {
            lines.push(line(w.t("wall-need-stale").into_owned(), format!("/wall/{exam}"), key("wall-go-again")));
        }
        Say::Failing(failed) => {
            let text = w.with("wall-need-failing", &[("count", counted(failed).into())]);
            lines.push(line(text.into_owned(), replay(), key("wall-go-replay")));
        }
        Say::Behind(ms) => {
            let text = w.with("wall-need-behind", &[("seconds", (ms / 1_000).into())]);
            lines.push(line(text.into_owned(), replay(), key("wall-go-replay")));
        }
        Say::Silent(begun) => {
            let text = w.with("wall-need-silent", &[("count", counted(begun).into())]);
            lines.push(line(text.into_owned(), "/finance".to_owned(), key("wall-go-payments")));
        }
        Say::Slow(_) => lines.push(line(w.t("wall-need-slow").into_owned(), replay(), key("wall-go-replay"))),
        // Told below, whatever else there is.
        Say::Unknown(_) | Say::Nothing | Say::Before(_) | Say::Closed | Say::Full(_) | Say::Open(..) => {}
    }
    if facts.payments.unknown > 0 {
        let text = w.with("wall-need-unknown", &[("count", counted(facts.payments.unknown).into())]);
        lines.push(line(text.into_owned(), "/finance/open".to_owned(), key("wall-go-open")));
    }
    if facts.payments.short > 0 {
        let text = w.with("wall-need-short", &[("count", counted(facts.payments.short).into())]);
        lines.push(line(text.into_owned(), "/finance/open".to_owned(), key("wall-go-open")));
    }
    if let Some(percent) = scene.detail.disk_percent.filter(|percent| *percent < DISK_PERCENT_MIN) {
        let text = w.with("wall-need-disk", &[("percent", percent.into())]);
        lines.push(line(text.into_owned(), format!("/wall/{exam}"), key("wall-go-again")));
    }
    if scene.detail.clock_apart_ms.unsigned_abs() > APART_MS_MAX {
        let text = w.with("wall-need-clock", &[("ms", count(scene.detail.clock_apart_ms).into())]);
        lines.push(line(text.into_owned(), format!("/wall/{exam}"), key("wall-go-again")));
    }
    let full = scene.detail.sittings.iter().filter(|sitting| sitting.full_at > 0).count();
    let (left, capacity) = (facts.totals.left, facts.totals.capacity);
    if full > 0 && 2 * full >= scene.detail.sittings.len() && left * UNEVEN_ONE_IN >= capacity {
        let values = [("full", full.into()), ("left", count(left).into())];
        let text = w.with("wall-need-uneven", &values).into_owned();
        lines.push(line(text, format!("/arrange?exam={exam}"), key("wall-go-rooms")));
    }
    if let Some(shares) = large_network(known, scene, facts) {
        let values = [("share", share(shares.largest, shares.seats).into()), ("count", count(shares.largest).into())];
        let text = w.with("wall-need-network", &values).into_owned();
        lines.push(line(text, format!("/exams/{exam}"), key("wall-go-exam")));
    }
    lines.truncate(LINES_MAX);
    lines
}

/// The shares, where one network has much of the seats and the exam does not bound what one may hold: who set a bound has seen to it.
fn large_network(known: Option<&Exam>, scene: &Scene, facts: &Facts) -> Option<Shares> {
    let is_bounded = known.is_some_and(|exam| exam.rules.seats_per_network.is_some());
    let is_new = scene.opens_at.is_some_and(|opened_at| facts.now.duration_since(opened_at) <= LARGE_TOLD);
    let shares = scene.shares.filter(|shares| shares.is_told() && is_new && !is_bounded)?;
    let is_large = shares.largest >= LARGE_SEATS_MIN && shares.largest * LARGE_ONE_IN > shares.seats;
    is_large.then_some(shares)
}

#[cfg(test)]
mod tests {
    use pagekit::language::Language;
    use registration::wall::second::{PaymentCounts, SittingSecond, Totals};

    use super::*;
    use crate::request::catalogue::words;
    use crate::tests::wall::{quiet_scene, scene_now};

    /// What is changed of a quiet minute, and where the lines lead.
    type Case = (fn(&mut Scene, &mut Facts), &'static [&'static str]);

    #[test]
    fn each_trouble_has_its_line_and_its_way() {
        let replay = format!("/wall/ce/replay?at={}", scene_now().as_second() - 60);
        let exam = "ce".parse().unwrap();
        fn network(seats: i64, largest: i64) -> Option<Shares> {
            Some(Shares { networks: 40, seats, largest, ten_largest: seats, others: 0 })
        }
        let cases: [Case; 14] = [
            (|_, _| {}, &[]),
            (|_, facts| facts.payments = PaymentCounts { unknown: 1, ..PaymentCounts::default() }, &["/finance/open"]),
            (|_, facts| facts.totals.lag_ms = 9_000, &["replay"]),
            (|_, facts| facts.failed = 1, &["replay"]),
            (|_, facts| facts.payments = PaymentCounts { begun: 10, ..PaymentCounts::default() }, &["/finance"]),
            (|scene, _| scene.detail.clock_apart_ms = -1_001, &["/wall/ce"]),
            (|scene, _| scene.detail.disk_percent = Some(9), &["/wall/ce"]),
            (|scene, _| scene.detail.disk_percent = Some(10), &[]),
            (|_, facts| facts.payments = PaymentCounts { short: 1, ..PaymentCounts::default() }, &["/finance/open"]),
            (
                |scene, facts| {
                    let sitting = |left, full_at| SittingSecond::from([1, 100, left, 0, 0, 100 - left, full_at]);
                    scene.detail.sittings = vec![sitting(0, 1), sitting(50, 0)];
                    facts.totals = Totals { capacity: 200, left: 50, pace: 1, ..Totals::default() };
                },
                &["/arrange?exam=ce"],
            ),
            (|scene, _| scene.shares = network(1_000, 201), &["/exams/ce"]),
            (|scene, _| scene.shares = network(1_000, 200), &[]),
            (|scene, _| scene.shares = network(200, 49), &[]),
            (
                |scene, _| {
                    scene.shares = network(1_000, 900);
                    scene.opens_at = scene.opens_at.map(|at| at - LARGE_TOLD);
                },
                &[],
            ),
        ];
        for (change, expected) in cases {
            let mut scene = quiet_scene();
            let mut facts = Facts::of(&scene, scene_now());
            change(&mut scene, &mut facts);
            let ways: Vec<String> =
                needs(words(Language::En), (&exam, None), &scene, &facts).into_iter().map(|need| need.href).collect();
            let expected: Vec<&str> =
                expected.iter().map(|way| if *way == "replay" { replay.as_str() } else { *way }).collect();
            assert_eq!(ways, expected);
        }
    }
}

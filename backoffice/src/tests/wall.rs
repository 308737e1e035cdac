//! The wall in every state, from a made-up opening: before it, in the rush, sold out, in trouble, over, and with nothing to
//! see; live, on a screen on a wall, as it was, and as a file.

use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use pagekit::assets::Assets;
use pagekit::language::Language;
use pagekit::words::Words;
use registration::model::exam::Exam;
use registration::wall::Scene;
use registration::wall::axis::Axis;
use registration::wall::second::{Detail, FORECAST_SECONDS, PaymentCounts, SittingSecond, Totals};
use registration::wall::shares::Shares;
use reservation::engine::waiting_room::outcomes::LinePart;
use reservation::ids::SittingId;

use crate::request::catalogue::words;
use crate::tests::rooms::exam;
use crate::wall::draw::draw;
use crate::wall::export::document;
use crate::wall::frame::{Shell, page};
use crate::wall::list::{Listed, body};
use crate::wall::parts::Parts;

/// How long holds last in the made-up opening, in seconds.
const HOLD: i64 = 420;

/// The moment of all scenes: 2 min 14 s after the opening.
pub(crate) fn scene_now() -> Timestamp {
    "2026-11-20T04:02:14Z".parse().unwrap()
}

fn opens_at() -> Timestamp {
    scene_now() - SignedDuration::from_secs(134)
}

/// Seats taken so many seconds after the opening, of so many: fast at first.
fn taken(after: i64, seats: i64) -> i64 {
    if after <= 0 { 0 } else { seats * after / (after + 37) }
}

/// Where the seats are then: half of those taken for 40 s are paid for, and the money of most of them is in.
fn totals(after: i64, seats: i64) -> Totals {
    let (all, older) = (taken(after, seats), taken(after - 40, seats));
    let (paid, confirmed) = (older / 2, taken(after - 55, seats) / 2);
    let asked = u64::try_from(if after < 0 { 0 } else { 3 * all / 2 + after * 90 }).unwrap();
    let count = |seats: i64| u64::try_from(seats).unwrap();
    let mut totals = Totals {
        capacity: seats,
        left: seats - all,
        held: all - paid,
        frozen: paid - confirmed,
        confirmed,
        waiting: count((12_000 - after * 61).max(0)),
        admitted: count((after * 61).max(0)),
        half_us: (after > 0).then(|| 2_100 + count(after) % 7 * 90),
        most_us: (after > 0).then(|| 9_000 + count(after) % 11 * 900),
        lag_ms: if after > 0 { 40 + count(after) % 9 * 6 } else { 0 },
        payments: PaymentCounts { begun: count(paid), came: count(confirmed), ..PaymentCounts::default() },
        pace: 1,
        ..Totals::default()
    };
    let outcomes = [count(all), 0, asked.saturating_sub(count(all)), count(after.max(0)) * 2, 0, 0, 0, 0];
    totals.asked = serde_json::from_str(&serde_json::to_string(&outcomes).unwrap()).unwrap();
    totals
}

/// Of each second so many holds lapse as were taken [`HOLD`] before, and are not paid.
fn lapses(now: i64, seats: i64) -> Vec<(i64, i64)> {
    let mut left = totals(now, seats).held;
    let mut lapses = Vec::new();
    for second in 1..FORECAST_SECONDS {
        let made = now + second - HOLD;
        let holds = (taken(made + 1, seats) - taken(made, seats)).min(left);
        left -= holds;
        if holds > 0 {
            lapses.push((opens_at().as_second() + now + second, holds));
        }
    }
    lapses
}

/// So many sittings, some sold out; the first of them are those of a real exam.
fn sittings(count: usize, after: i64) -> Vec<(SittingId, SittingSecond)> {
    let known = exam();
    let name =
        |at: usize| known.sittings.get(at).map_or_else(|| format!("s-{at}").parse().unwrap(), |one| one.id.clone());
    let sitting = |at: usize| {
        let wanted = i64::try_from((at * 37) % 100).unwrap() + 25;
        let capacity = 40;
        let taken = (taken(after, capacity) * wanted / 60).min(capacity);
        let full_at = if taken < capacity { 0 } else { opens_at().as_second() + 20 + i64::try_from(at % 97).unwrap() };
        (
            name(at),
            SittingSecond::from([i64::try_from(at).unwrap() + 1, capacity, capacity - taken, taken, 0, 0, full_at]),
        )
    };
    (0..count).map(sitting).collect()
}

/// The scene so many seconds after the opening.
fn scene(after: i64, seats: i64, cells: usize) -> Scene {
    let now = opens_at() + SignedDuration::from_secs(after);
    let axis = Axis::of(Some(opens_at()), now);
    let first = axis.from.duration_since(opens_at()).as_secs();
    let rows = (first..=after).filter(|second| second % axis.step() == 0 || *second == after);
    let past = rows.map(|second| (opens_at() + SignedDuration::from_secs(second), totals(second, seats))).collect();
    let sittings = sittings(cells, after);
    let detail = Detail {
        sittings: sittings.iter().map(|(_, sitting)| *sitting).collect(),
        lapses: lapses(after, seats),
        pools: (2, 17),
        opened_at: Some(opens_at() - SignedDuration::from_hours(7)),
        clock_apart_ms: 3,
        versions: vec!["0.1.0".to_owned(), "0.1.0".to_owned()],
        stores: vec!["Postgres 17.5".to_owned(), "Redis 7.0.15".to_owned()],
        disk_percent: Some(61),
    };
    let closes_at = Some(opens_at() + SignedDuration::from_hours(72));
    // Whoever stood in front found a seat; of the last, hardly anybody did.
    let part = |seated| LinePart { positions: 412, seated };
    let line = [412, 409, 404, 371, 296, 160, 75, 31, 6, 0].map(part).to_vec();
    // A campus has most, the others hardly any.
    let given = taken(after, seats);
    let shares = Shares { networks: given / 11, seats: given, largest: given / 50, ten_largest: given / 9, others: 0 };
    let shares = Some(shares).filter(Shares::is_told);
    Scene { axis, opens_at: Some(opens_at()), closes_at, past, detail, sittings, line, shares }
}

/// A minute in which nothing is wrong.
pub(crate) fn quiet_scene() -> Scene {
    scene(134, 20_000, 40)
}

/// A scene of five hundred sittings.
pub(crate) fn large_scene() -> Scene {
    scene(134, 20_000, 500)
}

/// Every state, and how old it is when it is seen, in ms.
fn states() -> Vec<(&'static str, Scene, i64)> {
    let now = scene_now();
    let mut sold = scene(134, 20_000, 500);
    if let Some((_, totals)) = sold.past.last_mut() {
        (totals.held, totals.left) = (totals.held + totals.left, 0);
    }
    let mut trouble = quiet_scene();
    trouble.detail.clock_apart_ms = -1_840;
    if let Some((_, totals)) = trouble.past.last_mut() {
        (totals.lag_ms, totals.payments.unknown, totals.payments.came) = (41_000, 12, 300);
    }
    let nothing = Scene {
        axis: Axis::of(None, now),
        opens_at: None,
        closes_at: None,
        past: Vec::new(),
        detail: Detail::default(),
        sittings: Vec::new(),
        line: Vec::new(),
        shares: None,
    };
    vec![
        ("before", scene(-95, 20_000, 40), 200),
        ("rush", quiet_scene(), 300),
        ("many", large_scene(), 300),
        ("sold-out", sold, 400),
        ("trouble", trouble, 700),
        ("stale", scene(134, 20_000, 12), 74_000),
        ("over", scene(7_100, 20_000, 40), 300),
        ("nothing", nothing, 0),
    ]
}

fn drawn(w: Words, scene: &Scene, age_ms: i64) -> Parts {
    let exam = exam();
    draw(w, (&exam.id, Some(&exam)), scene, scene.axis.now + SignedDuration::from_millis(age_ms))
}

fn whole(w: Words, assets: &Assets, parts: &Parts, is_wall: bool) -> Markup {
    let home = "/wall/degree-english".to_owned();
    let shell = Shell {
        words: w,
        assets,
        title: w.pick("学位英语考试", "Degree English").to_owned(),
        path: &home,
        is_wall,
        is_demo: !is_wall,
        stream: None,
        is_once: false,
        refresh: None,
        links: vec![
            (format!("{home}?wall"), w.t("wall-mode").into_owned()),
            (format!("{home}/replay"), w.t("wall-replay").into_owned()),
        ],
        above: html! {},
    };
    page(&shell, parts)
}

/// The pages that have a frame of their own, by name.
pub(super) fn all_pages(language: Language, assets: &Assets) -> Vec<(String, Markup)> {
    let w = words(language);
    let mut pages = Vec::new();
    for (name, scene, age_ms) in states() {
        let parts = drawn(w, &scene, age_ms);
        let name = format!("{}-desk-wall-{name}", language.name());
        if ["rush", "many", "trouble", "before", "sold-out"].iter().any(|shown| name.ends_with(shown)) {
            pages.push((format!("{name}-dark"), whole(w, assets, &parts, true)));
        }
        pages.push((name, whole(w, assets, &parts, false)));
    }
    pages
}

/// The list of exams, with one of which nothing is known and one with a long name.
pub(super) fn lists(w: Words) -> [(&'static str, Markup); 2] {
    let listed = |id: &str, title: &str, totals| Listed {
        id: id.parse().unwrap(),
        title: title.to_owned(),
        opens_at: opens_at(),
        totals,
    };
    let long = "2027 年春季高等教育自学考试与继续教育学位外语水平统一考试（第二批次补充报名）";
    let exams = [listed("degree-english", "学位英语", Some(totals(134, 20_000))), listed("continuing", long, None)];
    [("wall-list", body(w, &exams)), ("wall-none", body(w, &[]))]
}

#[test]
fn a_saved_file_needs_nothing_from_elsewhere_and_keeps_every_picture() {
    let w = words(Language::En);
    let pictures: Vec<_> = [-30, 0, 30, 134]
        .map(|after| (opens_at() + SignedDuration::from_secs(after), drawn(w, &scene(after, 2_000, 60), 0)))
        .into();
    let file = document(w, "Degree English", &pictures).into_string();
    if let Some(dir) = std::env::var_os("SEATHOLD_GALLERY") {
        std::fs::write(std::path::Path::new(&dir).join("en-wall-export.html"), &file).unwrap();
    }
    assert_eq!(file.matches("<template").count(), pictures.len());
    assert_eq!(
        file.matches("Seats went to").count(),
        3,
        "two pictures of enough seats, and the last one as it is shown first"
    );
    for outside in ["src=", "href=", "@import", "http://", "https://", "url(/", "EventSource"] {
        assert!(!file.contains(outside), "{outside}");
    }
}

#[test]
fn only_parts_that_changed_are_sent_again() {
    let w = words(Language::Zh);
    let (one, next) = (drawn(w, &quiet_scene(), 100), drawn(w, &quiet_scene(), 1_100));
    let names =
        |parts: Vec<(&'static str, std::sync::Arc<str>)>| parts.into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(names(one.changed_since(&Parts::default())), ["live", "strip", "foot"], "nobody is needed");
    assert_eq!(names(next.changed_since(&one)), ["live"], "only its age is another one");
    let trouble = states().into_iter().find(|(name, ..)| *name == "trouble").unwrap().1;
    assert!(names(drawn(w, &trouble, 100).changed_since(&one)).contains(&"needs"));
}

#[test]
fn a_large_network_is_told_of_unless_the_exam_bounds_what_one_may_hold() {
    let (w, mut known, mut scene) = (words(Language::Zh), Exam::clone(&exam()), quiet_scene());
    scene.shares = Some(Shares { networks: 40, seats: 1_200, largest: 276, ten_largest: 900, others: 0 });
    let needs = |known: &Exam| {
        let parts = draw(w, (&known.id, Some(known)), &scene, scene.axis.now);
        parts.all().find(|(part, _)| *part == "needs").unwrap().1.to_string()
    };
    known.rules.seats_per_network = None;
    let said = needs(&known);
    assert!(said.contains("一个网段分到 23.0 % 的座位（276 个）") && said.contains("/exams/"), "{said}");
    known.rules.seats_per_network = Some(40);
    assert_eq!(needs(&known), "");
}

/// A second of five hundred sittings is some tens of kilobytes: what each viewer is sent.
#[test]
fn a_picture_of_five_hundred_sittings_is_small() {
    let w = words(Language::Zh);
    let parts = drawn(w, &large_scene(), 100);
    let bytes = |name: &str| parts.all().find(|(part, _)| *part == name).unwrap().1.len();
    assert!(bytes("live") < 40_000 && bytes("strip") < 80_000, "{} {}", bytes("live"), bytes("strip"));
}

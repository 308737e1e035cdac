//! Two servers, each behind a line that stalls, delivers late and is cut at random moments, and candidates who take,
//! give back, pay for and cancel seats through either: what each was told last is how it stands in the end.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use http::{Method, StatusCode};
use reservation::engine::Engine;
use serde_json::{Value, json};
use testkit::{FaultyLine, TestStores};

use crate::app::{App, Front, Reply, code, id, persist};
use crate::late_calls::socket_of;

const SEATS: u32 = 8;
const CANDIDATES: usize = 14;
const LASTS: Duration = Duration::from_secs(12);

/// Numbers that a seed decides (splitmix64).
pub(crate) struct Dice(AtomicU64);

impl Dice {
    fn below(&self, bound: u64) -> u64 {
        let mut word = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (word ^ (word >> 31)) % bound
    }
}

/// One candidate's way, until the time is over; answers the state that it was told last.
async fn candidate(
    (app, fronts): (&App, &[Front; 2]),
    number: usize,
    dice: &Dice,
    until: Instant,
) -> (String, Option<char>) {
    let name = format!("c{number}");
    let front = || &fronts[usize::from(dice.below(2) == 1)];
    let release = |hold: String| async move {
        let reply = persist(|| async { (front().release(&hold).await, Value::Null) }).await;
        assert_eq!(reply.0, StatusCode::NO_CONTENT);
    };
    let (mut state, mut kept) = (None, String::new());
    while Instant::now() < until {
        if state.is_none() {
            // Time for what came late to be carried out, if it were.
            tokio::time::sleep(Duration::from_millis(dice.below(400))).await;
            let seat = app.in_redis().await.remove(&format!("{name}:1"));
            assert_eq!(seat, None, "{name} has a seat that it has given back, or was never told of");
        }
        let reply: Reply = persist(|| front().hold(&name, &["s"])).await;
        if code(&reply) == "full" {
            assert_eq!(state, None, "a hold that was answered is gone");
            tokio::time::sleep(Duration::from_millis(30)).await;
            continue;
        }
        assert!(reply.0.is_success(), "{reply:?}");
        let hold = id(&reply);
        if state == Some('h') {
            assert_eq!(hold, kept, "a hold that was answered is gone");
        }
        (state, kept) = (Some('h'), hold.clone());
        let wish = dice.below(4);
        if wish == 0 {
            tokio::time::sleep(Duration::from_millis(dice.below(300))).await;
            continue;
        }
        if wish > 2 {
            release(hold).await;
        } else {
            let reply = persist(|| front().confirm(&hold, "paid")).await;
            assert_eq!(reply.0, StatusCode::OK, "{reply:?}");
            state = Some('c');
            tokio::time::sleep(Duration::from_millis(dice.below(200))).await;
            if Instant::now() > until {
                break;
            }
            release(reply.1["id"].as_str().unwrap().to_owned()).await;
        }
        state = None;
    }
    (name, state)
}

/// Stalls, delivers and cuts until told to stop.
async fn break_lines(lines: &[FaultyLine; 2], dice: &Dice, stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        let line = &lines[usize::from(dice.below(2) == 1)];
        match dice.below(6) {
            0 | 1 => line.stall_questions(),
            2 => line.stall_answers(),
            3 => line.stall_all(),
            4 => line.cut(),
            _ => {}
        }
        tokio::time::sleep(Duration::from_millis(100 + dice.below(2_900))).await;
        line.deliver();
        tokio::time::sleep(Duration::from_millis(dice.below(400))).await;
    }
    for line in lines {
        line.deliver();
    }
}

/// Candidates at two servers while what lies between them and the stores is broken.
pub(crate) struct Race {
    pub(crate) app: App,
    /// The second server.
    pub(crate) other: (Engine, Front),
    /// Decides what the candidates do, and what breaks.
    pub(crate) seed: u64,
}

impl Race {
    /// Runs it; `breaking` breaks what it breaks until it is told to stop, and mends it then. Nobody is ever given a seat
    /// too many; and how it stands in the end, in Redis and in the ledger alike, is what each candidate was told last.
    /// Answers how many have a seat.
    pub(crate) async fn run(self, breaking: impl AsyncFnOnce(&Dice, &AtomicBool)) -> usize {
        let Self { app, other: (other, other_front), seed } = self;
        let fronts = [app.front.clone(), other_front];
        let (dice, stop, until) = (Dice(AtomicU64::new(seed)), AtomicBool::new(false), Instant::now() + LASTS);
        let watch = async {
            while !stop.load(Ordering::Relaxed) {
                assert!(app.in_redis().await.len() <= SEATS as usize, "oversold, seed {seed}");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let candidates = async {
            let told = join_all((0..CANDIDATES).map(|number| candidate((&app, &fronts), number, &dice, until))).await;
            stop.store(true, Ordering::Relaxed);
            told
        };
        let (told, (), ()) = tokio::join!(candidates, breaking(&dice, &stop), watch);
        // Whatever a line still held has arrived by now.
        tokio::time::sleep(Duration::from_secs(1)).await;
        app.agree().await;
        let told: BTreeMap<String, char> =
            told.into_iter().filter_map(|(name, state)| Some((format!("{name}:1"), state?))).collect();
        let stands: BTreeMap<String, char> =
            app.in_redis().await.into_iter().map(|(field, (state, ..))| (field, state)).collect();
        assert_eq!(stands, told, "how it stands, and what the candidates were told; seed {seed}");
        other.stop().await;
        app.finish().await;
        told.len()
    }
}

impl App {
    /// The exam of a race; `acknowledge` is what an answer to a hold promises.
    pub(crate) async fn exam_of_the_race(&self, acknowledge: &str) {
        self.exam(900, &[("s", "-", SEATS)]).await;
        let exam = json!({"title": "Exam", "hold_seconds": 900, "acknowledge": acknowledge});
        assert!(self.call(Method::PUT, "/api/v1/exams/e", exam).await.0.is_success());
    }
}

async fn run(seed: u64, acknowledge: &str) {
    let stores = TestStores::start().await;
    let lines = [FaultyLine::to(socket_of(&stores)).await, FaultyLine::to(socket_of(&stores)).await];
    let eyes = stores.redis_url().to_owned();
    let app = App::on(stores, &lines[0].redis_url(), &eyes).await;
    app.exam_of_the_race(acknowledge).await;
    let other = app.another_at(&lines[1].redis_url()).await;
    Race { app, other, seed }.run(async |dice, stop| break_lines(&lines, dice, stop).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_told_last_stands_after_a_race_over_broken_lines() {
    run(7, "redis").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_ledger_acknowledged_stands_after_a_race_over_broken_lines() {
    run(33, "ledger").await;
}

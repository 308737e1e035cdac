//! The load generator's scenarios against the real binary, small: they find what they should, and what they count
//! agrees with the API and the ledger.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails with the line that failed")]

/// What attackers get.
#[path = "load/abuse.rs"]
mod abuse;
/// What the wall says at the end.
#[path = "load/wall.rs"]
mod wall;

use std::path::Path;
use std::time::Duration;

use clap::Parser;
use jiff::{SignedDuration, Timestamp};
use loadtest::cli::{Cli, Command};
use loadtest::measured::record::{Operation, Outcome, Outcomes};
use loadtest::measured::results::{CheckKind, CheckState, Results};
use loadtest::run::{prepare, run_accounts, run_api, run_candidate, run_waiting_room};
use testkit::ServedApp;

fn parse(app: &ServedApp, words: &str) -> Command {
    let line = format!("loadtest {words} --url {} --data {}", app.url(), app.data().display());
    Cli::try_parse_from(line.split(' ')).unwrap_or_else(|error| panic!("{line}: {error}")).command
}

async fn test(app: &ServedApp, words: &str) -> Results {
    match parse(app, &format!("{words} --quiet")) {
        Command::Api(arguments) => run_api(&arguments).await.unwrap(),
        Command::Candidate(arguments) => run_candidate(&arguments).await.unwrap(),
        Command::WaitingRoom(arguments) => run_waiting_room(&arguments).await.unwrap(),
        _ => panic!("no test: {words}"),
    }
}

fn outcomes(results: &Results, operation: Operation) -> Outcomes {
    results.measured.operations.get(&operation).map(|it| it.outcomes.clone()).unwrap_or_default()
}

fn count(results: &Results, operation: Operation, outcome: Outcome) -> u64 {
    outcomes(results, operation).get(&outcome).copied().unwrap_or_default()
}

/// Everything that was asked is found to be right, the ledger included.
fn assert_all_well(results: &Results) {
    assert_eq!(results.figures.errors, 0, "{:?}", results.measured.problems);
    for kind in [CheckKind::Peak, CheckKind::UniqueIds, CheckKind::Census, CheckKind::Ledger] {
        let check = results.checks.iter().find(|check| check.kind == kind).unwrap();
        assert_eq!(check.state, CheckState::Passed, "{:?}", results.checks);
    }
}

/// An exam of its own, imported while the server runs; waits until its page is there, and all its seats are listed: what
/// another process makes, one sitting after the other, is seen by and by.
async fn import(app: &ServedApp, seats: u32, opens_at: Option<Timestamp>) -> String {
    let dir = app.data().join("exam");
    let opens = opens_at.map_or_else(String::new, |at| format!(" --opens-at {at}"));
    let words = format!("prepare --definition {} --seats {seats} --sittings 2{opens}", dir.display());
    let Command::Prepare(arguments) = parse(app, &words) else { panic!("not prepare") };
    let exam = prepare(&arguments).await.unwrap();
    let imported = app.command().args(["exam", "import"]).arg(&dir).output().unwrap();
    assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
    for _ in 0..200 {
        let home = app.caller().call("GET", "/", &serde_json::Value::Null).await.unwrap();
        let list = format!("/api/v1/exams/{exam}/sittings");
        let listed = app.caller().call("GET", &list, &serde_json::Value::Null).await.unwrap();
        let listed: serde_json::Value = serde_json::from_str(&listed.body).unwrap_or_default();
        let free = listed.as_array().into_iter().flatten().filter_map(|sitting| sitting["free"].as_u64());
        if home.body.contains(&format!("/exams/{exam}")) && free.sum::<u64>() == u64::from(seats) {
            return exam;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the exam's page never came");
}

async fn accounts(app: &ServedApp, number: u32, file: &Path) {
    let words = format!("accounts --number {number} --file {} --at-once 4", file.display());
    let Command::Accounts(arguments) = parse(app, &words) else { panic!("not accounts") };
    let said = run_accounts(&arguments).await.unwrap();
    assert!(said.starts_with(&format!("{number} accounts")), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn candidates_go_the_whole_way_through_the_pages() {
    let mut app = ServedApp::start().await;
    let results = test(
        &app,
        "candidate --exam campus-english --candidates 24 --seconds 3 --connections 8 --think 20ms --confirm 50% --release 25%",
    )
    .await;
    for page in [Operation::Exams, Operation::Choose, Operation::SignInPage, Operation::SignUpPage, Operation::SignUp] {
        assert_eq!(count(&results, page, Outcome::Done), 24, "{page:?}: {:?}", results.measured.problems);
    }
    assert_eq!(count(&results, Operation::Exam, Outcome::Done), 48, "before and after the account was made");
    assert_eq!(count(&results, Operation::Take, Outcome::Given), 24, "{:?}", results.measured.problems);
    assert_eq!(count(&results, Operation::Order, Outcome::Done), 24);
    let uploads = count(&results, Operation::Upload, Outcome::Done);
    assert!((4..=20).contains(&uploads), "{uploads}");
    assert_eq!(count(&results, Operation::Receipt, Outcome::Done), uploads);
    assert_eq!(outcomes(&results, Operation::GiveBack), outcomes(&results, Operation::Ended));
    assert_eq!(count(&results, Operation::Asset, Outcome::Done), 24 * 3, "stylesheet, icon, payment code");
    assert_eq!(results.figures.complete, uploads, "who has handed the picture in is through");
    assert_eq!(results.sittings.iter().map(|sitting| sitting.for_good).sum::<u64>(), uploads);
    assert_all_well(&results);
    assert!(app.stop().await.success());
}

/// The handbook's exam, each of its pages: what `walk_degree.rs` walks in a browser.
#[tokio::test(flavor = "multi_thread")]
async fn candidates_show_their_cards_and_faces_and_reach_the_receipt() {
    let mut app = ServedApp::start().await;
    let results = test(
        &app,
        "candidate --exam degree-english --candidates 3 --seconds 1 --connections 8 --think 0s --confirm 100% \
         --release 0 --timeout 90s --drain 200s",
    )
    .await;
    assert_eq!(count(&results, Operation::Exam, Outcome::Done), 6, "as a guest, and with a card that was read");
    assert_eq!(count(&results, Operation::FacePage, Outcome::Done), 6, "before the consent, and after it");
    assert_eq!(count(&results, Operation::Take, Outcome::Given), 3, "{:?}", results.measured.problems);
    for page in [
        Operation::Exams,
        Operation::Begin,
        Operation::SignUp,
        Operation::IdentityPage,
        Operation::Identity,
        Operation::CardPage,
        Operation::CardCheck,
        Operation::VerifiedPage,
        Operation::NoticePage,
        Operation::Notice,
        Operation::FaceConsent,
        Operation::FaceCheck,
        Operation::DetailsPage,
        Operation::Details,
        Operation::SittingsPage,
        Operation::Order,
        Operation::Upload,
        Operation::Receipt,
    ] {
        assert_eq!(count(&results, page, Outcome::Done), 3, "{page:?}: {:?}", results.measured.problems);
    }
    assert_eq!(results.figures.complete, 3);
    assert_all_well(&results);
    assert!(app.stop().await.success());
}

/// An exam whose first step is one that the load generator cannot play.
#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_cannot_be_played_is_named() {
    let mut app = ServedApp::start().await;
    let file = app.data().join("accounts.json");
    accounts(&app, 1, &file).await;
    let words = format!("--candidates 1 --seconds 1 --connections 8 --think 0s --accounts {}", file.display());
    let results = test(&app, &format!("candidate --exam cet --arrive signed-in {words}")).await;
    assert_eq!(count(&results, Operation::UnknownStep, Outcome::WrongPage), 1, "{:?}", results.measured.operations);
    let problems: Vec<&str> = results.measured.problems.keys().map(String::as_str).collect();
    assert_eq!(problems, ["unknown-step: wrong page /exams/cet/eligibility"]);
    assert_eq!((results.figures.complete, results.figures.errors), (0, 1));

    // By e-mail is not how these candidates come by an account.
    let results = test(&app, "candidate --exam cet --candidates 1 --seconds 1 --connections 8 --think 0s").await;
    assert_eq!(count(&results, Operation::SignUpPage, Outcome::WrongPage), 1, "{:?}", results.measured.problems);
    assert!(app.stop().await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_made_before_come_early_and_fight_for_few_seats() {
    let mut app = ServedApp::start().await;
    let file = app.data().join("accounts.json");
    accounts(&app, 20, &file).await;
    let opens_at = Timestamp::now() + SignedDuration::from_secs(16);
    let exam = import(&app, 6, Some(opens_at)).await;
    let start_at = opens_at - SignedDuration::from_secs(2);
    let words = |arrive: &str| {
        format!("candidate --exam {exam} --connections 8 --think 0s --accounts {} --arrive {arrive}", file.display())
    };
    let spike = format!(
        "{} --candidates 16 --spike 80%/500ms --seconds 4 --start-at {start_at} --opens-in 2s --early 50% --reload 300ms",
        words("signed-in")
    );
    let results = test(&app, &spike).await;
    let knocked = count(&results, Operation::Exam, Outcome::NotOpen);
    assert!((1..=8).contains(&knocked), "{:?}", outcomes(&results, Operation::Exam));
    assert_eq!(count(&results, Operation::Take, Outcome::Given), results.figures.seats_given);
    let refused = count(&results, Operation::Take, Outcome::Full) + count(&results, Operation::Exam, Outcome::Full);
    assert!(results.figures.seats_given >= 6 && refused > 0, "{:?}", results.measured.operations);
    assert_eq!(outcomes(&results, Operation::SignIn), Outcomes::new());
    assert_all_well(&results);

    // With their passwords: those who have seats already are led to them, the others hear that it is full.
    let results = test(&app, &format!("{} --candidates 4 --seconds 1 --give-up exams=0%", words("sign-in"))).await;
    let signed_in = count(&results, Operation::SignIn, Outcome::Done);
    let full = count(&results, Operation::Exam, Outcome::Full);
    assert_eq!(signed_in + full, 4, "{:?} {:?}", results.measured.operations.keys(), results.measured.problems);
    assert!(app.stop().await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exam_opens_while_candidates_knock() {
    let mut app = ServedApp::start().await;
    let results = test(
        &app,
        "api --candidates 300 --rush --seconds 4 --opens-in 2s --early 40% --reload 200ms --seats 100 --sittings 2 \
         --connections 16 --sources 3 --ceiling 200ms --confirm 100% --release 0",
    )
    .await;
    let knocked = count(&results, Operation::Hold, Outcome::NotOpen);
    // Those whose time came before the opening are asked for later on a busy machine, and some after it.
    assert!((20..=125).contains(&knocked), "{:?}", outcomes(&results, Operation::Hold));
    assert_eq!(count(&results, Operation::Hold, Outcome::Given), 100);
    assert_eq!(count(&results, Operation::Hold, Outcome::Full), 200);
    let before: u64 = results.measured.seconds[0].outcomes.get(&Outcome::Given).copied().unwrap_or_default();
    assert_eq!(before, 0, "nobody has a seat before it opens");
    assert!(results.figures.ceiling.is_some_and(|ceiling| ceiling > 100.0));
    assert_eq!(results.measured.seconds.iter().map(|second| second.sent).sum::<u64>(), 300);
    assert_all_well(&results);
    wall::assert_everybody_says_the_same(&app, &results).await;
    assert!(app.stop().await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_waiting_room_is_fair_and_lets_nobody_push_in() {
    let mut app = ServedApp::start().await;
    let results = test(
        &app,
        "waiting-room --candidates 150 --spike 40%/500ms --seconds 3 --opens-in 1s --early 60% --seats 40 --sittings 2 \
         --admit-per-second 40 --connections 16 --push 20% --confirm 50% --release 0 --wait-max 30s",
    )
    .await;
    for kind in [CheckKind::Admission, CheckKind::Order] {
        let check = results.checks.iter().find(|check| check.kind == kind).unwrap();
        assert_eq!(check.state, CheckState::Passed, "{:?}", results.checks);
    }
    assert_eq!(count(&results, Operation::Hold, Outcome::Given), 40, "{:?}", outcomes(&results, Operation::Hold));
    assert!(count(&results, Operation::Hold, Outcome::NotAdmitted) > 0, "{:?}", outcomes(&results, Operation::Hold));
    assert!(results.measured.in_room.count() > 80, "{}", results.measured.in_room.count());
    assert_all_well(&results);
    wall::assert_everybody_says_the_same(&app, &results).await;
    assert!(app.stop().await.success());
}

//! Reminders: each occasion once to everybody, however many processes write, and to nobody who wants none.

use jiff::Timestamp;
use jiff::tz::Offset;
use registration::model::ids::AccountId;
use registration::rules::reminders::is_night;
use reservation::ids::ExamId;

use crate::outbox::{by_mail, prove};
use crate::post::Reached;
use crate::world::{Setup, write_exam};

const RULES: &str = r#"
[[steps]]
title = { zh = "选择场次", en = "Choose" }
tasks = ["sittings", "payment"]
[[steps]]
title = { zh = "准考证", en = "Ticket" }
tasks = ["ticket"]
opens_at = 2099-01-20T09:00:00+08:00
[reminders]
bring = { zh = "请带身份证。", en = "Bring your ID." }
"#;

fn at(text: &str) -> Timestamp {
    format!("{text}:00+08:00").parse().unwrap()
}

async fn start() -> Reached {
    let reached = Reached::start().await;
    import(&reached, 3 * 24 * 3600).await;
    reached
}

/// The exam with its rules, its seats held for so long.
async fn import(reached: &Reached, hold_seconds: u32) {
    let world = &reached.world;
    write_exam(&world.stores, &Setup { rules: RULES, hold_seconds, grace_seconds: 0, ..Setup::default() });
    world.registration.exams.import(&world.stores.dir().join("exam")).await.unwrap();
}

/// What reminders were written: kind and account, in that order.
async fn written(reached: &Reached) -> Vec<(String, AccountId)> {
    let all = "SELECT kind, account FROM registration.outbox WHERE topic = 'reminder' ORDER BY kind, account";
    let rows = reached.world.sql().await.query(all, &[]).await.unwrap();
    rows.iter().map(|row| (row.get(0), AccountId(row.get(1)))).collect()
}

/// Many at once, written by two processes at the same moment and again: each is told once, and nobody who
/// has a seat or wants none.
#[tokio::test(flavor = "multi_thread")]
async fn e4_each_is_reminded_once_by_however_many_processes() {
    let reached = start().await;
    let (world, reminders) = (&reached.world, &reached.world.registration.reminders);
    world
        .execute(
            "INSERT INTO registration.accounts (id, password_hash, created_at)
                 SELECT gen_random_uuid(), '', now() FROM generate_series(1, 520);
             INSERT INTO registration.applications (exam, account, created_at)
                 SELECT 'exam', id, now() FROM registration.accounts",
        )
        .await;
    let (seated, silent) = (world.candidate(1).await.id, world.candidate(2).await.id);
    for account in [seated, silent] {
        let begin = format!(
            "INSERT INTO registration.applications (exam, account, created_at) VALUES ('exam', '{}', now())",
            account.0
        );
        world.execute(&begin).await;
    }
    let order = world.hold(seated, &["s0"]).await.unwrap();
    reminders.set(silent, true).await.unwrap();

    let other = reached.another().await;
    let now = at("2098-12-31T10:00");
    assert_eq!(reminders.write_at(at("2098-12-30T23:50")).await.unwrap(), 0, "not yet");
    assert_eq!(reminders.write_at(at("2098-12-31T02:00")).await.unwrap(), 0, "it is night");
    let (ours, theirs) = tokio::join!(reminders.write_at(now), other.reminders.write_at(now));
    assert_eq!(ours.unwrap() + theirs.unwrap(), 520);
    assert_eq!(reminders.write_at(now).await.unwrap() + other.reminders.write_at(now).await.unwrap(), 0);
    let all = written(&reached).await;
    assert!(all.iter().all(|(kind, account)| kind == "reminder_closes" && ![seated, silent].contains(account)));
    let mut accounts: Vec<AccountId> = all.iter().map(|(_, account)| *account).collect();
    accounts.dedup();
    assert_eq!((all.len(), accounts.len()), (520, 520));
    // Neither is ever there without the other: a message that cannot be written leaves no mark that it was.
    world.execute("ALTER TABLE registration.outbox ADD CONSTRAINT no_more CHECK (topic <> 'reminder') NOT VALID").await;
    assert!(reminders.write_at(at("2098-12-31T21:30")).await.is_err());
    world.execute("ALTER TABLE registration.outbox DROP CONSTRAINT no_more").await;
    assert_eq!(reminders.write_at(at("2098-12-31T21:30")).await.unwrap(), 520, "the last word is another occasion");
    // Nobody has an address; they would be looked after one by one.
    world.execute("DELETE FROM registration.outbox WHERE topic = 'reminder'").await;
    other.stop().await;
    world.registration.orders.release(seated, order.id).await.unwrap();
    reached.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e4_seats_tickets_openings_and_the_day_itself() {
    let reached = start().await;
    let (world, registration) = (&reached.world, &reached.world.registration);
    let reminders = &registration.reminders;
    let (paid, unpaid) = (by_mail(&reached).await, world.candidate(2).await.id);
    let order = world.hold(paid, &["s0"]).await.unwrap();
    world.hand_in(paid, order.id).await.unwrap();
    world.confirm(order.id).await.unwrap();
    let seat = world.hold(unpaid, &["s1"]).await.unwrap();

    // A seat that is held for days: a day before, and an hour before it ends. Around a night, whenever that is.
    for minutes in (0..12 * 60).step_by(10).chain((12 * 60..30 * 60).step_by(60)) {
        reminders.write_at(seat.expires_at - jiff::SignedDuration::from_mins(minutes)).await.unwrap();
    }
    for moment in ["2099-01-20T09:00", "2099-01-20T09:30", "2099-01-31T09:59", "2099-01-31T10:00", "2099-01-31T20:00"] {
        reminders.write_at(at(moment)).await.unwrap();
    }
    let kinds =
        [("reminder_exam_day", paid), ("reminder_pay", unpaid), ("reminder_pay", unpaid), ("reminder_ticket", paid)];
    let told = written(&reached).await;
    let mut expected: Vec<(String, AccountId)> = kinds.map(|(kind, account)| (kind.to_owned(), account)).to_vec();
    expected.sort();
    assert_eq!(told, expected);

    // Registration of an exam that opens later: told to whoever asked, whatever else they want.
    let later: ExamId = "later".parse().unwrap();
    let dir = world.stores.dir().join("exam");
    let toml = std::fs::read_to_string(dir.join("exam.toml")).unwrap();
    let toml = toml.replace("id = \"exam\"", "id = \"later\"").replace("opens_at = 2020", "opens_at = 2098");
    std::fs::write(dir.join("exam.toml"), toml).unwrap();
    registration.exams.import(&dir).await.unwrap();
    reminders.set(unpaid, true).await.unwrap();
    reminders.wish(unpaid, &later, true).await.unwrap();
    assert!(reminders.wishes(unpaid, &later).await.unwrap() && !reminders.wishes(paid, &later).await.unwrap());
    assert_eq!(reminders.write_at(at("2098-01-01T08:00")).await.unwrap(), 1, "it opens at midnight");
    reminders.set(unpaid, true).await.unwrap();
    assert!(!reminders.wishes(unpaid, &later).await.unwrap(), "turned off, nothing is left of it");

    // The link of a letter turns reminders off, and nobody can make one.
    let token = reminders.token(paid);
    assert_eq!(reminders.account_of(&token), Some(paid));
    let strange = reminders.token(unpaid);
    let forged = format!("{}{}", &token[..22], &strange[22..]);
    for forged in [forged.as_str(), "", "x", &token[..30], &format!("{token}AA")] {
        assert_eq!(reminders.account_of(forged), None, "{forged}");
    }
    world.registration.orders.release(unpaid, seat.id).await.unwrap();
    reached.finish().await;
}

/// What is written leaves by day, with the place and the way out of it; at night it waits for the morning.
#[tokio::test(flavor = "multi_thread")]
async fn e4_a_letter_says_where_and_when_and_how_to_get_no_more() {
    let reached = start().await;
    let world = &reached.world;
    let account = by_mail(&reached).await;
    let order = world.hold(account, &["s0"]).await.unwrap();
    world.hand_in(account, order.id).await.unwrap();
    world.confirm(order.id).await.unwrap();
    let mobile = world.candidate(2).await.id;
    prove(world, mobile, "mobile_verified_at").await;
    let other = world.hold(mobile, &["s1"]).await.unwrap();
    world.hand_in(mobile, other.id).await.unwrap();
    world.confirm(other.id).await.unwrap();
    let letters = "SELECT count(*) FROM registration.outbox WHERE done_at IS NOT NULL AND topic = 'message'";
    crate::world::until("the confirmations are sent", async || {
        world.sql().await.query_one(letters, &[]).await.unwrap().get::<_, i64>(0) == 2
    })
    .await;
    assert_eq!(world.registration.reminders.write_at(at("2099-01-31T12:00")).await.unwrap(), 2);
    // The outbox goes by the real clock.
    world.execute("UPDATE registration.outbox SET next_try_at = now() WHERE topic = 'reminder'").await;
    let now = Timestamp::now();
    if is_night(now) || is_night(now + jiff::SignedDuration::from_mins(3)) {
        let waiting = "SELECT next_try_at FROM registration.outbox WHERE topic = 'reminder' AND tries = 0
             AND next_try_at > now() LIMIT 1";
        crate::world::until("it waits for the morning", async || {
            world.sql().await.query_opt(waiting, &[]).await.unwrap().is_some()
        })
        .await;
        let until: Timestamp = world.sql().await.query_one(waiting, &[]).await.unwrap().get(0);
        assert_eq!(Offset::constant(8).to_datetime(until).strftime("%H:%M").to_string(), "08:00");
    } else {
        let token = world.registration.reminders.token(account);
        let letter = reached.message("li.na@example.com", 3).await;
        for part in [
            "考试临近，请查看安排",
            "英语：2月1日 09:00，一教。",
            "请带身份证。",
            "Bring your ID.",
            &format!("https://exam.example.edu/reminders/stop?token={token}"),
        ] {
            assert!(letter.text.contains(part), "{part}: {}", letter.text);
        }
        assert_eq!(reached.message(crate::outbox::MOBILE, 2).await.values, ["考试临近，请查看安排"]);
        // Turned off meanwhile: what is written already is not sent.
        world.registration.reminders.set(account, true).await.unwrap();
        world
            .execute(
                "INSERT INTO registration.outbox (topic, kind, account, exam, payload, made_at, next_try_at)
             SELECT topic, kind, account, exam, payload, now(), now() FROM registration.outbox
             WHERE topic = 'reminder'",
            )
            .await;
        let outcomes =
            "SELECT string_agg(outcome, ' ' ORDER BY outcome) FROM registration.outbox WHERE topic = 'reminder'
             HAVING count(done_at) = 4";
        crate::world::until("all are looked after", async || {
            world.sql().await.query_opt(outcomes, &[]).await.unwrap().is_some()
        })
        .await;
        let outcomes: String = world.sql().await.query_one(outcomes, &[]).await.unwrap().get(0);
        assert_eq!(outcomes, "given_up sent sent sent");
    }
    reached.finish().await;
}

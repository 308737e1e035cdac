//! Many cases and many who decide them, who are killed while they do: no case is decided twice, none is lost, and none waits
//! longer than a claim lasts.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use registration::Registration;
use registration::desk::case::{CaseKind, Subject};
use registration::desk::cases::{CaseError, Decider};
use registration::desk::staff::{Role, StaffMember};
use registration::model::exam::Exam;
use registration::model::ids::AccountId;
use uuid::Uuid;

use crate::form_reviews::{hand_in, import};
use crate::world::World;

/// How many sit at desks at once.
const DESKS: usize = 20;
/// How long a claim lasts here.
const LASTS: SignedDuration = SignedDuration::from_secs(1);
/// How long after its claim has run out a case is taken again at the latest, where the machine has time for it.
const SLACK: Duration = Duration::from_secs(1);
/// So many times as long as the watch took for one round more: what the machine has no time for comes later.
const ROUNDS_OF_SLACK: u32 = 20;

#[tokio::test(flavor = "multi_thread")]
async fn d6_reviewers_who_are_killed_lose_no_case_and_decide_none_twice() {
    reviewed(400).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "the whole of it, with its figures: run by hand"]
async fn five_thousand_cases_are_decided_by_reviewers_who_are_killed() {
    println!("{}", reviewed(5_000).await);
}

/// Numbers as good as drawn ones, the same in every run.
pub(crate) struct Chance(AtomicU64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    pub(crate) fn below(&self, limit: u64) -> u64 {
        let mixed = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        (mixed ^ (mixed >> 29)).wrapping_mul(0x94D0_49BB_1331_11EB) % limit
    }
}

/// Forms that wait, of so many new accounts.
async fn waiting(world: &World, exam: &Exam, count: usize) {
    let accounts: Vec<Uuid> = (0..count).map(|number| Uuid::from_u128(0x7000_0000 + number as u128)).collect();
    let insert = "INSERT INTO registration.accounts (id, password_hash, created_at)
         SELECT id, '', now() FROM unnest($1::uuid[]) AS u (id)";
    world.sql().await.execute(insert, &[&accounts]).await.unwrap();
    for some in accounts.chunks(16) {
        let all = some.iter().map(|account| hand_in(world, exam, AccountId(*account), "a", "工商管理"));
        futures_util::future::join_all(all).await;
    }
    assert_eq!(world.count_waiting(CaseKind::Form).await, count as u64);
}

/// Somebody at a desk: the next case, a look, a decision, until none is left that nobody else has.
async fn sits(registration: Registration, member: StaffMember, chance: Arc<Chance>) {
    let (cases, forms) = (&registration.cases, &registration.forms);
    loop {
        let next = cases.next(&member, &[CaseKind::Form], LASTS).await.unwrap();
        let Some((id, Subject::Form(exam, account), claim)) = next else {
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        let seen = forms.look(&member, &exam, account).await.unwrap();
        tokio::time::sleep(Duration::from_millis(chance.below(4))).await;
        if chance.below(20) == 0 {
            cases.give_back(&member, id, claim.token).await.unwrap();
            continue;
        }
        let refusal = (chance.below(5) == 0).then_some("请核对");
        match forms.decide(Decider::new(&member, Some(claim.token)), &seen.key, refusal).await {
            // One who is said to be dead may have decided still, and another one at this desk may have it since.
            Ok(()) | Err(CaseError::NotWaiting | CaseError::Claimed(_)) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

/// Has them decided, looks whether all is right, and says how fast it was.
async fn reviewed(count: usize) -> String {
    let world = World::usual().await;
    let exam = import(&world, None).await;
    waiting(&world, &exam, count).await;
    let chance = Arc::new(Chance::new(7));
    // Two for each desk: while one is away, the other sits there, and what the first had waits until its claim runs out.
    let mut staff = Vec::new();
    for number in 0..2 * DESKS {
        let name = format!("reviewer-{number}");
        staff.push(world.registration.staff.add(&name, "long-enough-1", Role::Reviewer).await.unwrap());
    }
    let (began, mut kills) = (Instant::now(), 0);
    let start = |desk: usize, turn: usize| {
        let member = staff[desk + DESKS * (turn % 2)].clone();
        tokio::spawn(sits(world.registration.clone(), member, Arc::clone(&chance)))
    };
    let mut desks: Vec<_> = (0..DESKS).map(|desk| (start(desk, 0), 0)).collect();
    let (mut round, mut longest) = (Instant::now(), Duration::ZERO);
    while world.count_waiting(CaseKind::Form).await > 0 {
        assert!(began.elapsed() < Duration::from_secs(240), "they are never done");
        longest = longest.max(std::mem::replace(&mut round, Instant::now()).elapsed());
        let late = "SELECT count(*) FROM registration.cases
             WHERE closed_at IS NULL AND claimed_until < now() - make_interval(secs => $1)";
        let slack = (SLACK + longest * ROUNDS_OF_SLACK).as_secs_f64();
        let late: i64 = world.sql().await.query_one(late, &[&slack]).await.unwrap().get(0);
        assert_eq!(late, 0, "a case waits longer than its claim and a second");
        tokio::time::sleep(Duration::from_millis(20)).await;
        let desk = usize::try_from(chance.below(DESKS as u64)).unwrap();
        let (task, turn) = &mut desks[desk];
        task.abort();
        match std::mem::replace(task, start(desk, *turn + 1)).await {
            Err(error) => assert!(error.is_cancelled(), "{error}"),
            Ok(()) => unreachable!("nobody goes home by themselves"),
        }
        (*turn, kills) = (*turn + 1, kills + 1);
    }
    let took = began.elapsed();
    for (task, _) in desks {
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
    }
    let tally = "SELECT count(*), count(*) FILTER (WHERE n = 1), count(DISTINCT account) FROM (
             SELECT c.account, (SELECT count(*) FROM registration.audit a WHERE a.subject = c.subject
                 AND a.action IN ('application.pass', 'application.refuse')) AS n
             FROM registration.cases c WHERE c.kind = 'form' AND c.closed_at IS NOT NULL AND c.decided_kind = 'staff') d";
    let row = world.sql().await.query_one(tally, &[]).await.unwrap();
    let (closed, once, accounts): (i64, i64, i64) = (row.get(0), row.get(1), row.get(2));
    let count = i64::try_from(count).unwrap();
    assert_eq!((closed, once, accounts), (count, count, count), "closed, decided once, whose");
    let told = "SELECT count(*) FROM registration.outbox WHERE kind IN ('form_passed', 'form_refused')";
    assert_eq!(world.sql().await.query_one(told, &[]).await.unwrap().get::<_, i64>(0), count, "each is told once");
    world.finish().await;
    let rate = count as f64 / took.as_secs_f64();
    format!("{count} cases, {DESKS} desks, {kills} killed: {took:?}, {rate:.0} a second")
}

//! Second opinions: nobody knows what the first one said, nobody gives two, nothing follows before two agree or a third has
//! decided, and nothing waits for ever.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use registration::Registration;
use registration::desk::audit::AuditAction;
use registration::desk::case::{CaseId, CaseKind, Outcome, Subject};
use registration::desk::cases::{Asked, CaseError, Decided, Decider, Opened};
use registration::desk::staff::{By, Duty, Reach, Role, StaffMember};
use registration::model::actor::Actor;
use registration::model::exam::Exam;
use registration::model::ids::AccountId;
use reservation::ids::ExamId;
use tokio::sync::watch;
use uuid::Uuid;

use crate::cases::{MINUTES, reviewer};
use crate::cases_many::Chance;
use crate::form_reviews::{hand_in, import};
use crate::world::{World, until};

/// An exam of whose forms all get a second opinion.
async fn exam(world: &World) -> Arc<Exam> {
    import(world, None).await;
    let dir = world.stores.dir().join("ce");
    let file = dir.join("exam.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let (before, after) = text.split_once("[[form.fields]]").unwrap();
    std::fs::write(&file, format!("{before}[review.second_opinion]\nform = 100\n[[form.fields]]{after}")).unwrap();
    let id = world.registration.exams.import(&dir).await.unwrap().exam;
    world.registration.exams.get(&id).unwrap()
}

/// A form of a new candidate that waits.
async fn form(world: &World, exam: &Exam, number: u32) -> (AccountId, Subject) {
    let account = world.candidate(number).await.id;
    hand_in(world, exam, account, "a", "工商管理").await;
    (account, Subject::Form(exam.id.clone(), account))
}

/// Decides about the next case, which cannot be taken back, and waits until that is put by or carried out.
async fn says(world: &World, member: &StaffMember, refusal: Option<&str>) -> Option<CaseId> {
    let cases = &world.registration.cases;
    // A case that a refused decision or a job still holds is passed over, as it should be, and another one would come.
    let free = "SELECT (SELECT count(*) FROM registration.cases)
        = (SELECT count(*) FROM (SELECT FROM registration.cases FOR UPDATE SKIP LOCKED) AS free)";
    until("nobody holds a case", async || world.sql().await.query_one(free, &[]).await.unwrap().get(0)).await;
    let (id, subject, claim) = cases.next(member, &[CaseKind::Form], MINUTES).await.unwrap()?;
    let Subject::Form(exam, account) = &subject else { panic!("{subject}") };
    let seen = world.registration.forms.look(member, exam, *account).await.unwrap();
    let decided = refusal.map_or(Decided::Passed, |why| Decided::Refused(why.to_owned()));
    let (decider, version) = (Decider::new(member, Some(claim.token)), seen.key.version.to_string());
    cases.note(decider, &subject, &version, &decided, SignedDuration::ZERO).await.unwrap();
    until("it is carried out", async || cases.get(member, id).await.unwrap().unwrap().noted.is_none()).await;
    Some(id)
}

async fn told(world: &World) -> i64 {
    let sql = "SELECT count(*) FROM registration.outbox WHERE kind LIKE 'form_%'";
    world.sql().await.query_one(sql, &[]).await.unwrap().get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn d6_a_second_one_decides_without_the_first_and_a_third_where_they_differ() {
    let world = World::usual().await;
    let (cases, exam) = (&world.registration.cases, exam(&world).await);
    let (first, second) = (reviewer(&world, "first").await, reviewer(&world, "second").await);
    let third = reviewer(&world, "third").await;
    let (account, subject) = form(&world, &exam, 1).await;

    // Whoever would decide at once, past the note, is kept from it.
    let seen = world.registration.forms.look(&first, &exam.id, account).await.unwrap();
    let at_once = world.registration.forms.decide(&first, &seen.key, None).await;
    assert!(matches!(at_once, Err(CaseError::ToBeNoted)), "{at_once:?}");

    let id = says(&world, &first, None).await.unwrap();
    let count = async |member: &StaffMember| cases.counts(member).await.unwrap().of(&[CaseKind::Form]);
    assert_eq!((count(&first).await, count(&second).await, told(&world).await), (0, 1, 0));
    assert!(says(&world, &first, None).await.is_none(), "it is somebody else's");
    assert!(matches!(cases.open_up(&first, &subject, MINUTES).await, Ok(Opened::Given)));
    assert!(matches!(cases.claim(&first, id, MINUTES).await, Err(CaseError::NotWaiting)));
    let again = cases.note(&first, &subject, &seen.key.version.to_string(), &Decided::Passed, MINUTES).await;
    assert!(matches!(again, Err(CaseError::NotWaiting)), "{again:?}");
    let follows = cases.follow(&first, &[CaseKind::Form], None).await.unwrap();
    assert_eq!((follows.waiting, follows.free), (0, 0));

    form(&world, &exam, 2).await;
    let listed = cases.open(&first, &Asked::first(&[CaseKind::Form], 1)).await.unwrap();
    assert!(listed.len() == 1 && listed[0].id != id, "what is theirs is listed, whatever else comes first");
    let second_of = async |member: &StaffMember| {
        let loads = cases.loads(member).await.unwrap();
        loads.iter().find(|load| load.kind == CaseKind::Form).map(|load| load.second)
    };
    assert_eq!(second_of(&second).await, Some(0), "of a short queue it would say which one");
    let (page, _, claim) = cases.next(&first, &[CaseKind::Form], MINUTES).await.unwrap().unwrap();
    let ahead = cases.ahead(&first, &[CaseKind::Form], (page, claim.token), MINUTES).await.unwrap();
    assert!(page != id && ahead.is_none(), "nor is it loaded ahead");
    assert!(cases.give_back(&first, page, claim.token).await.unwrap());

    // The second one sees neither what was said nor who said it, nor that anything was.
    let (_, _, claim) = cases.next(&second, &[CaseKind::Form], MINUTES).await.unwrap().unwrap();
    let history = cases.history(&second, &subject).await.unwrap();
    let is_hint =
        |actor: &Actor| matches!(actor, Actor::Staff(staff) if *staff != second.id) || *actor == Actor::System;
    assert!(history.iter().all(|entry| !is_hint(&entry.actor)), "{history:?}");
    assert_eq!(cases.differing(&second, id).await.unwrap(), []);
    assert!(cases.give_back(&second, id, claim.token).await.unwrap());
    assert_eq!(says(&world, &second, Some("请核对")).await, Some(id));
    assert_eq!(told(&world).await, 0, "they differ");
    assert!(matches!(cases.open_up(&second, &subject, MINUTES).await, Ok(Opened::Given)));

    // The third one sees both, once the case is theirs; and decides.
    assert_eq!(cases.differing(&third, id).await.unwrap(), []);
    let (_, _, claim) = cases.next(&third, &[CaseKind::Form], MINUTES).await.unwrap().unwrap();
    let both = [Decided::Passed, Decided::Refused("请核对".to_owned())];
    assert_eq!(cases.differing(&third, id).await.unwrap(), both);
    of_a_school(&world, account, (id, &third), &both).await;
    world.registration.forms.look(&third, &exam.id, account).await.unwrap();
    assert!(cases.give_back(&third, id, claim.token).await.unwrap());
    let unseen = cases.note(&third, &subject, &seen.key.version.to_string(), &Decided::Passed, MINUTES).await;
    assert!(matches!(unseen, Err(CaseError::NotLooked)), "both are seen by a claim alone: {unseen:?}");
    assert_eq!(says(&world, &third, None).await, Some(id));
    assert_eq!(told(&world).await, 1);
    let closed = cases.get(&third, id).await.unwrap().unwrap().closed.unwrap();
    assert_eq!((closed.outcome, closed.by), (Outcome::Passed, Some(Actor::Staff(third.id))));
    let history = cases.history(&second, &subject).await.unwrap();
    assert_eq!(history.iter().filter(|entry| entry.action == AuditAction::SecondOpinion).count(), 2, "now all of it");

    // Where two agree, nobody else is asked.
    let id = says(&world, &second, None).await.unwrap();
    assert_eq!(says(&world, &first, None).await, Some(id));
    assert_eq!(told(&world).await, 2);
    stays_noted(&world, &exam, (&first, &third)).await;
    let boss = world.registration.staff.add("boss", "long-enough-2", Role::Administrator).await.unwrap();
    assert_eq!(second_of(&boss).await, Some(1));
    let all = cases.reviewers(&boss).await.unwrap();
    let of = |name| all.iter().find(|one| one.name == name).map(|one| (one.agreed, one.compared));
    assert_eq!((of("first"), of("third")), (Some((2, 2)), Some((0, 0))));
    assert_eq!(of("second"), Some((1, 2)), "who has decided nothing is there, too");
    world.finish().await;
}

/// What can still be taken back is not carried out, whatever else is.
async fn stays_noted(world: &World, exam: &Arc<Exam>, (first, third): (&StaffMember, &StaffMember)) {
    let cases = &world.registration.cases;
    let (account, noted) = form(world, exam, 3).await;
    let seen = world.registration.forms.look(first, &exam.id, account).await.unwrap();
    let held = cases.note(first, &noted, &seen.key.version.to_string(), &Decided::Passed, MINUTES).await.unwrap();
    form(world, exam, 4).await;
    says(world, third, None).await.unwrap();
    // What is due in the same round has been carried out by then.
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(cases.get(first, held).await.unwrap().unwrap().noted.is_some());
    assert_eq!(cases.take_back(first, held).await.unwrap(), noted);
}

/// Whoever works for the candidate's school alone is the third as well, and nobody of another.
async fn of_a_school(world: &World, account: AccountId, (id, third): (CaseId, &StaffMember), both: &[Decided]) {
    world
        .execute(&format!(
            "INSERT INTO registration.exam_organisations
                 (exam, code, position, parent, level, name_zh, name_en, notice_zh, notice_en, allows_elsewhere)
             VALUES ('ce', '99', 0, NULL, 'province', '省', 'P', '{{}}', '{{}}', false),
                 ('ce', '991', 1, '99', 'school', '校', 'S', '{{}}', '{{}}', false),
                 ('ce', '99101', 2, '991', 'campus', '区', 'C', '{{}}', '{{}}', false);
             INSERT INTO registration.bindings (id, exam, account, document_index, record, bound_at, campus)
             VALUES ('{0}', 'ce', '{0}', decode(repeat('07', 32), 'hex'), decode('07', 'hex'), now(), '99101')",
            account.0
        ))
        .await;
    let of =
        |code: &str| StaffMember { reach: Reach::of(vec![], vec![], vec![code.parse().unwrap()]), ..third.clone() };
    assert_eq!(world.registration.cases.differing(&of("99"), id).await.unwrap(), both);
    let other = world.registration.cases.differing(&of("98"), id).await;
    assert!(matches!(other, Err(CaseError::Forbidden(_))), "{other:?}");
    world.execute("DELETE FROM registration.bindings; DELETE FROM registration.exam_organisations").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn d6_nothing_waits_for_ever_for_somebody_who_does_not_come() {
    let world = World::usual().await;
    let (cases, exam) = (&world.registration.cases, exam(&world).await);
    let (first, second) = (reviewer(&world, "first").await, reviewer(&world, "second").await);
    form(&world, &exam, 1).await;
    let id = says(&world, &first, None).await.unwrap();
    let everybody = [first.clone(), second.clone()];
    assert_eq!(cases.without_others(&first, &[CaseKind::Form], &everybody).await.unwrap(), 0);
    assert_eq!(cases.without_others(&first, &[CaseKind::Form], &everybody[..1]).await.unwrap(), 1);
    // Whoever works for another exam, or for no school that it is of, could not.
    let (here, there) = (vec![exam.id.clone()], vec!["elsewhere".parse().unwrap()]);
    let school = Reach::of(vec![], vec![], vec!["99".parse().unwrap()]);
    let reaches = [(Reach::of(here, vec![], vec![]), 0), (Reach::of(there, vec![], vec![]), 1), (school, 1)];
    for (reach, expected) in reaches {
        let limited = [first.clone(), StaffMember { reach, ..second.clone() }];
        let alone = cases.without_others(&first, &[CaseKind::Form], &limited).await.unwrap();
        assert_eq!(alone, expected, "{:?}", limited[1].reach);
    }

    // In time, or as long as somebody works on it, nothing happens.
    let is_noted = async || cases.get(&first, id).await.unwrap().unwrap().noted.is_some();
    let late = "UPDATE registration.cases SET due_at = now() - interval '1 second'";
    cases.let_opinions_stand().await.unwrap();
    world.execute(late).await;
    cases.let_opinions_stand().await.unwrap();
    assert!(!is_noted().await, "it is waited for an hour");
    world.execute("UPDATE registration.case_opinions SET given_at = now() - interval '61 minutes'").await;
    let claim = cases.claim(&second, id, MINUTES).await.unwrap();
    cases.let_opinions_stand().await.unwrap();
    assert!(!is_noted().await, "somebody works on it");
    cases.give_back(&second, id, claim.token).await.unwrap();
    cases.let_opinions_stand().await.unwrap();
    until("the first one stands", async || told(&world).await == 1).await;
    let closed = cases.get(&first, id).await.unwrap().unwrap().closed.unwrap();
    assert_eq!(closed.by, Some(Actor::Staff(first.id)));

    // Two who differ, and no third one: over its time it is anybody's.
    form(&world, &exam, 2).await;
    let id = says(&world, &first, None).await.unwrap();
    says(&world, &second, Some("请核对")).await.unwrap();
    assert!(says(&world, &first, None).await.is_none());
    world.execute(late).await;
    let (next, _, claim) = cases.next(&first, &[CaseKind::Form], MINUTES).await.unwrap().unwrap();
    assert_eq!((next, cases.differing(&first, id).await.unwrap().len()), (id, 2));
    assert!(cases.give_back(&first, id, claim.token).await.unwrap());
    assert_eq!(says(&world, &first, Some("请核对")).await, Some(id));
    assert_eq!(told(&world).await, 2);

    // Whoever gave the first one is gone, and nobody else came: it waits for anybody.
    form(&world, &exam, 3).await;
    let id = says(&world, &first, None).await.unwrap();
    world.registration.staff.set_disabled("first", true).await.unwrap();
    world.execute(late).await;
    world.execute("UPDATE registration.case_opinions SET given_at = now() - interval '61 minutes'").await;
    cases.let_opinions_stand().await.unwrap();
    until("it is dropped", async || !is_noted().await && opinions(&world, id).await.is_empty()).await;
    assert_eq!(told(&world).await, 2);

    // Nor does whoever may not decide any more give an opinion.
    let (account, subject) = form(&world, &exam, 4).await;
    let seen = world.registration.forms.look(&second, &exam.id, account).await.unwrap();
    let version = seen.key.version.to_string();
    let id = cases.note(&second, &subject, &version, &Decided::Passed, MINUTES).await.unwrap();
    let duty = Duty::from(Role::Invigilator);
    world.registration.staff.set_duty(By::Operator, "second", &duty).await.unwrap();
    world.execute("UPDATE registration.cases SET noted_until = now() WHERE noted IS NOT NULL").await;
    until("it is dropped", async || !self::is_noted(&world).await).await;
    assert_eq!(opinions(&world, id).await, []);
    world.finish().await;
}

/// What was said of a case with what it waits with, or ended with.
async fn opinions(world: &World, id: CaseId) -> Vec<(Uuid, String)> {
    let sql = "SELECT p.staff, p.outcome FROM registration.case_opinions p
         JOIN registration.cases c ON c.id = p.case_id AND c.version = p.version WHERE c.id = $1";
    let rows = world.sql().await.query(sql, &[&id.0]).await.unwrap();
    rows.iter().map(|row| (row.get("staff"), row.get("outcome"))).collect()
}

/// How many candidates hand forms in.
const FORMS: u32 = 16;

/// Somebody who decides, changes their mind, leaves cases, and comes again, until told to stop.
async fn works(registration: Registration, member: StaffMember, chance: Arc<Chance>, mut stop: watch::Receiver<bool>) {
    let (cases, kinds) = (&registration.cases, [CaseKind::Form]);
    while !*stop.borrow_and_update() {
        tokio::time::sleep(Duration::from_millis(5 + chance.below(20))).await;
        let found = cases.next(&member, &kinds, SignedDuration::from_millis(300)).await.unwrap();
        let Some((id, subject, claim)) = found else { continue };
        let Subject::Form(exam, account) = &subject else { panic!("{subject}") };
        // The candidate may be at it, or the claim of whoever was slow may be somebody else's.
        let Ok(seen) = registration.forms.look(&member, exam, *account).await else { continue };
        if chance.below(8) == 0 {
            cases.give_back(&member, id, claim.token).await.unwrap();
            continue;
        }
        let decided = if chance.below(3) == 0 { Decided::Refused("请核对".to_owned()) } else { Decided::Passed };
        let (decider, version) = (Decider::new(&member, Some(claim.token)), seen.key.version.to_string());
        // Most cannot be taken back, and are carried out at once.
        let undo = SignedDuration::from_millis([0, 0, 0, 200][usize::try_from(chance.below(4)).unwrap()]);
        match cases.note(decider, &subject, &version, &decided, undo).await {
            Ok(_) | Err(CaseError::NotWaiting | CaseError::Claimed(_) | CaseError::NotLooked) => {}
            Err(error) => panic!("{error}"),
        }
        if chance.below(6) == 0 {
            match cases.take_back(&member, id).await {
                Ok(_) | Err(CaseError::NotWaiting) => {}
                Err(error) => panic!("{error}"),
            }
        }
    }
}

/// Many who decide, candidates who hand in anew, and a member who is disabled meanwhile, in whatever order it comes.
#[tokio::test(flavor = "multi_thread")]
async fn d6_whatever_comes_between_nobody_gives_two_opinions_and_nobody_is_told_before_two_agree() {
    let world = World::usual().await;
    let exam = exam(&world).await;
    let mut accounts = Vec::new();
    for number in 0..FORMS {
        accounts.push(form(&world, &exam, number).await.0);
    }
    let (chance, (stop, stopped)) = (Arc::new(Chance::new(11)), watch::channel(false));
    let mut staff = Vec::new();
    for name in ["ann", "ben", "cai", "dan", "eve"] {
        let member = reviewer(&world, name).await;
        staff.push(tokio::spawn(works(world.registration.clone(), member, Arc::clone(&chance), stopped.clone())));
    }
    let began = Instant::now();
    while world.count_waiting(CaseKind::Form).await > 0 || is_noted(&world).await {
        assert!(began.elapsed() < Duration::from_secs(60), "they are never done");
        tokio::time::sleep(Duration::from_millis(100)).await;
        if began.elapsed() < Duration::from_millis(1_500) {
            let account = accounts[usize::try_from(chance.below(FORMS.into())).unwrap()];
            hand_in_anew(&world, &exam, account, chance.below(1_000)).await;
            world.registration.staff.set_disabled("eve", chance.below(2) == 0).await.unwrap();
        }
    }
    stop.send_replace(true);
    for one in staff {
        one.await.unwrap();
    }
    let decided = ends_are_right(&world, &exam.id).await;
    assert!(decided >= i64::from(FORMS), "{decided}");
    assert_eq!(told(&world).await, decided, "each is told once");
    world.finish().await;
}

async fn is_noted(world: &World) -> bool {
    let sql = "SELECT EXISTS (SELECT FROM registration.cases WHERE noted IS NOT NULL)";
    world.sql().await.query_one(sql, &[]).await.unwrap().get(0)
}

/// Another form of somebody whose form waits, is being decided, or was.
async fn hand_in_anew(world: &World, exam: &Exam, account: AccountId, number: u64) {
    let pairs = [("school", "a".to_owned()), ("major", format!("专业{number}"))];
    let answers = registration::rules::details::Answers(
        pairs
            .into_iter()
            .map(|(name, text)| (name.parse().unwrap(), text))
            .collect::<HashMap<_, _>>()
            .into_iter()
            .collect(),
    );
    // A form that has passed is not handed in again.
    let _ = world.registration.applications.hand_in(account, exam, &[], &answers).await;
}

/// Each decision is one of two who agree, or of a third one where two differ; and by nobody who said it twice. How many.
async fn ends_are_right(world: &World, exam: &ExamId) -> i64 {
    let sql = "SELECT c.id, c.version, c.outcome, c.decided_id::uuid AS who, c.subject,
             (SELECT count(*) FROM registration.audit a WHERE a.subject = c.subject AND a.seen = c.version
                 AND a.action IN ('application.pass', 'application.refuse')) AS written
         FROM registration.cases c WHERE c.exam = $1 AND c.decided_kind = 'staff' ORDER BY c.id";
    let rows = world.sql().await.query(sql, &[&exam.as_str()]).await.unwrap();
    for row in &rows {
        let (who, outcome): (Uuid, String) = (row.get("who"), row.get("outcome"));
        let about = format!("{} {}", row.get::<_, &str>("subject"), row.get::<_, &str>("version"));
        let given = opinions(world, CaseId(row.get("id"))).await;
        assert!(given.iter().all(|(staff, _)| *staff != who), "{about}: nobody says it twice: {given:?}");
        let agree = given.iter().filter(|(_, said)| *said == outcome).count();
        assert!((1..=2).contains(&given.len()) && agree == 1, "{about}: {outcome} {given:?}");
        assert_eq!(row.get::<_, i64>("written"), 1, "{about}: is decided once");
    }
    i64::try_from(rows.len()).unwrap()
}

//! Exams set up as drafts: nothing changes before they are applied, what is shown is what happens, and what was sold stays sold.

use std::collections::HashMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use registration::desk::staff::{Role, StaffMember};
use registration::drafts::effect::{Effect, EffectRefusal, SittingFate};
use registration::drafts::{Begin, DraftError, DraftPart, ExamDrafts, TakesSeats, WindowAct, shipped};
use registration::exams::definition::DefinitionTexts;
use registration::model::exam::Window;
use registration::model::exam::draft::{DraftId, DraftState};
use reservation::engine::HoldError;
use reservation::ids::ExamId;

use crate::exams::DIES;
use crate::world::{World, exam};

async fn chief(world: &World) -> StaffMember {
    world.registration.staff.add("chief", "long-enough-1", Role::Administrator).await.unwrap()
}

fn pairs(entered: &[(&str, &str)]) -> HashMap<String, String> {
    entered.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

async fn version(drafts: &ExamDrafts, chief: &StaffMember, id: DraftId) -> (DraftId, i64) {
    (id, drafts.see(chief, id).await.unwrap().draft.version)
}

async fn applied(drafts: &ExamDrafts, chief: &StaffMember, id: DraftId) -> Effect {
    drafts.apply(chief, version(drafts, chief, id).await, TakesSeats::Allowed).await.unwrap()
}

async fn refused(drafts: &ExamDrafts, chief: &StaffMember, id: DraftId) -> Vec<EffectRefusal> {
    let shown = drafts.effect(chief, id).await.unwrap().refusals;
    let at = version(drafts, chief, id).await;
    let Err(DraftError::Refused(told)) = drafts.apply(chief, at, TakesSeats::Allowed).await else {
        panic!("it was applied")
    };
    assert_eq!(told, shown, "applying says what was shown");
    told
}

/// Each exam that ships: begun, applied, taken out, brought again as files and as a directory.
#[tokio::test(flavor = "multi_thread")]
async fn an_exam_that_is_taken_out_and_brought_again_changes_nothing() {
    let world = World::usual().await;
    let (chief, drafts) = (chief(&world).await, &world.registration.exam_drafts());
    for (number, name) in shipped::names().enumerate() {
        let id: ExamId = format!("new-{number}").parse().unwrap();
        let opening = "2027-09-01".parse().unwrap();
        let begin = Begin::Shipped { name: name.to_owned(), id: id.clone(), opening };
        let draft = drafts.begin(&chief, begin).await.unwrap();
        assert!(world.registration.exams.get(&id).is_none(), "a draft makes nothing");
        let shown = drafts.effect(&chief, draft).await.unwrap();
        assert!(world.registration.exams.get(&id).is_none(), "nor does trying it");
        let done = applied(drafts, &chief, draft).await;
        assert_eq!(done, shown, "{name}: what is shown is what happens");
        assert!(done.imported.is_new);
        let page = world.registration.exams.get(&id).unwrap();
        assert_eq!(page.opens_at.to_string()[..10], *"2027-09-01");

        let taken = drafts.export(&chief, &id).await.unwrap();
        let kept = drafts.see(&chief, draft).await.unwrap().texts;
        assert_eq!(taken, kept, "{name}: with comments and order");
        let again = drafts.begin(&chief, Begin::Files(taken.clone())).await.unwrap();
        let effect = drafts.effect(&chief, again).await.unwrap();
        assert!(effect.is_nothing() && effect.refusals.is_empty(), "{name}: {effect:?}");
        // As an exam of the version before, whose texts nobody kept; and by the command line.
        world.execute("DELETE FROM registration.exam_definitions").await;
        let written = drafts.export(&chief, &id).await.unwrap();
        assert_ne!(written.exam, taken.exam);
        let dir = world.stores.dir().join(name);
        std::fs::create_dir_all(&dir).unwrap();
        written.files().for_each(|(file, text)| std::fs::write(dir.join(file), text).unwrap());
        let imported = world.registration.exams.import(&dir).await.unwrap();
        assert!(!imported.is_new && imported.kept.is_empty());
        assert_eq!(world.registration.exams.get(&id).unwrap(), page, "{name}");
        assert_eq!(drafts.export(&chief, &id).await.unwrap(), written, "{name}: seats, too");
    }
    world.finish().await;
}

/// The database ends what is idle within a transaction; an application is, while the engine takes its part.
#[tokio::test(flavor = "multi_thread")]
async fn an_application_outlasts_an_engine_that_takes_its_time() {
    let world = World::usual().await;
    let (chief, drafts) = (chief(&world).await, &world.registration.exam_drafts());
    let draft = drafts.begin(&chief, Begin::Exam(exam())).await.unwrap();
    let entered = pairs(&[("capacity.0", "5"), ("fee.0", "99")]);
    drafts.fill_sittings(&chief, version(drafts, &chief, draft).await, &entered).await.unwrap();
    let mut other = world.stores.pool().get().await.unwrap();
    other.execute("SET idle_in_transaction_session_timeout = 0", &[]).await.unwrap();
    world.execute("ALTER SYSTEM SET idle_in_transaction_session_timeout = '500ms'").await;
    world.execute("SELECT pg_reload_conf()").await;
    let blocking = other.transaction().await.unwrap();
    blocking.execute("SELECT FROM reservation.sittings WHERE id = 's0' FOR UPDATE", &[]).await.unwrap();
    let takes_its_time = async {
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        blocking.rollback().await.unwrap();
    };
    tokio::join!(applied(drafts, &chief, draft), takes_its_time);
    let page = world.registration.exams.get(&exam()).unwrap();
    assert_eq!((page.sittings[0].fee.to_string(), world.free()["s0"]), ("¥99.00".to_owned(), 5));
    drop(other);
    world.finish().await;
}

/// One world for all of it: each goes on where the one before ended.
#[tokio::test(flavor = "multi_thread")]
async fn a_draft_does_what_it_shows_and_is_refused_what_would_harm() {
    let world = World::usual().await;
    let chief = chief(&world).await;
    changes_an_exam_when_it_is_applied_and_only_what_was_not_sold(&world, &chief).await;
    is_not_applied_to_what_has_changed_since(&world, &chief).await;
    goes_on_where_it_broke_off(&world, &chief).await;
    an_exam_is_closed_and_opened_at_once(&world, &chief).await;
    world.finish().await;
}

async fn changes_an_exam_when_it_is_applied_and_only_what_was_not_sold(world: &World, chief: &StaffMember) {
    let drafts = &world.registration.exam_drafts();
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0"]).await.unwrap();
    world.hand_in(account, order.id).await.unwrap();
    world.confirm(order.id).await.unwrap();
    let before = world.registration.exams.get(&exam()).unwrap();

    // Two people at one version: one has saved.
    let draft = drafts.begin(chief, Begin::Exam(exam())).await.unwrap();
    let titled = pairs(&[("title.zh", "新的名称")]);
    let fill = async |at| drafts.fill(chief, at, DraftPart::Texts, &titled).await;
    let (one, other) = tokio::join!(fill((draft, 1)), fill((draft, 1)));
    let lost = [one, other].into_iter().filter(|done| matches!(done, Err(DraftError::Changed))).count();
    assert_eq!(lost, 1, "the other one is told");
    assert_eq!(world.registration.exams.get(&exam()).unwrap(), before);

    // Fewer seats than are sold, another fee, another group; each has its word, and nothing happens.
    let wrong = pairs(&[("capacity.0", "0"), ("fee.0", "99"), ("group.0", "")]);
    drafts.fill_sittings(chief, version(drafts, chief, draft).await, &wrong).await.unwrap();
    let s0 = || "s0".parse().unwrap();
    assert_eq!(
        refused(drafts, chief, draft).await,
        [
            EffectRefusal::Capacity { sitting: s0(), wanted: 0, sold: 1 },
            EffectRefusal::Fee { sitting: s0(), sold: 1 },
            EffectRefusal::Group(s0()),
        ]
    );
    assert_eq!((world.free()["s0"], world.registration.exams.get(&exam()).unwrap()), (1, before.clone()));

    // One seat, which is sold, is enough; another sitting gets more; one is not named any more, and stays.
    let right =
        pairs(&[("capacity.0", "1"), ("fee.0", ""), ("group.0", "group"), ("capacity.1", "9"), ("remove.2", "on")]);
    drafts.fill_sittings(chief, version(drafts, chief, draft).await, &right).await.unwrap();
    let shown = drafts.effect(chief, draft).await.unwrap();
    assert!(shown.refusals.is_empty(), "{shown:?}");
    assert_eq!((shown.fields.len(), &shown.fields[0].path[..]), (1, "title.zh"));
    let fates: Vec<_> = shown.sittings.iter().map(|sitting| (sitting.id.as_str(), sitting.fate)).collect();
    assert_eq!(fates, [("s0", SittingFate::Changed), ("s1", SittingFate::Changed), ("s2", SittingFate::Stays)]);
    assert_eq!((shown.capacity, shown.affected.sold), ((6, 12), 1));
    let at = version(drafts, chief, draft).await;
    let Err(DraftError::Refused(told)) = drafts.apply(chief, at, TakesSeats::ByTwo).await else {
        panic!("two do that")
    };
    assert_eq!(told, [EffectRefusal::NeedsTwo]);
    let done = applied(drafts, chief, draft).await;
    assert_eq!(done, shown);
    world.until_free("s1", 9).await;
    assert_eq!((world.free()["s0"], world.free()["s2"]), (0, 2));
    let page = world.registration.exams.get(&exam()).unwrap();
    assert_eq!((page.title.zh.as_str(), page.sittings.len()), ("新的名称", 3));
    let again = drafts.apply(chief, version(drafts, chief, draft).await, TakesSeats::Allowed).await;
    assert!(matches!(again, Err(DraftError::Changed)), "{again:?}");
    let said: Vec<String> =
        drafts.history(&exam()).await.unwrap().iter().map(|line| line.action.as_str().to_owned()).collect();
    assert_eq!(said, ["exam.apply"]);
}

async fn is_not_applied_to_what_has_changed_since(world: &World, chief: &StaffMember) {
    let drafts = &world.registration.exam_drafts();
    let begin = async || {
        let draft = drafts.begin(chief, Begin::Exam(exam())).await.unwrap();
        let at = version(drafts, chief, draft).await;
        drafts.fill(chief, at, DraftPart::Texts, &pairs(&[("contact.zh", "问"), ("contact.en", "Ask")])).await.unwrap();
        draft
    };
    // By a directory, and by seats that another door has changed.
    let draft = begin().await;
    let dir = world.stores.dir().join("exam");
    let toml = std::fs::read_to_string(dir.join("exam.toml")).unwrap();
    std::fs::write(dir.join("exam.toml"), toml.replace("hold_seconds = 900", "hold_seconds = 800")).unwrap();
    world.registration.exams.import(&dir).await.unwrap();
    assert_eq!(refused(drafts, chief, draft).await, [EffectRefusal::Stale]);
    let draft = begin().await;
    let s1 = "s1".parse().unwrap();
    let spec = world.engine.availability(&exam()).unwrap()[1].sitting.spec.clone();
    let raised = reservation::sitting::SittingSpec { capacity: 7, ..spec };
    let late = world.engine.put_sitting_if(&exam(), &s1, raised.clone(), Some(8)).await;
    assert!(matches!(late, Err(HoldError::Invalid { field: "capacity", .. })), "{late:?}");
    world.engine.put_sitting(&exam(), &s1, raised).await.unwrap();
    assert_eq!(refused(drafts, chief, draft).await, [EffectRefusal::Stale]);
    // Begun anew it has those seats; an exam keeps its id, and a new one needs another.
    let draft = begin().await;
    let texts = drafts.see(chief, draft).await.unwrap().texts;
    assert_eq!(texts.check().unwrap().capacities, [2, 7, 2]);
    let another = shipped::names().next().unwrap().to_owned();
    let (id, opening) = ("other".parse().unwrap(), "2029-01-01".parse().unwrap());
    let another = drafts.begin(chief, Begin::Shipped { name: another, id, opening }).await.unwrap();
    applied(drafts, chief, another).await;
    let other = texts.exam.replacen("id = \"exam\"", "id = \"other\"", 1);
    let at = version(drafts, chief, draft).await;
    drafts.write_file(chief, at, "exam.toml", &other).await.unwrap();
    assert_eq!(refused(drafts, chief, draft).await, [EffectRefusal::OtherId("other".parse().unwrap())]);
    let shown = drafts.effect(chief, draft).await.unwrap();
    assert!(shown.is_nothing() && shown.capacity == (0, 0), "nothing of the other exam: {shown:?}");
    let copy = Begin::Clone { of: exam(), id: exam(), opening: "2030-01-01".parse().unwrap() };
    let copy = drafts.begin(chief, copy).await.unwrap();
    assert_eq!(refused(drafts, chief, copy).await, [EffectRefusal::IdTaken(exam())]);
    // Faults are told as the command line tells them, and nothing is tried.
    let wrong = DefinitionTexts { exam: other.replace("fee = ", "fees = "), ..texts };
    let told: Vec<String> = wrong.check().unwrap_err().iter().map(ToString::to_string).collect();
    let draft = drafts.begin(chief, Begin::Files(wrong)).await.unwrap();
    let Err(DraftError::Faults(faults)) = drafts.effect(chief, draft).await else { panic!("it has faults") };
    assert_eq!(faults.iter().map(ToString::to_string).collect::<Vec<_>>(), told);
    assert!(matches!(drafts.see(&world.reviewer, draft).await, Err(DraftError::Forbidden(_))));
}

/// Ended after the engine has its part: asking again finishes it, whatever stands by now in the engine, as long as nobody has
/// changed anything else.
async fn goes_on_where_it_broke_off(world: &World, chief: &StaffMember) {
    let drafts = &world.registration.exam_drafts();
    let page = || world.registration.exams.get(&exam()).unwrap();
    let before = page();
    let draft = drafts.begin(chief, Begin::Exam(exam())).await.unwrap();
    let at = version(drafts, chief, draft).await;
    drafts.fill_sittings(chief, at, &pairs(&[("capacity.0", "6")])).await.unwrap();
    world.execute(DIES).await;
    let at = version(drafts, chief, draft).await;
    let failed = drafts.apply(chief, at, TakesSeats::Allowed).await;
    assert!(matches!(failed, Err(DraftError::Store(_))), "{failed:?}");
    world.execute("DROP FUNCTION registration.dies() CASCADE").await;
    assert_eq!((page(), world.engine.availability(&exam()).unwrap()[0].sitting.spec.capacity), (before, 6));
    assert!(drafts.see(chief, draft).await.unwrap().has_begun);
    let shown = drafts.effect(chief, draft).await.unwrap();
    assert!(shown.goes_on && shown.refusals.is_empty() && !shown.is_nothing(), "{shown:?}");
    // What somebody else changes meanwhile is not undone.
    let s2 = "s2".parse().unwrap();
    let spec = world.engine.availability(&exam()).unwrap()[2].sitting.spec.clone();
    let raised = reservation::sitting::SittingSpec { capacity: 3, ..spec.clone() };
    world.engine.put_sitting(&exam(), &s2, raised).await.unwrap();
    assert_eq!(refused(drafts, chief, draft).await, [EffectRefusal::Stale]);
    world.engine.put_sitting(&exam(), &s2, spec).await.unwrap();
    applied(drafts, chief, draft).await;
    let seen = drafts.see(chief, draft).await.unwrap();
    assert!(!seen.has_begun && seen.draft.state == DraftState::Applied);
}

async fn an_exam_is_closed_and_opened_at_once(world: &World, chief: &StaffMember) {
    let drafts = &world.registration.exam_drafts();
    let window = || world.registration.exams.get(&exam()).unwrap().window(Timestamp::now());
    let until = world.registration.exams.get(&exam()).unwrap().closes_at;
    let account = world.candidate(2).await.id;
    assert!(matches!(drafts.set_window(chief, &exam(), WindowAct::Open).await, Err(DraftError::NotNow)));
    // While somebody else imports, closing waits for its turn; who only looks is told to come again.
    let draft = drafts.begin(chief, Begin::Exam(exam())).await.unwrap();
    let mut other = world.stores.pool().get().await.unwrap();
    let importing = other.transaction().await.unwrap();
    importing.execute("SELECT pg_advisory_xact_lock(x'6578616d73'::bigint)", &[]).await.unwrap();
    let id = exam();
    let closing = drafts.set_window(chief, &id, WindowAct::Close);
    let looking = async {
        assert!(matches!(drafts.effect(chief, draft).await, Err(DraftError::Busy)));
        importing.rollback().await.unwrap();
    };
    let (closed, ()) = tokio::join!(closing, looking);
    closed.unwrap();
    drop(other);
    assert_eq!(window(), Window::Closed);
    assert!(world.hold(account, &["s0"]).await.is_err(), "no seat is given out");
    let later = Timestamp::now() + SignedDuration::from_hours(2);
    drafts.set_window(chief, &exam(), WindowAct::Reopen(later)).await.unwrap();
    let page = world.registration.exams.get(&exam()).unwrap();
    assert_eq!((window(), page.closes_at.as_second()), (Window::Open, later.as_second()));
    assert!(page.closes_at < until);
    world.hold(account, &["s0"]).await.unwrap();
    let lines = drafts.history(&exam()).await.unwrap();
    let said: Vec<&str> = lines.iter().map(|line| line.action.as_str()).collect();
    assert_eq!(said, ["exam.open", "exam.close", "exam.apply", "exam.apply"], "the newest first");
    assert!(matches!(
        drafts.set_window(&world.reviewer, &exam(), WindowAct::Close).await,
        Err(DraftError::Forbidden(_))
    ));
}

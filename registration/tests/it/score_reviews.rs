//! The three rules of the review of an earlier score, its states, and what staff decide.

use jiff::Timestamp;
use registration::desk::case::CaseKind;
use registration::desk::cases::CaseError;
use registration::desk::scores::ScoreKey;
use registration::desk::staff::Role;
use registration::eligibility::{BindError, ScoreReviewError, SeenPerson};
use registration::model::facts::EligibilityState;
use registration::model::facts::ScoreReviewState;
use registration::model::ids::AccountId;

use crate::cet::{Cet, cet, roster};
use crate::world::World;

const OWN: &str = "110100001111111";
const TOO_LOW: &str = "110100002222222";
const SOMEBODY_OF_THE_NAME: &str = "110100003333333";
const TOO_OLD: &str = "110100004444444";
const OTHER_SUBJECT: &str = "110100005555555";

async fn request(
    exam: &Cet<'_>,
    account: AccountId,
    seen: Option<&SeenPerson>,
    ticket: &str,
) -> Result<ScoreReviewState, ScoreReviewError> {
    let eligibility = &exam.world.registration.eligibility;
    eligibility.request_score_review(account, &exam.page(), seen, &ticket.parse().unwrap()).await
}

async fn subjects(exam: &Cet<'_>, account: AccountId) -> Vec<String> {
    match exam.state(account).await {
        EligibilityState::Bound { subjects, .. } => subjects.iter().map(ToString::to_string).collect(),
        EligibilityState::None => panic!("bound"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn b10_number_and_document_pass_at_once_whatever_the_name() {
    let world = World::usual().await;
    let exam = Cet::import(&world).await;
    let account = exam.account(1).await.id;
    assert!(matches!(request(&exam, account, None, OWN).await, Err(ScoreReviewError::NoPerson)));
    let offered = async || world.registration.eligibility.has_score_review(account, &exam.page()).await.unwrap();
    assert!(!offered().await, "nobody is bound");
    exam.bind_to(account, 1).await.unwrap();
    assert!(offered().await);
    assert_eq!(subjects(&exam, account).await, ["cet4"]);
    assert!(exam.hold(account, "cet6-main").await.is_err());
    // In the file the name is another one.
    let state = request(&exam, account, None, OWN).await.unwrap();
    assert!(matches!(state, ScoreReviewState::Passed { .. }), "{state:?}");
    assert_eq!(subjects(&exam, account).await, ["cet4", "cet6", "set6"]);
    assert!(offered().await, "to be looked at");
    let order = exam.hold(account, "cet6-main").await.unwrap();
    // After passing nothing changes any more.
    let eligibility = &world.registration.eligibility;
    assert!(matches!(request(&exam, account, None, OWN).await, Err(ScoreReviewError::Fixed)));
    assert!(matches!(eligibility.delete_score_review(account, &cet()).await, Err(ScoreReviewError::Fixed)));
    world.registration.orders.release(account, order.id).await.unwrap();
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn b10_number_and_name_wait_for_staff() {
    let world = World::usual().await;
    let exam = Cet::import(&world).await;
    let (account, staff) = (exam.account(1).await.id, &world.reviewer);
    let (eligibility, scores) = (&world.registration.eligibility, &world.registration.scores);
    exam.bind_to(account, 3).await.unwrap();
    let state = request(&exam, account, None, SOMEBODY_OF_THE_NAME).await.unwrap();
    assert!(matches!(state, ScoreReviewState::Waiting { .. }));
    assert_eq!(subjects(&exam, account).await, ["cet4"], "nothing is granted yet");
    assert!(matches!(request(&exam, account, None, OWN).await, Err(ScoreReviewError::Fixed)));
    assert!(matches!(eligibility.delete_score_review(account, &cet()).await, Err(ScoreReviewError::Fixed)));

    assert_eq!(
        (world.waiting(CaseKind::Score).await[0].account, world.count_waiting(CaseKind::Score).await),
        (account, 1)
    );
    let rules = exam.page().rules.eligibility.score_review.clone();
    let looked = scores.look(staff, &cet(), account, rules.as_ref()).await.unwrap();
    let (key, found) = (looked.key, looked.found.unwrap());
    assert_eq!((found.score, found.year), (600, 2015));
    assert!(found.document.masked().contains("**") && !format!("{found:?}").contains(found.document.expose()));
    let lines = "SELECT count(*) FROM registration.audit WHERE action = 'score_review.look'";
    let looks = world.sql().await.query_one(lines, &[]).await.unwrap().get::<_, i64>(0);
    assert_eq!(looks, 1, "who saw the whole number is written down");
    assert!(looked.review.past_number.expose() == SOMEBODY_OF_THE_NAME);
    let decide = async |refusal| scores.decide(staff, &key, refusal).await;
    assert!(matches!(decide(Some(" ")).await, Err(CaseError::Reason(_))));
    decide(Some("证明材料不清楚")).await.unwrap();
    assert!(matches!(decide(None).await, Err(CaseError::NotWaiting)));
    let review = eligibility.score_review(account, &cet()).await.unwrap().unwrap();
    assert_eq!(review.state, ScoreReviewState::Refused { reason: "证明材料不清楚".to_owned() });

    // Handed in anew: a decision about the old one comes too late.
    request(&exam, account, None, SOMEBODY_OF_THE_NAME).await.unwrap();
    assert!(matches!(decide(None).await, Err(CaseError::NotWaiting)));
    let micros = world.waiting(CaseKind::Score).await[0].version.parse().unwrap();
    let again = ScoreKey { requested_at: Timestamp::from_microsecond(micros).unwrap(), ..key.clone() };
    let unseen = scores.decide(staff, &again, None).await;
    assert!(matches!(unseen, Err(CaseError::NotLooked)), "nobody has looked at this request: {unseen:?}");
    scores.look(staff, &cet(), account, None).await.unwrap();
    scores.decide(staff, &again, None).await.unwrap();
    assert_eq!(subjects(&exam, account).await, ["cet4", "cet6", "set6"]);
    assert!(matches!(request(&exam, account, None, OWN).await, Err(ScoreReviewError::Fixed)));
    let audit = "SELECT count(*) FROM registration.audit WHERE action LIKE 'score_review.%' AND staff = $1";
    let lines: i64 = world.sql().await.query_one(audit, &[&staff.id.0]).await.unwrap().get(0);
    assert_eq!(lines, 4, "a look, a refusal, another look, a pass");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn b10_what_fits_neither_is_not_kept_and_a_refused_one_can_be_deleted() {
    let world = World::usual().await;
    let exam = Cet::import(&world).await;
    let (eligibility, scores) = (&world.registration.eligibility, &world.registration.scores);
    let (second, third) = (exam.account(2).await.id, exam.account(3).await.id);
    exam.bind_to(second, 2).await.unwrap();
    exam.bind_to(third, 3).await.unwrap();
    for (account, ticket) in [(second, TOO_LOW), (third, TOO_OLD), (third, OTHER_SUBJECT), (third, "999900009999999")] {
        let refused = request(&exam, account, None, ticket).await;
        assert!(matches!(refused, Err(ScoreReviewError::NoScore)), "{ticket}: {refused:?}");
        assert_eq!(eligibility.score_review(account, &cet()).await.unwrap(), None, "{ticket}");
    }
    eligibility.delete_score_review(third, &cet()).await.unwrap();
    request(&exam, third, None, SOMEBODY_OF_THE_NAME).await.unwrap();
    let case = scores.look(&world.reviewer, &cet(), third, None).await.unwrap();
    scores.decide(&world.reviewer, &case.key, Some("不符")).await.unwrap();
    eligibility.delete_score_review(third, &cet()).await.unwrap();
    eligibility.delete_score_review(third, &cet()).await.unwrap();
    assert_eq!(eligibility.score_review(third, &cet()).await.unwrap(), None);
    assert!(request(&exam, third, None, SOMEBODY_OF_THE_NAME).await.is_ok(), "and again");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn b10_it_is_offered_to_whom_it_helps() {
    let world = World::usual().await;
    let exam = Cet::import(&world).await;
    for (number, name) in [(4, "李四"), (5, "赵六"), (6, "孙七"), (8, "周八")] {
        let account = exam.account(number).await.id;
        let seen = exam.look_up_as(account, number, name).await.unwrap();
        let refused = request(&exam, account, Some(&seen), OWN).await;
        assert!(matches!(refused, Err(ScoreReviewError::NotOffered)), "{name}: {refused:?}");
        exam.bind(account, &seen).await.unwrap();
        assert!(!world.registration.eligibility.has_score_review(account, &exam.page()).await.unwrap(), "{name}");
    }
    // Before anything is bound, and only for the person whom it is about.
    let account = exam.account(7).await.id;
    let seen = exam.look_up(account, 1).await.unwrap();
    assert!(matches!(request(&exam, account, Some(&seen), OWN).await, Ok(ScoreReviewState::Passed { .. })));
    let person = world.registration.eligibility.person(account, &cet(), Some(&seen)).await.unwrap().unwrap();
    assert_eq!(person.eligible.len(), 3);
    exam.bind_to(account, 2).await.unwrap();
    assert_eq!(subjects(&exam, account).await, ["cet4"], "another person's score helps nobody");
    exam.write("2019-01-01T00:00:00+08:00", "2020-01-01T00:00:00+08:00", &roster());
    exam.import_again().await.unwrap();
    let late = exam.account(9).await.id;
    assert!(matches!(request(&exam, late, Some(&seen), OWN).await, Err(ScoreReviewError::Closed)));
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn b10_races_leave_one_request() {
    let world = World::usual().await;
    let exam = Cet::import(&world).await;
    let account = exam.account(1).await.id;
    exam.bind_to(account, 3).await.unwrap();
    let (eligibility, scores, id) = (&world.registration.eligibility, &world.registration.scores, cet());
    for _ in 0..3 {
        let ask = || request(&exam, account, None, SOMEBODY_OF_THE_NAME);
        let (a, b, c, d) = tokio::join!(ask(), ask(), ask(), ask());
        let all = [a, b, c, d];
        assert_eq!(all.iter().filter(|one| one.is_ok()).count(), 1, "{all:?}");
        let case = scores.look(&world.reviewer, &cet(), account, None).await.unwrap();
        let decide = |refusal| scores.decide(&world.reviewer, &case.key, refusal);
        let (pass, refuse) = tokio::join!(decide(None), decide(Some("不符")));
        assert!(pass.is_ok() != refuse.is_ok(), "{pass:?} {refuse:?}");
        if pass.is_ok() {
            assert_eq!(subjects(&exam, account).await.len(), 3);
            world.execute("UPDATE registration.score_reviews SET state = 'refused', reason = 'x'").await;
        }
        // Deleted and handed in anew at once: there is never more than one, and none is lost half way.
        let (deleted, asked) = tokio::join!(eligibility.delete_score_review(account, &id), ask());
        assert!(asked.is_ok(), "{asked:?}");
        let left = eligibility.score_review(account, &cet()).await.unwrap();
        assert!(left.is_some() || deleted.is_ok(), "{deleted:?}");
        world.execute("DELETE FROM registration.score_reviews").await;
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn b5_a_moved_registration_takes_its_person_and_its_review_along() {
    let world = World::usual().await;
    let exam = Cet::import(&world).await;
    let (lost, new) = (exam.account(1).await, exam.account(2).await);
    let (eligibility, scores) = (&world.registration.eligibility, &world.registration.scores);
    exam.bind_to(lost.id, 3).await.unwrap();
    request(&exam, lost.id, None, SOMEBODY_OF_THE_NAME).await.unwrap();
    let order = exam.hold(lost.id, "cet4-main").await.unwrap();
    let bound = exam.state(lost.id).await;

    let boss = world.registration.staff.add("boss", "long-enough-2", Role::Administrator).await.unwrap();
    world.registration.accounts.rebind(&boss, lost.number, new.number).await.unwrap();
    assert_eq!(exam.state(new.id).await, bound);
    assert!(!exam.is_bound(lost.id).await);
    assert_eq!(exam.orders(new.id).await[0].id, order.id);
    let person = eligibility.person(new.id, &cet(), None).await.unwrap().unwrap();
    assert_eq!(person.record.column("major"), "会计", "the record can still be opened");

    // Staff decide for the new account; the person is nobody else's, and the old account may begin anew.
    let [case] = &world.waiting(CaseKind::Score).await[..] else { panic!("one case") };
    assert_eq!(case.account, new.id);
    let rules = exam.page().rules.eligibility.score_review.clone();
    let looked = scores.look(&world.reviewer, &cet(), new.id, rules.as_ref()).await.unwrap();
    assert_eq!(looked.found.unwrap().score, 600);
    scores.decide(&world.reviewer, &looked.key, None).await.unwrap();
    assert_eq!(subjects(&exam, new.id).await, ["cet4", "cet6", "set6"]);
    assert!(matches!(exam.bind_to(lost.id, 3).await, Err(BindError::OtherAccount)));
    exam.bind_to(lost.id, 2).await.unwrap();
    world.finish().await;
}

/// Results that the version before imported are found as before, and by any way of writing the name once the background
/// has been there.
#[tokio::test(flavor = "multi_thread")]
async fn names_of_old_results_are_compared_as_those_of_new_ones() {
    const TICKET: &str = "110100006666666";
    let world = World::usual().await;
    let exam = Cet::import(&world).await;
    let people = roster() + &crate::cet::line(9, "古丽米热.艾比布力", "cet4", "");
    exam.write("2020-01-01T00:00:00+08:00", "2089-01-01T00:00:00+08:00", &people);
    let scores = crate::cet::past_scores()
        + &format!("{TICKET},resident_id,{},古丽米热 ㆍ艾比布力,cet4,2016,600\n", crate::world::document(901));
    std::fs::write(exam.dir().join("past_scores.csv"), scores).unwrap();
    exam.import_again().await.unwrap();
    let account = exam.account(9).await.id;
    let seen = exam.look_up_as(account, 9, "古丽米热艾比布力").await.unwrap();
    exam.bind(account, &seen).await.unwrap();

    world.execute("UPDATE registration.past_scores SET by_ticket = NULL").await;
    crate::world::until("old results have their index", async || {
        let old = "SELECT count(*) FROM registration.past_scores WHERE by_ticket IS NULL";
        world.sql().await.query_one(old, &[]).await.unwrap().get::<_, i64>(0) == 0
    })
    .await;
    let state = request(&exam, account, None, TICKET).await.unwrap();
    assert!(matches!(state, ScoreReviewState::Waiting { .. }), "{state:?}");
    let rules = exam.page().rules.eligibility.score_review.clone();
    let scores = &world.registration.scores;
    let looked = scores.look(&world.reviewer, &cet(), account, rules.as_ref()).await.unwrap();
    assert_eq!(looked.found.unwrap().score, 600);
    world.finish().await;
}

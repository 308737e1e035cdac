//! Tests of what may be chosen, with the definition that ships for CET.

use std::path::Path;

use uuid::Uuid;

use super::*;
use crate::exams::definition;
use crate::model::fen::Fen;
use crate::model::ids::AccountId;
use crate::model::order::{OrderId, OrderSitting, OrderState};

fn cet() -> Exam {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ops/exams/cet");
    definition::parse(&dir).unwrap_or_else(|faults| panic!("{faults:?}")).page
}

fn now() -> Timestamp {
    "2027-03-01T00:00:00Z".parse().unwrap()
}

fn bound(campus: &str, subjects: &[&str]) -> EligibilityState {
    EligibilityState::Bound {
        at: now(),
        subjects: subjects.iter().map(|id| id.parse().unwrap()).collect(),
        campus: Some(campus.parse().unwrap()),
    }
}

fn order(exam: &Exam, sittings: &[&str]) -> Order {
    let account = AccountId(Uuid::from_u128(1));
    let seat = |id: &&str| OrderSitting {
        sitting: id.parse().unwrap(),
        hold: format!("{}.1.1", account.candidate_id()).parse().unwrap(),
        fee: Fen(3_000),
    };
    Order {
        id: OrderId::from_bits(7),
        account,
        exam: exam.id.clone(),
        part: exam.part_of(exam.sitting(&sittings[0].parse().unwrap()).unwrap()),
        sittings: sittings.iter().map(seat).collect(),
        amount: Fen(3_000),
        state: OrderState::Unpaid,
        expires_at: now(),
        created_at: now(),
        submitted_at: None,
        decided_at: None,
        refusals: 0,
        reason: None,
        paid_at: None,
        by_school: None,
        late_picture_at: None,
    }
}

fn choose(exam: &Exam, state: &EligibilityState, live: &[&Order], choice: &[&str]) -> Result<(), ChoiceRefusal> {
    let sittings: Vec<&ExamSitting> =
        choice.iter().map(|id| exam.sitting(&id.parse().unwrap()).unwrap_or_else(|| panic!("{id}"))).collect();
    check(exam, state, live, &sittings, now())
}

const MAIN: &str = "993010";

#[test]
fn b11_english_and_another_language_of_one_level_exclude_each_other() {
    let exam = cet();
    let state = bound(MAIN, &["cet4-written", "ja4-written", "ja6-written"]);
    let group = |id: &str| Err(ChoiceRefusal::SameGroup(id.parse().unwrap()));
    assert_eq!(choose(&exam, &state, &[], &["cet4-written-993010", "ja6-written-993010"]), Ok(()));
    assert_eq!(
        choose(&exam, &state, &[], &["cet4-written-993010", "ja4-written-993010"]),
        group("written-4"),
        "at once"
    );
    let had = order(&exam, &["cet4-written-993010"]);
    assert_eq!(choose(&exam, &state, &[&had], &["ja4-written-993010"]), group("written-4"), "one after the other");
    assert_eq!(choose(&exam, &state, &[&had], &["cet4-written-993010"]), Ok(()), "the same again is no second one");
    let rule = exam.rules.group_rules.iter().find(|rule| rule.group.as_str() == "written-4").unwrap();
    assert!(rule.refusal.zh.starts_with("英语和小语种笔试同级别科目只能报考1科"));
}

#[test]
fn b11_a_subject_needs_eligibility_the_own_campus_and_a_fee() {
    let mut exam = cet();
    let state = bound(MAIN, &["cet4-written"]);
    let refused = choose(&exam, &state, &[], &["cet6-written-993010"]);
    assert_eq!(refused, Err(ChoiceRefusal::NotEligible("cet6-written".parse().unwrap())));
    let refused = choose(&exam, &EligibilityState::None, &[], &["cet4-written-993010"]);
    assert!(matches!(refused, Err(ChoiceRefusal::NotEligible(_))), "nobody is bound");
    let refused = choose(&exam, &state, &[], &["cet4-written-991010"]);
    assert_eq!(refused, Err(ChoiceRefusal::OtherCampus("991010".parse().unwrap())));
    let id: SittingId = "cet4-written-993010".parse().unwrap();
    exam.sittings.iter_mut().find(|sitting| sitting.id == id).unwrap().fee = Fen(0);
    assert_eq!(choose(&exam, &state, &[], &["cet4-written-993010"]), Err(ChoiceRefusal::NoFee(id)));
}

#[test]
fn b14_an_oral_subject_needs_the_written_one_of_its_level() {
    let exam = cet();
    let state = bound(MAIN, &["cet4-written", "cet4-oral", "ja4-written"]);
    let refused = choose(&exam, &state, &[], &["cet4-oral-993010"]);
    let Err(ChoiceRefusal::Requires { subject, needs }) = refused else { panic!("{refused:?}") };
    assert_eq!((subject.as_str(), needs[0].as_str()), ("cet4-oral", "cet4-written"));
    let japanese = order(&exam, &["ja4-written-993010"]);
    assert!(choose(&exam, &state, &[&japanese], &["cet4-oral-993010"]).is_err(), "another language does not count");
    let written = order(&exam, &["cet4-written-993010"]);
    assert_eq!(choose(&exam, &state, &[&written], &["cet4-oral-993010"]), Ok(()));
    let refused = choose(&exam, &state, &[&written], &["cet6-oral-993010"]);
    assert_eq!(refused, Err(ChoiceRefusal::NotEligible("cet6-oral".parse().unwrap())));
    assert!(
        exam.rules.subject(&"cet6-oral".parse().unwrap()).unwrap().not_eligible.as_ref().unwrap().zh
            == "不具有CET六级口试报考资格！"
    );
}

#[test]
fn b14_the_oral_test_may_be_elsewhere_unless_the_school_forbids_it_or_the_campus_is_closed() {
    let mut exam = cet();
    let subjects = ["cet4-written", "cet4-oral"];
    let at = |campus, id: &str, exam: &Exam| {
        let state = bound(campus, &subjects);
        let written = order(exam, &[&*format!("cet4-written-{campus}")]);
        choose(exam, &state, &[&written], &[id])
    };
    assert_eq!(at("993010", "cet4-oral-991010", &exam), Ok(()), "another school's campus");
    let fixed = at("994010", "cet4-oral-991010", &exam);
    assert_eq!(fixed, Err(ChoiceRefusal::OtherCampus("991010".parse().unwrap())), "this school keeps its own");
    assert_eq!(at("994010", "cet4-oral-994010", &exam), Ok(()));
    let offered = campuses(&exam, &bound("994010", &subjects), CampusRule::Pick, now());
    assert_eq!(offered.iter().map(|campus| campus.code.as_str()).collect::<Vec<_>>(), ["994010"]);
    assert_eq!(campuses(&exam, &bound("993010", &subjects), CampusRule::Pick, now()).len(), 5);
    let code: OrganisationCode = "991010".parse().unwrap();
    let later = now() + jiff::SignedDuration::from_hours(1);
    exam.organisations.iter_mut().find(|one| one.code == code).unwrap().opens_at = Some(later);
    assert_eq!(at("993010", "cet4-oral-991010", &exam), Err(ChoiceRefusal::CampusClosed(code)));
    assert_eq!(campuses(&exam, &bound("993010", &subjects), CampusRule::Pick, now()).len(), 4);
}

#[test]
fn b11_what_may_be_dropped() {
    let exam = cet();
    let drop = |live: &[&Order], id: &str| check_drop(&exam, live, &[id.parse().unwrap()]);
    let both = order(&exam, &["cet4-written-993010", "ja6-written-993010"]);
    let one = order(&exam, &["cet4-written-993010"]);
    let oral = order(&exam, &["cet4-oral-993010"]);
    assert!(drop(&[&both], "ja6-written-993010").is_ok());
    assert!(matches!(drop(&[&one], "cet4-written-993010"), Err(DropRefusal::Last)), "not all written ones");
    assert!(drop(&[&one, &oral], "cet4-oral-993010").is_ok(), "an oral one may go");
    let needed = drop(&[&both, &oral], "cet4-written-993010");
    assert!(matches!(needed, Err(DropRefusal::Needed(ref id)) if id.as_str() == "cet4-oral"), "{needed:?}");
}

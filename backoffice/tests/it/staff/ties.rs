//! Who is another person: not whom somebody has let in, nor whoever the same one could be behind; and who of two who keep each
//! other out has come first.

use http::StatusCode;
use registration::desk::permits::approvals::{Act, Applied, ApprovalError, Approvals, Second};
use registration::desk::staff::{By, Duty, Reach, Role, StaffError, StaffMember};
use registration::lists::List;
use reservation::ids::ExamId;

use super::approvals::by_two;
use crate::house::{EXAM, House};

/// An exam with a sitting of a campus, and one of another.
const SITTINGS: &str = "id,title_zh,title_en,group,campus,venue_zh,venue_en,starts_at,capacity,fee
morning,英语,English,,99101,一号楼,Building 1,2090-05-22T09:00:00+08:00,5,
evening,英语,English,,98101,一号楼,Building 1,2090-05-22T19:00:00+08:00,5,
";
const ORGANISATIONS: &str = "code,level,parent,name_zh,name_en
99,province,,省,Province
991,school,99,校,School
99101,campus,991,东区,East
98,province,,别省,Other
981,school,98,别校,Other
98101,campus,981,西区,West
";

/// Would the other one's agreement be a second person's?
async fn are_two(door: &Approvals, asker: &StaffMember, other: &StaffMember) -> bool {
    let exam: ExamId = "degree-english".parse().unwrap();
    let id = door.ask(asker, &Act::Export { exam, list: List::Roster, is_whole: true }).await.unwrap();
    match door.agree(Second::Member(other), id).await {
        Ok(Applied::Done) => true,
        Err(ApprovalError::NotSecond) => {
            door.withdraw(asker, id).await.unwrap();
            false
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_agrees_who_could_be_whoever_asked() {
    let mut house = by_two().await;
    let (staff, door) = (house.registration.staff.clone(), house.registration.approvals.clone());
    let (chief, deputy) = (house.member_called("chief").await, house.member_called("deputy").await);
    // Whoever asked for it and whoever was shown the link are both tied to a new administrator, and not to each other.
    let id = house.asks("/staff/invite", "name=vice&role=administrator").await;
    let shown = house.agrees("deputy", id).await;
    assert!(shown.0 == StatusCode::OK && shown.2.contains("/join?token="), "{}", shown.2);
    let vice = house.member_called("vice").await;
    assert!(!are_two(&door, &deputy, &vice).await && !are_two(&door, &vice, &chief).await);
    assert!(are_two(&door, &chief, &deputy).await);

    // Two whom the same one let in could be one; two whom two let in are two.
    for (by, name) in [(&chief, "dd"), (&chief, "ee"), (&deputy, "ff"), (&vice, "gg")] {
        staff.invite(By::Administrator(by), name, Role::Registrar).await.unwrap();
    }
    let hired = house.hire("hh", Role::Registrar).await;
    let [d, e, f, g] = ["dd", "ee", "ff", "gg"];
    for (one, other, expected) in [(d, e, false), (d, f, true), (g, f, false), (d, g, false), (f, "hh", true)] {
        let (asker, second) = (house.member_called(one).await, house.member_called(other).await);
        assert_eq!(are_two(&door, &asker, &second).await, expected, "{one} {other}");
        assert_eq!(are_two(&door, &second, &asker).await, expected, "{other} {one}");
    }
    assert!(are_two(&door, &hired, &vice).await, "the operator has added them");

    // Of two who keep each other out at once one stays.
    let (one, other) = tokio::join!(
        staff.set_disabled_by(By::Administrator(&chief), "deputy", true),
        staff.set_disabled_by(By::Administrator(&deputy), "chief", true),
    );
    let lost = if matches!(one, Ok(true)) { other } else { one };
    assert!(matches!(lost, Err(StaffError::Forbidden(_))), "{lost:?}");
    let left = [house.member_called("chief").await, house.member_called("deputy").await];
    assert_eq!(left.iter().filter(|one| one.disabled_at.is_none()).count(), 1);
    house.registration.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_works_for_a_campus_finds_what_is_asked_for_of_it() {
    let house = House::open_by_two().await;
    house.import("exam", EXAM, &[("sittings.csv", SITTINGS), ("organisations.csv", ORGANISATIONS)]).await;
    let chief = house.hire("chief", Role::Administrator).await;
    let (door, exam): (_, ExamId) = (house.registration.approvals.clone(), "degree-english".parse().unwrap());
    let sitting = "morning".parse().unwrap();
    door.ask(&chief, &Act::Capacity { exam: exam.clone(), sitting, before: 5, after: 3 }).await.unwrap();
    door.ask(&chief, &Act::Export { exam: exam.clone(), list: List::Roster, is_whole: true }).await.unwrap();
    let schools = |code: &str| Reach::of(vec![], vec![], vec![code.parse().unwrap()]);
    for (name, reach, expected) in [
        ("everywhere", Reach::default(), 1),
        ("exam", Reach::of(vec![exam.clone()], vec![], vec![]), 1),
        ("school", schools("991"), 1),
        ("campus", schools("99101"), 1),
        ("elsewhere", schools("981"), 0),
    ] {
        let member = house.hire(name, Duty { role: Role::Seating, reach }).await;
        assert_eq!(door.waiting(&member).await.unwrap().len(), expected, "{name}");
        let counted = house.registration.cases.counts(&member).await.unwrap().approvals;
        assert_eq!(counted, Some(expected as u64), "{name}");
    }
    house.registration.stop().await;
}

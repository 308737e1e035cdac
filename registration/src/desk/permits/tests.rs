//! The table of roles as it is meant, and where whoever is limited may act.

use jiff::Timestamp;
use uuid::Uuid;

use super::*;
use crate::model::actor::Reach;
use crate::model::ids::StaffId;

fn member(role: Role, reach: Reach) -> StaffMember {
    let (id, name) = (StaffId(Uuid::from_u128(9)), "li.min".to_owned());
    StaffMember { id, name, role, reach, session_epoch: 0, disabled_at: None }
}

/// The row of a right in docs/roles.md, as the code has it.
fn row(right: Right) -> String {
    let marks = Role::ALL.map(|role| if right.is_of(role) { "✓" } else { "" });
    let name = match right {
        Right::See(_) => "See".to_owned(),
        Right::Decide(_) => "Decide".to_owned(),
        other => format!("{other:?}"),
    };
    format!("| `{name}` |{}", marks.map(|mark| format!(" {mark} |")).concat())
}

#[test]
fn the_table_of_roles_is_the_one_that_is_written_down() {
    let doc = include_str!("../../../../docs/roles.md");
    let head = format!("| right |{}", Role::ALL.map(|role| format!(" {} |", role.as_str())).concat());
    assert!(doc.contains(&head), "{head}");
    let rows: std::collections::BTreeSet<String> = Right::all().into_iter().map(row).collect();
    for row in &rows {
        assert!(doc.contains(&format!("{row}\n")), "docs/roles.md lacks {row}");
    }
    assert_eq!(doc.lines().filter(|line| line.starts_with("| `")).count(), rows.len(), "one row a right");
}

#[test]
fn every_kind_of_case_is_seen_and_decided_alike() {
    for role in Role::ALL {
        for right in [Right::See, Right::Decide] {
            let may = CaseKind::ALL.map(|kind| right(kind).is_of(role));
            assert!(may.iter().all(|one| *one == may[0]), "{role:?}");
        }
    }
}

#[test]
fn whoever_is_limited_acts_within_and_nowhere_else() {
    let (one, other): (ExamId, ExamId) = ("ce".parse().unwrap(), "cet".parse().unwrap());
    let (here, there) = (SiteId(Uuid::from_u128(1)), SiteId(Uuid::from_u128(2)));
    let code = |text: &str| text.parse::<OrganisationCode>().unwrap();
    let (campus, elsewhere) = ([code("1101"), code("11")], [code("3101"), code("31")]);
    let all = [
        Scope::Everything,
        Scope::Exam(&one),
        Scope::Exam(&other),
        Scope::Site(here),
        Scope::Site(there),
        Scope::Entrance(&one, here),
        Scope::Entrance(&one, there),
        Scope::Entrance(&other, here),
        Scope::School(&one, &campus),
        Scope::School(&one, &elsewhere),
        Scope::School(&other, &campus),
    ];
    let within = |reach: Reach| {
        let member = member(Role::Seating, reach);
        let permitted = all.map(|scope| permits(&member, Right::ArrangeSeats, scope));
        assert!(all.iter().all(|scope| !permits(&member, Right::SeeMoney, *scope)));
        permitted.map(|may| if may { '1' } else { '0' }).iter().collect::<String>()
    };
    let (exams, sites, schools) = (vec![one.clone()], vec![here], vec![code("11")]);
    assert_eq!(within(Reach::default()), "11111111111");
    assert_eq!(within(Reach::of(exams.clone(), vec![], vec![])), "01000110110");
    assert_eq!(within(Reach::of(vec![], sites.clone(), vec![])), "00010101000");
    assert_eq!(within(Reach::of(vec![], vec![], schools.clone())), "00000000101");
    assert_eq!(within(Reach::of(exams.clone(), sites.clone(), vec![])), "00000100000");
    assert_eq!(within(Reach::of(exams.clone(), vec![], schools.clone())), "00000000100");
    assert_eq!(within(Reach::of(exams, sites, schools)), "00000000000", "nothing is at a site and of a school");
}

#[test]
fn whoever_is_disabled_may_do_nothing() {
    for role in Role::ALL {
        let member = StaffMember { disabled_at: Some(Timestamp::UNIX_EPOCH), ..member(role, Reach::default()) };
        for right in Right::all() {
            assert_eq!(demand(&member, right, Scope::Everything), Err(Forbidden), "{role:?} {right:?}");
            assert!(!permits_somewhere(&member, right));
        }
    }
}

//! Lists of reasons, and what one network may hold: read, and each fault said.

use super::{EXAM, SITTINGS, faults, parse_both};

#[test]
fn d6_lists_of_reasons_are_read_and_checked() {
    let with = |list: &str| format!("{EXAM}\n[reasons]\npayment = [{list}]\n");
    let one = |zh: &str| format!("{{ zh = \"{zh}\", en = \"x\" }}");
    let page = parse_both(&with(&one("金额不符")), SITTINGS).unwrap().page;
    assert_eq!(page.rules.reasons.in_english("金额不符"), "x");
    let many = (0..10).map(|number| one(&number.to_string())).collect::<Vec<_>>().join(", ");
    for (list, fault) in [
        (many, "at most 9 reasons"),
        (one(&"长".repeat(61)), "at most 60 characters"),
        (one("金额。不符"), "no 。"),
        (one(" "), "must be one line"),
        (format!("{}, {}", one("金额"), one("金额")), "there twice"),
    ] {
        let found = faults(&with(&list), SITTINGS);
        assert!(found.iter().any(|found| found.contains(fault)), "{fault}: {found:?}");
    }
}

#[test]
fn d6_a_share_of_second_opinions_is_read_and_is_no_more_than_all() {
    let with = |percent: u8| format!("{EXAM}\n[review.second_opinion]\npayment = 5\nform = {percent}\n");
    let rules = parse_both(&with(100), SITTINGS).unwrap().page.rules;
    assert_eq!((rules.review.second_opinion.payment, rules.review.second_opinion.form), (5, 100));
    assert!(serde_json::to_string(&rules).unwrap().contains("second_opinion"));
    let none = parse_both(EXAM, SITTINGS).unwrap().page.rules;
    assert!(
        !serde_json::to_string(&none).unwrap().contains("second_opinion"),
        "the version before knows nothing of it"
    );
    let found = faults(&with(101), SITTINGS);
    assert!(found.iter().any(|fault| fault.contains("from 0 to 100")), "{found:?}");
}

#[test]
fn how_many_seats_one_network_holds_is_read() {
    let with = |line: &str| EXAM.replace("fee =", &format!("{line}\nfee ="));
    assert_eq!(parse_both(EXAM, SITTINGS).unwrap().page.rules.seats_per_network, None);
    assert_eq!(parse_both(&with("seats_per_network = 40"), SITTINGS).unwrap().page.rules.seats_per_network, Some(40));
    let found = faults(&with("seats_per_network = 0"), SITTINGS);
    assert!(found.len() == 1 && found[0].starts_with("exam.toml:8: must be at least 1"), "{found:?}");
}

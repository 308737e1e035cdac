//! An exam's own design of its tickets.

use papers::{Design, PaperError, Ticket};

use crate::tools::{Printed, in_order, press, ticket};

#[test]
fn an_exam_s_own_design_prints_with_what_ours_have() {
    let own = "#import \"/house.typ\": *\n#let ticket(t) = { masthead(t.organiser, t.exam, \"入场券\"); facts((\"名\", t.name), (\"座\", t.seat)); portrait(t.photo, words(t.language)) }";
    let press = press();
    press.check_design(own).unwrap();
    let paper = press.ticket(&Ticket { design: Design::Own(own.into()), ..ticket() }).unwrap();
    in_order(&Printed::new("own", &paper).text(None), &["入场券", "孙剑峰", "H01"]);
    press.check_design(press.design()).unwrap();
}

#[test]
fn a_design_that_does_not_hold_is_told_by_its_line_and_names_nobody() {
    let press = press();
    let told = |design: &str| match press.check_design(design) {
        Err(PaperError::Template { place, message }) => (place, message),
        other => panic!("{design} was {other:?}"),
    };
    let (place, message) = told("#let ticket(t) = {\n  t.nickname\n}");
    assert_eq!(place, "design.typ:2");
    assert!(message.contains("nickname"), "{message}");
    assert_eq!(told("#let ticket(t) = {").0, "design.typ:1");
    assert!(told("#let other = 1").1.contains("ticket"));
    assert!(told("#let ticket(t) = read(\"/etc/passwd\")").1.contains("not found"));
    assert!(told("#import \"@preview/cetz:0.4.0\": *\n#let ticket(t) = []").1.contains("not found"));
    assert!(told("#let ticket(t) = { let at = 0; while true { at += 1 } }").1.contains("always true"));
    // Whatever it says while a candidate's ticket is printed, no word of the candidate's is among it.
    let failing = Design::Own("#let ticket(t) = panic(t.name)".into());
    let error = press.ticket(&Ticket { design: failing, ..ticket() }).err().unwrap().to_string();
    assert!(error.contains("design.typ:1") && !error.contains("孙剑峰"), "{error}");
}

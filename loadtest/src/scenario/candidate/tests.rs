//! What an exam's page means, with and without steps.

use super::*;

const HOLD: &str = "/exams/e/hold";
const STEPS: &str = r#"<ol class="steps"></ol>"#;
const NEXT: &str = r#"<section class="callout"><a class="button" href="/exams/e/notice">x</a></section>"#;
const SITTING: &str = r#"<li class="sitting" data-sitting="s1" data-level="low"><input id="sitting-s1" name="sitting-1" value="s1"></li>"#;

#[test]
fn an_exam_without_steps_has_its_choice_or_is_not_open() {
    let form = format!(r#"<form action="{HOLD}">{SITTING}</form>"#);
    assert_eq!(of_exam(&form, HOLD), Outcome::Done);
    assert_eq!(of_exam(&form.replace("low", "full"), HOLD), Outcome::Full);
    assert_eq!(of_exam(SITTING, HOLD), Outcome::NotOpen);
    assert_eq!(of_exam(r#"<a class="button" href="/orders/e-1">x</a>"#, HOLD), Outcome::Refused);
    assert_eq!(of_exam("<p>", HOLD), Outcome::WrongPage);
}

#[test]
fn an_exam_with_steps_says_which_is_next() {
    assert_eq!(of_exam(&format!("{NEXT}{STEPS}"), HOLD), Outcome::Done);
    assert_eq!(of_exam(STEPS, HOLD), Outcome::NotOpen);
    assert_eq!(of_exam(&format!(r#"{NEXT}{STEPS}<a href="/orders/e-1">x</a>"#), HOLD), Outcome::Refused);
}

//! What must hold between the rules of an exam: names that are there, an order that can be walked.

mod form;
mod programme;
mod steps;
mod ticket;

use std::collections::HashSet;
use std::hash::Hash;

use super::text_fault;
use crate::model::exam::Group;
use crate::model::exam_rules::{
    CHOICE_HOURS_MAX, CardCheck, ExamRules, IdentityWay, OFFER_MINUTES_MAX, OFFERS_MAX, PAYEES_MAX, RATES_MAX,
    REASON_OF_LIST_CHARS_MAX, REASONS_MAX, TaskKind,
};
use crate::model::payment::Method;
use crate::model::text::Text;

/// One part of where a value stands in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    Name(&'static str),
    Index(usize),
}

/// A fault of the rules, and where.
pub(super) struct RuleFault {
    pub(super) place: Vec<Key>,
    pub(super) message: String,
}

/// The faults found so far.
#[derive(Default)]
struct Checker(Vec<RuleFault>);

impl Checker {
    fn add(&mut self, place: &[Key], message: impl Into<String>) {
        self.0.push(RuleFault { place: place.to_vec(), message: message.into() });
    }

    fn require(&mut self, holds: bool, place: &[Key], message: impl Into<String>) {
        if !holds {
            self.add(place, message);
        }
    }

    fn text(&mut self, text: &Text, place: &[Key]) {
        if let Some(fault) = text_fault(text) {
            self.add(place, fault);
        }
    }

    /// Each of the things is there once; tells those that are not.
    fn unique<T: Eq + Hash + std::fmt::Display>(
        &mut self,
        things: impl IntoIterator<Item = T>,
        place: impl Fn(usize) -> Vec<Key>,
    ) {
        let mut seen = HashSet::new();
        for (index, thing) in things.into_iter().enumerate() {
            let message = format!("`{thing}` is there twice");
            if !seen.insert(thing) {
                self.add(&place(index), message);
            }
        }
    }
}

/// Everything that is wrong with the rules, in their order.
pub(super) fn check(rules: &ExamRules, groups: &[Group]) -> Vec<RuleFault> {
    let mut checker = Checker::default();
    account(rules, &mut checker);
    steps::check(rules, &mut checker);
    people(rules, &mut checker);
    form::check(rules, &mut checker);
    programme::check(rules, groups, &mut checker);
    payment(rules, &mut checker);
    refund(rules, &mut checker);
    ticket::check(rules, &mut checker);
    reminders(rules, &mut checker);
    reasons(rules, &mut checker);
    second_opinion(rules, &mut checker);
    waiting_list(rules, &mut checker);
    let fits = rules.seats_per_network.is_none_or(|seats| seats > 0);
    checker.require(
        fits,
        &[Key::Name("seats_per_network")],
        "must be at least 1; leave it out where there is no bound",
    );
    checker.0
}

fn payment(rules: &ExamRules, checker: &mut Checker) {
    let place = |name| [Key::Name("payment"), Key::Name(name)];
    if let Some(item) = &rules.payment.item {
        checker.text(item, &place("item"));
    }
    let channels = &rules.payment.channels;
    checker.require(!channels.is_empty(), &place("channels"), "there must be a channel");
    checker.unique(channels, |index| [&place("channels")[..], &[Key::Index(index)]].concat());
    for (index, channel) in channels.iter().enumerate() {
        let is_candidates = *channel != Method::School;
        let here = [&place("channels")[..], &[Key::Index(index)]].concat();
        checker.require(is_candidates, &here, "a school pays for many candidates, not a candidate by the school");
    }
    let payees = &rules.payment.payees;
    let are_names =
        payees.len() <= PAYEES_MAX && payees.iter().all(|name| (2..=60).contains(&name.trim().chars().count()));
    checker.require(are_names, &place("payees"), format!("there are at most {PAYEES_MAX}, of 2 to 60 characters each"));
    let fits = (1..=CHOICE_HOURS_MAX).contains(&rules.payment.choice_hours);
    checker.require(fits, &place("choice_hours"), format!("must be from 1 to {CHOICE_HOURS_MAX}"));
}

fn reminders(rules: &ExamRules, checker: &mut Checker) {
    let off = [Key::Name("reminders"), Key::Name("off")];
    checker.unique(&rules.reminders.off, |index| [&off[..], &[Key::Index(index)]].concat());
    if let Some(bring) = &rules.reminders.bring {
        checker.text(bring, &[Key::Name("reminders"), Key::Name("bring")]);
    }
}

/// Each reason has a number key, and room for more behind it. The sign between them is not in it, so that a page in English
/// knows where it ends.
fn reasons(rules: &ExamRules, checker: &mut Checker) {
    for (name, list) in rules.reasons.lists() {
        let place = [Key::Name("reasons"), Key::Name(name)];
        checker.require(list.len() <= REASONS_MAX, &place, format!("there are at most {REASONS_MAX} reasons"));
        for (index, reason) in list.iter().enumerate() {
            let here = [&place[..], &[Key::Index(index)]].concat();
            checker.text(reason, &here);
            let fits = reason.zh.chars().count() <= REASON_OF_LIST_CHARS_MAX && !reason.zh.contains('。');
            let message = format!("in Chinese it has at most {REASON_OF_LIST_CHARS_MAX} characters, and no 。");
            checker.require(fits, &here, message);
        }
        checker.unique(list.iter().map(|reason| &reason.zh), |index| [&place[..], &[Key::Index(index)]].concat());
    }
}

/// Of no more than all of them.
fn second_opinion(rules: &ExamRules, checker: &mut Checker) {
    for (name, percent) in rules.review.second_opinion.percents() {
        let here = [Key::Name("review"), Key::Name("second_opinion"), Key::Name(name)];
        checker.require(percent <= 100, &here, "is a percentage, from 0 to 100");
    }
}

/// How much comes back falls as time goes on.
fn refund(rules: &ExamRules, checker: &mut Checker) {
    let (refund, rates) = (&rules.refund, [Key::Name("refund"), Key::Name("rates")]);
    if let Some(note) = &refund.note {
        checker.text(note, &[Key::Name("refund"), Key::Name("note")]);
    }
    checker.require(refund.rates.len() <= RATES_MAX, &rates, format!("there are at most {RATES_MAX} rates"));
    let mut before = None;
    for (index, rate) in refund.rates.iter().enumerate() {
        let here = [&rates[..], &[Key::Index(index)]].concat();
        checker.require(rate.percent <= 100, &here, "percent must be from 0 to 100");
        if let Some((until, percent)) = before {
            checker.require(rate.until > until, &here, "until must be later than that of the rate before");
            checker.require(rate.percent <= percent, &here, "percent must not be more than that of the rate before");
        }
        before = Some((rate.until, rate.percent));
    }
}

/// A seat is offered for long enough to be paid, and not for ever.
fn waiting_list(rules: &ExamRules, checker: &mut Checker) {
    let Some(list) = &rules.waiting_list else { return };
    let place = |name| [Key::Name("waiting_list"), Key::Name(name)];
    let fits = (5..=OFFER_MINUTES_MAX).contains(&list.offer_minutes);
    checker.require(fits, &place("offer_minutes"), format!("must be from 5 to {OFFER_MINUTES_MAX}"));
    let fits = (1..=OFFERS_MAX).contains(&list.offers);
    checker.require(fits, &place("offers"), format!("must be from 1 to {OFFERS_MAX}"));
}

fn account(rules: &ExamRules, checker: &mut Checker) {
    let password = rules.account.password;
    let place = |name| [Key::Name("account"), Key::Name("password"), Key::Name(name)];
    let fits = (6..=64).contains(&password.chars_min);
    checker.require(fits, &place("chars_min"), "must be from 6 to 64");
    let fits = (password.chars_min..=64).contains(&password.chars_max);
    checker.require(fits, &place("chars_max"), "must be from chars_min to 64");
    checker.require((1..=3).contains(&password.kinds_min), &place("kinds_min"), "must be from 1 to 3");
}

/// Identity, face, eligibility and review.
fn people(rules: &ExamRules, checker: &mut Checker) {
    let identity = |name| [Key::Name("identity"), Key::Name(name)];
    if rules.asks_for(&TaskKind::Identity) {
        checker.require(!rules.identity.ways.is_empty(), &identity("ways"), "there must be a way");
        checker.require(!rules.identity.documents.is_empty(), &identity("documents"), "there must be a document");
        let has_cards = rules.identity.ways.contains(&IdentityWay::Card);
        let fits = rules.identity.card == CardCheck::Auto || has_cards;
        checker.require(fits, &identity("card"), "needs `card` among the ways: add it, or leave card out");
    }
    let face = |name| [Key::Name("face"), Key::Name(name)];
    checker.require((1..=50).contains(&rules.face.tries_per_day), &face("tries_per_day"), "must be from 1 to 50");
    let fits = (1..=100).contains(&rules.face.similarity_min);
    checker.require(fits, &face("similarity_min"), "must be from 1 to 100");
    for (name, is_set) in [("camera_only", rules.face.camera_only), ("liveness", rules.face.liveness)] {
        let fits = !is_set || rules.asks_for(&TaskKind::Face);
        checker.require(fits, &face(name), "needs the task `face`: put it into a step, or leave this out");
    }
    let eligibility = |name| [Key::Name("eligibility"), Key::Name(name)];
    let fits = (1..=24 * 30).contains(&rules.eligibility.unused_hours);
    checker.require(fits, &eligibility("unused_hours"), "must be from 1 to 720");
    if rules.asks_for(&TaskKind::Eligibility) {
        let has_some = !rules.eligibility.documents.is_empty();
        checker.require(has_some, &eligibility("documents"), "there must be a document");
    }
    if let Some(review) = &rules.eligibility.score_review {
        checker.text(&review.title, &eligibility("score_review"));
        for grant in &review.grants {
            let is_there = rules.subject(grant).is_some();
            checker.require(is_there, &eligibility("score_review"), format!("grants: there is no subject `{grant}`"));
        }
    }
    for (index, name) in rules.review.compare.iter().enumerate() {
        let place = [Key::Name("review"), Key::Name("compare"), Key::Index(index)];
        checker.require(rules.form.field(name).is_some(), &place, format!("the form has no field `{name}`"));
    }
}

#[cfg(test)]
mod tests {
    use reservation::waiting_list::{ListPer, Returns};

    use super::*;
    use crate::model::exam_rules::WaitingListRules;

    #[test]
    fn an_offer_lasts_long_enough_and_not_for_ever() {
        let told = |offer_minutes, offers| {
            let list = WaitingListRules { per: ListPer::Group, offer_minutes, returns: Returns::Everybody, offers };
            let rules = ExamRules { waiting_list: Some(list), ..ExamRules::default() };
            check(&rules, &[]).into_iter().map(|fault| fault.message).collect::<Vec<_>>()
        };
        assert_eq!((told(5, 1), told(OFFER_MINUTES_MAX, OFFERS_MAX)), (vec![], vec![]));
        assert_eq!(told(4, 0), ["must be from 5 to 4320", "must be from 1 to 10"]);
        assert_eq!(told(OFFER_MINUTES_MAX + 1, OFFERS_MAX + 1).len(), 2);
    }

    #[test]
    fn what_is_said_of_cards_and_faces_needs_what_it_speaks_of() {
        let told = |rules: &ExamRules| check(rules, &[]).into_iter().map(|fault| fault.message).collect::<Vec<_>>();
        let usual = told(&ExamRules::default());
        let mut rules = ExamRules::default();
        rules.face.liveness = true;
        let more: Vec<String> = told(&rules).into_iter().filter(|message| !usual.contains(message)).collect();
        assert_eq!(more, ["needs the task `face`: put it into a step, or leave this out"]);
        let mut rules = ExamRules::default();
        let step = crate::model::exam_rules::StepRule {
            title: Text { zh: "实名认证".to_owned(), en: "Identity".to_owned() },
            tasks: vec![TaskKind::Identity, TaskKind::Face],
            is_optional: false,
            opens_at: None,
            closes_at: None,
            note: None,
        };
        rules.steps.insert(0, step);
        (rules.face.camera_only, rules.face.liveness, rules.identity.card) = (true, true, CardCheck::Staff);
        let needs_cards = "needs `card` among the ways: add it, or leave card out".to_owned();
        assert!(!told(&rules).contains(&needs_cards), "{:?}", told(&rules));
        rules.identity.ways = vec![IdentityWay::Manual];
        assert!(told(&rules).contains(&needs_cards), "{:?}", told(&rules));
    }
}

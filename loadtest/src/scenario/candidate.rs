//! A candidate's whole way through the pages, from the list of exams to the receipt. The pages lead: what an exam asks
//! for, and in which order, is read off where each of them leads next. Every page is an operation of its own.

mod account;
mod address;
mod browser;
mod cards;
pub(crate) mod form;
pub(crate) mod marks;
mod picture;
pub(crate) mod sandbox;
mod seat;
mod steps;

use std::sync::Arc;
use std::time::{Duration, Instant};

use reservation::ids::SittingId;

pub use account::sign_up;
pub(crate) use browser::FORM;
pub use cards::{Cards, CardsError};
pub use marks::has_steps;
pub use picture::Pictures;

use crate::cli::Arrive;
use crate::cli::values::{GiveUp, Step as Leaving};
use crate::generator::chance::Chance;
use crate::generator::worker::Worker;
use crate::measured::record::{Operation, Outcome};
use crate::server::accounts::{Person, Signed};
use address::{Step, path};
use browser::Browser;
use seat::Held;

/// How often somebody who was too early looks again.
const RETURNS_MAX: u32 = 50;
/// Most steps of a way: three times those of the longest that we know.
const STEPS_MAX: usize = 40;

/// What all candidates know.
#[derive(Debug)]
pub struct CandidatePlan {
    /// The exam, by its id.
    pub exam: String,
    /// The sittings that are asked for.
    pub sittings: Vec<SittingId>,
    /// How candidates come by an account.
    pub arrive: Arrive,
    /// Accounts made beforehand, by candidate; empty when they are made on the way.
    pub accounts: Vec<Signed>,
    /// Pictures to hand in.
    pub pictures: Pictures,
    /// Identity cards and faces; none for an exam that asks for nobody's.
    pub cards: Cards,
    /// Pause on each page.
    pub think: Duration,
    /// Who leaves where.
    pub give_up: Vec<GiveUp>,
    /// How often another sitting is chosen when one is full.
    pub choose_again: u32,
    /// Fetch what pages name?
    pub assets: bool,
    /// Share of seat holders who hand a picture in, 0–1.
    pub confirm: f64,
    /// Share of seat holders who give the seat back, 0–1.
    pub release: f64,
}

impl CandidatePlan {
    /// Who candidate `index` is.
    pub(crate) fn person(&self, seed: u64, index: u64) -> Option<Person> {
        person(self.arrive, &self.accounts, seed, index)
    }

    fn leaves(&self, step: Leaving, chance: &mut Chance) -> bool {
        let share = self.give_up.iter().filter(|it| it.step == step).map(|it| it.share.0).sum();
        chance.happens(share)
    }
}

/// One candidate on the way.
struct Way<'a> {
    worker: &'a Worker,
    plan: &'a CandidatePlan,
    index: u64,
    browser: Browser<'a>,
    is_signed_in: bool,
    has_shown_card: bool,
    held: Option<Held>,
}

/// The way of candidate `index`, who means to come at `intended`.
pub async fn candidate(worker: Arc<Worker>, plan: Arc<CandidatePlan>, index: u64, intended: Instant) {
    worker.sets_out(intended);
    let chance = Chance::of(worker.duty.seed, index);
    let signed = usize::try_from(index).ok().and_then(|index| plan.accounts.get(index));
    let cookies = signed.filter(|_| plan.arrive == Arrive::SignedIn).map_or("", |signed| &signed.cookie);
    let browser = Browser::new(&worker, chance, cookies, intended);
    let is_signed_in = plan.arrive == Arrive::SignedIn;
    let mut way = Way { worker: &worker, plan: &plan, index, browser, is_signed_in, has_shown_card: false, held: None };
    // Whoever stops has been counted where they stopped.
    let _ = way.walk().await;
}

impl Way<'_> {
    /// Goes where the pages lead, until there is a seat to pay for or nothing that this candidate can do.
    async fn walk(&mut self) -> Option<()> {
        self.exams().await?;
        let mut address = format!("/exams/{}", self.plan.exam);
        for _ in 0..STEPS_MAX {
            address = match Step::at(&address) {
                Some(Step::Exam) => self.exam(&address).await?,
                Some(Step::SignIn) => self.come_by_an_account(&address).await?,
                Some(Step::Identity) => self.identity(&address).await?,
                Some(Step::Card) => self.show_card(&address).await?,
                Some(Step::Notice) => self.agree(&address).await?,
                Some(Step::Face) => self.show_face(&address).await?,
                Some(Step::Details) => self.give_details(&address).await?,
                Some(Step::Sittings) => self.sittings(&address).await?,
                Some(Step::Order) => return self.pay_and_end().await,
                None => break,
            };
        }
        // The step is none that we can play, or the way leads round in circles.
        self.is_stuck(Operation::UnknownStep, path(&address));
        None
    }

    /// On this page the candidate cannot go on, and why: whoever stops without a word explains no test that failed.
    fn is_stuck(&self, operation: Operation, why: &str) {
        self.worker.ended(operation, Outcome::WrongPage, self.browser.next);
        let words = format!("{}: {} {why}", operation.as_str(), Outcome::WrongPage.as_str());
        self.worker.measured().problem(words);
    }

    fn person(&self) -> Option<Person> {
        self.plan.person(self.worker.duty.seed, self.index)
    }

    fn leaves(&mut self, step: Leaving) -> bool {
        self.worker.is_stopped() || self.plan.leaves(step, &mut self.browser.chance)
    }

    async fn think(&mut self) {
        self.browser.think(self.plan.think).await;
    }

    /// The list of exams, with what a browser fetches along with its first page.
    async fn exams(&mut self) -> Option<()> {
        let link = format!("/exams/{}", self.plan.exam);
        let right = |page: &str| if marks::has_link(page, &link) { Outcome::Done } else { Outcome::WrongPage };
        let seen = self.browser.open(Operation::Exams, "/", right).await;
        if seen.outcome != Outcome::Done {
            return None;
        }
        if self.plan.assets {
            self.browser.fetch(&marks::assets(&seen.page)).await;
        }
        self.think().await;
        (!self.leaves(Leaving::Exams)).then_some(())
    }

    /// The exam's page, again and again until it has opened: the choice, where it is made there, or the next step.
    async fn exam(&mut self, address: &str) -> Option<String> {
        let hold = format!("{}/hold", path(address));
        for _ in 0..=RETURNS_MAX {
            let seen = self.browser.open(Operation::Exam, address, |page| of_exam(page, &hold)).await;
            match seen.outcome {
                Outcome::Done => {
                    self.think().await;
                    if self.leaves(Leaving::Exam) {
                        return None;
                    }
                    if marks::has_form(&seen.page, &hold) {
                        return self.choose(&seen.page, &hold).await;
                    }
                    let Some(next) = marks::next_step(&seen.page) else {
                        self.is_stuck(Operation::Exam, "names no next step");
                        return None;
                    };
                    return self.go_on(next).await;
                }
                Outcome::NotOpen if !self.worker.is_stopped() => {
                    self.browser.next = self.worker.until_next_try(&mut self.browser.chance).await;
                }
                _ => return None,
            }
        }
        None
    }

    /// To the next step; whoever is not signed in is led to the form for that.
    async fn go_on(&mut self, next: String) -> Option<String> {
        // Some pages lead there themselves.
        if self.is_signed_in || Step::at(&next) == Some(Step::SignIn) {
            return Some(next);
        }
        let to_sign_in = |to: &str| if Step::at(to) == Some(Step::SignIn) { Outcome::Done } else { Outcome::WrongPage };
        let seen = self.browser.follow(Operation::Begin, &next, to_sign_in).await;
        seen.location.filter(|_| seen.outcome == Outcome::Done)
    }
}

/// Who candidate `index` is: somebody new, or the owner of an account.
pub(crate) fn person(arrive: Arrive, accounts: &[Signed], seed: u64, index: u64) -> Option<Person> {
    match arrive {
        Arrive::SignUp => Some(Person::of(seed, index)),
        Arrive::SignIn | Arrive::SignedIn => Some(accounts.get(usize::try_from(index).ok()?)?.person),
    }
}

/// What an exam's page means for who wants to register: with its choice, with a next step, or with neither.
fn of_exam(page: &str, hold: &str) -> Outcome {
    let sittings = marks::sittings(page);
    if marks::has_form(page, hold) {
        return match sittings.is_empty() {
            true => Outcome::WrongPage,
            false if sittings.iter().all(|sitting| sitting.is_full) => Outcome::Full,
            false => Outcome::Done,
        };
    }
    match marks::next_step(page) {
        // There is a registration already, and the page leads to it.
        _ if marks::has_order(page) => Outcome::Refused,
        Some(_) => Outcome::Done,
        None if sittings.is_empty() && !has_steps(page) => Outcome::WrongPage,
        None => Outcome::NotOpen,
    }
}

/// Was the form taken?
fn was_taken(went: Result<&str, &str>) -> Outcome {
    if went.is_ok() { Outcome::Done } else { Outcome::Refused }
}

#[cfg(test)]
mod tests;

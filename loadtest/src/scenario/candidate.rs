//! A candidate's whole way through the pages: the list of exams, the exam, an account, the seat, the payment, the
//! picture, and how it stands. Every page is an operation of its own.

mod account;
mod browser;
mod marks;
mod picture;
mod sandbox;
mod seat;

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use reservation::ids::SittingId;

pub use account::sign_up;
pub use picture::Pictures;

use crate::accounts::Signed;
use crate::chance::{Chance, Fate};
use crate::cli::Arrive;
use crate::cli::values::{GiveUp, Step};
use crate::record::{Operation, Outcome};
use crate::worker::Worker;
use browser::{Browser, FORM};
use marks::SittingMark;

/// How often somebody who was too early looks again.
const RETURNS_MAX: u32 = 50;

/// What all candidates know.
#[derive(Debug)]
pub struct CandidatePlan {
    /// The exam, by its id.
    pub exam: String,
    /// Its sittings.
    pub sittings: Vec<SittingId>,
    /// How candidates come by an account.
    pub arrive: Arrive,
    /// Accounts made beforehand, by candidate; empty when they are made on the way.
    pub accounts: Vec<Signed>,
    /// Pictures to hand in.
    pub pictures: Pictures,
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
    fn leaves(&self, step: Step, chance: &mut Chance) -> bool {
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
}

/// The way of candidate `index`, who means to come at `intended`.
pub async fn candidate(worker: Arc<Worker>, plan: Arc<CandidatePlan>, index: u64, intended: Instant) {
    worker.sets_out(intended);
    let chance = Chance::of(worker.duty.seed, index);
    let signed = usize::try_from(index).ok().and_then(|index| plan.accounts.get(index));
    let cookies = signed.filter(|_| plan.arrive == Arrive::SignedIn).map_or("", |signed| &signed.cookie);
    let browser = Browser::new(&worker, chance, cookies, intended);
    let mut way = Way { worker: &worker, plan: &plan, index, browser };
    // Whoever stops has been counted where they stopped.
    let _ = way.walk().await;
}

impl Way<'_> {
    async fn walk(&mut self) -> Option<()> {
        self.exams().await?;
        let mut sittings = self.exam("").await?;
        if self.plan.arrive != Arrive::SignedIn {
            sittings = self.come_by_an_account(&sittings).await?;
        }
        let seat = self.take(sittings).await?;
        self.pay(&seat).await;
        let fate = self.browser.chance.fate(self.plan.confirm, self.plan.release);
        if self.leaves(Step::Order) {
            return None;
        }
        match fate {
            Fate::Confirm => self.hand_in(&seat).await,
            Fate::Release => self.give_back(&seat).await,
            Fate::WalkAway => {}
        }
        Some(())
    }

    fn leaves(&mut self, step: Step) -> bool {
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
        (!self.leaves(Step::Exams)).then_some(())
    }

    /// The exam's page, again and again until it has opened; answers the sittings that one can choose from.
    async fn exam(&mut self, query: &str) -> Option<Vec<SittingMark>> {
        let path = format!("/exams/{}{query}", self.plan.exam);
        let form = format!("/exams/{}/hold", self.plan.exam);
        let judge = |page: &str| {
            let sittings = marks::sittings(page);
            match marks::has_form(page, &form) {
                _ if sittings.is_empty() => Outcome::WrongPage,
                // There is a registration already, and the page leads to it.
                false if marks::has_order(page) => Outcome::Refused,
                false => Outcome::NotOpen,
                true if sittings.iter().all(|sitting| sitting.is_full) => Outcome::Full,
                true => Outcome::Done,
            }
        };
        for _ in 0..=RETURNS_MAX {
            let seen = self.browser.open(Operation::Exam, &path, judge).await;
            match seen.outcome {
                Outcome::Done => {
                    self.think().await;
                    let choice = marks::sittings(&seen.page);
                    return (!self.leaves(Step::Exam)).then_some(choice);
                }
                Outcome::NotOpen if !self.worker.is_stopped() => {
                    self.browser.next = self.worker.until_next_try(&mut self.browser.chance).await;
                }
                _ => return None,
            }
        }
        None
    }

    /// A sitting that has a seat, and the form that asks for it.
    fn choose(&mut self, sittings: &[SittingMark]) -> Option<(usize, Bytes)> {
        let free: Vec<&SittingMark> = sittings.iter().filter(|sitting| !sitting.is_full).collect();
        let chosen = *free.get(self.browser.chance.sitting(free.len()))?;
        let place = self.plan.sittings.iter().position(|id| id.as_str() == chosen.id)?;
        let field = chosen.field.as_deref()?;
        Some((place, format!("agree=on&{field}={}", chosen.id).into()))
    }
}

/// A form without files.
fn form(body: Bytes) -> (&'static str, Bytes) {
    (FORM, body)
}

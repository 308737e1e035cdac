//! From the choice to the end: the seat, the page to pay on, the picture or the seat given back, and how it stands.

use bytes::Bytes;

use super::address::Step;
use super::browser::FORM;
use super::form::{Answers, Form, multipart_type};
use super::marks::{self, SittingMark};
use super::{Leaving, Way};
use crate::checks::seats::{Known, Seat};
use crate::generator::chance::Fate;
use crate::measured::record::{Operation, Outcome};

/// A seat in a candidate's hands.
pub(super) struct Held {
    /// Where it is noted.
    place: usize,
    /// The order's address.
    order: String,
}

/// What was chosen, ready to be sent.
struct Choice {
    /// The sitting, by its place in the plan.
    place: usize,
    /// Content type and body.
    form: (String, Bytes),
}

impl Way<'_> {
    /// The page of sittings, where it is one of its own.
    pub(super) async fn sittings(&mut self, address: &str) -> Option<String> {
        let hold = format!("/exams/{}/hold", self.plan.exam);
        let judge = |page: &str| {
            let sittings = marks::sittings(page);
            match marks::has_form(page, &hold) {
                _ if sittings.is_empty() => Outcome::WrongPage,
                false => Outcome::NotOpen,
                true if sittings.iter().all(|sitting| sitting.is_full) => Outcome::Full,
                true => Outcome::Done,
            }
        };
        let seen = self.browser.open(Operation::SittingsPage, address, judge).await;
        if seen.outcome != Outcome::Done || self.worker.is_stopped() {
            return None;
        }
        self.think().await;
        self.choose(&seen.page, &hold).await
    }

    /// Sends a choice off; answers where it leads: to the seat's order, or to sign in.
    pub(super) async fn choose(&mut self, page: &str, hold: &str) -> Option<String> {
        if self.is_signed_in {
            return self.take(page, hold).await;
        }
        let Choice { form, .. } = self.choice(Operation::Choose, page, hold)?;
        let to_sign_in = |went: Result<&str, &str>| match went {
            Ok(to) if Step::at(to) == Some(Step::SignIn) => Outcome::Done,
            Ok(_) => Outcome::WrongPage,
            Err(_) => Outcome::Refused,
        };
        let seen = self.browser.send(Operation::Choose, hold, (&form.0, form.1), to_sign_in).await;
        seen.location.filter(|_| seen.outcome == Outcome::Done)
    }

    /// Asks for a seat, and for one in another sitting when that one is full.
    async fn take(&mut self, page: &str, hold: &str) -> Option<String> {
        let mut page = page.to_owned();
        for _ in 0..=self.plan.choose_again {
            let Choice { place, form } = self.choice(Operation::Take, &page, hold)?;
            let chosen = self.plan.sittings[place].as_str().to_owned();
            let judge = |went: Result<&str, &str>| match went {
                Ok(to) if to.starts_with("/orders/") => Outcome::Given,
                Ok(_) => Outcome::Refused,
                Err(page) if !marks::has_form(page, hold) => Outcome::NotOpen,
                Err(page) => match marks::sittings(page).iter().find(|sitting| sitting.id == chosen) {
                    Some(sitting) if sitting.is_full => Outcome::Full,
                    _ => Outcome::Refused,
                },
            };
            let seen = self.browser.send(Operation::Take, hold, (&form.0, form.1), judge).await;
            match (seen.outcome, seen.location) {
                (Outcome::Given, Some(order)) => {
                    self.held = Some(self.note(place, order.clone()));
                    return Some(order);
                }
                (Outcome::Full, _) => page = seen.page,
                _ => return None,
            }
            self.think().await;
        }
        None
    }

    /// A sitting that has a seat, and the form that asks for it. That all of them are full was counted with the page.
    fn choice(&mut self, operation: Operation, page: &str, hold: &str) -> Option<Choice> {
        let sittings = marks::sittings(page);
        let free: Vec<&SittingMark> = sittings.iter().filter(|sitting| !sitting.is_full).collect();
        let SittingMark { id, field, .. } = *free.get(self.browser.chance.sitting(free.len()))?;
        let place = self.plan.sittings.iter().position(|known| known.as_str() == id);
        let missing = match (place, field, Form::to(page, hold)) {
            (Some(place), Some(field), Some(form)) => {
                let texts = [(field.as_str(), id.as_str())];
                return Some(Choice { place, form: form.filled(Answers { texts: &texts, pictures: &[] }) });
            }
            (None, ..) => format!("offers {id}, which was not listed when the test began"),
            (_, None, _) => format!("has no field for {id}"),
            (.., None) => format!("has no form to {hold}"),
        };
        self.is_stuck(operation, &missing);
        None
    }

    /// With a seat: the payment, and what becomes of it.
    pub(super) async fn pay_and_end(&mut self) -> Option<()> {
        let seat = self.held.take()?;
        self.pay(&seat).await;
        let fate = self.browser.chance.fate(self.plan.confirm, self.plan.release);
        if self.leaves(Leaving::Order) {
            return None;
        }
        match fate {
            Fate::Confirm => self.hand_in(&seat).await,
            Fate::Release => self.give_back(&seat).await,
            Fate::WalkAway => {}
        }
        Some(())
    }

    /// From now on it is surely taken; until when, the next page says.
    fn note(&self, sitting: usize, order: String) -> Held {
        let now = self.worker.now();
        let hold = order.trim_start_matches("/orders/").into();
        let place = self.worker.note_seat(Seat { hold, sitting, from: now, until: Some(now), known: Known::Held });
        Held { place, order }
    }

    /// The page to pay on, with its code.
    async fn pay(&mut self, seat: &Held) {
        let upload = format!("{}/screenshot", seat.order);
        let right = |page: &str| if marks::has_form(page, &upload) { Outcome::Done } else { Outcome::WrongPage };
        let seen = self.browser.open(Operation::Order, &seat.order, right).await;
        if let Some(held_for) = marks::held_for(&seen.page).filter(|_| seen.outcome == Outcome::Done) {
            // The page was made after we asked for it, so the deadline lies at least this far from then.
            let until = self.worker.since_start(seen.sent_at) + held_for;
            self.worker.change_seat(seat.place, |seat| seat.until = Some(until));
        }
        if self.plan.assets {
            let pictures = marks::assets(&seen.page).into_iter().filter(|path| path.starts_with("/orders/"));
            self.browser.fetch(&pictures.collect::<Vec<_>>()).await;
        }
        self.think().await;
    }

    /// Hands the picture in and looks how it stands.
    async fn hand_in(&mut self, seat: &Held) {
        let path = format!("{}/screenshot", seat.order);
        let picture = (&*multipart_type(), self.plan.pictures.form(self.index));
        let judge = |went: Result<&str, &str>| match went {
            Ok(to) if to.ends_with("/receipt") => Outcome::Done,
            _ => Outcome::Refused,
        };
        let seen = self.browser.send(Operation::Upload, &path, picture, judge).await;
        match (seen.outcome, seen.location) {
            (Outcome::Done, Some(receipt)) => {
                self.worker.change_seat(seat.place, |seat| (seat.until, seat.known) = (None, Known::Frozen));
                let right = |page: &str| if marks::has_outcome(page) { Outcome::Done } else { Outcome::WrongPage };
                let seen = self.browser.open(Operation::Receipt, &receipt, right).await;
                if seen.outcome == Outcome::Done {
                    self.worker.is_through();
                }
            }
            (Outcome::Refused, _) => {}
            _ => self.worker.change_seat(seat.place, |seat| seat.known = Known::Unsure),
        }
    }

    /// Gives the seat back.
    async fn give_back(&mut self, seat: &Held) {
        // From the moment it is asked for, the seat may be somebody else's.
        let now = self.worker.now();
        self.worker.change_seat(seat.place, |seat| seat.ends_at(now));
        let path = format!("{}/release", seat.order);
        let judge = |went: Result<&str, &str>| match went {
            Ok(to) if to.ends_with("/ended") => Outcome::Done,
            _ => Outcome::Refused,
        };
        let seen = self.browser.send(Operation::GiveBack, &path, (FORM, Bytes::new()), judge).await;
        let known = if seen.outcome == Outcome::Done { Known::Released } else { Known::Unsure };
        self.worker.change_seat(seat.place, |seat| seat.known = known);
        if let Some(ended) = seen.location.filter(|_| seen.outcome == Outcome::Done) {
            self.browser.open(Operation::Ended, &ended, |_| Outcome::Done).await;
        }
    }
}

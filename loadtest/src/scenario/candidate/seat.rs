//! From the choice to the end: the seat, the page to pay on, the picture or the seat given back, and how it stands.

use bytes::Bytes;

use super::marks::{self, SittingMark};
use super::picture::Pictures;
use super::{Way, form};
use crate::record::{Operation, Outcome};
use crate::seats::{Known, Seat};

/// A seat in a candidate's hands.
pub(super) struct Held {
    /// Where it is noted.
    place: usize,
    /// The order's address.
    order: String,
}

impl Way<'_> {
    /// Asks for a seat, and for one in another sitting when that one is full.
    pub(super) async fn take(&mut self, mut sittings: Vec<SittingMark>) -> Option<Held> {
        let path = format!("/exams/{}/hold", self.plan.exam);
        for _ in 0..=self.plan.choose_again {
            let (sitting, choice) = self.choose(&sittings)?;
            let chosen = self.plan.sittings[sitting].as_str().to_owned();
            let judge = |went: Result<&str, &str>| match went {
                Ok(to) if to.starts_with("/orders/") => Outcome::Given,
                Ok(_) => Outcome::Refused,
                Err(page) if !marks::has_form(page, &path) => Outcome::NotOpen,
                Err(page) => match marks::sittings(page).iter().find(|sitting| sitting.id == chosen) {
                    Some(sitting) if sitting.is_full => Outcome::Full,
                    _ => Outcome::Refused,
                },
            };
            let seen = self.browser.send(Operation::Take, &path, form(choice), judge).await;
            match (seen.outcome, seen.location) {
                (Outcome::Given, Some(order)) => return Some(self.note(sitting, order)),
                (Outcome::Full, _) => sittings = marks::sittings(&seen.page),
                _ => return None,
            }
            self.think().await;
        }
        None
    }

    /// From now on it is surely taken; until when, the next page says.
    fn note(&self, sitting: usize, order: String) -> Held {
        let now = self.worker.now();
        let hold = order.trim_start_matches("/orders/").into();
        let place = self.worker.note_seat(Seat { hold, sitting, from: now, until: Some(now), known: Known::Held });
        Held { place, order }
    }

    /// The page to pay on, with its code.
    pub(super) async fn pay(&mut self, seat: &Held) {
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
    pub(super) async fn hand_in(&mut self, seat: &Held) {
        let path = format!("{}/screenshot", seat.order);
        let picture = (&*Pictures::content_type(), self.plan.pictures.form(self.index));
        let judge = |went: Result<&str, &str>| match went {
            Ok(to) if to.ends_with("/receipt") => Outcome::Done,
            _ => Outcome::Refused,
        };
        let seen = self.browser.send(Operation::Upload, &path, picture, judge).await;
        match (seen.outcome, seen.location) {
            (Outcome::Done, Some(receipt)) => {
                self.worker.change_seat(seat.place, |seat| (seat.until, seat.known) = (None, Known::Frozen));
                let right = |page: &str| if marks::has_outcome(page) { Outcome::Done } else { Outcome::WrongPage };
                self.browser.open(Operation::Receipt, &receipt, right).await;
            }
            (Outcome::Refused, _) => {}
            _ => self.worker.change_seat(seat.place, |seat| seat.known = Known::Unsure),
        }
    }

    /// Gives the seat back.
    pub(super) async fn give_back(&mut self, seat: &Held) {
        // From the moment it is asked for, the seat may be somebody else's.
        let now = self.worker.now();
        self.worker.change_seat(seat.place, |seat| seat.ends_at(now));
        let path = format!("{}/release", seat.order);
        let judge = |went: Result<&str, &str>| match went {
            Ok(to) if to.ends_with("/ended") => Outcome::Done,
            _ => Outcome::Refused,
        };
        let seen = self.browser.send(Operation::GiveBack, &path, form(Bytes::new()), judge).await;
        let known = if seen.outcome == Outcome::Done { Known::Released } else { Known::Unsure };
        self.worker.change_seat(seat.place, |seat| seat.known = known);
        if let Some(ended) = seen.location.filter(|_| seen.outcome == Outcome::Done) {
            self.browser.open(Operation::Ended, &ended, |_| Outcome::Done).await;
        }
    }
}

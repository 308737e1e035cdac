//! Identity cards and faces of the candidates, drawn before the test begins: drawing one takes longer than any page, and
//! its time is not the server's.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use specimen::{NoFont, card_back, card_front, seed_of, selfie};

use crate::server::accounts::Person;

/// Most candidates whose cards are kept: a card has some 200 KB.
pub(super) const CARDS_MAX: u64 = 5_000;

/// Why there are no cards.
#[derive(Debug, thiserror::Error)]
pub enum CardsError {
    /// No font can draw them.
    #[error("identity cards cannot be drawn: {0}")]
    Font(#[from] NoFont),
    /// More than can be kept.
    #[error(
        "the exam asks for identity cards, which are drawn beforehand, at most {CARDS_MAX} in a process; \
         {0} candidates come: let several processes share the test (--shard)"
    )]
    TooMany(u64),
}

/// What candidates hold into the camera.
#[derive(Debug, Default)]
pub struct Cards {
    fronts: BTreeMap<u64, Bytes>,
    back: Bytes,
    faces: BTreeMap<u64, Bytes>,
}

impl Cards {
    /// Draws the cards of these candidates, by their numbers, on all cores. `drawn` is called after each.
    ///
    /// # Errors
    /// Too many, or no Chinese font.
    pub fn draw(people: &[(u64, Person)], drawn: impl Fn() + Sync) -> Result<Self, CardsError> {
        if people.len() as u64 > CARDS_MAX {
            return Err(CardsError::TooMany(people.len() as u64));
        }
        let next = AtomicUsize::new(0);
        let draw_some = || {
            let mut some = Vec::new();
            while let Some((index, person)) = people.get(next.fetch_add(1, Ordering::Relaxed)) {
                some.push((*index, Bytes::from(card_front(person.name(), &person.document())?)));
                drawn();
            }
            Ok::<_, NoFont>(some)
        };
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let fronts = std::thread::scope(|scope| {
            let painters: Vec<_> = (0..threads).map(|_| scope.spawn(draw_some)).collect();
            painters.into_iter().map(|painter| painter.join().expect("drawing does not panic")).collect::<Vec<_>>()
        });
        let mut cards = Self { back: card_back()?.into(), ..Self::default() };
        for some in fronts {
            cards.fronts.extend(some?);
        }
        for (index, person) in people {
            cards.faces.insert(*index, selfie(seed_of(&person.document())).into());
        }
        Ok(cards)
    }

    /// Front and back of a candidate's card.
    pub(super) fn sides(&self, index: u64) -> Option<(&Bytes, &Bytes)> {
        Some((self.fronts.get(&index)?, &self.back))
    }

    /// A picture of a candidate's face.
    pub(super) fn face(&self, index: u64) -> Option<&Bytes> {
        self.faces.get(&index)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU64;

    use super::*;

    #[test]
    fn everybody_has_a_card_and_a_face_of_their_own() {
        let people: Vec<(u64, Person)> = [1, 4].map(|index| (index, Person::of(7, index))).into();
        let drawn = AtomicU64::new(0);
        let count = || {
            drawn.fetch_add(1, Ordering::Relaxed);
        };
        let cards = Cards::draw(&people, count).unwrap();
        assert_eq!(drawn.into_inner(), 2);
        let ((one, back), (other, same)) = (cards.sides(1).unwrap(), cards.sides(4).unwrap());
        assert!(one != other && back == same);
        assert!(one.len() < 400_000, "{}", one.len());
        assert_ne!(cards.face(1).unwrap(), cards.face(4).unwrap());
        assert!(cards.sides(2).is_none() && cards.face(2).is_none());
    }
}

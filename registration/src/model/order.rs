//! An order: the seats that one candidate holds in one exam, and what must be paid for them. Plain values.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use reservation::ids::{ExamId, HoldId, Reference, SittingId};

use crate::model::exam_rules::PartId;
use crate::model::fen::Fen;
use crate::model::ids::AccountId;

/// Most sittings that one order may have.
pub const SITTINGS_MAX: usize = 10;
/// Crockford's base 32: no I, L, O, U, so that it can be read out on the phone.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// An order's number, like `S7K4-2M9Q`: 40 random bits. Also the reference under which its seats are confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OrderId(u64);

/// The text is no order number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an order number looks like S7K4-2M9Q")]
pub struct OrderIdError;

impl OrderId {
    /// Makes a number out of the lowest 40 bits.
    pub fn from_bits(bits: u64) -> Self {
        Self(bits & 0xff_ffff_ffff)
    }

    /// The reference under which the engine confirms this order's holds.
    pub fn reference(self) -> Reference {
        self.to_string().parse().expect("letters, digits and a hyphen are visible ASCII")
    }
}

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for place in (0..8).rev() {
            let digit = (self.0 >> (place * 5)) & 31;
            f.write_str(char::from(ALPHABET[digit as usize]).encode_utf8(&mut [0; 4]))?;
            if place == 4 {
                f.write_str("-")?;
            }
        }
        Ok(())
    }
}

impl FromStr for OrderId {
    type Err = OrderIdError;

    /// As typed by a person: the hyphen may be missing, letters may be small, I and L are 1, O is 0.
    fn from_str(text: &str) -> Result<Self, OrderIdError> {
        let mut bits = 0;
        let mut count = 0;
        for c in text.chars().filter(|c| *c != '-') {
            let upper = match c.to_ascii_uppercase() {
                'I' | 'L' => '1',
                'O' => '0',
                other => other,
            };
            let digit = ALPHABET.iter().position(|b| char::from(*b) == upper).ok_or(OrderIdError)?;
            count += 1;
            if count > 8 {
                return Err(OrderIdError);
            }
            bits = bits << 5 | digit as u64;
        }
        if count == 8 { Ok(Self(bits)) } else { Err(OrderIdError) }
    }
}

/// Where an order stands, as candidates and staff see it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum OrderState {
    /// The seats are held; the clock runs.
    Unpaid,
    /// A picture of the payment is in; the clock stands still; staff decide.
    WaitingReview,
    /// Staff refused the picture. The seats are kept until then for another one.
    Refused {
        /// Why, in the words of staff.
        reason: String,
        /// The last moment to hand in another picture.
        until: Timestamp,
    },
    /// The seats are the candidate's.
    Confirmed,
    /// Ended: nothing was handed in in time. Handing in now takes the seats anew if they are free.
    Lapsed,
    /// Ended: the candidate gave the seats back.
    Released,
    /// Ended: refused, and nothing better was handed in in time.
    Cancelled,
    /// Ended before its money came: the seats are gone, and other sittings can be chosen for the money.
    Owed {
        /// The last moment to choose; then the money goes back.
        until: Timestamp,
    },
}

impl OrderState {
    /// Does an order in this state stand in the way of another one for the same exam?
    pub fn is_live(&self) -> bool {
        matches!(self, Self::Unpaid | Self::WaitingReview | Self::Refused { .. } | Self::Confirmed)
    }
}

/// What a candidate's school does about paying for an order (集体缴费).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BySchool {
    /// It is about to pay: nobody else pays for the order, or changes it, meanwhile.
    Locked {
        /// So long at most.
        until: Timestamp,
    },
    /// It has paid.
    Paid,
}

/// One sitting of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderSitting {
    /// Which sitting of the exam.
    pub sitting: SittingId,
    /// The hold on a seat in it.
    pub hold: HoldId,
    /// What it cost when the order was made.
    pub fee: Fen,
}

/// One candidate's seats in one exam.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The number by which it is known.
    pub id: OrderId,
    /// Whose it is.
    pub account: AccountId,
    /// The exam that it is of.
    pub exam: ExamId,
    /// The part of the exam; all seats are in it.
    pub part: PartId,
    /// The seats, in the order of the exam's sittings.
    pub sittings: Vec<OrderSitting>,
    /// What must be paid: the sum of the sittings' fees.
    pub amount: Fen,
    /// Where it stands.
    pub state: OrderState,
    /// The deadline to show while unpaid; without the grace.
    pub expires_at: Timestamp,
    /// When the seats were taken.
    pub created_at: Timestamp,
    /// Since when it waits for staff, or last did.
    pub submitted_at: Option<Timestamp>,
    /// When staff decided last.
    pub decided_at: Option<Timestamp>,
    /// How often staff refused the picture, since a payment was last confirmed.
    pub refusals: u16,
    /// Why they did so last, in their words, until another one is handed in.
    pub reason: Option<String>,
    /// When staff first confirmed the payment. It stays while a form that was changed since is looked at again.
    pub paid_at: Option<Timestamp>,
    /// What the candidate's school does about paying for it; nothing where it does nothing.
    pub by_school: Option<BySchool>,
    /// When a picture of the payment came that waits for another sitting to be chosen, because the seat had gone: only of
    /// an order that has lapsed. How long it waits [the exam says](crate::model::exam::Exam::choice_until).
    pub late_picture_at: Option<Timestamp>,
}

impl Order {
    /// Until when the candidate's school keeps everybody else from paying for it and from changing it.
    pub fn locked_until(&self) -> Option<Timestamp> {
        match self.by_school {
            Some(BySchool::Locked { until }) => Some(until),
            Some(BySchool::Paid) | None => None,
        }
    }

    /// Has the candidate's school paid for it?
    pub fn is_paid_by_school(&self) -> bool {
        self.by_school == Some(BySchool::Paid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_spelling_and_is_read_as_people_type_it() {
        for bits in [0, 1, 31, 32, 0xff_ffff_ffff, 0x12_3456_789a] {
            let id = OrderId::from_bits(bits);
            assert_eq!(id.to_string().parse(), Ok(id));
            assert_eq!(id.reference().as_str(), id.to_string());
        }
        assert_eq!(OrderId::from_bits(u64::MAX).to_string(), "ZZZZ-ZZZZ");
        let id: OrderId = "10K4-2M90".parse().unwrap();
        for typed in ["10k42m90", "IOK4-2M9O", "lok4-2m9o", "1-0K42M9-0"] {
            assert_eq!(typed.parse(), Ok(id), "{typed}");
        }
        for bad in ["", "10K4-2M9", "10K4-2M900", "10K4-2M9U", "10K4 2M90", "１0K4-2M90"] {
            assert_eq!(bad.parse::<OrderId>(), Err(OrderIdError), "{bad:?}");
        }
    }
}

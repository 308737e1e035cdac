//! What is published of a draw, and how anybody verifies it: the same input and seed give the same plan, and the seed is the
//! one that was promised.

use serde::{Deserialize, Serialize};

use crate::arrange::arrange;
use crate::check::{Impossible, Violation, violations};
use crate::draw::Seed;
use crate::examinee::Examinee;
use crate::late::seat_late;
use crate::plan::{Assigned, Input, InputError, Plan};

/// The version of the record that this program writes and reads.
pub const VERSION: u32 = 1;

/// A draw as it is published afterwards, as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The version of the record: [`VERSION`].
    pub version: u32,
    /// What was published before: SHA-256 of the seed.
    pub commitment: String,
    /// The seed that was drawn.
    pub seed: Seed,
    /// What was arranged.
    pub input: Input,
    /// What came of it.
    pub plan: Plan,
    /// Who came later, in that order; each has a seat that was free, and moved nobody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub late: Vec<Late>,
}

/// Somebody who came after the plan was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Late {
    /// Who came later.
    pub examinee: Examinee,
    /// Where, or that every seat was taken.
    pub assigned: Option<Assigned>,
}

/// Why a record is not what it says.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// It is no JSON, or not of this kind.
    #[error("this is no record of a draw: {0}")]
    Text(#[from] serde_json::Error),
    /// It was written by another version.
    #[error("the record is of version {0}, and this program reads version {VERSION}")]
    Version(u32),
    /// The seed is another one than was promised.
    #[error("the seed is not the one whose SHA-256 was published before the draw")]
    Commitment,
    /// It could not be arranged.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The plan is another one than the seed gives.
    #[error("{0:?} has another place than the draw gives")]
    Plan(String),
    /// Somebody who came later has another seat than the rule gives.
    #[error("{0:?}, who came later, has another place than the rule gives")]
    Late(String),
    /// It is no plan at all.
    #[error(transparent)]
    Impossible(#[from] Impossible),
    /// A public draw says what somebody needs.
    #[error("{0:?} is in a public draw with what they need")]
    Needs(String),
    /// The rooms of a public draw, and those that were set aside, cannot be the rooms of one sitting.
    #[error("the rooms that were set aside: {0}")]
    SetAside(InputError),
}

impl Record {
    /// Draws: arranges the input by the seed.
    ///
    /// # Errors
    /// Any [`InputError`].
    pub fn of(input: Input, seed: Seed) -> Result<Self, InputError> {
        let plan = arrange(&input, &seed)?;
        Ok(Self { version: VERSION, commitment: seed.commitment(), seed, input, plan, late: Vec::new() })
    }

    /// Gives somebody who comes later a free seat, and notes both.
    ///
    /// # Errors
    /// Any [`InputError`].
    pub fn add_late(&mut self, examinee: Examinee) -> Result<Option<Assigned>, InputError> {
        let (input, plan) = self.now();
        let assigned = seat_late(&input, &plan, &examinee)?;
        self.late.push(Late { examinee, assigned: assigned.clone() });
        Ok(assigned)
    }

    /// Everybody and every place, those who came later among them.
    pub fn now(&self) -> (Input, Plan) {
        let (mut input, mut plan) = (self.input.clone(), self.plan.clone());
        for late in &self.late {
            add(&mut input, &mut plan, late);
        }
        (input, plan)
    }

    /// Does the draw again and compares; what of the rules is not kept comes back.
    ///
    /// # Errors
    /// Any other [`RecordError`].
    pub fn verify(&self) -> Result<Vec<Violation>, RecordError> {
        if self.version != VERSION {
            return Err(RecordError::Version(self.version));
        }
        if self.seed.commitment() != self.commitment {
            return Err(RecordError::Commitment);
        }
        let again = arrange(&self.input, &self.seed)?;
        if let Some(id) = differs(&again, &self.plan) {
            return Err(RecordError::Plan(id));
        }
        let (mut input, mut plan) = (self.input.clone(), self.plan.clone());
        for late in &self.late {
            if seat_late(&input, &plan, &late.examinee)? != late.assigned {
                return Err(RecordError::Late(late.examinee.id.clone()));
            }
            add(&mut input, &mut plan, late);
        }
        // Spare seats and rooms are there for those who come later.
        let spare =
            |violation: &Violation| matches!(violation, Violation::SpareSeats { .. } | Violation::SpareRooms { .. });
        let (drawn, now) = (violations(&self.input, &self.plan)?, violations(&input, &plan)?);
        let mut all: Vec<Violation> = now.into_iter().filter(|violation| !spare(violation)).collect();
        all.extend(drawn.into_iter().filter(spare));
        Ok(all)
    }

    /// Reads a record; whether it is true is what [`Self::verify`] says.
    ///
    /// # Errors
    /// [`RecordError::Text`].
    pub fn from_json(text: &str) -> Result<Self, RecordError> {
        Ok(serde_json::from_str(text)?)
    }

    /// The record as it is published.
    ///
    /// # Panics
    /// Never: its keys are texts.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a record is plain values")
    }
}

fn add(input: &mut Input, plan: &mut Plan, late: &Late) {
    input.examinees.push(late.examinee.clone());
    match &late.assigned {
        Some(assigned) => plan.seats.push(assigned.clone()),
        None => plan.unplaced.push(late.examinee.id.clone()),
    }
}

/// Somebody whose place is not the same in both.
pub(crate) fn differs(one: &Plan, other: &Plan) -> Option<String> {
    if one == other {
        return None;
    }
    let seats = one.seats.iter().zip(&other.seats).find(|(one, other)| one != other).map(|(one, _)| one.id.clone());
    let longer = || one.seats.iter().skip(other.seats.len()).chain(other.seats.iter().skip(one.seats.len())).next();
    let unplaced = || {
        one.unplaced.iter().chain(&other.unplaced).find(|id| one.unplaced.contains(id) != other.unplaced.contains(id))
    };
    seats
        .or_else(|| longer().map(|assigned| assigned.id.clone()))
        .or_else(|| unplaced().cloned())
        .or(Some(String::new()))
}

//! What is published of a draw where somebody may have been granted something: the draw of everybody else, the rooms that were
//! set aside before it, and nothing about who sits there. Who came later is not in it, so it stays as it was published.

use serde::{Deserialize, Serialize};

use crate::arrange::arrange;
use crate::aside::{self, Lots};
use crate::check::{Violation, violations};
use crate::draw::Seed;
use crate::plan::{Input, InputError, Plan};
use crate::record::{self, Record, RecordError, differs};
use crate::room::Room;

/// The version of a public draw; a whole record has another one.
pub const VERSION: u32 = 2;

/// A draw as it is published without those who need something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicDraw {
    /// The version: [`VERSION`].
    pub version: u32,
    /// What was published before: SHA-256 of the seed.
    pub commitment: String,
    /// The seed that was drawn.
    pub seed: Seed,
    /// What was drawn: the people and rooms that were not set aside.
    pub input: Input,
    /// What came of it.
    pub plan: Plan,
    /// The rooms that were set aside before, with all of their seats.
    #[serde(default)]
    pub set_aside: Vec<Room>,
}

impl PublicDraw {
    /// Draws: those who need something, and their companions, by `lots`, all others by `seed`. The whole record stays with
    /// whoever draws; beside it is what may be published, and `None` where there was too little room for setting some aside and
    /// somebody needs something.
    ///
    /// # Errors
    /// Any [`InputError`].
    pub fn draw(input: Input, seed: Seed, lots: &Lots) -> Result<(Record, Option<Self>), InputError> {
        let Some(seated) = aside::seat(&input, &seed, lots)? else {
            let record = Record::of(input, seed)?;
            let has_needs = record.input.examinees.iter().any(|person| !person.needs.is_none());
            let public = || Self::of(&record, (record.input.clone(), record.plan.clone()), Vec::new());
            let public = (!has_needs).then(public);
            return Ok((record, public));
        };
        let (plan, rooms, commitment) = (seated.whole(&input), seated.rooms_aside(&input), seed.commitment());
        let record = Record { version: record::VERSION, commitment, seed, input, plan, late: Vec::new() };
        let public = Self::of(&record, (seated.drawn, seated.plan), rooms);
        Ok((record, Some(public)))
    }

    fn of(record: &Record, (input, plan): (Input, Plan), set_aside: Vec<Room>) -> Self {
        let (commitment, seed) = (record.commitment.clone(), record.seed.clone());
        Self { version: VERSION, commitment, seed, input, plan, set_aside }
    }

    /// Does the draw again and compares; what of the rules is not kept comes back.
    ///
    /// # Errors
    /// [`RecordError::Version`], [`RecordError::Commitment`], [`RecordError::Plan`], [`RecordError::Input`],
    /// [`RecordError::Impossible`]; [`RecordError::Needs`] when it says of somebody what they need, and
    /// [`RecordError::SetAside`] when a room is drawn and set aside.
    pub fn verify(&self) -> Result<Vec<Violation>, RecordError> {
        if self.version != VERSION {
            return Err(RecordError::Version(self.version));
        }
        if self.seed.commitment() != self.commitment {
            return Err(RecordError::Commitment);
        }
        if let Some(person) = self.input.examinees.iter().find(|person| !person.needs.is_none()) {
            return Err(RecordError::Needs(person.id.clone()));
        }
        // As one list, so that a name that is there twice is found.
        let rooms = self.input.rooms.iter().chain(&self.set_aside).cloned().collect();
        Input { rooms, ..self.input.clone() }.check().map_err(RecordError::SetAside)?;
        if let Some(id) = differs(&arrange(&self.input, &self.seed)?, &self.plan) {
            return Err(RecordError::Plan(id));
        }
        Ok(violations(&self.input, &self.plan)?)
    }

    /// How many seats were set aside, the empty ones among them.
    pub fn seats_set_aside(&self) -> usize {
        self.set_aside.iter().map(|room| room.seats().len()).sum()
    }

    /// Reads a public draw; whether it is true is what [`Self::verify`] says.
    ///
    /// # Errors
    /// [`RecordError::Text`].
    pub fn from_json(text: &str) -> Result<Self, RecordError> {
        Ok(serde_json::from_str(text)?)
    }
}

/// Of which version a record is, whole or public.
///
/// # Errors
/// [`RecordError::Text`].
pub fn version_of(text: &str) -> Result<u32, RecordError> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u32,
    }
    Ok(serde_json::from_str::<Versioned>(text)?.version)
}

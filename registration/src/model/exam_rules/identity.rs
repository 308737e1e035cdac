//! How candidates prove who they are.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::model::document::DocumentKind;

/// Which documents count, and the ways to prove one's identity, in the order in which they are offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct IdentityRules {
    /// The documents that count.
    pub documents: Vec<DocumentKind>,
    /// The ways, in the order of offer.
    pub ways: Vec<IdentityWay>,
    /// Who decides on a card, where that is one of the ways.
    pub card: CardCheck,
}

impl Default for IdentityRules {
    fn default() -> Self {
        let ways = vec![IdentityWay::Card, IdentityWay::Manual];
        Self { documents: vec![DocumentKind::ResidentId], ways, card: CardCheck::default() }
    }
}

impl IdentityRules {
    /// The ways that count, in the order of offer: those that are named and, where each of them looks at the face, the way by
    /// staff. Nobody has to have their face looked at by a machine.
    pub fn taken(&self) -> Vec<IdentityWay> {
        let mut ways = self.ways.clone();
        if !ways.is_empty() && ways.iter().all(|way| *way == IdentityWay::Liveness) {
            ways.push(IdentityWay::Manual);
        }
        ways
    }
}

/// Who decides that a card is its owner's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum CardCheck {
    /// The reader: staff only where it is not sure, or where something about the picture is odd.
    #[default]
    Auto,
    /// A vendor who knows which name and number belong together; staff where there is none, or it has no answer.
    Vendor,
    /// Staff, each card: what the reader says is a suggestion.
    Staff,
}

/// The text says nobody who decides on cards.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("card must be `auto`, `staff` or `vendor`, and is `{0}`")]
pub struct UnknownCardCheck(String);

impl CardCheck {
    const ALL: [Self; 3] = [Self::Auto, Self::Vendor, Self::Staff];

    /// Its word in definitions.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Vendor => "vendor",
            Self::Staff => "staff",
        }
    }
}

impl FromStr for CardCheck {
    type Err = UnknownCardCheck;

    fn from_str(text: &str) -> Result<Self, UnknownCardCheck> {
        Self::ALL.into_iter().find(|check| check.as_str() == text).ok_or_else(|| UnknownCardCheck(text.to_owned()))
    }
}

impl TryFrom<String> for CardCheck {
    type Error = UnknownCardCheck;

    fn try_from(text: String) -> Result<Self, UnknownCardCheck> {
        text.parse()
    }
}

impl From<CardCheck> for String {
    fn from(check: CardCheck) -> Self {
        check.as_str().to_owned()
    }
}

/// One way to prove who one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentityWay {
    /// Both sides of the card, read by a machine.
    Card,
    /// A face check by a vendor, on the phone.
    Liveness,
    /// A photo of the person holding the document, looked at by staff.
    Manual,
}

/// The face check of an exam.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FaceRules {
    /// How often one may try in a day (Beijing time).
    pub tries_per_day: u8,
    /// How alike the faces must be, from 0 to 100.
    pub similarity_min: u8,
    /// Must the picture come from the camera? Then nothing is taken out of the album, and no screenshot.
    pub camera_only: bool,
    /// Must a vendor see that somebody living is in front of the camera? Where none is set up, or the document is one that
    /// vendors do not know, staff compare.
    pub liveness: bool,
}

impl Default for FaceRules {
    fn default() -> Self {
        Self { tries_per_day: 5, similarity_min: 70, camera_only: false, liveness: false }
    }
}

/// The photo of a registration form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PhotoRules {
    /// Largest file, in bytes.
    pub bytes_max: u32,
    /// Width in pixels to which a photo is cut; a smaller one is refused.
    pub width: u32,
    /// Height in pixels, likewise.
    pub height: u32,
    /// Must it show the verified face?
    pub match_face: bool,
}

impl Default for PhotoRules {
    fn default() -> Self {
        Self { bytes_max: 2 * 1024 * 1024, width: 413, height: 626, match_face: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e7_nobody_has_to_show_their_face_to_a_machine() {
        let taken = |ways: &[IdentityWay]| IdentityRules { ways: ways.to_vec(), ..IdentityRules::default() }.taken();
        assert_eq!(taken(&[IdentityWay::Liveness]), [IdentityWay::Liveness, IdentityWay::Manual]);
        assert_eq!(taken(&[IdentityWay::Liveness, IdentityWay::Card]), [IdentityWay::Liveness, IdentityWay::Card]);
        assert_eq!(taken(&[IdentityWay::Card]), [IdentityWay::Card]);
        assert!(taken(&[]).is_empty());
    }

    #[test]
    fn who_decides_on_cards_is_one_of_three_words() {
        for check in CardCheck::ALL {
            assert_eq!(check.as_str().parse::<CardCheck>(), Ok(check));
        }
        let wrong = "police".parse::<CardCheck>().unwrap_err();
        assert_eq!(wrong.to_string(), "card must be `auto`, `staff` or `vendor`, and is `police`");
    }
}

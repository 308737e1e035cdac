//! How candidates prove who they are.

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
}

impl Default for IdentityRules {
    fn default() -> Self {
        Self { documents: vec![DocumentKind::ResidentId], ways: vec![IdentityWay::Card, IdentityWay::Manual] }
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
}

impl Default for FaceRules {
    fn default() -> Self {
        Self { tries_per_day: 5, similarity_min: 70 }
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

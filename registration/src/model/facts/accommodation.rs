//! What somebody asks for in an exam (便利申请), what staff said, and what that means for the seat. Plain values.

use jiff::Timestamp;
use seating::Needs;
use serde::{Deserialize, Serialize};

use crate::model::exam_rules::AccommodationKind;

/// Most characters of what somebody says about their request.
pub const DETAILS_CHARS_MAX: usize = 300;

/// What somebody asks for. `Debug` says nothing of it: it speaks of health.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccommodationRequest {
    /// The kinds, each once, in the order of [`AccommodationKind::ALL`].
    pub kinds: Vec<AccommodationKind>,
    /// What is said about it; always there for [`AccommodationKind::Other`].
    pub details: String,
}

impl std::fmt::Debug for AccommodationRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AccommodationRequest({} kinds)", self.kinds.len())
    }
}

/// What staff say to one kind.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is granted.
    Granted,
    /// It is not, for this reason.
    Refused(String),
    /// It cannot be said yet; this is asked for.
    More(String),
}

impl Verdict {
    /// Why it was not granted, or what is asked for.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Granted => None,
            Self::Refused(reason) | Self::More(reason) => Some(reason),
        }
    }
}

impl std::fmt::Debug for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Granted => "Granted",
            Self::Refused(_) => "Refused",
            Self::More(_) => "More",
        })
    }
}

/// What staff said to a request, kind by kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Verdicts(pub Vec<(AccommodationKind, Verdict)>);

impl Verdicts {
    /// What was said to that kind.
    pub fn of(&self, kind: AccommodationKind) -> Option<&Verdict> {
        self.0.iter().find(|(said, _)| *said == kind).map(|(_, verdict)| verdict)
    }

    /// The kinds that were granted.
    pub fn granted(&self) -> Vec<AccommodationKind> {
        let granted = self.0.iter().filter(|(_, verdict)| *verdict == Verdict::Granted);
        granted.map(|(kind, _)| *kind).collect()
    }

    /// Is more asked for?
    pub fn asks_more(&self) -> bool {
        self.0.iter().any(|(_, verdict)| matches!(verdict, Verdict::More(_)))
    }

    /// All reasons, as one line; `None` when everything was granted.
    pub fn reason(&self) -> Option<String> {
        let mut reasons: Vec<&str> = self.0.iter().filter_map(|(_, verdict)| verdict.reason()).collect();
        reasons.dedup();
        (!reasons.is_empty()).then(|| reasons.join("；"))
    }
}

/// Where a request stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub enum AccommodationState {
    /// Nothing was asked for, or it was withdrawn.
    #[default]
    None,
    /// Staff look at it.
    Waiting {
        /// When it was handed in.
        since: Timestamp,
    },
    /// Staff ask for more.
    More {
        /// What they ask for.
        reason: String,
    },
    /// Nothing of it was granted.
    Refused {
        /// Why nothing of it was granted.
        reason: String,
    },
    /// Something of it was granted, and nothing is open.
    Granted {
        /// When that was decided.
        at: Timestamp,
    },
}

/// A request as pages show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accommodation {
    /// Where it stands.
    pub state: AccommodationState,
    /// What is asked for.
    pub request: AccommodationRequest,
    /// What was said last. It counts until something else is said, also while a later request waits.
    pub verdicts: Verdicts,
}

/// What kinds that were granted mean for a seat. Large print and what is described in words mean nothing for it.
pub fn needs(granted: &[AccommodationKind]) -> Needs {
    let mut needs = Needs::default();
    for kind in granted {
        match kind {
            AccommodationKind::ExtraTime => needs.extra_time = true,
            AccommodationKind::StepFree => needs.step_free = true,
            AccommodationKind::Wheelchair => needs.wheelchair = true,
            AccommodationKind::FrontRow => needs.front_row = true,
            AccommodationKind::OwnRoom => needs.own_room = true,
            AccommodationKind::LargePrint | AccommodationKind::Other => {}
        }
    }
    needs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e3_what_was_granted_is_what_the_seat_needs_and_nothing_else() {
        use AccommodationKind::{ExtraTime, FrontRow, LargePrint, OwnRoom, StepFree, Wheelchair};
        let verdicts = Verdicts(vec![
            (ExtraTime, Verdict::Granted),
            (Wheelchair, Verdict::Refused("证明不符".to_owned())),
            (LargePrint, Verdict::Granted),
            (OwnRoom, Verdict::More("请补充诊断证明".to_owned())),
        ]);
        assert_eq!(verdicts.granted(), [ExtraTime, LargePrint]);
        assert_eq!(needs(&verdicts.granted()), Needs { extra_time: true, ..Needs::default() });
        assert_eq!(verdicts.reason().unwrap(), "证明不符；请补充诊断证明");
        assert!(verdicts.asks_more() && needs(&[LargePrint, AccommodationKind::Other]).is_none());
        let all = needs(&[StepFree, Wheelchair, FrontRow, OwnRoom, ExtraTime]);
        assert!(all.step_free && all.wheelchair && all.front_row && all.own_room && all.extra_time);
    }

    #[test]
    fn nothing_of_it_shows_in_a_log() {
        let request = AccommodationRequest { kinds: vec![AccommodationKind::Wheelchair], details: "骨折".to_owned() };
        let said = format!("{request:?} {:?}", Verdict::Refused("骨折".to_owned()));
        assert!(!said.contains("骨折") && !said.contains("heelchair"), "{said}");
    }
}

//! An act as it is kept: one line of JSON, always the same for the same act.

use serde::{Deserialize, Serialize};

use super::{Act, ActKind};
use crate::desk::staff::{Duty, Reach, Role};
use crate::desk::store::approvals::StoredApproval;
use crate::people::retention::Years;
use crate::store::StoreError;

/// The values of an act as texts and numbers.
#[derive(Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Content {
    Duty { name: String, before: KeptDuty, after: KeptDuty },
    Invite { name: String, duty: KeptDuty },
    Publish { exam: String, sitting: String, token: String, moves: Option<usize> },
    Rebind { from: String, to: String, seen: String },
    Capacity { exam: String, sitting: String, before: u32, after: u32 },
    Export { exam: String, list: String, is_whole: bool },
    Retention { version: i64, before_years: Option<u8>, after_years: Option<u8> },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptDuty {
    role: String,
    exams: Vec<String>,
    sites: Vec<String>,
    schools: Vec<String>,
}

impl KeptDuty {
    fn of(duty: &Duty) -> Self {
        let Duty { role, reach: Reach { exams, sites, schools } } = duty;
        Self {
            role: role.as_str().to_owned(),
            exams: exams.iter().flatten().map(ToString::to_string).collect(),
            sites: sites.iter().flatten().map(|site| site.0.to_string()).collect(),
            schools: schools.iter().flatten().map(ToString::to_string).collect(),
        }
    }

    fn duty(&self) -> Option<Duty> {
        let exams = self.exams.iter().map(|text| text.parse().ok()).collect::<Option<_>>()?;
        let sites = self.sites.iter().map(|text| text.parse().ok()).collect::<Option<_>>()?;
        let schools = self.schools.iter().map(|text| text.parse().ok()).collect::<Option<_>>()?;
        Some(Duty { role: Role::of_word(&self.role)?, reach: Reach::of(exams, sites, schools) })
    }
}

impl Act {
    /// As it is kept.
    pub(super) fn content(&self) -> String {
        let content = match self {
            Self::Duty { name, before, after } => {
                Content::Duty { name: name.clone(), before: KeptDuty::of(before), after: KeptDuty::of(after) }
            }
            Self::Invite { name, duty } => Content::Invite { name: name.clone(), duty: KeptDuty::of(duty) },
            Self::Publish { exam, sitting, token, moves } => Content::Publish {
                exam: exam.to_string(),
                sitting: sitting.to_string(),
                token: token.clone(),
                moves: *moves,
            },
            Self::Rebind { from, to, seen } => {
                Content::Rebind { from: from.to_string(), to: to.to_string(), seen: seen.clone() }
            }
            Self::Capacity { exam, sitting, before, after } => Content::Capacity {
                exam: exam.to_string(),
                sitting: sitting.to_string(),
                before: *before,
                after: *after,
            },
            Self::Export { exam, list, is_whole } => {
                Content::Export { exam: exam.to_string(), list: list.as_ref().to_owned(), is_whole: *is_whole }
            }
            Self::Retention { version, before, after } => Content::Retention {
                version: *version,
                before_years: before.map(Years::get),
                after_years: after.map(Years::get),
            },
        };
        serde_json::to_string(&content).expect("texts and numbers are JSON")
    }

    /// The act of a row; `None` for one of a later version.
    pub(super) fn read(stored: &StoredApproval) -> Result<Option<Self>, StoreError> {
        let Ok(kind) = stored.act.parse::<ActKind>() else { return Ok(None) };
        let content = serde_json::from_str(&stored.content).ok();
        let act = content.and_then(Self::of).filter(|act| act.kind() == kind);
        act.map(Some).ok_or(StoreError::Corrupt("what two people are to do"))
    }

    fn of(content: Content) -> Option<Self> {
        Some(match content {
            Content::Duty { name, before, after } => Self::Duty { name, before: before.duty()?, after: after.duty()? },
            Content::Invite { name, duty } => Self::Invite { name, duty: duty.duty()? },
            Content::Publish { exam, sitting, token, moves } => {
                Self::Publish { exam: exam.parse().ok()?, sitting: sitting.parse().ok()?, token, moves }
            }
            Content::Rebind { from, to, seen } => Self::Rebind { from: from.parse().ok()?, to: to.parse().ok()?, seen },
            Content::Capacity { exam, sitting, before, after } => {
                Self::Capacity { exam: exam.parse().ok()?, sitting: sitting.parse().ok()?, before, after }
            }
            Content::Export { exam, list, is_whole } => {
                Self::Export { exam: exam.parse().ok()?, list: list.parse().ok()?, is_whole }
            }
            Content::Retention { version, before_years, after_years } => {
                Self::Retention { version, before: years(before_years)?, after: years(after_years)? }
            }
        })
    }
}

/// Years as they were kept: none are some, too, and others than there may be are none of ours.
fn years(kept: Option<u8>) -> Option<Option<Years>> {
    kept.map_or(Some(None), |years| Years::new(years).map(Some))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::lists::List;
    use crate::model::ids::{AccountId, StaffId};

    #[test]
    fn an_act_is_kept_whole_and_always_alike() {
        let (exam, sitting) = ("ce".parse().unwrap(), "en-1".parse().unwrap());
        let limited = Reach::of(vec!["ce".parse().unwrap()], vec![Uuid::nil().to_string().parse().unwrap()], vec![]);
        let duty = Duty { role: Role::Seating, reach: limited };
        let number = |n| AccountId(Uuid::from_u128(n)).into();
        let (name, token) = ("li.min".to_owned(), "t".to_owned());
        for act in [
            Act::Duty { name: name.clone(), before: Role::Reviewer.into(), after: duty.clone() },
            Act::Invite { name, duty },
            Act::Publish { exam, sitting, token, moves: Some(3) },
            Act::Rebind { from: number(1), to: number(2), seen: "0a".to_owned() },
            Act::Capacity { exam: "ce".parse().unwrap(), sitting: "en-1".parse().unwrap(), before: 9, after: 5 },
            Act::Export { exam: "ce".parse().unwrap(), list: List::Orders, is_whole: true },
            Act::Retention { version: 3, before: None, after: Years::new(5) },
        ] {
            let kept = |act: &Act| {
                let (id, by) = (super::super::ApprovalId(Uuid::nil()), StaffId(Uuid::nil()));
                StoredApproval::new(id, act.kind().as_ref(), act.content(), act.exam(), by, jiff::Timestamp::UNIX_EPOCH)
            };
            let read = Act::read(&kept(&act)).unwrap().unwrap();
            assert_eq!((&read, read.content()), (&act, act.content()));
            let later = StoredApproval { act: "later".to_owned(), ..kept(&act) };
            assert_eq!(Act::read(&later).unwrap(), None);
            let other = StoredApproval { act: "rebind".to_owned(), content: "{}".to_owned(), ..kept(&act) };
            assert!(Act::read(&other).is_err());
        }
    }
}

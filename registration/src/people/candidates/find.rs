//! Finding candidates by whatever somebody has of them. What was looked for is written down masked, and nowhere else.

use super::store::candidate_keys::{self, Wanted};
use super::typed::{Kind, Typed, recognise};
use super::{CandidateError, Candidates, Looking, Masked, keys};
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::permits::Right;
use crate::model::login::LoginName;

/// Most candidates that one search shows.
const HITS_MAX: usize = 20;

/// A candidate who was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Who it is.
    pub who: Masked,
    /// By what they were found.
    pub by: Vec<Kind>,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// What the text was read as; empty where it can be nothing that people are found by.
    pub read_as: Vec<Kind>,
    /// Who was found, the newest accounts first, at most [`HITS_MAX`].
    pub hits: Vec<Hit>,
    /// Are there more than these?
    pub has_more: bool,
    /// How many were found and cannot be opened.
    pub unreadable: usize,
}

impl Candidates {
    /// The candidates whom the text means, of those whom somebody may see. That they looked is written down.
    ///
    /// # Errors
    /// [`CandidateError::Forbidden`] and [`CandidateError::Store`].
    pub async fn find(&self, looking: &Looking<'_>, text: &str) -> Result<Found, CandidateError> {
        looking.demand(Right::SeeCandidates)?;
        let readings = recognise(text);
        let mut read_as: Vec<Kind> = readings.iter().map(Typed::kind).collect();
        read_as.sort_unstable();
        read_as.dedup();
        if read_as.is_empty() {
            return Ok(Found::default());
        }
        if let Err(error) = self.index_some().await {
            tracing::warn!(%error, "what was changed a moment ago is not found yet");
        }
        let limit = i64::try_from(HITS_MAX + 1).expect("a small constant");
        let client = self.database.client().await?;
        let (exams, schools) = (looking.names(), looking.schools());
        let mut found =
            candidate_keys::find(&client, &self.wanted(&readings), (exams.as_deref(), schools), limit).await?;
        let has_more = found.len() > HITS_MAX;
        found.truncate(HITS_MAX);
        let said: Vec<String> = readings.iter().map(ToString::to_string).collect();
        let more = if has_more { "+" } else { "" };
        let detail = format!("{} → {}{more}", said.join(", "), found.len());
        let entry = Entry::by_staff(looking.member.id, AuditAction::SearchedCandidates, "candidates");
        entry.detail(&*detail).write(&client).await?;
        let ids: Vec<_> = found.iter().map(|(id, _)| *id).collect();
        let mut masked = self.masked(&client, looking, &ids).await?;
        let hit = |(id, kinds): (_, Vec<String>)| {
            let mut by: Vec<Kind> = kinds.iter().filter_map(|kind| kind.parse().ok()).collect();
            by.sort_unstable();
            Some(Hit { who: masked.remove(&id)?, by })
        };
        let (count, hits) = (found.len(), found.into_iter().filter_map(hit).collect::<Vec<Hit>>());
        Ok(Found { read_as, unreadable: count - hits.len(), hits, has_more })
    }

    /// The readings as the store looks for them.
    fn wanted(&self, readings: &[Typed]) -> Wanted {
        let login = |name: LoginName| (name.kind(), self.vault.index(name.kind(), &name.folded()));
        let mut wanted = Wanted::default();
        for reading in readings {
            match reading {
                Typed::Account(number) => wanted.account = Some(number.account().0),
                Typed::Order(order) => wanted.order = Some(order.to_string()),
                Typed::Ticket(number) => wanted.ticket = Some(number.to_string()),
                Typed::Document(document) => wanted.keys.push(login(LoginName::Document(document.clone()))),
                Typed::Mobile(mobile) => wanted.keys.push(keys::mobile(&self.vault, mobile)),
                Typed::Email(email) => wanted.keys.push(keys::email(&self.vault, email)),
                Typed::Username(name) => wanted.keys.push(login(LoginName::Username(name.clone()))),
                Typed::Name(name) => wanted.keys.push(keys::name(&self.vault, name)),
            }
        }
        wanted
    }
}

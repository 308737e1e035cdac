//! What staff note about a candidate, for each other. Nobody changes a note; its writer can strike it out, and it stays.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use uuid::Uuid;

use super::store::candidate_notes::{self, StoredNote};
use super::{CandidateError, Candidates, Looking};
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::permits::Right;
use crate::model::clock;
use crate::model::ids::{AccountId, StaffId};
use crate::people::accounts::AccountNumber;
use crate::store::StoreError;

/// Longest note, in characters.
pub const NOTE_CHARS_MAX: usize = 1_000;
/// Most notes that a page shows: the newest.
pub const NOTES_MAX: usize = 50;

/// The text is no note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a note has 1 to {NOTE_CHARS_MAX} characters")]
pub struct NoNote;

/// A note by its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoteId(pub Uuid);

/// What somebody noted. `Debug` shows no text.
#[derive(Clone, PartialEq, Eq)]
pub struct Note {
    /// What it is called by.
    pub id: NoteId,
    /// What it says, as plain text.
    pub text: String,
    /// Who wrote it.
    pub by: StaffId,
    /// The login name of whoever wrote it.
    pub by_name: String,
    /// When it was written.
    pub at: Timestamp,
    /// When its writer struck it out.
    pub struck_at: Option<Timestamp>,
}

impl std::fmt::Debug for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Note").field("id", &self.id).field("struck_at", &self.struck_at).finish_non_exhaustive()
    }
}

/// The text as it is kept: lines end alike, blanks around it and signs that nobody sees are gone.
fn note_text(text: &str) -> Result<String, NoNote> {
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    let kept: String = lines.chars().filter(|sign| *sign == '\n' || !sign.is_control()).collect();
    let kept = kept.trim();
    if (1..=NOTE_CHARS_MAX).contains(&kept.chars().count()) { Ok(kept.to_owned()) } else { Err(NoNote) }
}

impl Candidates {
    /// Writes a note about a candidate. That it was written stands in the audit, and not what it says.
    ///
    /// # Errors
    /// [`CandidateError::Forbidden`], [`CandidateError::Unknown`], [`CandidateError::Note`] and [`CandidateError::Store`].
    pub async fn note(&self, looking: &Looking<'_>, number: AccountNumber, text: &str) -> Result<(), CandidateError> {
        looking.demand(Right::NoteOnCandidates)?;
        let text = note_text(text)?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        self.demand_seen(&transaction, looking, number.account()).await?;
        let (id, now, staff) = (Uuid::now_v7(), clock::now(), looking.member.id);
        let sealed = self.vault.seal(&context(number.account(), id), text.as_bytes());
        candidate_notes::insert(&transaction, (id, number.account().0), &sealed, staff, now).await?;
        let (subject, seen) = (number.to_string(), id.to_string());
        let entry = Entry::by_staff(staff, AuditAction::NotedOnCandidate, &subject).at(now).seen(&seen);
        entry.write(&transaction).await?;
        Ok(transaction.commit().await?)
    }

    /// Strikes a note out that they wrote themselves.
    ///
    /// # Errors
    /// [`CandidateError::Forbidden`], [`CandidateError::Unknown`], [`CandidateError::NotTheirs`] and
    /// [`CandidateError::Store`].
    pub async fn strike(
        &self,
        looking: &Looking<'_>,
        number: AccountNumber,
        note: NoteId,
    ) -> Result<(), CandidateError> {
        looking.demand(Right::NoteOnCandidates)?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        self.demand_seen(&transaction, looking, number.account()).await?;
        let (now, staff) = (clock::now(), looking.member.id);
        if !candidate_notes::strike(&transaction, (note.0, number.account().0), staff, now).await? {
            return Err(CandidateError::NotTheirs);
        }
        let (subject, seen) = (number.to_string(), note.0.to_string());
        let entry = Entry::by_staff(staff, AuditAction::StruckNote, &subject).at(now).seen(&seen);
        entry.write(&transaction).await?;
        Ok(transaction.commit().await?)
    }

    /// The newest notes about an account.
    pub(super) async fn notes(&self, client: &impl GenericClient, account: AccountId) -> Result<Vec<Note>, StoreError> {
        let limit = i64::try_from(NOTES_MAX).expect("a small constant");
        let read = |stored: StoredNote| {
            let StoredNote { id, text, staff, staff_name, at, struck_at } = stored;
            let plain = self.vault.open(&context(account, id), &text)?;
            let text = String::from_utf8(plain).map_err(|_| StoreError::Corrupt("a note is no text"))?;
            Ok(Note { id: NoteId(id), text, by: staff, by_name: staff_name, at, struck_at })
        };
        candidate_notes::of_account(client, account.0, limit).await?.into_iter().map(read).collect()
    }
}

/// What a ciphertext is and whose: it opens nowhere else.
fn context(account: AccountId, note: Uuid) -> String {
    format!("candidate.note {} {note}", account.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_plain_text_of_some_lines() {
        assert_eq!(note_text("  已电话联系。\r\n明天再来\u{7} "), Ok("已电话联系。\n明天再来".to_owned()));
        assert_eq!(note_text(&"长".repeat(1_000)).map(|text| text.chars().count()), Ok(1_000));
        for bad in ["", " \n ", "\u{7}", &"长".repeat(1_001)] {
            assert_eq!(note_text(bad), Err(NoNote), "{bad:?}");
        }
    }
}

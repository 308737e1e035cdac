//! Letters to staff: the link of somebody who was invited, to an address that is kept nowhere.

use std::sync::Arc;
use std::time::Duration;

use gateways::MailError;

use super::letters;
use super::post::Post;
use crate::desk::staff::STAFF_LINK_LIFETIME;
use crate::model::login::Email;

/// So long whoever invites waits for the mail server; then the link is theirs to hand over.
const WAIT: Duration = Duration::from_secs(10);

/// Why a letter did not leave, as far as is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StaffLetterError {
    /// The mail server knows no such mailbox.
    #[error("the address cannot receive letters: check it")]
    Address,
    /// The mail server did not take it, or did not say so in time.
    #[error("the mail server did not take the letter: hand the link over yourself")]
    NotTaken,
}

/// The door to letters to staff.
pub struct StaffLetters {
    pub(crate) post: Arc<Post>,
}

impl StaffLetters {
    /// Can letters be sent to staff?
    pub fn are_sent(&self) -> bool {
        self.post.writes_to_staff()
    }

    /// Sends somebody who was invited under this name the whole address of their link. Where the letter is to go is kept nowhere.
    ///
    /// # Errors
    /// [`StaffLetterError::Address`] and [`StaffLetterError::NotTaken`]: the link is as good as before.
    pub async fn invite(&self, to: &Email, name: &str, url: &str) -> Result<(), StaffLetterError> {
        let letter = letters::invitation(to, name, url, STAFF_LINK_LIFETIME.as_hours() / 24);
        let sent = tokio::time::timeout(WAIT, self.post.send_to_staff(&letter)).await;
        let error = match sent {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => error,
            Err(_) => MailError::Unavailable("timeout".to_owned()),
        };
        tracing::warn!(%error, "an invitation of staff was not sent");
        Err(match error {
            MailError::Address => StaffLetterError::Address,
            MailError::Rejected(_) | MailError::Unavailable(_) => StaffLetterError::NotTaken,
        })
    }
}

//! Letters, over SMTP.

use std::fmt;

/// Sends letters. Cloning is a reference count.
#[derive(Debug, Clone)]
pub struct Mailer(());

/// A letter to one person.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// The address, without a name.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The same as HTML, if there is one.
    pub html: Option<String>,
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Letter").finish_non_exhaustive()
    }
}

/// Why a letter was not sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The address is none, or the server refuses it.
    #[error("the address cannot receive letters: check it")]
    Address,
    /// The server refuses the letter for good. Holds its reply code.
    #[error("the mail server refuses the letter ({0}): see its log")]
    Rejected(String),
    /// The server cannot be reached or does not work. Holds its reply code, or what went wrong.
    #[error("the mail server does not answer as it should ({0}): try again later")]
    Unavailable(String),
}

impl Mailer {
    /// Hands the letter to the server; it may still bounce.
    pub async fn send(&self, letter: &Letter) -> Result<(), MailError> {
        let _ = letter;
        Err(MailError::Unavailable("unbuilt".into()))
    }
}

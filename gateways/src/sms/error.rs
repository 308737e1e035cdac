//! Why no message was sent.

/// Why no code was sent. Codes of vendors never carry personal data.
#[derive(Debug, thiserror::Error)]
pub enum SmsError {
    /// The vendor refuses the number.
    #[error("the number cannot receive messages: check it")]
    Number,
    /// This number got as many messages as the vendor allows for now.
    #[error("this number got too many messages: wait, then try again")]
    Throttled,
    /// The vendor refuses our message: template, signature, balance or rights. Holds its code.
    #[error("the vendor refuses the message ({0}): see its console")]
    Rejected(String),
    /// The vendor cannot be reached or does not work. Holds its code, or what went wrong.
    #[error("the vendor does not answer as it should ({0}): try again later")]
    Unavailable(String),
}

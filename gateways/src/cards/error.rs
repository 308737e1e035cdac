//! Why nothing was read of a card.

/// Why nothing was read.
#[derive(Debug, thiserror::Error)]
pub enum CardError {
    /// The picture shows no card.
    #[error("the picture shows no identity card: take the card alone, filling the frame")]
    NoCard,
    /// The picture is too blurred.
    #[error("the picture is blurred: hold still and take it again")]
    Blurred,
    /// The other side of the card.
    #[error("this is the other side of the card: turn it over")]
    WrongSide,
    /// A card, and yet it cannot be read.
    #[error("the card cannot be read: take it again in even light")]
    Unreadable,
    /// Too many are being read.
    #[error("many cards are being read: try again in a moment")]
    Busy,
    /// The reader cannot be reached or does not work. Holds its code, or what went wrong.
    #[error("the card reader does not answer as it should ({0}): try again later")]
    Unavailable(String),
}

//! What a machine noticed about pictures that wait for staff: a word each, which decides nothing.

/// What a machine noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::AsRefStr, strum::EnumString, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Hint {
    /// It read the name and the number of the account on the card.
    ReadEqual,
    /// It read the number, and is not sure of the name.
    ReadUnsure,
    /// It read another name.
    ReadName,
    /// It read another number.
    ReadNumber,
    /// It read another name and another number.
    ReadBoth,
    /// It could not read the card.
    ReadNothing,
    /// It takes the picture for one of a copy or a screen.
    ReadCopy,
    /// It read that the card has expired.
    ReadExpired,
    /// The card has no colour, as photocopies have none.
    Grey,
    /// The picture is next to the same as one that another account sent.
    Alike,
    /// The register does not know name and number.
    NoRecord,
    /// The vendor that knows names and numbers, or sees that somebody is living, gave no answer.
    VendorAway,
}

impl Hint {
    /// Those that this version knows of what is stored.
    pub(crate) fn read(stored: &[String]) -> Vec<Self> {
        stored.iter().filter_map(|word| word.parse().ok()).collect()
    }

    /// As they are stored.
    pub(crate) fn words(hints: &[Self]) -> Vec<String> {
        hints.iter().map(|hint| hint.as_ref().to_owned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use strum::VariantArray as _;

    use super::*;

    #[test]
    fn hints_are_read_back_and_those_of_later_versions_left_out() {
        let mut words = Hint::words(Hint::VARIANTS);
        words.push("of_later".to_owned());
        assert_eq!(Hint::read(&words), Hint::VARIANTS);
    }
}

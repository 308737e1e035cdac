//! Invoices (发票): for whom, with which tax number, and where one stands. Plain values.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, VariantArray};

use crate::model::fen::Fen;
use crate::model::order::OrderId;
use crate::model::payment::tax_number::{TaxNumber, TaxNumberError};

/// Longest title, in characters: what the tax bureau's forms take.
pub const TITLE_CHARS_MAX: usize = 100;
/// For whom an invoice is. An organisation needs its tax number, a person has none.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceTitle {
    name: String,
    code: Option<TaxNumber>,
}

/// The title of an invoice is not to be had like this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TitleError {
    /// None, too long, or with characters that no form takes.
    #[error("a title has 1 to {TITLE_CHARS_MAX} characters")]
    Name,
    /// The tax number is none.
    #[error(transparent)]
    Code(#[from] TaxNumberError),
}

impl InvoiceTitle {
    /// Reads what a candidate typed; an empty tax number is a person's.
    pub fn parse(name: &str, code: &str) -> Result<Self, TitleError> {
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.is_empty() || name.chars().count() > TITLE_CHARS_MAX || name.chars().any(char::is_control) {
            return Err(TitleError::Name);
        }
        let code = if code.trim().is_empty() { None } else { Some(code.parse()?) };
        Ok(Self { name, code })
    }

    /// The name of the person or the organisation.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The organisation's tax number.
    pub fn code(&self) -> Option<&TaxNumber> {
        self.code.as_ref()
    }
}

impl fmt::Debug for InvoiceTitle {
    /// It may be a person's name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InvoiceTitle").finish_non_exhaustive()
    }
}

/// An invoice that somebody wants, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoice {
    /// What was paid for.
    pub order: OrderId,
    /// When it was asked for, or last changed.
    pub asked_at: Timestamp,
    /// For whom it is written.
    pub title: InvoiceTitle,
    /// What the order's seats were paid with, less what has gone back.
    pub amount: Fen,
    /// The invoice that was handed back: of how much, and when.
    pub issued: Option<(Fen, Timestamp)>,
    /// The credit note, likewise.
    pub credited: Option<(Fen, Timestamp)>,
}

/// How far an invoice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum InvoiceStage {
    /// It is to be made.
    Wanted,
    /// Money has gone back of what was invoiced: a credit note is to be made.
    CreditWanted,
    /// It was handed back.
    Made,
    /// It was handed back, and so was the credit note for what has gone back.
    Credited,
    /// Nothing is paid, or all of it has gone back before anything was made.
    Nothing,
}

impl Invoice {
    /// How far it is.
    pub fn stage(&self) -> InvoiceStage {
        match (self.issued, self.credited) {
            (None, _) if self.amount > Fen(0) => InvoiceStage::Wanted,
            (None, _) => InvoiceStage::Nothing,
            (Some(_), _) if self.to_credit() > Fen(0) => InvoiceStage::CreditWanted,
            (Some(_), Some(_)) => InvoiceStage::Credited,
            (Some(_), None) => InvoiceStage::Made,
        }
    }

    /// Is this what somebody looks for: the order's number, or a part of the title or of the tax number?
    pub fn fits(&self, sought: &str) -> bool {
        let folded = |text: &str| text.chars().filter(|sign| !sign.is_whitespace()).collect::<String>().to_lowercase();
        let sought = folded(sought);
        sought.parse() == Ok(self.order)
            || folded(&self.title.name).contains(&sought)
            || self.title.code.as_ref().is_some_and(|code| folded(&code.to_string()).contains(&sought))
    }

    /// What a credit note is wanted for: what has gone back since the invoice was made, and no note says yet.
    pub fn to_credit(&self) -> Fen {
        let issued = self.issued.map_or(Fen(0), |(amount, _)| amount);
        let credited = self.credited.map_or(Fen(0), |(amount, _)| amount);
        Fen((issued.0 - self.amount.0 - credited.0).max(0))
    }

    /// Does the finance office have to make an invoice, or a credit note?
    pub fn is_waiting(&self) -> bool {
        match self.issued {
            None => self.amount > Fen(0),
            Some(_) => self.to_credit() > Fen(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invoice_has_one_stage_and_is_found_by_what_stands_in_it() {
        let at = Timestamp::UNIX_EPOCH;
        let title = InvoiceTitle::parse("临江 大学", "12100000400010275N").unwrap();
        let of = |amount, issued: Option<i64>, credited: Option<i64>| Invoice {
            order: OrderId::from_bits(7),
            asked_at: at,
            title: title.clone(),
            amount: Fen(amount),
            issued: issued.map(|fen| (Fen(fen), at)),
            credited: credited.map(|fen| (Fen(fen), at)),
        };
        use InvoiceStage::{CreditWanted, Credited, Made, Nothing, Wanted};
        for (invoice, stage) in [
            (of(0, None, None), Nothing),
            (of(100, None, None), Wanted),
            (of(100, Some(100), None), Made),
            (of(50, Some(100), None), CreditWanted),
            (of(50, Some(100), Some(50)), Credited),
            (of(20, Some(100), Some(50)), CreditWanted),
        ] {
            assert_eq!(invoice.stage(), stage, "{invoice:?}");
            assert_eq!(invoice.is_waiting(), matches!(stage, Wanted | CreditWanted), "{invoice:?}");
        }
        let number = OrderId::from_bits(7).to_string();
        for sought in [number.as_str(), "临江大", "0275n", &number.replace('-', "")] {
            assert!(of(1, None, None).fits(sought), "{sought}");
        }
        assert!(!of(1, None, None).fits("江南大学"));
    }

    #[test]
    fn a_title_is_a_person_or_an_organisation_with_its_number() {
        let person = InvoiceTitle::parse(" 王  芳 ", " ").unwrap();
        assert_eq!((person.name(), person.code()), ("王 芳", None));
        assert!(!format!("{person:?}").contains('王'));
        let school = InvoiceTitle::parse("临江大学", "12100000400010275n").unwrap();
        let kept = serde_json::to_string(&school).unwrap();
        assert_eq!(serde_json::from_str::<InvoiceTitle>(&kept).unwrap(), school);
        // As the version before kept it.
        let before = r#"{"name":"临江大学","code":"12100000400010275N"}"#;
        assert_eq!(serde_json::from_str::<InvoiceTitle>(before).unwrap(), school);
        assert_eq!(InvoiceTitle::parse("", ""), Err(TitleError::Name));
        assert_eq!(InvoiceTitle::parse(&"长".repeat(101), ""), Err(TitleError::Name));
        assert_eq!(InvoiceTitle::parse("临江大学", "12100000400010275M"), Err(TitleError::Code(TaxNumberError::Check)));
    }
}

//! Whether the books agree: the journal with itself, and with what payments, settlements and refunds say.

use std::fmt;

use super::Payments;
use crate::model::fen::Fen;
use crate::payments::store::{journal, journal_lines};
use crate::store::StoreError;

/// Most differences of a kind that are told.
const TOLD_MAX: i64 = 100;

/// Something that does not agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What should be so.
    pub rule: &'static str,
    /// What it is about, and what is there.
    pub detail: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule, self.detail)
    }
}

/// The books of the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Books {
    /// What each account has, debits less credits.
    pub balances: Vec<(String, Fen)>,
    /// What does not agree.
    pub differences: Vec<Difference>,
}

impl Payments {
    /// Checks the books. They are read in one snapshot.
    pub async fn books(&self) -> Result<Books, StoreError> {
        let mut client = self.database.client().await?;
        let level = tokio_postgres::IsolationLevel::RepeatableRead;
        let transaction = client.build_transaction().isolation_level(level).read_only(true).start().await?;
        let balances = journal_lines::balances(&transaction).await?;
        let sum: i64 = balances.iter().map(|(_, balance)| balance.0).sum();
        let mut differences = Vec::new();
        if sum != 0 {
            differences.push(Difference { rule: "debits equal credits", detail: format!("{} too much", Fen(sum)) });
        }
        for (rule, details) in journal::differences(&transaction, TOLD_MAX).await? {
            differences.extend(details.into_iter().map(|detail| Difference { rule, detail }));
        }
        Ok(Books { balances, differences })
    }
}

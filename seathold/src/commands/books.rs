//! Checks the books: the journal with itself, and with payments, refunds and seats.

use anyhow::bail;

use super::with_services;
use crate::cli::SiteArgs;
use crate::say;

/// Prints what each account has, and what does not agree. Fails when anything does not.
pub(super) async fn check(site: &SiteArgs) -> anyhow::Result<()> {
    with_services(site, async |services| {
        let books = services.registration.payments.books().await?;
        for (account, balance) in &books.balances {
            say(&format!("{account}\t{balance}"));
        }
        for difference in &books.differences {
            say(&difference.to_string());
        }
        match books.differences.len() {
            0 => {
                say("the books agree");
                Ok(())
            }
            count => bail!("the books do not agree: {count} differences; have somebody of finance look at them"),
        }
    })
    .await
}

//! What channels tell by themselves. It is stored and committed before it is acknowledged, and settled afterwards.

use gateways::pay::{News, NotGenuine, PaymentStatus};

use super::Payments;
use super::ask::Asked;
use super::channels::speaker;
use super::hear::said;
use super::refunds;
use crate::model::clock;
use crate::model::payment::refund::RefundId;
use crate::model::payment::{Method, PaymentId};
use crate::payments::store::payments::attempts;
use crate::rules::paying::attempt::{Heard, Said};
use crate::rules::paying::refund;
use crate::store::StoreError;

/// What a channel is answered once its notification is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acknowledgement {
    /// The HTTP status to answer with.
    pub status: u16,
    /// The type of the body.
    pub content_type: &'static str,
    /// The body, to the letter.
    pub body: &'static str,
}

/// Why a notification is not acknowledged, so that it comes again. Refusals first, faults last.
#[derive(Debug, thiserror::Error)]
pub enum NotifiedError {
    /// There is no such channel here.
    #[error("there is no such channel")]
    UnknownChannel,
    /// It is not the channel's.
    #[error(transparent)]
    NotGenuine(#[from] NotGenuine),
    /// It tells of another amount than was asked for, and the channel could not be asked.
    #[error("the channel could not be asked whether this amount is right")]
    Unclear,
    /// A store did not do its part; the channel will send it again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Payments {
    /// Takes a notification in. `channel` is the channel's word in the address; `header` gives a header by its name in
    /// lower case.
    pub async fn heard(
        &self,
        channel: &str,
        header: &(dyn Fn(&str) -> Option<String> + Send + Sync),
        body: &[u8],
    ) -> Result<Acknowledgement, NotifiedError> {
        let method: Method = channel.parse().map_err(|_| NotifiedError::UnknownChannel)?;
        let channel = self.channels().get(method).ok_or(NotifiedError::UnknownChannel)?.clone();
        let news = match channel.read_notification(&|name: &str| header(name), body, clock::now()) {
            Ok(news) => news,
            Err(why) => {
                let why_word: &'static str = match why {
                    NotGenuine::Probe => "probe",
                    NotGenuine::Signature => "signature",
                    NotGenuine::Time => "time",
                    NotGenuine::Foreign => "foreign",
                    NotGenuine::Unreadable => "unreadable",
                };
                metrics::counter!("registration_notifications_refused_total", "why" => why_word).increment(1);
                return Err(why.into());
            }
        };
        let is_ours = match news {
            News::Payment { number, status } => match PaymentId::of_number(&number) {
                Some(id) => self.heard_of_payment(id, method, &status).await?,
                None => false,
            },
            News::Refund { number, status, .. } => match RefundId::of_number(&number) {
                Some(id) => {
                    let heard = refund::Heard::Said(refunds::said(status));
                    self.hear_refund(id, Some(method), &heard).await?.is_some()
                }
                None => false,
            },
            News::Other(_) => true,
        };
        if !is_ours {
            // Another program may use the same account at the channel; the bill of the day shows whether it is ours.
            metrics::counter!("registration_notifications_foreign_total").increment(1);
            tracing::warn!(%method, "a notification is about nothing of ours");
        }
        let (status, content_type, body) = channel.acknowledgement();
        Ok(Acknowledgement { status, content_type, body })
    }

    /// Of an attempt. Another amount than was asked for is not believed from a notification alone: the channel is asked, and
    /// what it answers counts. False: it is no attempt of ours at this channel.
    async fn heard_of_payment(
        &self,
        id: PaymentId,
        method: Method,
        status: &PaymentStatus,
    ) -> Result<bool, NotifiedError> {
        let said = said(status);
        if let Said::Paid(came) = &said {
            let found = attempts::get(&self.database.client().await?, id).await?;
            let Some(found) = found.filter(|found| found.method == method) else { return Ok(false) };
            if came.amount != found.amount {
                metrics::counter!("registration_notifications_other_amount_total").increment(1);
                tracing::warn!(payment = %id.0, "a notification tells of another amount than was asked for");
                return match self.asking.query(&found).await? {
                    Asked::Answered => Ok(true),
                    Asked::Silent => Err(NotifiedError::Unclear),
                };
            }
        }
        Ok(self.asking.hearing.hear(id, &speaker(method), &Heard::Said(said), None).await?.is_some())
    }
}

//! Sending notices: by letter to a proved mailbox, else by message to a proved mobile, else not at all: pages say it.

use gateways::{MailError, SmsError};

use jiff::Timestamp;
use reservation::ids::ExamId;

use super::letters;
use crate::exams::Exams;
use crate::model::clock;
use crate::model::ids::AccountId;
use crate::model::text::Text;
use crate::outbox::messages::NoticeKind;
use crate::outbox::post::Hears;
use crate::outbox::store::notices;
use crate::outbox::store::notices::StoredNotice;
use crate::people::accounts::{Account, Accounts};
use crate::seats::store;
use crate::seats::store::orders::StoredState;
use crate::store::{Database, StoreError};

/// Most orders of an exam that are looked at for a deadline.
const OPEN_MAX: i64 = 40;
/// After so many tries, about a day, it is old news.
const TRIES_MAX: i16 = 6;

/// What became of a notice.
enum Told {
    /// It was sent, or there is no way to send it.
    Done,
    /// It could not be sent now.
    Failed(String),
}

impl Accounts {
    /// How this account hears of decisions.
    pub fn hears(&self, account: &Account) -> Hears {
        if account.email.is_some() && account.email_verified_at.is_some() && self.ways().mail {
            Hears::Letter
        } else if account.mobile.is_some() && account.mobile_verified_at.is_some() && self.post.can_notify() {
            Hears::Message
        } else {
            Hears::Nothing
        }
    }

    /// Sends what is due, behind the caller's back: a slow gateway keeps nobody waiting.
    pub(crate) async fn send_notices(&self, exams: &Exams) -> Result<(), StoreError> {
        let client = self.database.client().await?;
        let ways = self.ways();
        if !ways.mail && !self.post.can_notify() {
            // Nothing is kept for a day on which somebody configures a gateway.
            return notices::forget(&client).await;
        }
        // No more are taken than can go out now: what is taken counts as tried.
        let limit = i64::try_from(self.post.free_for_notices()).unwrap_or_default();
        let due = notices::claim(&client, clock::now(), limit).await?;
        drop(client);
        for notice in due {
            let Some(place) = self.post.place_for_notice() else { break };
            let title = notice.exam.as_ref().and_then(|id| exams.get(id)).map(|page| page.title.clone());
            let accounts = self.clone();
            tokio::spawn(async move {
                let _place = place;
                let id = notice.id;
                if let Err(error) = accounts.send_notice(notice, title).await {
                    tracing::warn!(notice = id, %error, "a notice was not looked after");
                }
            });
        }
        Ok(())
    }

    async fn send_notice(&self, notice: StoredNotice, title: Option<Text>) -> Result<(), StoreError> {
        let account = self.account(notice.account).await?;
        let told = match (account, notice.kind) {
            (Some(account), Some(kind)) => self.tell(&account, &notice, kind, title.as_ref()).await?,
            _ => Told::Done,
        };
        match told {
            Told::Failed(why) if notice.tries < TRIES_MAX => {
                tracing::info!(notice = notice.id, tries = notice.tries, why, "a notice will be tried again");
                return Ok(());
            }
            Told::Failed(why) => {
                metrics::counter!("registration_notices_failed_total").increment(1);
                tracing::warn!(notice = notice.id, why, "a notice could not be sent");
            }
            Told::Done => {}
        }
        finish(&self.database, notice.id).await
    }

    async fn tell(
        &self,
        account: &Account,
        notice: &StoredNotice,
        kind: NoticeKind,
        title: Option<&Text>,
    ) -> Result<Told, StoreError> {
        if let (Some(email), true) =
            (account.email.as_ref().filter(|_| account.email_verified_at.is_some()), self.ways().mail)
        {
            let path = notice.exam.as_ref().map_or_else(|| "/me".to_owned(), |exam| format!("/exams/{exam}"));
            let until = match (kind, &notice.exam) {
                (NoticeKind::OrderRefused, Some(exam)) => self.mend_until(notice.account, exam).await?,
                _ => None,
            };
            let letter = letters::notice(email, kind, title, until, &self.post.links(&path));
            return Ok(match self.post.send(&letter).await {
                Ok(()) | Err(MailError::Address) => Told::Done,
                Err(error) => Told::Failed(error.to_string()),
            });
        }
        let mobile = account.mobile.as_ref().filter(|_| account.mobile_verified_at.is_some());
        let Some(mobile) = mobile.filter(|_| self.post.can_notify()) else { return Ok(Told::Done) };
        // Half of the budget is for codes: without them nobody gets in.
        if !self.spend_for_notice().await? {
            return Ok(Told::Failed("the day's budget is spent".to_owned()));
        }
        Ok(match self.post.send_notice(mobile.expose(), kind.words().0).await {
            Ok(()) | Err(SmsError::Number) => Told::Done,
            Err(error) => Told::Failed(error.to_string()),
        })
    }
}

impl Accounts {
    /// Until when a refused screenshot of the exam can be sent again, if one is refused still.
    async fn mend_until(&self, account: AccountId, exam: &ExamId) -> Result<Option<Timestamp>, StoreError> {
        let open = store::orders::open(&self.database.client().await?, account, exam, OPEN_MAX).await?;
        let refused = open.iter().filter(|order| order.state == StoredState::Refused);
        Ok(refused.filter_map(|order| order.mend_until).min())
    }
}

async fn finish(database: &Database, id: i64) -> Result<(), StoreError> {
    notices::delete(&database.client().await?, id).await
}

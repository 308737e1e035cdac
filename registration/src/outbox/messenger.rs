//! Sends the messages of the outbox: by letter to a proved mailbox, else to a proved mobile, else not at all: pages say
//! it; what is said to an address that an account had goes there. Each try is written down. A crash between sending and
//! writing that down sends it once more, and loses none.

mod reminding;

use std::sync::Arc;
use std::time::{Duration, Instant};

use gateways::{Letter, MailError, SmsError};
use jiff::{SignedDuration, Timestamp};
use reservation::ids::ExamId;
use strum::{IntoStaticStr, VariantArray};
use tokio::task::JoinSet;

use crate::application::Applications;
use crate::exams::Exams;
use crate::model::clock;
use crate::model::exam::Exam;
use crate::model::ids::AccountId;
use crate::model::login::Email;
use crate::model::order::Order;
use crate::model::person::Mobile;
use crate::outbox::letters::{self, Known};
use crate::outbox::messages::{About, MessageKind, REMINDER_TOPIC, TOPIC};
use crate::outbox::reminders::Reminders;
use crate::outbox::store::notices;
use crate::outbox::store::outbox::{self, Outcome, Stale, StoredRow, Wanted};
use crate::outbox::store::outbox_attempts::{self, Attempt};
use crate::outbox::words;
use crate::people::accounts::proof::letters::LetterKind;
use crate::people::accounts::{Accounts, Address, Contact, proof};
use crate::rooms::Rooms;
use crate::rules::standing::{Standing, standing};
use crate::rules::steps::steps;
use crate::seats::store::orders;
use crate::store::{Database, StoreError};

/// Most messages at a time: they are on their way together, and a round waits for the slowest. Each is on its way for less
/// than the minute after which another process would take it for lost.
const BATCH: i64 = 16;
/// So long full batches follow each other in one round: whoever stops the process waits for the end of it.
const ROUND_MAX: Duration = Duration::from_secs(5);
/// Most rows that are moved, given up or forgotten in one round.
const ROWS_MAX: i64 = 1_000;
/// After so many tries, about six hours, it is old news.
const TRIES_MAX: i16 = 6;
/// Without any gateway a message waits so long for somebody to configure one.
const WAITS: SignedDuration = SignedDuration::from_hours(24);
/// Whatever was not done for so long, by this version or the one that knows it, is given up.
const WAITS_AT_ALL: SignedDuration = SignedDuration::from_hours(7 * 24);
/// So long it can be seen what was sent.
const KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);
/// Most orders of an account that are looked at for how its registration stands.
const ORDERS_MAX: i64 = 200;

const _: () = assert!(WAITS.as_secs() < WAITS_AT_ALL.as_secs() && WAITS_AT_ALL.as_secs() < KEPT.as_secs());

/// Sends messages. Cloning is a few reference counts.
#[derive(Clone)]
pub(crate) struct Messenger {
    pub(crate) database: Database,
    pub(crate) accounts: Accounts,
    pub(crate) applications: Applications,
    pub(crate) exams: Exams,
    pub(crate) reminders: Reminders,
    pub(crate) rooms: Rooms,
}

/// Which way a message went.
#[derive(Debug, Clone, Copy, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
enum Way {
    Mail,
    Sms,
}

/// How one try ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
enum TryResult {
    /// The gateway took it.
    Sent,
    /// The account has no address that was proved, or is gone.
    Nowhere,
    /// The gateway says that there is no such address.
    NoSuchAddress,
    /// The gateway sends no more to this address for now.
    Throttled,
    /// The gateway refuses what we send.
    Rejected,
    /// The gateway does not work.
    Unavailable,
    /// Its link is good no more.
    Over,
    /// What may be sent in a day is sent: no try at all, the next day has another budget.
    Budget,
    /// It is night: no try at all, the morning is this.
    Night(Timestamp),
}

impl Messenger {
    /// Sends what is due, a batch after the other.
    pub(crate) async fn send_due(&self) -> Result<(), StoreError> {
        let client = self.database.client().await?;
        notices::move_over(&client, TOPIC, clock::now(), ROWS_MAX).await?;
        drop(client);
        if !self.accounts.can_tell() {
            return Ok(());
        }
        // Somebody waits for what is in a letter.
        if self.accounts.ways().mail {
            let kinds: Vec<&str> = LetterKind::VARIANTS.iter().map(Into::into).collect();
            self.send_all(&Wanted { topic: proof::letters::TOPIC, kinds: &kinds, tries_max: TRIES_MAX }).await?;
        }
        let kinds: Vec<&str> = MessageKind::VARIANTS.iter().map(Into::into).collect();
        self.send_all(&Wanted { topic: TOPIC, kinds: &kinds, tries_max: TRIES_MAX }).await?;
        // However many there are of these: what was decided has gone before them in each round.
        self.send_all(&Wanted { topic: REMINDER_TOPIC, kinds: &kinds, tries_max: TRIES_MAX }).await
    }

    async fn send_all(&self, wanted: &Wanted<'_>) -> Result<(), StoreError> {
        let began = Instant::now();
        loop {
            let due = outbox::claim(&self.database.client().await?, wanted, clock::now(), BATCH).await?;
            let is_full = i64::try_from(due.len()).is_ok_and(|count| count >= BATCH);
            let mut sending = JoinSet::new();
            for row in due {
                let (messenger, topic) = (self.clone(), wanted.topic.to_owned());
                sending.spawn(async move {
                    let id = row.id;
                    if let Err(error) = messenger.send(row, &topic).await {
                        tracing::warn!(message = id, %error, "a message was not looked after; it will be tried again");
                    }
                });
            }
            sending.join_all().await;
            if !is_full || began.elapsed() > ROUND_MAX {
                return Ok(());
            }
        }
    }

    /// Gives up what has waited for nothing, and forgets what was done long ago.
    pub(crate) async fn tidy(&self) -> Result<(), StoreError> {
        let (client, now) = (self.database.client().await?, clock::now());
        let waits = if self.accounts.can_tell() { WAITS_AT_ALL } else { WAITS };
        let (any_before, topic_before) = (now - WAITS_AT_ALL, now - waits);
        let stale = Stale { any_before, topic: TOPIC, topic_before, tries_max: TRIES_MAX };
        let given_up = outbox::give_up(&client, &stale, now, ROWS_MAX).await?;
        given_up.iter().for_each(|topic| count(topic, Outcome::GivenUp));
        if !given_up.is_empty() {
            let (count, hours) = (given_up.len(), waits.as_hours());
            tracing::warn!(count, hours, "messages were given up: nothing could send them; configure mail or SMS");
        }
        outbox::delete_old(&client, now - KEPT, ROWS_MAX).await?;
        let oldest = outbox::oldest_due(&client, now).await?;
        let late = oldest.map_or(SignedDuration::ZERO, |since| now.duration_since(since));
        metrics::gauge!("registration_outbox_late_seconds").set(late.as_secs_f64());
        Ok(())
    }

    async fn send(&self, row: StoredRow, topic: &str) -> Result<(), StoreError> {
        // Only kinds that are known here were asked for.
        let (way, result) = match (topic, row.kind.parse(), row.kind.parse()) {
            (proof::letters::TOPIC, Ok(kind), _) => (Some(Way::Mail), self.post_link(&row, kind).await?),
            (TOPIC, _, Ok(kind)) => self.tell(&row, kind).await?,
            (REMINDER_TOPIC, _, Ok(kind)) => self.remind(&row, kind).await?,
            _ => return Ok(()),
        };
        let outcome = match result {
            TryResult::Sent => Some(Outcome::Sent),
            TryResult::Nowhere | TryResult::NoSuchAddress => Some(Outcome::Undeliverable),
            TryResult::Over => Some(Outcome::GivenUp),
            TryResult::Budget | TryResult::Night(_) => None,
            _ if row.tries >= TRIES_MAX => Some(Outcome::GivenUp),
            TryResult::Throttled | TryResult::Rejected | TryResult::Unavailable => None,
        };
        let now = clock::now();
        let mut client = self.database.client().await?;
        match result {
            TryResult::Budget => return outbox::put_off(&client, row.id, clock::tomorrow()).await,
            TryResult::Night(morning) => return outbox::put_off(&client, row.id, morning).await,
            _ => {}
        }
        let transaction = client.transaction().await?;
        let (way, result) = (way.map(Into::into), result.into());
        let attempt = Attempt { row: row.id, number: row.tries, at: now, way, result };
        outbox_attempts::add(&transaction, &attempt).await?;
        let is_done = match outcome {
            Some(outcome) => outbox::finish(&transaction, row.id, outcome, now).await?,
            None => false,
        };
        transaction.commit().await?;
        if let Some(outcome) = outcome.filter(|_| is_done) {
            count(topic, outcome);
        }
        Ok(())
    }

    /// Sends a letter with a link, unless that is good no more.
    async fn post_link(&self, row: &StoredRow, kind: LetterKind) -> Result<TryResult, StoreError> {
        let (letter, until) = self.accounts.left_letter(kind, &row.payload)?;
        Ok(if clock::now() < until { self.post(row, &letter).await } else { TryResult::Over })
    }

    async fn tell(&self, row: &StoredRow, kind: MessageKind) -> Result<(Option<Way>, TryResult), StoreError> {
        let Some(id) = row.account else { return Ok((None, TryResult::Nowhere)) };
        let about = About::stored(&row.payload);
        match (kind, about.address()) {
            (MessageKind::EmailReplaced | MessageKind::MobileReplaced, None) => Ok((None, TryResult::Nowhere)),
            (_, Some(address)) => self.tell_former(row, kind, self.accounts.open_address(id, address)?).await,
            (_, None) => self.tell_account(row, id, kind).await,
        }
    }

    /// Tells whoever has the address that an account had.
    async fn tell_former(
        &self,
        row: &StoredRow,
        kind: MessageKind,
        address: Address,
    ) -> Result<(Option<Way>, TryResult), StoreError> {
        match address {
            Address::Mail(email) => Ok((Some(Way::Mail), self.post(row, &letters::email_changed(&email)).await)),
            Address::Mobile(mobile) => Ok((Some(Way::Sms), self.text(row, kind, &mobile).await?)),
        }
    }

    async fn tell_account(
        &self,
        row: &StoredRow,
        id: AccountId,
        kind: MessageKind,
    ) -> Result<(Option<Way>, TryResult), StoreError> {
        let Some(account) = self.accounts.account(id).await? else { return Ok((None, TryResult::Nowhere)) };
        match self.accounts.contact(&account) {
            Contact::Mail(email) => Ok((Some(Way::Mail), self.write(row, id, kind, email).await?)),
            Contact::Mobile(mobile) => Ok((Some(Way::Sms), self.text(row, kind, mobile).await?)),
            Contact::None => Ok((None, TryResult::Nowhere)),
        }
    }

    async fn text(&self, row: &StoredRow, kind: MessageKind, mobile: &Mobile) -> Result<TryResult, StoreError> {
        // Half of the budget is for codes: without them nobody gets in.
        if !self.accounts.spend_for_message(mobile).await? {
            return Ok(TryResult::Budget);
        }
        let sent = self.accounts.post.send_message(mobile.expose(), words::short(kind)).await;
        Ok(note_text(row, sent))
    }

    async fn write(
        &self,
        row: &StoredRow,
        account: AccountId,
        kind: MessageKind,
        to: &Email,
    ) -> Result<TryResult, StoreError> {
        let known = self.known(row, account).await?;
        let path = match (&known.order, &row.exam) {
            (Some(order), _) => format!("/orders/{}", order.id),
            (None, Some(exam)) => format!("/exams/{exam}"),
            (None, None) => "/me".to_owned(),
        };
        let letter = letters::message(to, kind, &known, &self.accounts.post.links(&path));
        Ok(self.post(row, &letter).await)
    }

    async fn post(&self, row: &StoredRow, letter: &Letter) -> TryResult {
        let sent = self.accounts.post.send(letter).await;
        let result = match &sent {
            Ok(()) => TryResult::Sent,
            Err(MailError::Address) => TryResult::NoSuchAddress,
            Err(MailError::Rejected(_)) => TryResult::Rejected,
            Err(MailError::Unavailable(_)) => TryResult::Unavailable,
        };
        note(row, sent.err());
        result
    }

    /// What a letter can say besides what happened. It says how things stand when it is written, not when it was asked for.
    async fn known(&self, row: &StoredRow, account: AccountId) -> Result<Known, StoreError> {
        let Some(exam) = row.exam.as_ref().and_then(|id| self.exams.get(id)) else { return Ok(Known::default()) };
        let now = clock::now();
        let orders = self.orders(account, &exam.id, now).await?;
        let standing = self.standing(account, &exam, &orders, now).await?;
        let about = About::stored(&row.payload).order_id();
        let order = orders.into_iter().find(|order| Some(order.id) == about);
        Ok(Known { exam: Some(exam), order, standing: Some(standing), ..Known::default() })
    }

    async fn orders(&self, account: AccountId, exam: &ExamId, now: Timestamp) -> Result<Vec<Order>, StoreError> {
        let found = orders::of_account(&self.database.client().await?, account, ORDERS_MAX).await?;
        Ok(found.into_iter().filter(|order| order.exam == *exam).map(|order| order.view(now)).collect())
    }

    async fn standing(
        &self,
        account: AccountId,
        exam: &Arc<Exam>,
        orders: &[Order],
        now: Timestamp,
    ) -> Result<Standing, StoreError> {
        let facts = self.applications.facts(account, exam, orders).await?;
        Ok(standing(exam, &facts, &steps(exam, &facts, now), now))
    }
}

/// How sending a message to a mobile went.
fn note_text(row: &StoredRow, sent: Result<(), SmsError>) -> TryResult {
    let result = match &sent {
        Ok(()) => TryResult::Sent,
        Err(SmsError::Number) => TryResult::NoSuchAddress,
        Err(SmsError::Throttled) => TryResult::Throttled,
        Err(SmsError::Rejected(_)) => TryResult::Rejected,
        Err(SmsError::Unavailable(_)) => TryResult::Unavailable,
    };
    note(row, sent.err());
    result
}

fn note(row: &StoredRow, error: Option<impl std::error::Error>) {
    if let Some(error) = error {
        let (message, tries) = (row.id, row.tries);
        tracing::warn!(message, tries, %error, "a message was not sent");
    }
}

fn count(topic: &str, outcome: Outcome) {
    let outcome: &str = outcome.into();
    metrics::counter!("registration_outbox_total", "topic" => topic.to_owned(), "outcome" => outcome).increment(1);
}

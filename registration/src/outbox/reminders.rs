//! The door to reminders: who wants them, and writing those that are due. Each occasion is told once to everybody, however many
//! processes write, and after whatever crash.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use reservation::ids::ExamId;
use uuid::Uuid;

use crate::exams::Exams;
use crate::model::clock;
use crate::model::exam::Exam;
use crate::model::exam_rules::ReminderKind;
use crate::model::ids::AccountId;
use crate::outbox::messages::{MessageKind, REMINDER_TOPIC};
use crate::outbox::store::reminders::{Occasion, Written};
use crate::outbox::store::{reminder_choices, reminder_wishes, reminders};
use crate::people::accounts::Accounts;
use crate::rules::reminders::{Due, due};
use crate::secrets::vault::Vault;
use crate::store::{Database, StoreError};

/// Most reminders that one statement writes.
const BATCH: i64 = 500;
/// So long batches of a round follow each other: the next round goes on, and whoever stops the process waits no longer.
const ROUND_MAX: Duration = Duration::from_secs(10);
/// What was said is remembered so long: no occasion lasts longer.
const KEPT: SignedDuration = SignedDuration::from_hours(180 * 24);
/// Most rows that are forgotten in one round.
const FORGOTTEN_MAX: i64 = 1_000;
/// Bytes of the seal in the token that ends reminders.
const SEAL_BYTES: usize = 16;

/// The door to reminders. Cloning is a few reference counts.
#[derive(Clone)]
pub struct Reminders {
    pub(crate) database: Database,
    pub(crate) vault: Vault,
    pub(crate) exams: Exams,
    pub(crate) accounts: Accounts,
}

impl Reminders {
    /// Does the account want no reminders?
    pub async fn is_off(&self, account: AccountId) -> Result<bool, StoreError> {
        reminder_choices::is_off(&self.database.client().await?, account).await
    }

    /// Turns reminders on or off. Off, the account is told of no opening either that it asked for.
    pub async fn set(&self, account: AccountId, is_off: bool) -> Result<(), StoreError> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        reminder_choices::set(&transaction, account, is_off, clock::now()).await?;
        if is_off {
            reminder_wishes::delete(&transaction, None, account).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Did the account ask to be told when registration opens?
    pub async fn wishes(&self, account: AccountId, exam: &ExamId) -> Result<bool, StoreError> {
        reminder_wishes::is_there(&self.database.client().await?, exam, account).await
    }

    /// Asks for it, or not any more.
    pub async fn wish(&self, account: AccountId, exam: &ExamId, wishes: bool) -> Result<(), StoreError> {
        let client = self.database.client().await?;
        match wishes {
            true => reminder_wishes::add(&client, exam, account, clock::now()).await,
            false => reminder_wishes::delete(&client, Some(exam), account).await,
        }
    }

    /// What a letter's link carries that turns an account's reminders off without signing in: the account's number, and a seal
    /// that only we can make. It opens nothing else.
    pub fn token(&self, account: AccountId) -> String {
        let seal = self.seal(account);
        URL_SAFE_NO_PAD.encode([&account.0.as_bytes()[..], &seal[..SEAL_BYTES]].concat())
    }

    /// Whose reminders the token turns off. `None`: it is none of ours.
    pub fn account_of(&self, token: &str) -> Option<AccountId> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (id, seal) = bytes.split_at_checked(size_of::<Uuid>())?;
        let account = AccountId(Uuid::from_slice(id).ok()?);
        // Compared as keyed indexes: how long it takes says nothing of the seal.
        let (ours, theirs) = (&self.seal(account)[..SEAL_BYTES], seal);
        let is_ours =
            self.vault.index_of_bytes("reminders seal", ours) == self.vault.index_of_bytes("reminders seal", theirs);
        is_ours.then_some(account)
    }

    fn seal(&self, account: AccountId) -> [u8; 32] {
        self.vault.index_of_bytes("reminders off", account.0.as_bytes())
    }

    /// Writes what is due of all exams, and forgets what was said long ago. Without a way to tell anybody nothing is written.
    pub(crate) async fn write_due(&self) -> Result<(), StoreError> {
        let now = clock::now();
        reminders::delete_old(&self.database.client().await?, now - KEPT, FORGOTTEN_MAX).await?;
        self.write_at(now).await.map(drop)
    }

    /// Writes what is due at a moment, and answers how many messages that were. What does not fit into a round is written by
    /// the next one.
    ///
    /// # Errors
    /// [`StoreError`]; what was written until then stays, and is not written again.
    pub async fn write_at(&self, now: Timestamp) -> Result<u64, StoreError> {
        if !self.accounts.can_tell() {
            return Ok(0);
        }
        let (began, mut written) = (Instant::now(), 0);
        for exam in self.exams.list() {
            for due in due(now, &exam) {
                written += self.write_one(&exam, &due, now, began).await?;
            }
        }
        Ok(written)
    }

    async fn write_one(&self, exam: &Exam, due: &Due, now: Timestamp, began: Instant) -> Result<u64, StoreError> {
        let payload = match due.day {
            Some(day) => serde_json::json!({ "until": due.until, "day": day }),
            None => serde_json::json!({ "until": due.until }),
        }
        .to_string();
        let kind: &str = MessageKind::of_reminder(due.kind).into();
        // Who has begun only since it is said knows the deadline.
        let range = if due.kind == ReminderKind::Closes { (due.range.0.min(now), due.range.1) } else { due.range };
        let occasion = Occasion {
            exam: &exam.id,
            kind: due.kind,
            name: &due.occasion,
            message: (REMINDER_TOPIC, kind, &payload),
            range,
            held_seconds_min: due.held_min.as_secs_f64(),
            now,
        };
        let mut written = 0;
        while began.elapsed() < ROUND_MAX {
            let Written { found, told } = reminders::write(&self.database.client().await?, &occasion, BATCH).await?;
            written += u64::try_from(told).unwrap_or_default();
            // Those that another process writes at the same moment are found again, and are not due then.
            if found < BATCH {
                break;
            }
        }
        if written > 0 {
            let kind: &str = due.kind.as_ref();
            metrics::counter!("registration_reminders_total", "kind" => kind.to_owned()).increment(written);
            tracing::info!(exam = %exam.id, kind, count = written, "reminders were written");
        }
        Ok(written)
    }
}

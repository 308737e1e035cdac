//! The audit as a whole: its lines are linked, its end is signed, it is searched, and it is checked.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

use crate::desk::audit::chain::{HeadKey, SignedHead, link};
use crate::desk::store::audit_chain::NewLink;
use crate::desk::store::{audit_chain, audit_head};
use crate::model::clock;
use crate::secrets::vault::Vault;
use crate::store::{Database, StoreError};

/// Most lines that are linked in one transaction.
const LINKED_MAX: i64 = 2_000;
/// Lines so many numbers before the newest linked one are looked at in every round: a transaction that was open while others
/// ended has lower numbers than theirs.
const OPEN_NUMBERS: i64 = 10_000;
/// Numbers that are looked at together where every line is.
const WINDOW: i64 = 100_000;
/// Between two rounds that look at every line, however old.
const WHOLE: SignedDuration = SignedDuration::from_hours(1);

/// The door to the whole audit. Cloning is a few reference counts.
#[derive(Clone)]
pub struct AuditTrail {
    pub(super) database: Database,
    pub(super) key: Arc<HeadKey>,
    /// When every line was last looked at, in seconds since 1970.
    whole: Arc<AtomicI64>,
}

impl AuditTrail {
    pub(crate) fn new(database: Database, vault: &Vault) -> Self {
        Self { database, key: Arc::new(HeadKey::of(vault)), whole: Arc::new(AtomicI64::new(i64::MIN)) }
    }

    /// The key that others verify signed heads with: Ed25519, in hexadecimal digits.
    pub fn public_key(&self) -> String {
        self.key.public()
    }

    /// Links what has no link yet. Acts do not wait for it: a line is linked within seconds of being written. New lines come
    /// first; then, once an hour, all older ones are looked at, so many numbers at a time.
    pub(crate) async fn link(&self) -> Result<(), StoreError> {
        let now = clock::now().as_second();
        let last = audit_chain::last_line(&self.database.client().await?).await?;
        let recent = last - OPEN_NUMBERS;
        self.link_between(recent, i64::MAX).await?;
        if now.saturating_sub(self.whole.load(Ordering::Relaxed)) >= WHOLE.as_secs() {
            let mut after = 0;
            while after < recent {
                self.link_between(after, after + WINDOW).await?;
                after += WINDOW;
            }
            self.whole.store(now, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Links lines after one number, up to another.
    async fn link_between(&self, mut after: i64, until: i64) -> Result<(), StoreError> {
        // Most rounds find nothing, and need no lock to see so.
        loop {
            let first = audit_chain::unlinked(&self.database.client().await?, (after, until), 1).await?;
            let Some(before) = first.first().map(|line| line.id - 1) else { return Ok(()) };
            // Nothing: somebody else was faster.
            after = self.link_some(before, until).await?.unwrap_or(before + 1);
        }
    }

    /// Links some lines after this one; the number of the last.
    async fn link_some(&self, after: i64, until: i64) -> Result<Option<i64>, StoreError> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let head = audit_head::lock(&transaction).await?;
        let (mut seq, mut hash) = (head.seq, head.hash);
        let lines = audit_chain::unlinked(&transaction, (after, until), LINKED_MAX).await?;
        let sealed_at = clock::now();
        let mut links = Vec::with_capacity(lines.len());
        for line in &lines {
            let bytes = line.to_bytes();
            seq += 1;
            hash = link(head.chain, seq, &hash, sealed_at, &bytes);
            links.push(NewLink { seq, line: line.id, bytes, sealed_at, hash: hash.to_vec() });
        }
        if links.is_empty() {
            return Ok(None);
        }
        audit_chain::add(&transaction, &links).await?;
        audit_head::set(&transaction, seq, &hash).await?;
        transaction.commit().await?;
        Ok(lines.last().map(|line| line.id))
    }

    /// The end of the chain as it is now, signed, to be kept where whoever has the database cannot change it.
    pub async fn signed_head(&self) -> Result<SignedHead, StoreError> {
        let head = audit_head::get(&self.database.client().await?).await?;
        Ok(self.key.sign(head.chain, head.seq, &head.hash, now_in_micros()))
    }
}

/// The time as a signed head has it.
fn now_in_micros() -> Timestamp {
    Timestamp::from_microsecond(clock::now().as_microsecond()).expect("a time of before is a time")
}

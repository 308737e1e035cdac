//! What goes when an account is forgotten: all that is personal of it, in every table that has any, in one place. What stays is
//! listed with it in docs/privacy.md; a test holds both against the schema.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use uuid::Uuid;

use crate::store::StoreError;

/// Longest wait for a row that somebody else has: the account is tried again in the next round.
const LOCK_WAIT: &str = "SET LOCAL lock_timeout = '2s'";

/// In this order; `$1` is the account. A picture goes behind all that names it, a binding behind the orders under it.
const GOES: [&str; 38] = [
    "DELETE FROM registration.accommodations WHERE account = $1",
    "DELETE FROM registration.face_checks WHERE account = $1",
    "DELETE FROM registration.identities WHERE account = $1",
    // The job `Pictures` removes the files, and then the rows.
    "UPDATE registration.identity_pictures SET state = 'dropped' WHERE account = $1 AND state <> 'dropped'",
    "DELETE FROM registration.identity_uploads WHERE account = $1",
    "DELETE FROM registration.identity_checks WHERE account = $1",
    "DELETE FROM registration.identity_tries WHERE account = $1",
    "DELETE FROM registration.identity_handovers WHERE account = $1",
    "DELETE FROM registration.identity_marks WHERE account = $1",
    "DELETE FROM registration.face_consents WHERE account = $1",
    "DELETE FROM registration.applications WHERE account = $1",
    "DELETE FROM registration.score_reviews WHERE account = $1",
    "UPDATE registration.orders SET needs_binding = false, binding = NULL, reason = NULL
     WHERE account = $1 AND (needs_binding OR binding IS NOT NULL OR reason IS NOT NULL)",
    "DELETE FROM registration.bindings WHERE account = $1",
    "DELETE FROM registration.proofs WHERE order_id IN (SELECT id FROM registration.orders WHERE account = $1)",
    // The files are in `retention_files` by now.
    "DELETE FROM registration.screenshots WHERE order_id IN (SELECT id FROM registration.orders WHERE account = $1)",
    // An invoice that was issued is a voucher, which stays.
    "DELETE FROM registration.invoices WHERE document IS NULL AND credit IS NULL
         AND order_id IN (SELECT id FROM registration.orders WHERE account = $1)",
    // The call has the payer's address, the way on what the payer saw. A payment for others, too, is a school's.
    "UPDATE registration.payments p SET reason = NULL, start_kind = NULL, start_text = NULL, start_until = NULL,
         order_call = CASE WHEN p.order_call IS NOT NULL THEN '' END
     WHERE p.of_group IS NULL
         AND p.id IN (SELECT l.payment FROM registration.payment_orders l
             JOIN registration.orders o ON o.id = l.order_id WHERE o.account = $1)
         AND NOT EXISTS (SELECT FROM registration.payment_orders l
             JOIN registration.orders o ON o.id = l.order_id WHERE l.payment = p.id AND o.account <> $1)",
    "DELETE FROM registration.case_opinions
     WHERE case_id IN (SELECT id FROM registration.cases WHERE account = $1)",
    "UPDATE registration.cases SET reason = NULL WHERE account = $1 AND reason IS NOT NULL",
    "DELETE FROM registration.outbox WHERE account = $1",
    "DELETE FROM registration.notices WHERE account = $1",
    "DELETE FROM registration.reminders WHERE account = $1",
    "DELETE FROM registration.reminder_choices WHERE account = $1",
    "DELETE FROM registration.reminder_wishes WHERE account = $1",
    "DELETE FROM registration.inquiries WHERE account = $1",
    "DELETE FROM registration.candidate_notes WHERE account = $1",
    "DELETE FROM registration.seat_networks WHERE account = $1",
    "DELETE FROM registration.roster_looks WHERE account = $1",
    "DELETE FROM registration.account_logins WHERE account = $1",
    "DELETE FROM registration.account_mobiles WHERE account = $1",
    "DELETE FROM registration.account_links WHERE account = $1",
    "DELETE FROM registration.account_sessions WHERE account = $1",
    "DELETE FROM registration.account_sign_ins WHERE account = $1",
    "DELETE FROM registration.qr_sign_ins WHERE account = $1",
    // Whoever is making them just now of what was there finds the account due once more, by the triggers of what goes here.
    "DELETE FROM registration.candidate_keys WHERE account = $1",
    // No hash of a password begins so: nobody signs in.
    "UPDATE registration.accounts SET name = NULL, document = NULL, document_index = NULL, claim_index = NULL,
         username = NULL, email = NULL, email_verified_at = NULL, mobile = NULL, mobile_verified_at = NULL,
         password_hash = '!', session_epoch = session_epoch + 1, display = NULL
     WHERE id = $1",
    // Last: what was written above has made them stale, and nobody issues them anew.
    "UPDATE registration.tickets SET number = NULL, code = '', fingerprint = decode(repeat('00', 32), 'hex'), stale_at = NULL
     WHERE order_id IN (SELECT id FROM registration.orders WHERE account = $1)",
];

/// Removes all of it, and says when. The caller has locked the account and its orders.
pub(in crate::people::retention) async fn remove(
    transaction: &impl GenericClient,
    account: Uuid,
    now: Timestamp,
) -> Result<(), StoreError> {
    transaction.batch_execute(LOCK_WAIT).await?;
    for sql in GOES {
        let statement = transaction.prepare_cached(sql).await?;
        transaction.execute(&statement, &[&account]).await?;
    }
    let statement =
        transaction.prepare_cached("UPDATE registration.accounts SET forgotten_at = $2 WHERE id = $1").await?;
    transaction.execute(&statement, &[&account, &now]).await?;
    Ok(())
}

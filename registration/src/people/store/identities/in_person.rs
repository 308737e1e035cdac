//! The table `identities`: what of a proof staff confirmed in person, and that being taken back.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use uuid::Uuid;

use crate::model::ids::StaffId;
use crate::store::StoreError;

/// Notes which of these words of a proof staff confirmed in person.
pub(crate) async fn note(
    client: &impl GenericClient,
    account: Uuid,
    words: &[&str],
    now: Timestamp,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.identities SET in_person = in_person || $2::text[], in_person_at = $3
             WHERE account = $1 AND state = 'verified'",
        )
        .await?;
    client.execute(&statement, &[&account, &words, &now]).await?;
    Ok(())
}

/// Nothing that was confirmed in person counts any more, of somebody who stays verified by these ways. Why is told as of a further
/// proof, unless one waits.
pub(crate) async fn keep_ways(
    client: &impl GenericClient,
    account: Uuid,
    (way, also_by): (&str, &[String]),
    (staff, reason): (StaffId, &str),
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.identities
             SET way = $2, also_by = $3, in_person = '{}', in_person_at = NULL,
                 more_by = CASE WHEN more_since IS NULL THEN $4::uuid ELSE more_by END,
                 more_reason = CASE WHEN more_since IS NULL THEN $5::text ELSE more_reason END
             WHERE account = $1 AND state = 'verified'",
        )
        .await?;
    client.execute(&statement, &[&account, &way, &also_by, &staff.0, &reason]).await?;
    Ok(())
}

/// Whoever was verified is so no more, and reads why. Its pictures are the caller's to drop.
pub(crate) async fn refuse_verified(
    client: &impl GenericClient,
    account: Uuid,
    (staff, reason): (StaffId, &str),
    now: Timestamp,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.identities SET state = 'refused', decided_at = $4, decided_by = $2, reason = $3,
                 picture = NULL, card_back = NULL, hints = '{}'
             WHERE account = $1 AND state = 'verified'",
        )
        .await?;
    client.execute(&statement, &[&account, &staff.0, &reason, &now]).await?;
    Ok(())
}

//! The table `identity_marks`: by what pictures of cards and faces are found again.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::store::StoreError;

/// Most marks that are looked at for each part of one, the newest: the search costs no more, however many there are.
const SEARCHED: i64 = 1_024;
/// Marks that differ in more bits are of other pictures: two that share a part by chance differ in some 24.
const APART_BITS: i64 = 12;
/// Most pictures that are opened for each part.
const COMMON: i64 = 64;

/// A mark to be kept.
pub(crate) struct NewMark<'a> {
    pub(crate) id: Uuid,
    pub(crate) account: Uuid,
    pub(crate) kind: &'a str,
    pub(crate) mark: i64,
    /// The look, as ciphertext.
    pub(crate) look: &'a [u8],
    pub(crate) made_at: Timestamp,
}

/// Keeps a mark, and of the account's marks of this kind the newest `most`.
pub(crate) async fn insert(client: &impl GenericClient, new: &NewMark<'_>, most: i64) -> Result<(), StoreError> {
    let insert = client
        .prepare_cached(
            "INSERT INTO registration.identity_marks (id, account, kind, mark, look, made_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .await?;
    let NewMark { id, account, kind, mark, look, made_at } = new;
    client.execute(&insert, &[id, account, kind, mark, look, made_at]).await?;
    let trim = client
        .prepare_cached(
            "DELETE FROM registration.identity_marks WHERE id IN
                 (SELECT id FROM registration.identity_marks WHERE account = $1 AND kind = $2
                  ORDER BY made_at DESC, id DESC OFFSET $3)",
        )
        .await?;
    client.execute(&trim, &[account, kind, &most]).await?;
    Ok(())
}

/// A mark that is kept, and whose.
pub(crate) struct StoredMark {
    pub(crate) account: Uuid,
    pub(crate) mark: i64,
    pub(crate) look: Vec<u8>,
}

/// Marks of this kind that are near this one and not the account's: of the newest [`SEARCHED`] that share each of its four parts, the
/// newest [`COMMON`] that differ in at most [`APART_BITS`].
pub(crate) async fn sharing(
    client: &impl GenericClient,
    account: Uuid,
    kind: &str,
    (mark, parts): (i64, [i32; 4]),
) -> Result<Vec<StoredMark>, StoreError> {
    let of = |part: usize| {
        format!(
            "(SELECT id, account, mark, look FROM
                  (SELECT id, account, mark, look, made_at FROM registration.identity_marks
                   WHERE kind = $2 AND part_{part} = ${} AND account <> $1 ORDER BY made_at DESC LIMIT $7) newest
              WHERE bit_count((mark # $8::bigint)::bit(64)) <= $9 ORDER BY made_at DESC LIMIT $10)",
            part + 3
        )
    };
    let all = [of(0), of(1), of(2), of(3)].join(" UNION ALL ");
    let statement =
        client.prepare_cached(&format!("SELECT DISTINCT ON (id) account, mark, look FROM ({all}) found")).await?;
    let [first, second, third, fourth] = parts;
    let values: [&(dyn ToSql + Sync); 10] =
        [&account, &kind, &first, &second, &third, &fourth, &SEARCHED, &mark, &APART_BITS, &COMMON];
    let rows = client.query(&statement, &values).await?;
    Ok(rows.iter().map(read).collect())
}

/// The account's own marks of these kinds, the newest `most`.
pub(crate) async fn of(
    client: &impl GenericClient,
    account: Uuid,
    kinds: &[&str],
    most: i64,
) -> Result<Vec<StoredMark>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT account, mark, look FROM registration.identity_marks
             WHERE account = $1 AND kind = ANY($2) ORDER BY made_at DESC LIMIT $3",
        )
        .await?;
    Ok(client.query(&statement, &[&account, &kinds, &most]).await?.iter().map(read).collect())
}

/// Forgets the account's marks of these kinds.
pub(crate) async fn forget(client: &impl GenericClient, account: Uuid, kinds: &[&str]) -> Result<(), StoreError> {
    let statement =
        client.prepare_cached("DELETE FROM registration.identity_marks WHERE account = $1 AND kind = ANY($2)").await?;
    client.execute(&statement, &[&account, &kinds]).await?;
    Ok(())
}

/// Forgets up to `limit` marks from before `until`, the oldest first; answers how many it were.
pub(crate) async fn delete_old(client: &impl GenericClient, until: Timestamp, limit: i64) -> Result<u64, StoreError> {
    let statement = client
        .prepare_cached(
            "DELETE FROM registration.identity_marks WHERE id IN
                 (SELECT id FROM registration.identity_marks WHERE made_at < $1 ORDER BY made_at LIMIT $2)",
        )
        .await?;
    Ok(client.execute(&statement, &[&until, &limit]).await?)
}

fn read(row: &Row) -> StoredMark {
    StoredMark { account: row.get("account"), mark: row.get("mark"), look: row.get("look") }
}

//! The table `candidate_keys`: keyed indexes of names, mobiles and addresses, and finding accounts by these and by the indexes
//! of other tables.

use deadpool_postgres::GenericClient;
use reservation::ids::ExamId;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::model::exam_rules::OrganisationCode;
use crate::store::StoreError;

/// A key: its kind's word, and the index.
pub(in crate::people::candidates) type Key = (&'static str, [u8; 32]);

/// By what accounts are looked for; whatever fits counts.
#[derive(Default)]
pub(in crate::people::candidates) struct Wanted {
    /// Names, mobiles, addresses, documents and user names.
    pub(in crate::people::candidates) keys: Vec<Key>,
    pub(in crate::people::candidates) order: Option<String>,
    pub(in crate::people::candidates) ticket: Option<String>,
    pub(in crate::people::candidates) account: Option<Uuid>,
}

/// By which rules keys are made now; what versions before made is of earlier ones.
const RULES: i16 = 3;

/// The keys of these accounts, in place of those that they had.
pub(in crate::people::candidates) async fn replace(
    transaction: &impl GenericClient,
    accounts: &[Uuid],
    keys: &[(Uuid, Key)],
) -> Result<(), StoreError> {
    let delete = transaction.prepare_cached("DELETE FROM registration.candidate_keys WHERE account = ANY($1)").await?;
    transaction.execute(&delete, &[&accounts]).await?;
    let insert = transaction
        .prepare_cached(
            "INSERT INTO registration.candidate_keys (kind, index, account, rules)
             SELECT k.*, $4::smallint FROM unnest($1::text[], $2::bytea[], $3::uuid[]) AS k ON CONFLICT DO NOTHING",
        )
        .await?;
    let kinds: Vec<&str> = keys.iter().map(|(_, (kind, _))| *kind).collect();
    let indexes: Vec<&[u8]> = keys.iter().map(|(_, (_, index))| &index[..]).collect();
    let of: Vec<Uuid> = keys.iter().map(|(account, _)| *account).collect();
    transaction.execute(&insert, &[&kinds, &indexes, &of, &RULES]).await?;
    Ok(())
}

/// The accounts that fit, the newest first, each with the words of what it was found by; only those with something in one of
/// `exams`, and candidates of one of `schools`, where there are such lists.
pub(in crate::people::candidates) async fn find(
    client: &impl GenericClient,
    wanted: &Wanted,
    (exams, schools): (Option<&[&str]>, Option<&[OrganisationCode]>),
    limit: i64,
) -> Result<Vec<(Uuid, Vec<String>)>, StoreError> {
    let statement = client
        .prepare_cached(
            "WITH wanted AS (SELECT * FROM unnest($1::text[], $2::bytea[]) AS w (kind, index)),
             hits (account, kind) AS (
                 SELECT k.account, k.kind FROM wanted w
                 JOIN registration.candidate_keys k ON (k.kind, k.index) = (w.kind, w.index)
                 UNION ALL
                 SELECT l.account, l.kind FROM wanted w
                 JOIN registration.account_logins l ON (l.kind, l.index) = (w.kind, w.index)
                 UNION ALL
                 SELECT a.id, 'document' FROM wanted w
                 JOIN registration.accounts a ON a.claim_index = w.index WHERE w.kind = 'document'
                 UNION ALL
                 SELECT i.account, 'document' FROM wanted w
                 JOIN registration.identities i ON i.document_index = w.index AND i.state = 'verified'
                 WHERE w.kind = 'document'
                 UNION ALL
                 SELECT b.account, 'document' FROM wanted w CROSS JOIN registration.exams e
                 JOIN registration.bindings b ON b.exam = e.id AND b.document_index = w.index
                 WHERE w.kind = 'document' AND ($6::text[] IS NULL OR e.id = ANY ($6))
                 UNION ALL
                 SELECT o.account, 'order' FROM registration.orders o
                 WHERE o.id = $3 AND ($6::text[] IS NULL OR o.exam = ANY ($6))
                 UNION ALL
                 SELECT o.account, 'ticket' FROM registration.exams e
                 JOIN registration.tickets t ON t.exam = e.id AND t.number = $4
                 JOIN registration.orders o ON o.id = t.order_id
                 WHERE $6::text[] IS NULL OR e.id = ANY ($6)
                 UNION ALL
                 SELECT a.id, 'account' FROM registration.accounts a WHERE a.id = $5
             )
             SELECT a.id, array_agg(DISTINCT h.kind) AS kinds FROM hits h
             JOIN registration.accounts a ON a.id = h.account
             WHERE registration.is_candidate_of(a.id, $6) AND ($8::text[] IS NULL OR EXISTS (
                 SELECT FROM registration.exams e
                 WHERE ($6::text[] IS NULL OR e.id = ANY ($6)) AND registration.is_of_schools(e.id, a.id, $8)))
             GROUP BY a.id, a.created_at ORDER BY a.created_at DESC, a.id LIMIT $7",
        )
        .await?;
    let Wanted { keys, order, ticket, account } = wanted;
    let kinds: Vec<&str> = keys.iter().map(|(kind, _)| *kind).collect();
    let indexes: Vec<&[u8]> = keys.iter().map(|(_, index)| &index[..]).collect();
    let schools = schools.map(codes);
    let row: [&(dyn ToSql + Sync); 8] = [&kinds, &indexes, order, ticket, account, &exams, &limit, &schools];
    let rows = client.query(&statement, &row).await?;
    Ok(rows.iter().map(|row| (row.get("id"), row.get("kinds"))).collect())
}

/// Does the account have anything in one of these exams, as a candidate of one of these schools? Of an account that is not there nothing
/// is.
pub(crate) async fn is_of(
    client: &impl GenericClient,
    account: Uuid,
    exams: Option<&[&str]>,
    schools: Option<&[OrganisationCode]>,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT registration.is_candidate_of($1, $2) AND ($3::text[] IS NULL OR EXISTS (
                 SELECT FROM registration.exams e
                 WHERE ($2::text[] IS NULL OR e.id = ANY ($2)) AND registration.is_of_schools(e.id, $1, $3))) AS is_of",
        )
        .await?;
    Ok(client.query_one(&statement, &[&account, &exams, &schools.map(codes)]).await?.get("is_of"))
}

/// In which of these exams each of these accounts is a candidate of one of these schools.
pub(in crate::people::candidates) async fn exams_of_schools(
    client: &impl GenericClient,
    accounts: &[Uuid],
    exams: Option<&[&str]>,
    schools: &[OrganisationCode],
) -> Result<Vec<(Uuid, ExamId)>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT a.account, e.id AS exam FROM unnest($1::uuid[]) AS a (account) CROSS JOIN registration.exams e
             WHERE ($2::text[] IS NULL OR e.id = ANY ($2)) AND registration.is_of_schools(e.id, a.account, $3)",
        )
        .await?;
    let rows = client.query(&statement, &[&accounts, &exams, &codes(schools)]).await?;
    let read = |row: &Row| {
        let exam = row.get::<_, &str>("exam").parse().map_err(|_| StoreError::Corrupt("an exam's id"))?;
        Ok((row.get("account"), exam))
    };
    rows.iter().map(read).collect()
}

/// Codes as the store has them.
pub(super) fn codes(schools: &[OrganisationCode]) -> Vec<&str> {
    schools.iter().map(OrganisationCode::as_str).collect()
}

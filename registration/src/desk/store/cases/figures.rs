//! The table `cases`: how long queues are, how fast they move, and what each of the staff decided.

use deadpool_postgres::GenericClient;
use jiff::{SignedDuration, Timestamp};

use crate::desk::case::CaseKind;
use crate::model::actor::Within;
use crate::model::ids::StaffId;
use crate::store::StoreError;

/// One queue, as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredQueue {
    pub(crate) kind: CaseKind,
    pub(crate) waiting: u64,
    pub(crate) claimed: u64,
    pub(crate) overdue: u64,
    pub(crate) oldest: Option<Timestamp>,
    pub(crate) due: Option<Timestamp>,
    pub(crate) second: u64,
    pub(crate) came: u64,
    pub(crate) decided: u64,
}

/// The queues of these kinds as they stand at `now`, and what came and was decided since `since`. A kind of which none
/// waits, came or was decided is not there.
pub(crate) async fn queues(
    client: &impl GenericClient,
    (kinds, within): (&[CaseKind], &Within),
    now: Timestamp,
    since: Timestamp,
) -> Result<Vec<StoredQueue>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT kind, count(*) FILTER (WHERE closed_at IS NULL AND noted IS NULL) AS waiting,
                 count(*) FILTER (WHERE closed_at IS NULL AND noted IS NULL AND claimed_until > $2) AS claimed,
                 count(*) FILTER (WHERE closed_at IS NULL AND noted IS NULL AND due_at <= $2) AS overdue,
                 min(waiting_since) FILTER (WHERE closed_at IS NULL AND noted IS NULL) AS oldest,
                 min(due_at) FILTER (WHERE closed_at IS NULL AND noted IS NULL) AS due,
                 count(*) FILTER (WHERE closed_at IS NULL AND noted IS NULL AND EXISTS (
                     SELECT FROM registration.case_opinions p WHERE p.case_id = id AND p.version = c.version)) AS second,
                 count(*) FILTER (WHERE waiting_since > $3) AS came,
                 count(*) FILTER (WHERE decided_kind IS NOT NULL OR noted IS NOT NULL) AS decided
             FROM registration.cases c
             WHERE kind = ANY($1) AND (closed_at IS NULL OR closed_at > $3)
                 AND ($4::text[] IS NULL OR exam = ANY($4))
                 AND ($5::text[] IS NULL OR registration.is_of_schools(exam, account, $5))
             GROUP BY kind",
        )
        .await?;
    let kinds: Vec<&str> = kinds.iter().map(AsRef::as_ref).collect();
    let count = |row: &tokio_postgres::Row, name: &str| u64::try_from(row.get::<_, i64>(name)).unwrap_or_default();
    let read = |row: &tokio_postgres::Row| {
        Some(StoredQueue {
            kind: row.get::<_, &str>("kind").parse().ok()?,
            waiting: count(row, "waiting"),
            claimed: count(row, "claimed"),
            overdue: count(row, "overdue"),
            oldest: row.get("oldest"),
            due: row.get("due"),
            second: count(row, "second"),
            came: count(row, "came"),
            decided: count(row, "decided"),
        })
    };
    let rows = client.query(&statement, &[&kinds, &now, &since, &within.exams, &within.schools]).await?;
    Ok(rows.iter().filter_map(read).collect())
}

/// What one of the staff decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredReviewer {
    pub(crate) name: String,
    pub(crate) decided: u64,
    pub(crate) today: u64,
    pub(crate) refused: u64,
    pub(crate) taken_back: u64,
    /// Half of their cases took no longer, from the opening to the decision; `None` where no opening is known.
    pub(crate) median: Option<SignedDuration>,
}

/// What each of the staff decided since `since`, and of that since `today`; whoever decided most comes first. Of `only`
/// alone, where it is one.
pub(crate) async fn reviewers(
    client: &impl GenericClient,
    (only, within): (Option<StaffId>, &Within),
    (since, today): (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<StoredReviewer>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT s.name, count(*) AS decided, count(*) FILTER (WHERE c.closed_at >= $2) AS today,
                 count(*) FILTER (WHERE c.outcome = 'refused') AS refused,
                 percentile_disc(0.5) WITHIN GROUP (
                     ORDER BY (extract(epoch FROM coalesce(c.noted_at, c.closed_at) - c.worked_since) * 1000)::bigint)
                     AS median_ms, sum(c.taken_back) AS taken_back
             FROM registration.cases c JOIN registration.staff s ON s.id::text = c.decided_id
             WHERE c.closed_at >= $1 AND c.decided_kind = 'staff' AND ($3::uuid IS NULL OR s.id = $3)
                 AND ($5::text[] IS NULL OR c.exam = ANY($5))
                 AND ($6::text[] IS NULL OR registration.is_of_schools(c.exam, c.account, $6))
             GROUP BY s.id, s.name ORDER BY decided DESC, s.name LIMIT $4",
        )
        .await?;
    let count = |row: &tokio_postgres::Row, name: &str| u64::try_from(row.get::<_, i64>(name)).unwrap_or_default();
    let read = |row: &tokio_postgres::Row| StoredReviewer {
        name: row.get("name"),
        decided: count(row, "decided"),
        today: count(row, "today"),
        refused: count(row, "refused"),
        taken_back: count(row, "taken_back"),
        median: row.get::<_, Option<i64>>("median_ms").map(SignedDuration::from_millis),
    };
    let only = only.map(|staff| staff.0);
    let rows = client.query(&statement, &[&since, &today, &only, &limit, &within.exams, &within.schools]).await?;
    Ok(rows.iter().map(read).collect())
}

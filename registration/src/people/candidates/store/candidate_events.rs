//! The view `candidate_events`: everything that has happened to a candidate, from all tables that remember it.

use deadpool_postgres::GenericClient;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::model::actor::Actor;
use crate::model::fen::Fen;
use crate::people::candidates::event::{Event, Place, Source};
use crate::store::StoreError;

const COLUMNS: &str = "e.exam, e.at, e.source, e.word, e.about, e.actor_kind, e.actor_id,
    (SELECT s.name FROM registration.staff s WHERE e.actor_kind = 'staff' AND s.id::text = e.actor_id) AS staff_name,
    e.detail, e.until, e.amount_fen";
/// Which of the exams somebody may see, where there is such a list.
const SEEN: &str = "($2::text[] IS NULL OR e.exam IS NULL OR e.exam = ANY ($2))";

/// What has happened, the newest first, from a place on; lines of the audit with one of the words `without` are not among it.
pub(in crate::people::candidates) async fn of_account(
    client: &impl GenericClient,
    account: Uuid,
    exams: Option<&[&str]>,
    from: Option<Place>,
    without: &[&str],
    limit: i64,
) -> Result<Vec<Event>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM registration.candidate_events e
             WHERE e.account = $1 AND {SEEN} AND ($3::timestamptz IS NULL OR e.at <= $3)
                 AND NOT (e.source = 'audit' AND e.word = ANY ($4))
             ORDER BY e.at DESC, e.source, e.word, e.about, e.detail, e.actor_id LIMIT $5 OFFSET $6"
        ))
        .await?;
    let (at, skip) = (from.map(|place| place.at), from.map_or(0, |place| i64::from(place.skip)));
    let row: [&(dyn ToSql + Sync); 6] = [&account, &exams, &at, &without, &limit, &skip];
    read_all(&client.query(&statement, &row).await?)
}

/// Lines of the audit with one of these words, the newest first.
pub(in crate::people::candidates) async fn audited(
    client: &impl GenericClient,
    account: Uuid,
    exams: Option<&[&str]>,
    words: &[&str],
    limit: i64,
) -> Result<Vec<Event>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM registration.candidate_events e
             WHERE e.account = $1 AND {SEEN} AND e.source = 'audit' AND e.word = ANY ($3) ORDER BY e.at DESC LIMIT $4"
        ))
        .await?;
    read_all(&client.query(&statement, &[&account, &exams, &words, &limit]).await?)
}

fn read_all(rows: &[Row]) -> Result<Vec<Event>, StoreError> {
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Event, StoreError> {
    let kind: Option<&str> = row.get("actor_kind");
    let actor = kind.map(|kind| Actor::from_stored(kind, row.get("actor_id")));
    let exam: Option<&str> = row.get("exam");
    Ok(Event {
        at: row.get("at"),
        source: row.get::<_, &str>("source").parse().unwrap_or(Source::Other),
        word: row.get("word"),
        exam: exam.map(str::parse).transpose().map_err(|_| StoreError::Corrupt("an exam's id"))?,
        about: row.get("about"),
        actor: actor.transpose().map_err(|_| StoreError::Corrupt("an actor"))?,
        staff_name: row.get("staff_name"),
        detail: row.get("detail"),
        until: row.get("until"),
        amount: row.get::<_, Option<i64>>("amount_fen").map(Fen),
    })
}

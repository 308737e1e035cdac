//! The table `exams`. Groups and sittings of an exam have tables of their own.

use std::time::Duration;

use deadpool_postgres::GenericClient;
use jiff::SignedDuration;
use reservation::ids::ExamId;
use tokio_postgres::Row;
use tokio_postgres::error::SqlState;

use crate::desk::case::CaseKind;
use crate::model::exam::Exam;
use crate::model::exam_rules::ExamRules;
use crate::model::fen::Fen;
use crate::model::text::{Paragraphs, Text};
use crate::store::StoreError;

/// The advisory lock under which exams are imported, one import at a time ("exams" in ASCII).
const IMPORT_LOCK: i64 = 0x65_7861_6d73;

/// Waits for its turn to import; the turn ends with the transaction.
pub(crate) async fn lock_imports(transaction: &impl GenericClient) -> Result<(), StoreError> {
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&IMPORT_LOCK]).await?;
    Ok(())
}

/// The same, for at most so long. False where it is not ours by then, and the transaction is of no use any more. Whoever
/// waits goes before all who only try.
pub(crate) async fn lock_imports_within(transaction: &impl GenericClient, wait: Duration) -> Result<bool, StoreError> {
    transaction.batch_execute(&format!("SET LOCAL lock_timeout = {}", wait.as_millis())).await?;
    match transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&IMPORT_LOCK]).await {
        Ok(_) => {
            transaction.batch_execute("SET LOCAL lock_timeout TO DEFAULT").await?;
            Ok(true)
        }
        Err(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// The transaction may be idle while the engine takes its part: for so long as one sitting can take.
pub(crate) async fn wait_for_engine(transaction: &impl GenericClient) -> Result<(), StoreError> {
    Ok(transaction.batch_execute("SET LOCAL idle_in_transaction_session_timeout = '120s'").await?)
}

/// Fails where the transaction has ended by itself; one that has not is idle from now on.
pub(crate) async fn is_still_there(transaction: &impl GenericClient) -> Result<(), StoreError> {
    Ok(transaction.batch_execute("SELECT").await?)
}

/// Takes the turn to import where nobody has it; false where somebody has. For whoever can come back later.
pub(crate) async fn try_lock_imports(transaction: &impl GenericClient) -> Result<bool, StoreError> {
    Ok(transaction.query_one("SELECT pg_try_advisory_xact_lock($1) AS is_ours", &[&IMPORT_LOCK]).await?.get("is_ours"))
}

/// Adds or changes an exam. True when it is new.
pub(crate) async fn upsert(client: &impl GenericClient, page: &Exam) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.exams (id, title_zh, title_en, organiser_zh, organiser_en, notice_zh, notice_en,
                 opens_at, closes_at, payment_deadline, hold_seconds, grace_seconds, resubmit_hours, fee_fen,
                 payment_url, rules, resubmit_times, version)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
                 $16::text::jsonb, $17, nextval('registration.exam_versions'))
             ON CONFLICT (id) DO UPDATE SET title_zh = excluded.title_zh, title_en = excluded.title_en,
                 organiser_zh = excluded.organiser_zh, organiser_en = excluded.organiser_en,
                 notice_zh = excluded.notice_zh, notice_en = excluded.notice_en, opens_at = excluded.opens_at,
                 closes_at = excluded.closes_at, payment_deadline = excluded.payment_deadline,
                 hold_seconds = excluded.hold_seconds, grace_seconds = excluded.grace_seconds,
                 resubmit_hours = excluded.resubmit_hours, fee_fen = excluded.fee_fen,
                 payment_url = excluded.payment_url, rules = excluded.rules,
                 resubmit_times = excluded.resubmit_times, version = excluded.version
             RETURNING xmax = 0 AS is_new",
        )
        .await?;
    let id = page.id.as_str();
    let (hold_seconds, grace_seconds) = (whole(page.hold.as_secs())?, whole(page.grace.as_secs())?);
    let resubmit_hours = whole(page.resubmit.as_hours())?;
    let resubmit_times =
        i16::try_from(page.resubmit_times).map_err(|_| StoreError::Corrupt("a count is beyond 32767"))?;
    let rules = serde_json::to_string(&page.rules).map_err(|_| StoreError::Corrupt("rules that are no JSON"))?;
    let row = client
        .query_one(
            &statement,
            &[
                &id,
                &page.title.zh,
                &page.title.en,
                &page.organiser.zh,
                &page.organiser.en,
                &page.notice.zh,
                &page.notice.en,
                &page.opens_at,
                &page.closes_at,
                &page.payment_deadline,
                &hold_seconds,
                &grace_seconds,
                &resubmit_hours,
                &page.fee.0,
                &page.payment_url,
                &rules,
                &resubmit_times,
            ],
        )
        .await?;
    Ok(row.get("is_new"))
}

fn whole(number: i64) -> Result<i32, StoreError> {
    i32::try_from(number).map_err(|_| StoreError::Corrupt("a duration is beyond 68 years"))
}

/// Which version of an exam pages show; `None`: there is none.
pub(crate) async fn version_of(client: &impl GenericClient, exam: &ExamId) -> Result<Option<i64>, StoreError> {
    let statement = client.prepare_cached("SELECT version FROM registration.exams WHERE id = $1").await?;
    Ok(client.query_opt(&statement, &[&exam.as_str()]).await?.map(|row| row.get("version")))
}

/// Is there an exam of this id?
pub(crate) async fn is_there(client: &impl GenericClient, exam: &ExamId) -> Result<bool, StoreError> {
    let statement =
        client.prepare_cached("SELECT EXISTS (SELECT FROM registration.exams WHERE id = $1) AS is_there").await?;
    Ok(client.query_one(&statement, &[&exam.as_str()]).await?.get("is_there"))
}

/// Changes whenever any exam does.
pub(crate) async fn version(client: &impl GenericClient) -> Result<i64, StoreError> {
    let statement = client.prepare_cached("SELECT coalesce(sum(version), 0)::bigint FROM registration.exams").await?;
    Ok(client.query_one(&statement, &[]).await?.get(0))
}

/// All exams, without groups, sittings and organisations, the one that opened last first; and the ids of those whose rules
/// this version cannot read, a later version's for example.
pub(crate) async fn all(client: &impl GenericClient) -> Result<(Vec<Exam>, Vec<String>), StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT id, title_zh, title_en, organiser_zh, organiser_en, notice_zh, notice_en, opens_at, closes_at,
                 payment_deadline, hold_seconds, grace_seconds, resubmit_hours, fee_fen, payment_url, rules::text, resubmit_times
             FROM registration.exams ORDER BY opens_at DESC, id",
        )
        .await?;
    let (mut exams, mut unreadable) = (Vec::new(), Vec::new());
    for row in client.query(&statement, &[]).await? {
        let exam: &str = row.get("id");
        match serde_json::from_str(row.get("rules")) {
            Ok(rules) => exams.push(read(&row, rules)?),
            Err(error) => {
                tracing::error!(exam, %error, "this version cannot read the rules of an exam; those it knew stay");
                unreadable.push(exam.to_owned());
            }
        }
    }
    Ok((exams, unreadable))
}

/// Of how many decisions on cases of a kind this exam asks for a second opinion, in percent.
pub(crate) async fn second_opinion_percent(
    client: &impl GenericClient,
    exam: &ExamId,
    kind: CaseKind,
) -> Result<i32, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT (rules->'review'->'second_opinion'->>$2)::integer AS percent FROM registration.exams WHERE id = $1",
        )
        .await?;
    let found = client.query_opt(&statement, &[&exam.as_str(), &kind.as_ref()]).await?;
    Ok(found.and_then(|row| row.get("percent")).unwrap_or_default())
}

fn read(row: &Row, rules: ExamRules) -> Result<Exam, StoreError> {
    let id: &str = row.get("id");
    Ok(Exam {
        id: id.parse().map_err(|_| StoreError::Corrupt("an exam's id"))?,
        title: Text { zh: row.get("title_zh"), en: row.get("title_en") },
        organiser: Text { zh: row.get("organiser_zh"), en: row.get("organiser_en") },
        notice: Paragraphs { zh: row.get("notice_zh"), en: row.get("notice_en") },
        opens_at: row.get("opens_at"),
        closes_at: row.get("closes_at"),
        payment_deadline: row.get("payment_deadline"),
        hold: SignedDuration::from_secs(i64::from(row.get::<_, i32>("hold_seconds"))),
        grace: SignedDuration::from_secs(i64::from(row.get::<_, i32>("grace_seconds"))),
        resubmit: SignedDuration::from_hours(i64::from(row.get::<_, i32>("resubmit_hours"))),
        resubmit_times: u16::try_from(row.get::<_, i16>("resubmit_times"))
            .map_err(|_| StoreError::Corrupt("a negative count"))?,
        fee: Fen(row.get("fee_fen")),
        payment_url: row.get("payment_url"),
        groups: Vec::new(),
        sittings: Vec::new(),
        rules,
        organisations: Vec::new(),
    })
}

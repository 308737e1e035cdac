//! Table `earlier_graces`: the graces that holds were promised before an exam's was changed, so that no deadline that
//! was shown moves.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use tokio_postgres::GenericClient;

use super::LedgerError;
use crate::ids::ExamId;
use crate::sitting::Exam;

/// Graces by the moment until which deadlines with them may lie, ascending.
pub type EarlierGraces = Vec<(Timestamp, SignedDuration)>;

/// Keeps what the exam promises now, if `exam`, which is about to be put in its place, promises something else. What
/// was kept before for deadlines until some moment stays. A few seconds more are counted in, because other processes
/// learn of the change a moment later.
pub async fn keep(client: &impl GenericClient, exam: &Exam) -> Result<(), LedgerError> {
    let seconds = |span: SignedDuration| i32::try_from(span.as_secs()).unwrap_or(i32::MAX);
    client
        .execute(
            "INSERT INTO reservation.earlier_graces (exam, until, grace_seconds)
             SELECT e.id, w.until, e.grace_seconds
             FROM reservation.exams e,
                 LATERAL (SELECT now() + make_interval(secs => e.hold_seconds + e.grace_seconds + 5)) AS w (until)
             WHERE e.id = $1 AND (e.hold_seconds, e.grace_seconds) <> ($2, $3)
                 AND NOT EXISTS (SELECT FROM reservation.earlier_graces g WHERE g.exam = e.id AND g.until >= w.until)",
            &[&exam.id.as_str(), &seconds(exam.hold), &seconds(exam.grace)],
        )
        .await?;
    // No hold lasts so long, with its grace.
    client
        .execute(
            "DELETE FROM reservation.earlier_graces WHERE exam = $1 AND until < now() - interval '61 days'",
            &[&exam.id.as_str()],
        )
        .await?;
    Ok(())
}

/// Those of all exams.
pub async fn all(client: &impl GenericClient) -> Result<HashMap<ExamId, EarlierGraces>, LedgerError> {
    let rows = client
        .query("SELECT exam, until, grace_seconds FROM reservation.earlier_graces ORDER BY exam, until", &[])
        .await?;
    let mut graces = HashMap::<ExamId, EarlierGraces>::new();
    for row in rows {
        let exam: String = row.get("exam");
        let exam = exam.parse::<ExamId>().map_err(|error| LedgerError::Unavailable(error.to_string()))?;
        graces
            .entry(exam)
            .or_default()
            .push((row.get("until"), SignedDuration::from_secs(row.get::<_, i32>("grace_seconds").into())));
    }
    Ok(graces)
}

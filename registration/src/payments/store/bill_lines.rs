//! The table `bill_lines`: what a channel says moved, line by line, as it wrote it.

use deadpool_postgres::GenericClient;
use gateways::pay::{BillKind, BillLine};
use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use crate::model::payment::refund::RefundId;
use crate::model::payment::{Method, PaymentId};
use crate::store::StoreError;

/// Lines that go to the database at once.
const BATCH: usize = 1_000;
/// Most characters of a number that is none of ours.
const NUMBER_CHARS_MAX: usize = 128;

/// The lines of a day, in place of those that were there.
pub(crate) async fn replace(
    transaction: &impl GenericClient,
    channel: Method,
    day: Date,
    lines: &[BillLine],
) -> Result<(), StoreError> {
    let channel: &str = channel.into();
    let statement =
        transaction.prepare_cached("DELETE FROM registration.bill_lines WHERE channel = $1 AND day = $2").await?;
    transaction.execute(&statement, &[&channel, &day]).await?;
    let statement = transaction
        .prepare_cached(
            "INSERT INTO registration.bill_lines (channel, day, line, kind, number, payment, refund_number, refund,
                 reference, at, amount_fen, fee_fen)
             SELECT $1, $2, l.line, CASE WHEN l.refund_number IS NULL THEN 'payment' ELSE 'refund' END, l.number,
                 l.payment, l.refund_number, l.refund, l.reference, l.at, l.amount_fen, l.fee_fen
             FROM unnest($3::integer[], $4::text[], $5::uuid[], $6::text[], $7::uuid[], $8::text[], $9::timestamptz[],
                 $10::bigint[], $11::bigint[])
                 AS l (line, number, payment, refund_number, refund, reference, at, amount_fen, fee_fen)",
        )
        .await?;
    for (place, batch) in lines.chunks(BATCH).enumerate() {
        let first = place * BATCH;
        let numbers: Vec<i32> =
            (first..first + batch.len()).map(|line| i32::try_from(line).unwrap_or(i32::MAX)).collect();
        let number: Vec<&str> = batch.iter().map(|line| short(&line.number)).collect();
        let payment: Vec<Option<Uuid>> =
            batch.iter().map(|line| PaymentId::of_number(&line.number).map(|id| id.0)).collect();
        let refund_number: Vec<Option<&str>> = batch.iter().map(|line| refund_of(line).map(short)).collect();
        let refund: Vec<Option<Uuid>> =
            batch.iter().map(|line| refund_of(line).and_then(RefundId::of_number).map(|id| id.0)).collect();
        let reference: Vec<&str> = batch.iter().map(|line| short(&line.reference)).collect();
        let at: Vec<Option<Timestamp>> = batch.iter().map(|line| line.at).collect();
        let amount: Vec<i64> = batch.iter().map(|line| i64::try_from(line.amount_fen).unwrap_or(i64::MAX)).collect();
        let fee: Vec<i64> = batch.iter().map(|line| line.fee_fen).collect();
        transaction
            .execute(
                &statement,
                &[&channel, &day, &numbers, &number, &payment, &refund_number, &refund, &reference, &at, &amount, &fee],
            )
            .await?;
    }
    Ok(())
}

/// Has refunds asked after that stand on a bill and are under way here: a bill is a snapshot, and says nothing of how far
/// they are.
pub(crate) async fn ask_after_refunds(
    transaction: &impl GenericClient,
    channel: Method,
    day: Date,
    now: Timestamp,
) -> Result<(), StoreError> {
    let statement = transaction
        .prepare_cached(
            "UPDATE registration.refunds r SET ask_at = least(r.ask_at, $3)
             FROM registration.bill_lines l
             WHERE l.channel = $1 AND l.day = $2 AND l.refund = r.id AND r.ask_at IS NOT NULL
                 AND r.state IN ('sent', 'processing', 'unknown')",
        )
        .await?;
    let channel: &str = channel.into();
    transaction.execute(&statement, &[&channel, &day, &now]).await?;
    Ok(())
}

fn refund_of(line: &BillLine) -> Option<&str> {
    match &line.kind {
        BillKind::Payment => None,
        BillKind::Refund { number } => Some(number),
    }
}

fn short(text: &str) -> &str {
    text.char_indices().nth(NUMBER_CHARS_MAX).map_or(text, |(end, _)| &text[..end])
}

//! The table `journal`: one row an entry. Rows are only added; the lines of an entry must balance when the transaction
//! ends.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;

use crate::model::order::OrderId;
use crate::model::payment::PaymentId;
use crate::model::payment::journal::Entry;
use crate::model::payment::refund::RefundId;
use crate::payments::store::journal_lines;
use crate::store::StoreError;

/// What an entry is of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cause {
    pub(crate) payment: PaymentId,
    pub(crate) order: OrderId,
    pub(crate) refund: Option<RefundId>,
}

/// Adds an entry with its lines. A second one of the same cause and kind is none; neither is one of nothing.
pub(crate) async fn insert(
    transaction: &impl GenericClient,
    cause: Cause,
    entry: &Entry,
    at: Timestamp,
) -> Result<(), StoreError> {
    if entry.amount.0 == 0 {
        return Ok(());
    }
    let statement = transaction
        .prepare_cached(
            "INSERT INTO registration.journal (at, kind, payment, order_id, refund) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT DO NOTHING RETURNING id",
        )
        .await?;
    let (kind, order, refund): (&str, _, _) =
        ((&entry.kind).into(), cause.order.to_string(), cause.refund.map(|refund| refund.0));
    let row = transaction.query_opt(&statement, &[&at, &kind, &cause.payment.0, &order, &refund]).await?;
    match row {
        Some(row) => journal_lines::insert(transaction, row.get("id"), entry).await,
        None => Ok(()),
    }
}

/// What must be so between the journal and everything else of money, each with a query of what is not.
const RULES: [(&str, &str); 8] = [
    (
        "an entry balances",
        "SELECT l.entry::text FROM registration.journal_lines l GROUP BY l.entry HAVING sum(debit_fen) <> sum(credit_fen)",
    ),
    (
        "every payment that was received is entered with what came",
        "SELECT p.id::text FROM registration.payments p
         LEFT JOIN registration.journal j ON j.payment = p.id AND j.kind = 'received'
         LEFT JOIN registration.journal_lines l
             ON l.entry = j.id AND l.account = 'clearing.' || p.method AND l.debit_fen = p.received_fen
         WHERE (p.state = 'received' AND p.received_fen > 0) <> (l.entry IS NOT NULL)",
    ),
    (
        "money that is settled is income, and only that",
        "SELECT b.payment::text || ' ' || b.order_id FROM registration.payment_orders b
         JOIN registration.payments p ON p.id = b.payment AND p.state = 'received'
         LEFT JOIN registration.settlements s ON s.payment = b.payment AND s.order_id = b.order_id
         LEFT JOIN registration.journal j ON j.payment = b.payment AND j.order_id = b.order_id AND j.kind = 'settled'
         WHERE b.amount_fen > 0
             AND (CASE WHEN p.method = 'screenshot' THEN true ELSE s.state = 'seat' END) <> (j.id IS NOT NULL)",
    ),
    (
        "money that came by a channel is being settled, a seat, a choice or a refund",
        "SELECT b.payment::text || ' ' || b.order_id FROM registration.payment_orders b
         JOIN registration.payments p ON p.id = b.payment
         LEFT JOIN registration.settlements s ON s.payment = b.payment AND s.order_id = b.order_id
         WHERE (p.state = 'received' AND p.method <> 'screenshot') <> (s.payment IS NOT NULL)",
    ),
    (
        "what was settled as a refund has one",
        "SELECT s.payment::text || ' ' || s.order_id FROM registration.settlements s
         JOIN registration.payments p ON p.id = s.payment
         WHERE s.state = 'refund' AND p.received_fen > 0
             AND NOT EXISTS (SELECT FROM registration.refunds r WHERE r.payment = s.payment)",
    ),
    (
        "no more goes back than came",
        "SELECT p.id::text FROM registration.payments p JOIN registration.refunds r ON r.payment = p.id
         WHERE r.state <> 'closed' GROUP BY p.id, p.received_fen HAVING sum(r.amount_fen) > coalesce(p.received_fen, 0)",
    ),
    (
        "every refund is entered as due, and as it ended",
        "SELECT r.id::text FROM registration.refunds r
         WHERE (SELECT array_agg(j.kind ORDER BY j.kind) FROM registration.journal j
                 JOIN registration.journal_lines l
                     ON l.entry = j.id AND l.account = 'refund_due' AND greatest(l.debit_fen, l.credit_fen) = r.amount_fen
                 WHERE j.refund = r.id)
             IS DISTINCT FROM CASE r.state WHEN 'done' THEN ARRAY['refund_due', 'refunded']
                 WHEN 'closed' THEN ARRAY['refund_closed', 'refund_due'] ELSE ARRAY['refund_due'] END",
    ),
    (
        "confirmed seats that cost something are paid for, and no seat is paid for twice",
        "SELECT o.id FROM registration.orders o
         WHERE o.state = 'confirmed' AND o.amount_fen > 0 AND (
             SELECT count(*) FROM registration.payment_orders b JOIN registration.payments p ON p.id = b.payment
             LEFT JOIN registration.settlements s ON s.payment = b.payment AND s.order_id = b.order_id
             WHERE b.order_id = o.id AND p.state = 'received'
                 AND (p.method = 'screenshot' OR s.state = 'seat')) <> 1",
    ),
];

/// What is not as it must be, by rule; at most `limit` of each.
pub(crate) async fn differences(
    client: &impl GenericClient,
    limit: i64,
) -> Result<Vec<(&'static str, Vec<String>)>, StoreError> {
    let mut found = Vec::with_capacity(RULES.len());
    for (rule, query) in RULES {
        let statement = client.prepare_cached(&format!("SELECT * FROM ({query}) AS found (detail) LIMIT $1")).await?;
        let rows = client.query(&statement, &[&limit]).await?;
        found.push((rule, rows.iter().map(|row| row.get("detail")).collect()));
    }
    Ok(found)
}

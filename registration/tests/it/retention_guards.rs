//! Who is kept although the years are over: each reason by itself, in one round over all of them.

use std::collections::BTreeSet;

use registration::people::accounts::AccountNumber;
use registration::people::retention::{Gone, RetentionError};
use uuid::Uuid;

use crate::retention::{count, five_years, round};
use crate::world::World;

/// What each account has to do with besides: its exam is over since more than five years, and so is all that it did. `$A` is the
/// account, `$O` its order, which has ended, `$P` a number of a payment, `$S` anybody of the staff.
const KEPT: [(&str, &str); 21] = [
    ("is new", "UPDATE registration.accounts SET created_at = now() - interval '4 years' WHERE id = '$A'"),
    ("signed in", "INSERT INTO registration.account_sign_ins (account, at) VALUES ('$A', now() - interval '4 years')"),
    (
        "used a device",
        "INSERT INTO registration.account_sessions (id, account, epoch, system, browser, began_at, seen_at, until)
         VALUES (gen_random_uuid(), '$A', 0, 'Windows', 'Firefox', now() - interval '6 years', now() - interval '4 years', now())",
    ),
    (
        "is in a dispute",
        "INSERT INTO registration.retention_holds (account, reason, staff, at) VALUES ('$A', '申诉', '$S', now())",
    ),
    (
        "has begun an exam that is not over",
        "INSERT INTO registration.applications (exam, account, created_at) VALUES ('window', '$A', now())",
    ),
    (
        "is bound in an exam whose sitting is to come",
        "INSERT INTO registration.bindings (id, exam, account, document_index, record, bound_at)
         VALUES (gen_random_uuid(), 'sitting', '$A', sha256('1'), '', now())",
    ),
    (
        "had an exam within the years",
        "INSERT INTO registration.face_checks (account, exam, state, submitted_at, decided_at)
         VALUES ('$A', 'within', 'passed', now(), now())",
    ),
    (
        "wants to hear of an exam",
        "INSERT INTO registration.reminder_wishes (exam, account, asked_at) VALUES ('window', '$A', now())",
    ),
    (
        "has an open order",
        "UPDATE registration.orders SET state = 'unpaid', expires_at = now() + interval '1 day',
             lapses_at = now() + interval '1 day' WHERE id = '$O'",
    ),
    ("has a payment that began", "SELECT pg_temp.pay('$P', '$O', 'alipay', 'created')"),
    ("has a payment that waits", "SELECT pg_temp.pay('$P', '$O', 'screenshot', 'pending')"),
    ("has a payment of which nobody knows", "SELECT pg_temp.pay('$P', '$O', 'alipay', 'unknown')"),
    (
        "has a payment that is asked after",
        "SELECT pg_temp.pay('$P', '$O', 'alipay', 'closed');
         UPDATE registration.payments SET ask_at = now() + interval '1 hour' WHERE id = '$P'",
    ),
    ("has money that is to be settled", "SELECT pg_temp.pay('$P', '$O', 'alipay', 'received')"),
    (
        "has a refund under way",
        "SELECT pg_temp.pay('$P', '$O', 'screenshot', 'received');
         INSERT INTO registration.refunds (id, payment, order_id, amount_fen, reason, state, created_at, asked_kind)
         VALUES (gen_random_uuid(), '$P', '$O', 1, 'staff', 'asked', now(), 'system')",
    ),
    (
        "has money about which the books differ",
        "SELECT pg_temp.pay('$P', '$O', 'alipay', 'closed');
         INSERT INTO registration.bills (channel, day, state) VALUES ('alipay', '2020-01-01', 'wanted');
         INSERT INTO registration.findings (channel, day, kind, subject, payment, found_at)
         VALUES ('alipay', '2020-01-01', 'missing', '1', '$P', now())",
    ),
    (
        "is on a list that a school pays for",
        "INSERT INTO registration.group_payments (id, exam, title, begun_by, created_at, locked_until)
         VALUES ('$P', 'exam', '一班', '$S', now(), now() + interval '1 hour');
         INSERT INTO registration.group_payment_orders (group_payment, order_id, amount_fen) VALUES ('$P', '$O', 1)",
    ),
    (
        "has an open case",
        "INSERT INTO registration.cases (kind, subject, exam, account, version, waiting_since)
         VALUES ('score', 'score_review exam $A', 'exam', '$A', '1', now() - interval '5 years')",
    ),
    (
        "has a question that nobody answered",
        "INSERT INTO registration.inquiries (id, account, place, question, asked_at)
         VALUES (gen_random_uuid(), '$A', '', '', now() - interval '6 years')",
    ),
    (
        "has a message that waits",
        "INSERT INTO registration.outbox (topic, kind, account, made_at, next_try_at)
         VALUES ('message', 'order_refused', '$A', now(), now() + interval '1 hour')",
    ),
    (
        "was let in with a doubt",
        "WITH t AS (INSERT INTO registration.tickets (exam, sitting, order_id, generation, fingerprint, code, issued_at)
             VALUES ('exam', 's0', '$O', 1, sha256('1'), '', now()) RETURNING serial)
         INSERT INTO registration.doubtful_entries (id, scan, exam, sitting, site, serial, staff, tries, at, received_at)
         SELECT gen_random_uuid(), gen_random_uuid(), 'exam', 's0', (SELECT id FROM registration.sites), serial, '$S', 0, now(), now()
         FROM t",
    ),
];

/// Exams that are not over, or not long enough; a site; and a way to write a payment.
const AROUND: &str = "
    UPDATE registration.exams SET opens_at = now() - interval '6 years', closes_at = now() - interval '5 years 3 months',
        payment_deadline = now() - interval '5 years 2 months';
    UPDATE registration.exam_sittings SET starts_at = now() - interval '5 years 1 month';
    INSERT INTO registration.exams
    SELECT (jsonb_populate_record(e, jsonb_build_object('id', o.id, 'closes_at', o.closes_at,
        'payment_deadline', o.closes_at + interval '1 hour'))).*
    FROM registration.exams e, (VALUES ('window', now() + interval '1 day'), ('sitting', now() - interval '5 years 2 months'),
        ('within', now() - interval '5 years 2 months')) o (id, closes_at) WHERE e.id = 'exam';
    INSERT INTO registration.exam_sittings (exam, id, position, title_zh, title_en, venue_zh, venue_en, starts_at, fee_fen)
    VALUES ('sitting', 's', 1, '', '', '', '', now() + interval '1 day', 0),
        ('within', 's', 1, '', '', '', '', now() - interval '4 years 11 months', 0);
    INSERT INTO registration.sites (id, name_zh, name_en, address_zh, address_en)
    VALUES (gen_random_uuid(), '东校区', 'East', '一路', 'First');
    CREATE FUNCTION pg_temp.pay(of_payment uuid, of_order text, by_method text, as_state text) RETURNS void LANGUAGE sql AS $$
        INSERT INTO registration.payments (id, method, amount_fen, state, created_at, received_at, decided_kind, decided_at)
        SELECT of_payment, by_method, 1, as_state, now(), CASE as_state WHEN 'received' THEN now() END, d.kind,
            CASE WHEN d.kind IS NOT NULL THEN now() END
        FROM (SELECT CASE WHEN as_state IN ('received', 'closed') THEN 'system' END AS kind) d;
        INSERT INTO registration.payment_orders (payment, order_id, amount_fen) VALUES (of_payment, of_order, 1)
    $$;";

/// An account of long ago with an order that has ended.
const EACH: &str = "
    INSERT INTO registration.accounts (id, password_hash, created_at) VALUES ('$A', '!', now() - interval '6 years');
    INSERT INTO registration.orders (id, account, exam, amount_fen, state, expires_at, lapses_at, created_at)
    VALUES ('$O', '$A', 'exam', 1, 'released', now(), now(), now() - interval '6 years');";

/// Everything is written in one transaction, by one connection: jobs see all of it or nothing.
fn written(accounts: &[Uuid], staff: Uuid) -> String {
    let mut all = AROUND.to_owned();
    for (number, account) in accounts.iter().enumerate() {
        let more = KEPT.get(number).map_or("", |(_, sql)| sql);
        let one = format!("{EACH}{more};").replace("$A", &account.to_string()).replace("$S", &staff.to_string());
        let payment = Uuid::from_u128(1 + u128::try_from(number).unwrap()).to_string();
        all += &one.replace("$O", &format!("AAAA-A{number:03}")).replace("$P", &payment);
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_goes_in_whom_something_still_waits() {
    let world = World::usual().await;
    let chief = five_years(&world).await;
    // One more, for whom nothing speaks.
    let accounts: Vec<Uuid> = (0..=KEPT.len()).map(|_| Uuid::now_v7()).collect();
    world.execute(&written(&accounts, chief.id.0)).await;
    world
        .execute(
            "INSERT INTO registration.roster (exam, document_index, person_index, line_index, record)
             VALUES ('exam', sha256('1'), sha256('1'), sha256('1'), '')",
        )
        .await;
    assert_eq!(
        round(&world.registration).await,
        Gone { accounts: 1, lines: 0 },
        "a list stays while a case of its exam waits"
    );
    let rows =
        world.sql().await.query("SELECT id FROM registration.accounts WHERE forgotten_at IS NOT NULL", &[]).await;
    let gone: BTreeSet<Uuid> = rows.unwrap().iter().map(|row| row.get("id")).collect();
    for (account, (why, _)) in accounts.iter().zip(KEPT) {
        assert!(!gone.contains(account), "who {why} was forgotten");
    }
    assert!(gone.contains(&accounts[KEPT.len()]), "for whom nothing speaks");
    world.registration.stop().await;
    world.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_in_a_dispute_stays_until_somebody_lets_it_go() {
    let world = World::usual().await;
    let chief = five_years(&world).await;
    let account = world.candidate(1).await.id;
    world.execute("UPDATE registration.accounts SET created_at = now() - interval '6 years'").await;
    let retention = world.registration.retention();
    let refused = retention.hold(&world.reviewer, account.into(), "申诉").await;
    assert!(matches!(refused, Err(RetentionError::Forbidden(_))), "{refused:?}");
    assert!(matches!(retention.hold(&chief, account.into(), " ").await, Err(RetentionError::Reason)));
    retention.hold(&chief, account.into(), "申诉处理中").await.unwrap();
    assert_eq!(round(&world.registration).await.accounts, 0);
    let held = retention.held(&chief).await.unwrap();
    assert_eq!((held.len(), held[0].account, &held[0].reason[..]), (1, AccountNumber::from(account), "申诉处理中"));
    retention.let_go(&chief, account.into()).await.unwrap();
    assert!(matches!(retention.let_go(&chief, account.into()).await, Err(RetentionError::Unknown)));
    assert_eq!(round(&world.registration).await.accounts, 1);
    let late = retention.hold(&chief, account.into(), "申诉").await;
    assert!(matches!(late, Err(RetentionError::Unknown)), "nothing is left of it: {late:?}");
    assert_eq!(count(&world, "audit WHERE action IN ('retention.hold', 'retention.let_go')").await, 2);
    world.finish().await;
}

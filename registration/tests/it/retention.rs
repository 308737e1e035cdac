//! What is personal of a candidate goes when its years are over, wholly or not at all, and the books stay. Who must be kept is in
//! `retention_guards`, what the page says of the schema in `retention_schema`.

use registration::Registration;
use registration::desk::staff::{Role, StaffMember};
use registration::model::ids::AccountId;
use registration::people::accounts::SignInError;
use registration::people::retention::{Gone, RetentionError, Years};

use crate::retention_schema::part;
use crate::world::{PASSWORD, World, document, exam, until};

/// Rows of every kind that an account may have; `$A` is the account, `$O` its order.
pub(crate) const FILLED: &str = "
    INSERT INTO registration.identity_pictures (id, account, slot, state, created_at)
    VALUES ('00000000-0000-4000-8000-000000000001', '$A', 'portrait', 'kept', now()),
        ('00000000-0000-4000-8000-000000000002', '$A', 'proof', 'kept', now()),
        ('00000000-0000-4000-8000-000000000003', '$A', 'photo', 'kept', now());
    INSERT INTO registration.identities (account, state, consent_at, consent_version, name, document, document_index, way,
        picture, submitted_at, decided_at)
    VALUES ('$A', 'verified', now(), '1', 'name', 'document', sha256('1'), 'card', '00000000-0000-4000-8000-000000000001',
        now(), now());
    INSERT INTO registration.face_checks (account, exam, state, submitted_at, decided_at)
    VALUES ('$A', 'exam', 'passed', now(), now());
    INSERT INTO registration.face_consents (account, version, given_at) VALUES ('$A', '1', now());
    INSERT INTO registration.identity_marks (id, account, kind, mark, look, made_at)
    VALUES (gen_random_uuid(), '$A', 'face', 1, 'look', now());
    INSERT INTO registration.identity_checks (id, account, name, document, created_at, finished_at)
    VALUES ('check', '$A', 'name', 'document', now(), now());
    INSERT INTO registration.identity_tries (account, day, what, count) VALUES ('$A', current_date, 'card', 1);
    INSERT INTO registration.identity_handovers (token_index, account, next, expires_at)
    VALUES (sha256('2'), '$A', '/', now());
    INSERT INTO registration.identity_uploads (account, slot, key, total, received, created_at)
    VALUES ('$A', 'photo', '00000000-0000-4000-8000-000000000004', 2, 1, now());
    INSERT INTO registration.identity_chunks (upload, starts_at, bytes)
    VALUES ('00000000-0000-4000-8000-000000000004', 0, 'a');
    INSERT INTO registration.applications (exam, account, created_at, details, details_at, details_version, review, review_at)
    VALUES ('exam', '$A', now(), 'details', now(), 1, 'passed', now());
    INSERT INTO registration.accommodations (id, exam, account, state, request, proof, requested_at, decided_at, decision)
    VALUES (gen_random_uuid(), 'exam', '$A', 'granted', 'request', '00000000-0000-4000-8000-000000000002', now(), now(),
        'decision');
    INSERT INTO registration.score_reviews (exam, account, document_index, request, state, grants, requested_at, decided_at)
    VALUES ('exam', '$A', sha256('1'), 'request', 'passed', '{}', now(), now());
    INSERT INTO registration.bindings (id, exam, account, document_index, record, bound_at)
    VALUES ('00000000-0000-4000-8000-000000000005', 'exam', '$A', sha256('1'), 'record', now());
    UPDATE registration.orders SET needs_binding = true, binding = '00000000-0000-4000-8000-000000000005', reason = '王芳'
    WHERE id = '$O';
    INSERT INTO registration.invoices (order_id, exam, asked_at, title) VALUES ('$O', 'exam', now(), 'title');
    INSERT INTO registration.tickets (exam, sitting, order_id, number, generation, fingerprint, code, issued_at)
    VALUES ('exam', 's0', '$O', '1101', 1, sha256('3'), 'code', now());
    INSERT INTO registration.proofs (code, order_id, made_at) VALUES ('proof', '$O', now());
    INSERT INTO registration.case_opinions (case_id, version, staff, outcome, noted, given_at)
    SELECT c.id, '1', s.id, 'passed', 'noted', now() FROM registration.cases c, registration.staff s WHERE c.account = '$A' LIMIT 1;
    UPDATE registration.cases SET reason = '王芳' WHERE account = '$A';
    INSERT INTO registration.inquiries (id, account, place, question, asked_at, answer, answered_at, answered_by)
    SELECT gen_random_uuid(), '$A', '', 'question', at, 'answer', at, id
    FROM (SELECT now() - interval '5 years 1 day' AS at) old, registration.staff LIMIT 1;
    INSERT INTO registration.candidate_notes (id, account, text, staff, at)
    SELECT gen_random_uuid(), '$A', 'text', id, now() FROM registration.staff LIMIT 1;
    INSERT INTO registration.reminders (exam, occasion, account, made_at) VALUES ('exam', 'opening', '$A', now());
    INSERT INTO registration.reminder_choices (account, is_off, changed_at) VALUES ('$A', true, now());
    INSERT INTO registration.reminder_wishes (exam, account, asked_at) VALUES ('exam', '$A', now());
    INSERT INTO registration.seat_networks (exam, account, network, taken_at) VALUES ('exam', '$A', sha256('4'), now());
    INSERT INTO registration.roster_looks (account, day, looks) VALUES ('$A', current_date, 1);
    INSERT INTO registration.account_mobiles (account, index) VALUES ('$A', sha256('5'));
    INSERT INTO registration.account_links (token, purpose, account, payload, expires_at)
    VALUES (sha256('6'), 'password', '$A', 'payload', now() + interval '1 hour');
    INSERT INTO registration.account_sessions (id, account, epoch, system, browser, began_at, seen_at, until)
    VALUES (gen_random_uuid(), '$A', 0, 'Windows', 'Firefox', now() - interval '6 years', now() - interval '6 years', now());
    INSERT INTO registration.account_sign_ins (account, at) VALUES ('$A', now() - interval '6 years')
    ON CONFLICT (account) DO UPDATE SET at = excluded.at;
    INSERT INTO registration.qr_sign_ins (token_index, browser_index, number, expires_at, account, epoch)
    VALUES (sha256('7'), sha256('8'), 11, now() + interval '1 hour', '$A', 0);
    UPDATE registration.accounts SET email = 'email', email_verified_at = now(), display = 'elder' WHERE id = '$A';
    INSERT INTO registration.roster (exam, document_index, person_index, line_index, record)
    VALUES ('exam', sha256('1'), sha256('1'), sha256('1'), 'record'), ('exam', sha256('9'), sha256('9'), sha256('9'), 'record');
    INSERT INTO registration.past_scores (exam, by_document, subject, year, by_name, line_index, score, record)
    VALUES ('exam', sha256('1'), 'english', 2019, sha256('1'), sha256('1'), 425, 'record');
    UPDATE registration.outbox SET done_at = now(), outcome = 'sent' WHERE done_at IS NULL";

/// The exam was held, and whoever is here has been away, since six years ago and less.
pub(crate) const LONG_AGO: &str = "
    UPDATE registration.exams SET opens_at = now() - interval '6 years', closes_at = now() - interval '5 years 3 months',
        payment_deadline = now() - interval '5 years 2 months';
    UPDATE registration.exam_sittings SET starts_at = now() - interval '5 years 1 month';
    UPDATE registration.accounts SET created_at = now() - interval '6 years';
    UPDATE registration.account_sign_ins SET at = now() - interval '6 years'";

/// Somebody who may set the rule.
pub(crate) async fn chief(world: &World) -> StaffMember {
    world.registration.staff.add("chief", "long-enough-1", Role::Administrator).await.unwrap()
}

/// A rule of five years that was set days ago.
pub(crate) async fn five_years(world: &World) -> StaffMember {
    let chief = chief(world).await;
    world.registration.retention().set(&chief, 0, Years::new(5)).await.unwrap();
    world.execute("UPDATE registration.retention SET changed_at = changed_at - interval '2 days'").await;
    chief
}

pub(crate) async fn round(registration: &Registration) -> Gone {
    registration.retention().forget_due().await.unwrap()
}

pub(crate) async fn count(world: &World, from: &str) -> i64 {
    world.sql().await.query_one(&format!("SELECT count(*) FROM registration.{from}"), &[]).await.unwrap().get(0)
}

/// A candidate who paid for a seat long ago, with rows of every kind; the candidate, and the order's number.
async fn somebody(world: &World) -> (AccountId, String) {
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0"]).await.unwrap().id;
    world.hand_in(account, order).await.unwrap();
    world.confirm(order).await.unwrap();
    let filled = FILLED.replace("$A", &account.0.to_string()).replace("$O", &order.to_string());
    world.execute(&filled).await;
    world.execute(LONG_AGO).await;
    (account, order.to_string())
}

/// Whether every column of the account that is to be empty is so.
async fn is_emptied(world: &World, account: AccountId) -> bool {
    let columns = part("Is emptied").remove("accounts").unwrap();
    let empty = columns.iter().filter(|name| *name != "password_hash").map(|name| format!("{name} IS NULL"));
    let is_empty = empty.collect::<Vec<_>>().join(" AND ");
    count(world, &format!("accounts WHERE id = '{}' AND password_hash = '!' AND {is_empty}", account.0)).await == 1
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_personal_of_a_candidate_goes_and_the_books_stay() {
    let world = World::usual().await;
    let (account, order) = somebody(&world).await;
    let folder = world.stores.dir().join("files/screenshots").join(&order);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
    let chief = five_years(&world).await;
    let due = world.registration.retention().due(&chief, Years::new(5).unwrap()).await.unwrap();
    assert_eq!((due.now, due.soon), (1, 1));
    let books =
        ["payments", "payment_orders", "payment_events", "journal", "journal_lines", "order_sittings", "orders"];
    let mut before = Vec::new();
    for table in books {
        before.push(count(&world, table).await);
    }
    let lines = count(&world, "audit").await;

    assert_eq!(round(&world.registration).await, Gone { accounts: 1, lines: 3 });
    for (table, _) in part("Goes with the account").into_iter().chain(part("Goes with the exam")) {
        // The files first: a job removes them, and then the rows.
        let from =
            if table == "identity_pictures" { "identity_pictures WHERE state <> 'dropped'" } else { table.as_str() };
        // Who is found by nothing any more is indexed anew by a job.
        if table != "candidate_keys_due" {
            assert_eq!(count(&world, from).await, 0, "{table}");
        }
    }
    until("no pictures of people", async || count(&world, "identity_pictures").await == 0).await;
    until("nothing to find anybody by", async || count(&world, "candidate_keys").await == 0).await;
    assert!(is_emptied(&world, account).await);
    assert_eq!(std::fs::read_dir(&folder).map_or(0, Iterator::count), 0, "the picture's file is gone");
    assert_eq!(count(&world, "retention_files").await, 0);
    assert_eq!(count(&world, "orders WHERE state = 'confirmed' AND amount_fen = 12000 AND reason IS NULL").await, 1);
    assert_eq!(count(&world, "tickets WHERE number IS NULL AND code = '' AND stale_at IS NULL").await, 1);
    assert_eq!(count(&world, "cases WHERE reason IS NOT NULL").await, 0);
    for (table, rows) in books.into_iter().zip(before) {
        assert_eq!(count(&world, table).await, rows, "{table}");
    }
    // Its number, and nothing else, is in the audit; the lists have a line of their own.
    let number = account.0.simple().to_string().to_uppercase();
    let line = format!(
        "audit WHERE action = 'retention.forgot' AND subject = '{number}' AND detail IS NULL AND actor_kind = 'system'"
    );
    assert_eq!((count(&world, &line).await, count(&world, "audit").await), (1, lines + 2));
    let forgotten = world.registration.retention().forgotten(&chief).await.unwrap();
    assert_eq!((forgotten.ever, forgotten.lately), (1, 1));

    // Again does nothing, and pages that read the account go on.
    assert_eq!(round(&world.registration).await, Gone::default());
    let left = world.registration.accounts.account(account).await.unwrap().unwrap();
    assert!(left.name.is_none() && left.document.is_none(), "{left:?}");
    assert_eq!(world.registration.orders.live(account, &exam()).await.unwrap().len(), 1);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_forgotten_registers_anew_with_the_same_document() {
    let world = World::usual().await;
    let (account, _) = somebody(&world).await;
    five_years(&world).await;
    assert_eq!(round(&world.registration).await.accounts, 1);
    let refused = world.sign_in(&document(1), PASSWORD).await;
    assert!(matches!(refused, Err(SignInError::Wrong)), "{refused:?}");
    let anew = world.candidate(1).await.id;
    assert_ne!(anew, account);
    assert_eq!(world.sign_in(&document(1), PASSWORD).await.unwrap().id, anew);
    assert_eq!(round(&world.registration).await.accounts, 0);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removal_that_breaks_off_has_removed_nothing_and_no_file_is_left_for_ever() {
    let world = World::usual().await;
    let (account, order) = somebody(&world).await;
    five_years(&world).await;
    let folder = world.stores.dir().join("files/screenshots").join(&order);
    world
        .execute(
            "CREATE FUNCTION registration.broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                 RAISE EXCEPTION 'broken'; END $$;
             CREATE TRIGGER broken BEFORE DELETE ON registration.account_logins
                 FOR EACH ROW EXECUTE FUNCTION registration.broken()",
        )
        .await;
    assert_eq!(round(&world.registration).await.accounts, 0);
    assert!(!is_emptied(&world, account).await);
    for table in ["applications", "identities", "screenshots", "bindings", "proofs"] {
        assert_eq!(count(&world, table).await, 1, "{table}");
    }
    assert_eq!((std::fs::read_dir(&folder).unwrap().count(), count(&world, "retention_files").await), (1, 0));
    assert_eq!(count(&world, "audit WHERE action = 'retention.forgot'").await, 0);

    // A process died behind the commit: the files of its rows are there, or went just before it.
    world.execute("DROP TRIGGER broken ON registration.account_logins").await;
    let left = world.stores.dir().join("files/screenshots/left");
    std::fs::create_dir_all(&left).unwrap();
    std::fs::write(left.join("one"), b"sealed").unwrap();
    world
        .execute(
            "INSERT INTO registration.retention_files (path, made_at)
             VALUES ('screenshots/left/one', now()), ('screenshots/left/two', now())",
        )
        .await;
    assert_eq!(round(&world.registration).await.accounts, 1);
    assert_eq!(std::fs::read_dir(&left).map_or(0, Iterator::count), 0);
    assert_eq!(std::fs::read_dir(&folder).map_or(0, Iterator::count), 0);
    assert_eq!(count(&world, "retention_files").await, 0);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_forget_everybody_once() {
    let world = World::usual().await;
    five_years(&world).await;
    world
        .execute(
            "INSERT INTO registration.accounts (id, password_hash, created_at)
             SELECT gen_random_uuid(), '!', now() - interval '6 years' FROM generate_series(1, 250)",
        )
        .await;
    let another = world.another_process().await;
    let (one, two) = tokio::join!(round(&world.registration), round(&another));
    // What one of them worked on the other one passed over, or found done; the job of each does its part, too.
    let rest = round(&world.registration).await;
    assert!(one.accounts + two.accounts + rest.accounts <= 250);
    until("nobody is left", async || count(&world, "accounts WHERE forgotten_at IS NULL").await == 0).await;
    assert_eq!(count(&world, "audit WHERE action = 'retention.forgot'").await, 250);
    another.stop().await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_is_an_administrators_and_is_in_force_a_day_later() {
    let world = World::usual().await;
    somebody(&world).await;
    let (chief, retention) = (chief(&world).await, world.registration.retention());
    assert_eq!(round(&world.registration).await, Gone::default(), "nothing goes without a rule");
    let years = Years::new(5);
    assert!(matches!(retention.set(&world.reviewer, 0, years).await, Err(RetentionError::Forbidden(_))));
    assert!(matches!(retention.due(&world.reviewer, years.unwrap()).await, Err(RetentionError::Forbidden(_))));
    retention.set(&chief, 0, years).await.unwrap();
    assert!(matches!(retention.set(&chief, 0, Years::new(1)).await, Err(RetentionError::Changed)));
    assert_eq!((retention.current().years, retention.current().version), (years, 1));
    assert_eq!(round(&world.registration).await, Gone::default(), "nor within a day");
    world.execute("UPDATE registration.retention SET changed_at = changed_at - interval '2 days'").await;
    retention.set(&chief, 1, None).await.unwrap();
    assert_eq!(round(&world.registration).await, Gone::default(), "nor after it was taken back");
    let said = "audit WHERE action = 'retention.set' AND detail IN ('kept → 5 years', '5 years → kept')";
    assert_eq!((count(&world, said).await, count(&world, "applications").await), (2, 1));
    // Every process knows within seconds.
    let another = world.another_process().await;
    until("another process knows", async || another.retention().current().version == 2).await;
    another.stop().await;
    world.finish().await;
}

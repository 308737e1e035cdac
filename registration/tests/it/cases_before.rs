//! Cases beside the version before: what its database has, and what its statements write.

use refinery::{Runner, Target};
use registration::desk::case::{CaseKind, Outcome};
use registration::desk::cases::Asked;
use registration::people::accounts::AccountSettings;
use reservation::engine::{Engine, EngineConfig};
use testkit::TestStores;
use uuid::Uuid;

use crate::world::{World, open};

/// The last migration of the version before.
const BEFORE: i32 = 18;
/// What that version's queues are, in their order.
const QUEUES: [(CaseKind, &str); 5] = [
    (CaseKind::Payment, "SELECT id FROM registration.orders WHERE state = 'waiting_review' ORDER BY submitted_at, id"),
    (
        CaseKind::Identity,
        "SELECT 'identity.' || account FROM registration.identities WHERE state = 'waiting'
         ORDER BY submitted_at, account",
    ),
    (
        CaseKind::Face,
        "SELECT 'face.' || account || '.' || exam FROM registration.face_checks WHERE state = 'waiting'
         ORDER BY submitted_at, account, exam",
    ),
    (
        CaseKind::Form,
        "SELECT 'application ' || exam || ' ' || account FROM registration.applications WHERE review = 'waiting'
         ORDER BY review_at, exam, account",
    ),
    (
        CaseKind::Score,
        "SELECT 'score_review ' || exam || ' ' || account FROM registration.score_reviews WHERE state = 'waiting'
         ORDER BY requested_at, exam, account",
    ),
];
/// Subjects that wait and cases that are open, where one has no other: nothing, ever.
const APART: &str = "
    WITH waiting AS (
        SELECT 'payment' AS kind, id AS subject, exam, account, submitted_at AS since,
            coalesce((SELECT p.id::text FROM registration.screenshots p
                WHERE p.order_id = o.id AND p.accepted_at IS NOT NULL
                ORDER BY p.accepted_at DESC, p.created_at DESC LIMIT 1), '')
                || '.' || (extract(epoch FROM submitted_at) * 1000000)::bigint AS version
        FROM registration.orders o WHERE state = 'waiting_review'
        UNION ALL SELECT 'identity', 'identity.' || account, NULL, account, submitted_at, picture::text
        FROM registration.identities WHERE state = 'waiting'
        UNION ALL SELECT 'face', 'face.' || account || '.' || exam, exam, account, submitted_at, picture::text
        FROM registration.face_checks WHERE state = 'waiting'
        UNION ALL SELECT 'form', 'application ' || exam || ' ' || account, exam, account, review_at, details_version::text
        FROM registration.applications WHERE review = 'waiting'
        UNION ALL SELECT 'score', 'score_review ' || exam || ' ' || account, exam, account, requested_at,
            (extract(epoch FROM requested_at) * 1000000)::bigint::text
        FROM registration.score_reviews WHERE state = 'waiting'
    ), open AS (
        SELECT kind, subject, exam, account, waiting_since, version FROM registration.cases WHERE closed_at IS NULL
    )
    SELECT 'waits: ' || w::text FROM (SELECT * FROM waiting EXCEPT ALL SELECT * FROM open) w
    UNION ALL SELECT 'open: ' || c::text FROM (SELECT * FROM open EXCEPT ALL SELECT * FROM waiting) c";

/// Accounts, two exams, somebody of the staff, pictures.
fn people(accounts: usize) -> String {
    let rows = (0..accounts).map(|n| format!("('{}', '', now())", account(n))).collect::<Vec<_>>().join(", ");
    let pictures = (0..accounts).map(|n| format!("('{}', '{}', 'holding', 'kept', now())", picture(n), account(n)));
    format!(
        "INSERT INTO registration.staff (id, name, role, password_hash, created_at)
             VALUES ('{STAFF}', 'before', 'reviewer', '', now());
         INSERT INTO registration.exams (id, title_zh, title_en, organiser_zh, organiser_en, notice_zh, notice_en, opens_at,
             closes_at, payment_deadline, hold_seconds, grace_seconds, resubmit_hours, fee_fen, payment_url, version)
         SELECT id, '考试', 'Exam', '学院', 'School', '{{}}', '{{}}', '2020-01-01', '2099-01-01', '2099-01-02', 900, 60, 24,
             12000, 'https://pay.example.com/', nextval('registration.exam_versions') FROM unnest(ARRAY['e1', 'e2']) id;
         INSERT INTO registration.accounts (id, password_hash, created_at) VALUES {rows};
         INSERT INTO registration.identity_pictures (id, account, slot, state, created_at) VALUES {};",
        pictures.collect::<Vec<_>>().join(", ")
    )
}

const STAFF: &str = "00000000-0000-0000-0000-00000000000a";

fn account(number: usize) -> Uuid {
    // Not in the order of their numbers.
    Uuid::from_u128(0x1000 + (number as u128 * 7919) % 1009)
}

fn picture(number: usize) -> Uuid {
    Uuid::from_u128(0x2000 + number as u128)
}

/// What waits, or was decided, of one account in that version.
fn rows(number: usize) -> String {
    let (account, picture, order) = (account(number), picture(number), order(number));
    let exam = if number.is_multiple_of(2) { "e1" } else { "e2" };
    // Every two wait since the same moment; every fourth was decided.
    let since = format!("timestamptz '2026-11-20 06:00:00.123456Z' + interval '{} minutes'", (number * 5 % 12) / 2);
    let (is_waiting, refused, by) = (!number.is_multiple_of(4), number.is_multiple_of(8), format!("'{STAFF}'"));
    let state = |waiting: &str, yes: &str| match (is_waiting, refused) {
        (true, _) => waiting.to_owned(),
        (false, true) => "refused".to_owned(),
        (false, false) => yes.to_owned(),
    };
    let (at, by) = if is_waiting { ("NULL".to_owned(), "NULL".to_owned()) } else { (since.clone(), by) };
    let reason = if state("", "") == "refused" { "'看不清'" } else { "NULL" };
    let shown = if is_waiting { format!("'{picture}'") } else { "NULL".to_owned() };
    let review_at = if is_waiting { since.clone() } else { at.clone() };
    format!(
        "INSERT INTO registration.orders (id, account, exam, amount_fen, state, expires_at, lapses_at, created_at,
             submitted_at, decided_at, decided_by, reason, mend_until)
         VALUES ('{order}', '{account}', '{exam}', 12000, '{}', now(), now(), now(), {since}, {at}, {by}, {reason},
             '2099-01-01');
         INSERT INTO registration.screenshots (id, order_id, created_at, accepted_at)
         VALUES ('{picture}', '{order}', {since}, {since});
         INSERT INTO registration.identities (account, state, consent_at, consent_version, name, document,
             document_index, way, picture, submitted_at, decided_at, decided_by, reason)
         VALUES ('{account}', '{}', now(), '1', '\\x00', '\\x00', decode(md5('{account}'), 'hex'), 'manual', {shown},
             {since}, {at}, {by}, {reason});
         INSERT INTO registration.face_checks (account, exam, state, picture, submitted_at, decided_at, decided_by, reason)
         VALUES ('{account}', '{exam}', '{}', {shown}, {since}, {at}, {by}, {reason});
         INSERT INTO registration.applications (exam, account, created_at, details, details_at, details_version, review,
             review_at, review_by, review_reason)
         VALUES ('{exam}', '{account}', now(), '\\x00', {since}, 3, '{}', {review_at}, {by}, {reason});
         INSERT INTO registration.score_reviews (exam, account, document_index, request, state, grants, requested_at,
             decided_at, decided_by, reason)
         VALUES ('{exam}', '{account}', sha256('{account}'), '\\x00', '{}', '{{}}', {since}, {at}, {by}, {reason})",
        state("waiting_review", "confirmed"),
        state("waiting", "verified"),
        state("waiting", "passed"),
        state("waiting", "passed"),
        state("waiting", "passed"),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_the_version_before_keeps_its_queues() {
    let stores = TestStores::start().await;
    migrate(&stores, Target::Version(BEFORE)).await;
    let client = stores.pool().get().await.unwrap();
    client.batch_execute(&people(12)).await.unwrap();
    for number in 0..12_usize {
        client.batch_execute(&rows(number)).await.unwrap();
    }
    let mut queues = Vec::new();
    for (kind, sql) in QUEUES {
        let rows = client.query(sql, &[]).await.unwrap();
        queues.push((kind, rows.iter().map(|row| row.get(0)).collect::<Vec<String>>()));
    }
    drop(client);

    let engine = Engine::start(EngineConfig { redis_url: stores.redis_url().to_owned(), postgres: stores.pool() });
    let engine = engine.await.unwrap();
    let registration = open(&stores, &engine, Default::default(), AccountSettings::default()).await;
    let member = registration.staff.list().await.unwrap().remove(0);
    for (kind, before) in queues {
        let now = registration.cases.open(&member, &Asked::first(&[kind], 100)).await.unwrap();
        let now: Vec<String> = now.iter().map(|case| case.subject.to_string()).collect();
        assert_eq!((now.len(), now), (9, before), "{kind:?}");
    }
    assert_eq!(registration.cases.counts(&member).await.unwrap().of(&CaseKind::ALL), 45);
    assert_eq!(apart(&stores).await, Vec::<String>::new());
    for (number, outcome) in [(0, Outcome::Refused), (4, Outcome::Passed)] {
        let subjects = [
            order(number),
            format!("identity.{}", account(number)),
            format!("face.{}.e1", account(number)),
            format!("application e1 {}", account(number)),
            format!("score_review e1 {}", account(number)),
        ];
        for subject in subjects {
            let [case] = &registration.cases.of(&member, &subject.parse().unwrap()).await.unwrap()[..] else {
                panic!("one case of {subject}")
            };
            let closed = case.closed.as_ref().unwrap();
            assert_eq!((closed.outcome, closed.by.as_ref().unwrap().staff()), (outcome, Some(member.id)), "{subject}");
            assert_eq!(closed.reason.as_deref(), (outcome == Outcome::Refused).then_some("看不清"), "{subject}");
        }
    }
    registration.stop().await;
    engine.stop().await;
}

/// The moves of the five tables, as the version before writes them: `{a}` and `{b}` are accounts, `{e}` an exam, `{o}` an
/// order, `{p}` a picture.
const MOVES: [&str; 33] = [
    "INSERT INTO registration.orders (id, account, exam, amount_fen, state, expires_at, lapses_at, created_at)
     VALUES ('{o}', '{a}', '{e}', 1, 'unpaid', now(), now(), now())",
    "UPDATE registration.orders SET state = 'waiting_review', reason = NULL, mend_until = NULL,
         submitted_at = CASE state WHEN 'waiting_review' THEN submitted_at ELSE now() END
     WHERE id = '{o}' AND (state IN ('unpaid', 'waiting_review') OR state = 'refused' AND mend_until >= now());
     INSERT INTO registration.screenshots (id, order_id, created_at) SELECT gen_random_uuid(), id, now()
     FROM registration.orders WHERE id = '{o}' AND state = 'waiting_review';
     UPDATE registration.screenshots SET accepted_at = clock_timestamp() WHERE order_id = '{o}' AND accepted_at IS NULL",
    "UPDATE registration.orders SET state = 'confirming', decided_by = '{s}', decided_at = now()
     WHERE id = '{o}' AND state = 'waiting_review'",
    "UPDATE registration.orders SET state = 'confirmed', refusals = 0, paid_at = coalesce(paid_at, decided_at)
     WHERE id = '{o}' AND state = 'confirming'",
    "UPDATE registration.orders SET state = 'waiting_review', decided_by = NULL, decided_at = NULL
     WHERE id = '{o}' AND state = 'confirming'",
    "UPDATE registration.orders SET state = 'waiting_review', submitted_at = now(), decided_by = NULL, decided_at = NULL
     WHERE account = '{a}' AND exam = '{e}' AND state IN ('confirming', 'confirmed', 'waiting_review')",
    "UPDATE registration.orders SET decided_by = '{s}', reason = 'x', decided_at = now(),
         mend_until = now() + interval '1 hour', refusals = refusals + 1,
         state = CASE WHEN refusals < 2 THEN 'refused' ELSE 'cancelled' END, seats_owed = refusals >= 2
     WHERE id = '{o}' AND state = 'waiting_review'",
    "UPDATE registration.orders SET state = 'cancelled', seats_owed = true WHERE id = '{o}' AND state = 'refused'",
    "UPDATE registration.orders SET state = 'lapsed' WHERE id = '{o}' AND state = 'unpaid'",
    "UPDATE registration.orders SET state = CASE state WHEN 'lapsed' THEN 'unpaid' ELSE state END, expires_at = now()
     WHERE id = '{o}' AND state IN ('unpaid', 'lapsed', 'waiting_review', 'refused')",
    "UPDATE registration.orders SET account = '{b}' WHERE account = '{a}'",
    "INSERT INTO registration.identities AS i (account, state, consent_at, consent_version)
     VALUES ('{a}', 'none', now(), '1') ON CONFLICT (account) DO NOTHING",
    "UPDATE registration.identities SET state = 'waiting', way = 'manual', name = '\\x00', document = '\\x00',
         document_index = decode(md5('{a}'), 'hex'), picture = '{p}', decided_at = NULL, decided_by = NULL, reason = NULL,
         submitted_at = CASE state WHEN 'waiting' THEN submitted_at ELSE now() END
     WHERE account = '{a}' AND state <> 'verified'",
    "UPDATE registration.identities SET state = 'verified', picture = '{p}', decided_at = now(), decided_by = '{s}',
         reason = NULL WHERE account = '{a}' AND state = 'waiting'",
    "UPDATE registration.identities SET state = 'verified', picture = '{p}', decided_at = now(), decided_by = NULL,
         way = 'card', name = '\\x00', document = '\\x00', document_index = decode(md5('{a}'), 'hex'), reason = NULL,
         submitted_at = coalesce(submitted_at, now()) WHERE account = '{a}' AND state <> 'verified'",
    "UPDATE registration.identities SET state = 'refused', decided_at = now(), decided_by = '{s}', reason = 'x',
         picture = NULL WHERE account = '{a}' AND state = 'waiting'",
    "UPDATE registration.identities i SET state = 'none', picture = NULL, name = NULL, document = NULL,
         document_index = NULL, way = NULL, submitted_at = NULL
     FROM (SELECT account, picture FROM registration.identities WHERE account = '{a}' FOR UPDATE) before
     WHERE i.account = before.account AND i.state = 'waiting' RETURNING before.picture",
    "UPDATE registration.identities SET state = 'none', picture = NULL, name = NULL, document = NULL,
         document_index = NULL, way = NULL, submitted_at = NULL, decided_at = NULL, decided_by = NULL, reason = NULL
     WHERE account = '{a}'",
    "INSERT INTO registration.face_checks AS f (account, exam, state, picture, submitted_at)
     VALUES ('{a}', '{e}', 'waiting', '{p}', now())
     ON CONFLICT (account, exam) DO UPDATE
     SET state = 'waiting', picture = '{p}', decided_at = NULL, decided_by = NULL, reason = NULL,
         submitted_at = CASE f.state WHEN 'waiting' THEN f.submitted_at ELSE now() END",
    "INSERT INTO registration.face_checks (account, exam, state, submitted_at, decided_at)
     VALUES ('{a}', '{e}', 'passed', now(), now())
     ON CONFLICT (account, exam) DO UPDATE
     SET state = 'passed', decided_at = now(), decided_by = NULL, reason = NULL, picture = NULL",
    "UPDATE registration.face_checks SET state = 'passed', reason = NULL, picture = NULL, decided_at = now(),
         decided_by = '{s}' WHERE account = '{a}' AND exam = '{e}' AND state = 'waiting'",
    "UPDATE registration.face_checks SET state = 'refused', reason = 'x', picture = NULL, decided_at = now(),
         decided_by = '{s}' WHERE account = '{a}' AND exam = '{e}' AND state = 'waiting'",
    "DELETE FROM registration.face_checks WHERE account = '{a}' RETURNING picture",
    "INSERT INTO registration.applications (exam, account, created_at) VALUES ('{e}', '{a}', now()) ON CONFLICT DO NOTHING;
     UPDATE registration.applications SET details = '\\x00', details_at = now(), details_version = details_version + 1,
         draft = NULL, draft_at = NULL, review = 'waiting', review_at = now(), review_by = NULL, review_reason = NULL
     WHERE exam = '{e}' AND account = '{a}'",
    "UPDATE registration.applications SET details = '\\x00', details_at = now(), details_version = details_version + 1,
         review = 'none', review_at = NULL, review_by = NULL, review_reason = NULL
     WHERE exam = '{e}' AND account = '{a}'",
    "UPDATE registration.applications SET review = 'waiting', review_at = now(), review_by = NULL,
         details_version = details_version + 1 WHERE account = '{a}' AND review = 'passed'",
    "UPDATE registration.applications SET review = 'passed', review_reason = NULL, review_by = '{s}', review_at = now()
     WHERE exam = '{e}' AND account = '{a}' AND review = 'waiting'",
    "UPDATE registration.applications SET review = 'refused', review_reason = 'x', review_by = '{s}', review_at = now()
     WHERE exam = '{e}' AND account = '{a}' AND review = 'waiting'",
    "DELETE FROM registration.applications WHERE exam = '{e}' AND account = '{a}'",
    "DELETE FROM registration.applications WHERE exam = '{e}' AND account = '{b}' AND details IS NULL;
     UPDATE registration.applications SET account = '{b}', draft = NULL, draft_at = NULL, details = '\\x01'
     WHERE exam = '{e}' AND account = '{a}'",
    "INSERT INTO registration.score_reviews AS r (exam, account, document_index, request, state, grants, requested_at,
         decided_at)
     VALUES ('{e}', '{a}', sha256('{a}'), '\\x00', 'waiting', '{}', now(), NULL)
     ON CONFLICT (exam, account) DO UPDATE SET request = excluded.request, state = excluded.state,
         requested_at = excluded.requested_at, decided_at = excluded.decided_at, decided_by = NULL, reason = NULL
     WHERE r.state = 'refused'",
    "UPDATE registration.score_reviews SET state = 'refused', reason = 'x', decided_by = '{s}', decided_at = now()
     WHERE exam = '{e}' AND account = '{a}' AND state = 'waiting'",
    "UPDATE registration.score_reviews SET account = '{b}' WHERE account = '{a}'",
];

/// Whatever is written, by whichever version, each subject that waits has one open case, and nothing else has.
#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_open_exactly_while_its_subject_waits() {
    let stores = TestStores::start().await;
    migrate(&stores, Target::Latest).await;
    let mut client = stores.pool().get().await.unwrap();
    client.batch_execute(&people(3)).await.unwrap();
    // Numbers of a small generator, so that a failure comes back.
    let mut seed = 0x5eed_u64;
    let mut below = |most: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % most
    };
    let (mut written, mut opened) = (0, 0);
    for round in 0..2_500 {
        let statement = MOVES[below(MOVES.len())];
        let (one, other) = (below(3), below(3));
        let number = one * 2 + below(2);
        let exam = if number % 2 == 0 { "e1" } else { "e2" };
        let statement = statement
            .replace("{a}", &account(one).to_string())
            .replace("{b}", &account(other).to_string())
            .replace("{e}", exam)
            .replace("{o}", &order(number))
            .replace("{p}", &picture(below(3)).to_string())
            .replace("{s}", STAFF);
        // A constraint refuses some of them, as it always did.
        let transaction = client.transaction().await.unwrap();
        let is_written = match transaction.batch_execute(&statement).await {
            Ok(()) if below(8) > 0 => transaction.commit().await.map(|()| 1),
            _ => transaction.rollback().await.map(|()| 0),
        };
        written += is_written.unwrap();
        let apart = client.query(APART, &[]).await.unwrap();
        let apart: Vec<String> = apart.iter().map(|row| row.get(0)).collect();
        assert!(apart.is_empty(), "round {round}: {apart:?} after {statement}");
        let open = "SELECT count(*) FROM registration.cases WHERE closed_at IS NULL";
        opened += client.query_one(open, &[]).await.unwrap().get::<_, i64>(0);
    }
    assert!(written > 1_500 && opened > 5_000, "{written} moves, {opened} cases");
    let kinds = "SELECT count(DISTINCT (kind, outcome)) FROM registration.cases WHERE closed_at IS NOT NULL";
    assert!(client.query_one(kinds, &[]).await.unwrap().get::<_, i64>(0) >= 12);
}

/// Staff who work with the version before decide; the cases of this one follow, with who, what and why.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_version_before_decides_closes_the_case() {
    let world = World::usual().await;
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0"]).await.unwrap();
    world.hand_in(account, order.id).await.unwrap();
    let refused = format!(
        "UPDATE registration.orders SET decided_by = '{}', reason = '看不清', decided_at = now(),
             mend_until = now() + interval '1 hour', refusals = refusals + 1, state = 'refused'
         WHERE id = '{}' AND state = 'waiting_review'",
        world.reviewer.id.0, order.id
    );
    world.execute(&refused).await;
    assert_eq!(world.count_waiting(CaseKind::Payment).await, 0);
    let subject = registration::desk::case::Subject::Payment(order.id);
    let [case] = &world.registration.cases.of(&world.reviewer, &subject).await.unwrap()[..] else { panic!("one case") };
    let closed = case.closed.as_ref().unwrap();
    assert_eq!((closed.outcome, closed.reason.as_deref()), (Outcome::Refused, Some("看不清")));
    assert_eq!(closed.by.as_ref().unwrap().staff(), Some(world.reviewer.id));
    world.hand_in(account, order.id).await.unwrap();
    assert_eq!(world.count_waiting(CaseKind::Payment).await, 1);
    world.confirm(order.id).await.unwrap();
    world.finish().await;
}

async fn apart(stores: &TestStores) -> Vec<String> {
    let rows = stores.pool().get().await.unwrap().query(APART, &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

fn order(number: usize) -> String {
    // A larger number comes earlier in the alphabet.
    format!("{:04}-0000", 9000 - number)
}

/// Runs migrations as the program does.
async fn migrate(stores: &TestStores, target: Target) {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
    let migrations = refinery::load_sql_migrations(dir).unwrap();
    let mut client = deadpool_postgres::Object::take(stores.pool().get().await.unwrap());
    client.batch_execute("CREATE SCHEMA registration").await.unwrap();
    Runner::new(&migrations)
        .set_target(target)
        .set_migration_table_name("registration.schema_history")
        .run_async(&mut *client)
        .await
        .unwrap();
}

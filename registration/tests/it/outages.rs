//! A store is away: the answer says so, nothing is half done, and all goes on when it is back.

use gateways::Gateways;
use registration::desk::payments::DecisionError;
use registration::model::order::OrderState;
use registration::people::accounts::AccountSettings;
use registration::seats::{HandInError, OrderError};
use registration::secrets::vault::Vault;
use registration::store::StoreError;
use registration::{Registration, RegistrationConfig};
use reservation::engine::{Engine, EngineConfig};
use testkit::TestStores;

use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn without_redis_seats_are_neither_taken_nor_frozen() {
    let mut world = World::usual().await;
    let (account, other) = (world.candidate(1).await.id, world.candidate(2).await.id);
    let order = world.hold(account, &["s0"]).await.unwrap();
    world.stores.kill_redis().await;
    let refused = world.hold(other, &["s0"]).await;
    assert!(matches!(refused, Err(OrderError::Unavailable(_))), "{refused:?}");
    let refused = world.hand_in(account, order.id).await;
    assert!(matches!(refused, Err(HandInError::Unavailable(_))), "{refused:?}");
    assert_eq!(world.order(account, order.id).await, order);
    let rows = "SELECT count(*) FROM registration.screenshots";
    assert_eq!(world.sql().await.query_one(rows, &[]).await.unwrap().get::<_, i64>(0), 0);
    world.stores.restart_redis().await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_without_redis_is_done_when_redis_is_back() {
    let mut world = World::usual().await;
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0"]).await.unwrap();
    // So that the hold outlives Redis's death: only every second of it is on disk.
    world.hand_in(account, order.id).await.unwrap();
    world.refuse(order.id, "blurred").await.unwrap();
    world.execute("UPDATE registration.orders SET mend_until = now() + interval '1 second'").await;
    world.stores.kill_redis().await;
    world.until_row(order.id, "cancelled").await;
    world.stores.restart_redis().await;
    world.until_free("s0", 2).await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmation_without_redis_is_carried_out_later() {
    let mut world = World::usual().await;
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0"]).await.unwrap();
    world.hand_in(account, order.id).await.unwrap();
    world.stores.kill_redis().await;
    let refused = world.confirm(order.id).await;
    assert!(matches!(refused, Err(DecisionError::Unavailable(_))), "{refused:?}");
    let no = world.refuse(order.id, "blurred").await;
    assert!(matches!(no, Err(DecisionError::NotWaiting(_))), "the decision stands: {no:?}");
    world.stores.restart_redis().await;
    // As if half a minute had passed.
    world.execute("UPDATE registration.orders SET decided_at = decided_at - interval '1 minute'").await;
    world.until_row(order.id, "confirmed").await;
    assert_eq!(world.order(account, order.id).await.state, OrderState::Confirmed);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_postgres_nothing_is_promised() {
    let mut world = World::usual().await;
    let account = world.candidate(1).await.id;
    world.stores.kill_postgres().await;
    let refused = world.hold(account, &["s0"]).await;
    assert!(matches!(refused, Err(OrderError::Store(_) | OrderError::Unavailable(_))), "{refused:?}");
    world.stores.restart_postgres().await;
    let order = world.hold(account, &["s0"]).await.unwrap();
    assert_eq!(order.state, OrderState::Unpaid);
    world.finish().await;
}

/// The operator reads what was wrong, and nobody reads a row: the server's detail quotes it.
#[tokio::test(flavor = "multi_thread")]
async fn a_fault_of_the_database_says_which_rule_and_no_row() {
    let world = World::usual().await;
    world.candidate(1).await;
    let client = world.sql().await;
    for (statement, code, rule) in [
        ("INSERT INTO registration.accounts SELECT (a).* FROM registration.accounts a", "23505", "accounts_pkey"),
        ("UPDATE registration.accounts SET claim_index = '\\x00'", "23514", "accounts_claim_index_check"),
        (
            "INSERT INTO registration.staff VALUES (gen_random_uuid(), 'wang.fang', 'clerk', '', now())",
            "23514",
            "staff_role_check",
        ),
    ] {
        let refused = client.batch_execute(statement).await.unwrap_err();
        let detail = refused.as_db_error().unwrap().detail().unwrap_or_default().to_owned();
        assert!(detail.len() > 10, "there is something to hide: {detail}");
        let fault = StoreError::from(refused);
        let mut said = format!("{fault} {fault:?}");
        let mut below = std::error::Error::source(&fault);
        while let Some(error) = below {
            said += &format!(" {error} {error:?}");
            below = error.source();
        }
        assert!(said.contains(code) && said.contains(rule) && said.contains("violates"), "{said}");
        assert!(!said.contains(&detail) && !said.contains("wang.fang") && !said.contains("DETAIL"), "{said}");
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_fails_says_which_and_why() {
    let stores = TestStores::start().await;
    let engine = EngineConfig { redis_url: stores.redis_url().to_owned(), postgres: stores.pool() };
    let engine = Engine::start(engine).await.unwrap();
    let before = "CREATE SCHEMA registration; CREATE TABLE registration.staff (id uuid)";
    stores.pool().get().await.unwrap().batch_execute(before).await.unwrap();
    let opened = Registration::open(RegistrationConfig {
        postgres: stores.pool(),
        engine: engine.clone(),
        files: std::sync::Arc::new(object_store::memory::InMemory::new()),
        vault: Vault::load_or_create(&stores.dir().join("vault-keys")).unwrap(),
        gateways: Gateways::default(),
        accounts: AccountSettings::default(),
    })
    .await;
    let said = opened.err().unwrap().to_string();
    assert!(said.contains("V1__registration") && said.contains("42P07") && said.contains("already exists"), "{said}");
    engine.stop().await;
}

/// Another process is bringing the schemas up to date, and it takes longer than a query of a request may.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_waits_for_the_schema_has_all_the_time_it_takes() {
    let world = World::usual().await;
    let holding = world.sql().await;
    holding.batch_execute("ALTER ROLE CURRENT_USER SET statement_timeout = '2s'").await.unwrap();
    holding.execute("SELECT pg_advisory_lock($1)", &[&0x72_6567_6d69_6772_i64]).await.unwrap();
    let opening = async {
        let pool = deadpool_postgres::Pool::builder(deadpool_postgres::Manager::new(
            world.stores.postgres_url().parse().unwrap(),
            tokio_postgres::NoTls,
        ));
        Registration::open(RegistrationConfig {
            postgres: pool.runtime(deadpool_postgres::Runtime::Tokio1).build().unwrap(),
            engine: world.engine.clone(),
            files: std::sync::Arc::new(object_store::memory::InMemory::new()),
            vault: Vault::load_or_create(&world.stores.dir().join("vault-keys")).unwrap(),
            gateways: Gateways::default(),
            accounts: AccountSettings::default(),
        })
        .await
    };
    let releasing = async {
        tokio::time::sleep(std::time::Duration::from_secs(4)).await;
        holding.execute("SELECT pg_advisory_unlock($1)", &[&0x72_6567_6d69_6772_i64]).await.unwrap();
    };
    let (opened, ()) = tokio::join!(opening, releasing);
    opened.unwrap().stop().await;
    world.finish().await;
}

/// Each migration that locks tables gives up when it cannot have them, rather than going on without.
#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_cannot_lock_its_tables_changes_nothing() {
    let world = World::usual().await;
    let mut holding = world.sql().await;
    let lock = holding.transaction().await.unwrap();
    lock.batch_execute("LOCK TABLE registration.orders IN ROW EXCLUSIVE MODE").await.unwrap();
    for text in [include_str!("../../migrations/V20__payments.sql"), include_str!("../../migrations/V21__cases.sql")] {
        let block = &text[text.find("DO $$").unwrap()..text.find("END $$;").unwrap() + "END $$;".len()];
        let block = block.replace("1..60", "1..2");
        let refused = world.sql().await.batch_execute(&block).await.unwrap_err();
        let said = refused.as_db_error().unwrap().message().to_owned();
        assert!(said.contains("others hold the tables"), "{said}");
    }
    lock.rollback().await.unwrap();
    world.finish().await;
}

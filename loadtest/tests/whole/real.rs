//! The real API on private stores: a small rush from first to last, and two shards of one.

use loadtest::record::{Operation, Outcome};
use loadtest::results::{CheckKind, CheckState, merge};
use reservation::api::{Api, ApiConfig};
use reservation::engine::{Engine, EngineConfig};
use reservation::ledger::api_keys::Scope;
use testkit::TestStores;

use crate::rig::{KeyFile, serve, state, test};

struct Server {
    stores: TestStores,
    engine: Engine,
    key: KeyFile,
    address: std::net::SocketAddr,
}

impl Server {
    async fn start() -> Self {
        let stores = TestStores::start().await;
        let config = EngineConfig { redis_url: stores.redis_url().to_owned(), postgres: stores.pool() };
        let engine = Engine::start(config).await.unwrap();
        engine.add_api_key("test", Scope::Admin, "the-key").await.unwrap();
        let api = Api::new(engine.clone(), ApiConfig::default());
        let address = serve(move |request| {
            let api = api.clone();
            async move { api.handle(request).await }
        })
        .await;
        Self { stores, engine, key: KeyFile::new("the-key"), address }
    }

    /// `--database-url` for a command line without quotes.
    fn ledger(&self) -> String {
        self.stores.postgres_url().replace('\'', "").replace(' ', "&").replacen(
            "host=",
            "postgres:///seathold?host=",
            1,
        )
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_rush_is_measured_and_adds_up_in_api_and_ledger() {
    let server = Server::start().await;
    let url = server.ledger();
    let words = format!(
        "api --candidates 600 --rush --seconds 2 --seats 200 --sittings 3 --connections 32 --confirm 50% --release 20% --database-url {url}"
    );
    let results = test(server.address, &server.key, &words).await;
    let outcomes = |operation| results.measured.operations[&operation].outcomes.clone();
    let holds = outcomes(Operation::Hold);
    assert_eq!(holds.values().sum::<u64>(), 600, "{holds:?}");
    assert!(holds[&Outcome::Given] >= 150 && holds[&Outcome::Full] >= 200, "{holds:?}");
    assert_eq!(outcomes(Operation::Confirm)[&Outcome::Done], results.figures.seats_confirmed);
    assert_eq!(results.figures.errors, 0, "{:?}", results.measured.problems);
    for kind in [CheckKind::Peak, CheckKind::UniqueIds, CheckKind::Census, CheckKind::Ledger] {
        assert_eq!(state(&results, kind), CheckState::Passed, "{:?}", results.checks);
    }
    assert_eq!(results.parameters.seats, 200);
    assert_eq!(results.measured.seconds.iter().map(|second| second.arrivals).sum::<u64>(), 600);
    assert!(results.free.len() >= 3, "{:?}", results.free);
    server.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn seats_that_lapse_are_given_again_and_never_twice() {
    let server = Server::start().await;
    let words =
        "api --rate 100 --seconds 4 --seats 20 --sittings 2 --hold-seconds 1 --connections 8 --confirm 5% --release 0";
    let results = test(server.address, &server.key, words).await;
    assert!(results.figures.seats_given > 30, "nothing lapsed: {}", results.figures.seats_given);
    assert_eq!(state(&results, CheckKind::Peak), CheckState::Passed, "{:?}", results.checks);
    assert_eq!(state(&results, CheckKind::Census), CheckState::Passed, "{:?}", results.checks);
    server.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_shards_share_an_exam_and_add_up() {
    let server = Server::start().await;
    let prepared =
        test(server.address, &server.key, "api --rate 1 --seconds 1 --seats 60 --sittings 1 --confirm 0 --release 1")
            .await;
    let exam = prepared.parameters.exam;
    let shard = |index: u32| {
        format!("api --exam {exam} --candidates 200 --seconds 1 --seed 5 --shard {index}/2 --connections 8")
    };
    let (first, second) = (shard(1), shard(2));
    let both = tokio::join!(test(server.address, &server.key, &first), test(server.address, &server.key, &second));
    let mut whole = merge(vec![both.0, both.1]).unwrap();
    whole.conclude(&[]);
    assert_eq!(whole.measured.operations[&Operation::Hold].outcomes.values().sum::<u64>(), 200);
    assert!(whole.figures.seats_given >= 60, "{}", whole.figures.seats_given);
    assert!(!whole.is_oversold(), "{:?}", whole.checks);
    server.engine.stop().await;
}

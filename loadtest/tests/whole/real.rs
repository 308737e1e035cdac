//! The real API on private stores: a small rush from first to last, and two shards of one.

use loadtest::measured::record::{Operation, Outcome};
use loadtest::measured::results::{CheckKind, CheckState, Results, merge};
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
async fn two_shards_merge_into_what_one_run_gives() {
    let server = Server::start().await;
    // One exam each, with the same seats, so that the same test can be run twice.
    let prepare = "api --rate 1 --seconds 1 --seats 60 --sittings 1 --confirm 0 --release 1";
    let (one, other) =
        (test(server.address, &server.key, prepare).await, test(server.address, &server.key, prepare).await);
    let words = |exam: &str| {
        format!(
            "api --exam {exam} --candidates 200 --rush --seconds 2 --seed 5 --connections 8 --confirm 1 --release 0"
        )
    };
    let single = test(server.address, &server.key, &words(&one.parameters.exam)).await;
    let shard = |index: u32| format!("{} --shard {index}/2", words(&other.parameters.exam));
    let (first, second) = (shard(1), shard(2));
    let both = tokio::join!(test(server.address, &server.key, &first), test(server.address, &server.key, &second));
    // As it is done between processes: by files.
    let through_json = |shard: &Results| -> Results {
        let file = server.key.file("shard.json");
        std::fs::write(&file, serde_json::to_vec(shard).unwrap()).unwrap();
        Results::read(&file).unwrap()
    };
    let mut whole = merge(vec![through_json(&both.0), through_json(&both.1)]).unwrap();
    whole.conclude(&[]);

    let arrivals = |results: &Results| results.measured.seconds.iter().map(|it| it.arrivals).collect::<Vec<_>>();
    let (mut ours, mut theirs) = (arrivals(&whole), arrivals(&single));
    ours.resize(2, 0);
    theirs.resize(2, 0);
    assert_eq!(ours, theirs, "the same candidates at the same moments");
    for operation in [Operation::Hold, Operation::Freeze, Operation::Confirm] {
        let outcomes = |results: &Results| results.measured.operations[&operation].outcomes.clone();
        assert_eq!(outcomes(&whole), outcomes(&single), "{operation:?}");
    }
    assert_eq!(whole.measured.operations[&Operation::Hold].outcomes[&Outcome::Given], 60);
    assert_eq!(whole.figures.seats_confirmed, 60);
    let latencies = |results: &Results| results.measured.operations[&Operation::Hold].latency.count();
    assert_eq!(latencies(&whole), latencies(&both.0) + latencies(&both.1));
    assert!(!whole.is_oversold(), "{:?}", whole.checks);

    // Forged: one shard claims more seats than there are.
    let mut forged = through_json(&both.0);
    forged.sittings[0].for_good += 60;
    assert!(merge(vec![forged, through_json(&both.1)]).unwrap().is_oversold());
    server.engine.stop().await;
}

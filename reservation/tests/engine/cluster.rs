//! Redis Cluster: primaries are killed, frozen and replaced while candidates are at it; slots move; a
//! nation's provinces have a pool each; all of it by TLS. Every test ends on the invariants over all pools.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use http::{Method, StatusCode};
use http_body_util::BodyExt;
use reservation::ids::ExamId;
use reservation::store::{Moment, Store, StoreError};
use reservation::tls::fault_of;
use serde_json::Value;
use testkit::{Fsync, TestCluster};

use crate::app::{code, id, persist};
use crate::cluster_rig::{Front, Site, keys_of};

fn names(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("p{n}")).collect()
}

/// Four candidates for each seat of every pool; every other one who gets it confirms. Answers the
/// confirmations that were told, by pool.
async fn rush(front: &Front, pools: &[String], seats: usize) -> BTreeMap<String, BTreeSet<String>> {
    let told = Mutex::new(BTreeMap::<String, BTreeSet<String>>::new());
    join_all((0..4 * seats * pools.len()).map(|n| {
        let (pool, told) = (&pools[n % pools.len()], &told);
        async move {
            // Not all at once: the kill should come in the middle.
            tokio::time::sleep(Duration::from_millis((n / 2) as u64)).await;
            let Some(hold) = front.hold_in_the_end(&format!("c{n}"), pool).await else { return };
            if (n / pools.len()).is_multiple_of(2)
                && let Some(hold) = front.confirm_in_the_end(&hold).await
            {
                told.lock().unwrap().entry(pool.clone()).or_default().insert(hold);
            }
        }
    }))
    .await;
    told.into_inner().unwrap()
}

/// Takes a seat and gives it back until told to stop: every answer must be yes. How often it was.
async fn probe(front: &Front, pool: &str, stop: &AtomicBool) -> usize {
    let mut rounds = 0;
    while !stop.load(Ordering::Relaxed) {
        let reply = front.hold("probe", pool).await;
        assert!(reply.0.is_success(), "{pool} on a primary that lives: {reply:?}");
        assert_eq!(front.release(&id(&reply)).await.0, StatusCode::NO_CONTENT);
        rounds += 1;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    rounds
}

#[tokio::test(flavor = "multi_thread")]
async fn a_primary_is_killed_under_load_and_the_others_never_pause() {
    const SEATS: usize = 60;
    let mut site = Site::start(Fsync::Always).await;
    let (pools, probed) = (names(6), ["q0", "q1", "q2", "q3"].map(str::to_owned));
    let all: Vec<String> = pools.iter().chain(&probed).cloned().collect();
    site.exam(&all, SEATS).await;
    let victim = site.primary_of("p0").await;
    let replica = site.cluster.replica_of(victim).await;
    let mut elsewhere = Vec::new();
    for pool in &probed {
        if site.primary_of(pool).await != victim {
            elsewhere.push(pool.clone());
        }
    }
    assert!(!elsewhere.is_empty());
    let before = site.epoch("p0").await;

    let (front, stop) = (site.front.clone(), AtomicBool::new(false));
    let killer = async {
        tokio::time::sleep(Duration::from_millis(250)).await;
        site.cluster.kill(victim).await;
        assert_eq!(site.primary_of("p0").await, replica);
        // The pool is back without anybody doing anything.
        assert!(front.hold_in_the_end("late", "p0").await.is_some() || site.in_redis("p0").await.len() == SEATS);
        stop.store(true, Ordering::Relaxed);
    };
    let probes = join_all(elsewhere.iter().map(|pool| probe(&front, pool, &stop)));
    let (told, (), probes) = tokio::join!(rush(&front, &pools, SEATS), killer, probes);
    assert!(probes.iter().all(|rounds| *rounds > 5), "the others went on: {probes:?}");
    site.agree(&all).await;
    for pool in &pools {
        assert_eq!(site.in_redis(pool).await.len(), SEATS, "{pool} is given out, no seat twice");
        assert_eq!(site.confirmed(pool).await, told[pool], "{pool}: every confirmation that was told, and no other");
    }

    // The old epoch is refused, and whoever asks under it changes nothing.
    assert!(site.epoch("p0").await > before);
    let store = Store::open(&site.cluster.url()).await.unwrap();
    let keys = keys_of("p0");
    let old = Moment::now(before);
    assert!(matches!(store.sweep(&keys, old, 1).await, Err(StoreError::Unverified)), "not even asked");
    store.trust(&keys, &store.link(&keys).await.unwrap(), before, None);
    assert!(matches!(store.sweep(&keys, old, 1).await, Err(StoreError::Fenced)));

    // The old primary comes back as a replica, and takes over again.
    site.cluster.start_again(victim).await;
    site.cluster.stands().await;
    assert!(!site.cluster.is_primary(victim).await);
    site.cluster.promote(victim).await;
    let reply = persist(|| site.front.hold("after", "p0")).await;
    assert_eq!(code(&reply), "full", "{reply:?}");
    site.finish(&all).await;
}

/// The first primary is demoted and keeps its scripts; cut off, it misses what its successor does; then
/// the successor dies. "No such script" says nothing here.
#[tokio::test(flavor = "multi_thread")]
async fn a_primary_that_comes_back_with_its_scripts_and_older_data_is_not_believed() {
    let mut site = Site::start(Fsync::Off).await;
    let pools = names(1);
    site.exam(&pools, 20).await;
    let first = site.primary_of("p0").await;
    let second = site.cluster.replica_of(first).await;
    for n in 0..5 {
        assert!(site.front.hold_in_the_end(&format!("a{n}"), "p0").await.is_some());
    }
    site.cluster.promote(second).await;
    for n in 0..5 {
        assert!(site.front.hold_in_the_end(&format!("b{n}"), "p0").await.is_some());
    }
    site.cluster.stands().await;
    site.agree(&pools).await;

    site.cluster.cut_off(first, second).await;
    let mut paid = Vec::new();
    for n in 0..5 {
        let hold = site.front.hold_in_the_end(&format!("d{n}"), "p0").await.unwrap();
        paid.push(site.front.confirm_in_the_end(&hold).await.unwrap());
    }
    site.cluster.kill(second).await;
    site.cluster.thaw(first);
    assert_eq!(site.primary_of("p0").await, first);

    let more = join_all((0..20).map(|n| {
        let front = site.front.clone();
        async move { front.hold_in_the_end(&format!("f{n}"), "p0").await }
    }))
    .await;
    assert_eq!(more.iter().flatten().count(), 5, "fifteen seats were taken before");
    assert!(site.confirmed("p0").await.is_superset(&paid.into_iter().collect()));
    site.finish(&pools).await;
}

/// Sends a signal to a node, which is none of our children by name.
async fn signal(site: &Site, node: usize, name: &str) {
    let mut cmd = redis::cmd("INFO");
    let info: String = cmd.arg("server").query_async(&mut site.cluster.connect(node).await).await.unwrap();
    let process = info.lines().find_map(|line| line.strip_prefix("process_id:")).unwrap().trim().to_owned();
    assert!(std::process::Command::new("kill").args([name, &process]).status().unwrap().success());
}

/// The replica misses what comes last, the primary hangs, the replica is promoted, and the first one again: the same
/// process with older data, under the same epoch, and no server was there to see it.
#[tokio::test(flavor = "multi_thread")]
async fn a_primary_that_was_promoted_again_while_the_server_was_away_is_not_believed() {
    const SEATS: usize = 6;
    let site = Site::start(Fsync::Off).await;
    let pools = names(1);
    site.exam(&pools, SEATS).await;
    for n in 0..2 {
        assert!(site.front.hold_in_the_end(&format!("a{n}"), "p0").await.is_some());
    }
    site.agree(&pools).await;
    site.cluster.stands().await;
    let first = site.primary_of("p0").await;
    let second = site.cluster.replica_of(first).await;
    site.cluster.cut_off(second, first).await;
    let mut paid = BTreeSet::new();
    for n in 0..4 {
        let hold = site.front.hold_in_the_end(&format!("b{n}"), "p0").await.unwrap();
        paid.insert(site.front.confirm_in_the_end(&hold).await.unwrap());
    }
    site.agree(&pools).await;
    site.engine.stop().await;

    signal(&site, first, "-STOP").await;
    site.cluster.thaw(second);
    let mut takeover = redis::cmd("CLUSTER");
    takeover.arg("FAILOVER").arg("TAKEOVER");
    let _: String = takeover.query_async(&mut site.cluster.connect(second).await).await.unwrap();
    while !site.cluster.is_primary(second).await {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    site.cluster.thaw(first);
    site.cluster.stands().await;
    assert_eq!(site.in_redis("p0").await.len(), 2, "Redis has gone back in time");
    site.cluster.promote(first).await;
    site.cluster.stands().await;
    assert_eq!(site.primary_of("p0").await, first);

    let (engine, front) = site.another().await;
    for n in 0..4 {
        let candidate = format!("n{n}");
        let reply = persist(|| front.hold(&candidate, "p0")).await;
        assert_eq!((reply.0, code(&reply)), (StatusCode::CONFLICT, "full"), "{reply:?}");
    }
    site.agree(&pools).await;
    assert_eq!(site.confirmed("p0").await, paid);
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slot_moves_to_another_primary_while_holds_run() {
    const SEATS: usize = 200;
    let site = Site::start(Fsync::Off).await;
    let pools = names(2);
    site.exam(&pools, SEATS).await;
    let (other, _other_front) = site.another().await;
    let from = site.primary_of("p0").await;
    let mut to = (from + 1) % 6;
    while to == from || !site.cluster.is_primary(to).await {
        to = (to + 1) % 6;
    }
    let mover = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        site.cluster.move_slot(keys_of("p0").meta(), to).await;
    };
    let (told, ()) = tokio::join!(rush(&site.front, &pools, SEATS), mover);
    assert_eq!(site.primary_of("p0").await, to);
    site.agree(&pools).await;
    for pool in &pools {
        assert_eq!(site.in_redis(pool).await.len(), SEATS);
        assert_eq!(site.confirmed(pool).await, told[pool]);
    }
    other.stop().await;
    site.finish(&pools).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_national_exam_has_a_pool_per_province() {
    const SEATS: usize = 8;
    let site = Site::start(Fsync::Off).await;
    let provinces: Vec<String> = (1..=31).map(|n| format!("province-{n:02}")).collect();
    site.exam(&provinces, SEATS).await;
    let mut primaries = BTreeSet::new();
    for province in &provinces {
        primaries.insert(site.primary_of(province).await);
    }
    assert_eq!(primaries.len(), 3, "the provinces are spread over all primaries");

    // One more than there are seats in each; province n has n % 3 given back.
    let exam: ExamId = "e".parse().unwrap();
    let mut changes = site.engine.watch(&exam).unwrap();
    let front = &site.front;
    let got = join_all(provinces.iter().map(|province| async move {
        let holds = join_all((0..=SEATS).map(|n| {
            let candidate = format!("{province}-{n}");
            async move { front.hold_in_the_end(&candidate, province).await }
        }))
        .await;
        holds.into_iter().flatten().collect::<Vec<_>>()
    }))
    .await;
    assert!(got.iter().all(|holds| holds.len() == SEATS));
    for (n, holds) in got.iter().enumerate() {
        for hold in &holds[..n % 3] {
            changes.mark_unchanged();
            assert_eq!(site.front.release(hold).await.0, StatusCode::NO_CONTENT);
            changes.changed().await.unwrap();
        }
    }
    let expected: Vec<u64> = (0..31).map(|n| n % 3).collect();
    let free = |list: &Value| -> Vec<u64> {
        list.as_array().unwrap().iter().map(|sitting| sitting["free"].as_u64().unwrap()).collect()
    };
    let (_, list) = site.front.call(Method::GET, "/sittings", Value::Null).await;
    assert_eq!(free(&list), expected);

    // A process that joins later shows the same, also on its event stream.
    let (other, front) = site.another().await;
    let request = http::Request::get("/api/v1/exams/e/events").body(http_body_util::Full::new(bytes::Bytes::new()));
    let mut events = front.0.handle(request.unwrap()).await.into_body();
    let list = loop {
        let frame = events.frame().await.unwrap().unwrap().into_data().unwrap();
        let text = String::from_utf8(frame.to_vec()).unwrap();
        if let Some((_, data)) = text.split_once("data: ") {
            break serde_json::from_str::<Value>(data).unwrap();
        }
    };
    assert_eq!(free(&list), expected);
    let two = serde_json::json!({"candidate": "both", "sittings": ["s-province-02", "s-province-03"]});
    let reply = front.call(Method::POST, "/holds", two).await;
    assert_eq!((reply.0, code(&reply)), (StatusCode::UNPROCESSABLE_ENTITY, "invalid"), "one pool is one place");
    other.stop().await;
    site.finish(&provinces).await;
}

/// Why the cluster is not spoken with at this address.
async fn refused(url: &str) -> String {
    match Store::open(url).await {
        Err(StoreError::Ambiguous(error)) => fault_of(&error).expect("nothing gets better by waiting").to_string(),
        Err(error) => panic!("{url}: {error}"),
        Ok(_) => panic!("{url} is spoken with"),
    }
}

/// No node says a word in clear text, and each is named by its number, which is in no certificate.
#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_that_speaks_tls_gives_seats_from_every_node_and_impostors_are_refused() {
    const SEATS: usize = 3;
    let site = Site::start_on(TestCluster::start_encrypted(Fsync::Off)).await;
    let pools = names(6);
    site.exam(&pools, SEATS).await;
    let mut primaries = BTreeSet::new();
    for pool in &pools {
        primaries.insert(site.primary_of(pool).await);
        let hold = site.front.hold_in_the_end("given-back", pool).await.unwrap();
        assert_eq!(site.front.release(&hold).await.0, StatusCode::NO_CONTENT);
    }
    assert!(primaries.len() > 1, "the pools are on several nodes");
    // A node that has given the pool away sends callers to the other one's number.
    let from = site.primary_of("p0").await;
    let to = *primaries.iter().find(|primary| **primary != from).unwrap();
    site.cluster.move_slot(keys_of("p0").meta(), to).await;
    let told = rush(&site.front, &pools, SEATS).await;
    for pool in &pools {
        assert_eq!(site.in_redis(pool).await.len(), SEATS, "{pool}");
        site.agree(std::slice::from_ref(pool)).await;
        assert_eq!(site.confirmed(pool).await, told.get(pool).cloned().unwrap_or_default(), "{pool}");
    }

    let file = |name: &str| site.cluster.file(name).display().to_string();
    let own = format!("cert={}&key={}", file("client.pem"), file("client.key"));
    let (ours, other) = (format!("cacert={}&{own}", file("ca.pem")), file("other-ca.pem"));
    let said = refused(&site.cluster.url_saying("localhost", &format!("cacert={other}&{own}"))).await;
    let wanted = format!("Redis at localhost shows a certificate that no CA in {other} has signed");
    assert!(said.starts_with(&wanted), "{said}");
    let stranger = format!("cacert={}&cert={}&key={}", file("ca.pem"), file("stranger.pem"), file("stranger.key"));
    let said = refused(&site.cluster.url_saying("localhost", &stranger)).await;
    assert!(said.starts_with("Redis at localhost does not accept our certificate"), "{said}");
    let misnamed = "Redis at 127.0.0.1 shows a certificate that is not for this name but for localhost";
    let said = refused(&site.cluster.url_saying("127.0.0.1", &ours)).await;
    assert!(said.starts_with(misnamed), "{said}");

    // Nodes that tell no names: they are found, and none that has seats is who it should be.
    site.agree(&pools).await;
    site.engine.stop().await;
    site.cluster.forget_names().await;
    let said = refused(&site.cluster.url()).await;
    assert!(said.starts_with(misnamed), "{said}");
    site.agree(&pools).await;
}

//! The harness itself: fresh stores that survive a kill, and a browser that passes for a phone.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails with the line that failed")]

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::{Browser, Device, Driven, Fsync, TestCluster, TestStores};

#[tokio::test]
async fn stores_start_quickly_and_keep_their_data_through_a_kill() {
    drop(TestStores::start().await); // makes the template when this is the first test of all
    // A machine that is busy with something else may be slow each time but one.
    let mut took = Vec::new();
    let mut stores = loop {
        let start = Instant::now();
        let stores = TestStores::start().await;
        took.push(start.elapsed());
        if start.elapsed() < Duration::from_secs(5) {
            break stores;
        }
        assert!(took.len() < 4, "{took:?}");
    };
    println!("stores started in {took:?}");

    let pool = stores.pool();
    pool.get().await.unwrap().batch_execute("CREATE TABLE seat AS SELECT 1 AS number").await.unwrap();
    let mut redis = stores.redis_connection().await;
    redis::cmd("SET").arg("seat").arg("taken").exec_async(&mut redis).await.unwrap();

    stores.kill_postgres().await;
    stores.kill_redis().await;
    assert!(!stores.redis().is_running() && !stores.postgres().is_running());
    stores.restart_postgres().await;
    stores.restart_redis().await;

    let row = pool.get().await.unwrap().query_one("SELECT number FROM seat", &[]).await.unwrap();
    assert_eq!(row.get::<_, i32>(0), 1);
    let mut redis = stores.redis_connection().await;
    let seat: String = redis::cmd("GET").arg("seat").query_async(&mut redis).await.unwrap();
    assert_eq!(seat, "taken");
}

#[tokio::test]
async fn every_test_gets_stores_of_its_own() {
    let (first, second) = tokio::join!(TestStores::start(), TestStores::start());
    assert_ne!(first.redis_url(), second.redis_url());
    assert_ne!(first.postgres_url(), second.postgres_url());
}

mod browser {
    use super::*;

    async fn eyes(device: Device) -> Value {
        let browser = Browser::start(device).await;
        browser
            .goto("data:text/html;charset=utf-8,<meta name=viewport content=width=device-width><h1>考试")
            .await
            .unwrap();
        let script = "return [innerWidth, devicePixelRatio, navigator.language, navigator.userAgent]";
        let seen = browser.execute(script, Vec::new()).await.unwrap();
        let picture = browser.screenshot(&format!("harness-{device:?}").to_lowercase()).await;
        assert!(picture.metadata().unwrap().len() > 1000);
        assert_eq!(browser.console().await, Vec::<String>::new());
        if device == Device::Phone {
            waits_for_what_it_taps(&browser).await;
        }
        browser.close().await;
        seen
    }

    #[tokio::test]
    async fn a_phone_is_narrow_and_speaks_chinese() {
        let seen = eyes(Device::Phone).await;
        assert_eq!(json!([seen[0], seen[1], seen[2]]), json!([390, 2, "zh-CN"]));
        assert!(seen[3].as_str().unwrap().contains("Android"));
    }

    #[tokio::test]
    async fn wechat_says_so() {
        let seen = eyes(Device::WeChat).await;
        assert!(seen[3].as_str().unwrap().contains("MicroMessenger"));
    }

    #[tokio::test]
    async fn a_desk_is_wide() {
        let seen = eyes(Device::Desk).await;
        assert_eq!(json!([seen[0], seen[1], seen[2]]), json!([1280, 1, "zh-CN"]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_stands_and_survives_a_kill() {
    let start = Instant::now();
    let mut cluster = TestCluster::start(Fsync::Off).await;
    println!("the cluster stood after {:?}", start.elapsed());
    let primary = cluster.primary_of("seat").await;
    let replica = cluster.replica_of(primary).await;
    assert!(primary != replica && cluster.is_primary(primary).await && !cluster.is_primary(replica).await);
    let mut redis = cluster.connect_for("seat").await;
    redis::cmd("SET").arg("seat").arg("taken").exec_async(&mut redis).await.unwrap();
    let _: i64 = redis::cmd("WAIT").arg(1).arg(5_000).query_async(&mut redis).await.unwrap();

    cluster.kill(primary).await;
    let start = Instant::now();
    assert_eq!(cluster.primary_of("seat").await, replica);
    println!("the replica was promoted after {:?}", start.elapsed());
    let seat: String = redis::cmd("GET").arg("seat").query_async(&mut cluster.connect_for("seat").await).await.unwrap();
    assert_eq!(seat, "taken");
    cluster.start_again(primary).await;
    cluster.stands().await;
    assert!(!cluster.is_primary(primary).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn webkit_opens_a_page_runs_its_script_and_shows_it() {
    let webkit = testkit::WebKit::start().await;
    let page = "data:text/html,<meta charset=utf-8><body style='background:rgb(40,90,200)'><h1 id=a>x</h1>\
                <script>document.getElementById('a').textContent='WebKit '+innerWidth</script>";
    webkit.goto(page).await.unwrap();
    let text = webkit.find(fantoccini::Locator::Css("h1")).await.unwrap().text().await.unwrap();
    assert!(text.starts_with("WebKit 3"), "{text}");
    let path = webkit.screenshot("webkit-harness").await;
    let shown = image::open(path).unwrap().to_rgb8();
    let blue = shown.pixels().filter(|pixel| pixel.0 == [40, 90, 200]).count();
    assert!(blue > 100_000, "{blue} of {} pixels", shown.pixels().len());
    waits_for_what_it_taps(&webkit).await;
    webkit.close().await;
}

/// What cannot be had yet is not tapped, and does not count as tapped.
async fn waits_for_what_it_taps(browser: &impl Driven) {
    let page = "data:text/html,<meta charset=utf-8><meta name=viewport content=width=device-width>\
                <label for=a>a</label><input id=a type=checkbox disabled><p id=b></p>\
                <script>setTimeout(() => { document.getElementById('a').disabled = false; }, 700);\
                setTimeout(() => { document.getElementById('b').innerHTML = '<button disabled>b</button>'; }, 900);\
                setTimeout(() => { const b = document.querySelector('button'); b.disabled = false;\
                b.onclick = () => { b.textContent = 'tapped'; }; }, 1300);</script>";
    browser.visit(page).await;
    browser.tap("label[for=a]").await;
    assert_eq!(browser.run("document.getElementById('a').checked").await, true);
    browser.tap("button").await;
    assert_eq!(browser.run("document.querySelector('button').textContent").await, "tapped");
}

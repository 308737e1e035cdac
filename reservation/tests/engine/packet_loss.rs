//! Packets that are really lost: the kernel drops some of those between two servers and their stores, in a network
//! namespace of the test's own, where nobody else's traffic is.

use std::process::Command;
use std::time::Duration;

use metrics_exporter_prometheus::PrometheusBuilder;
use testkit::{FaultyLine, TestStores};

use crate::app::App;
use crate::late_calls::socket_of;
use crate::late_calls_race::Race;
use crate::ledger_killing::postgres_over;

/// Of a hundred packets so many are dropped, each way.
const LOST: u32 = 15;
/// Now and then all of them, for longer than a call of Redis is waited for: what was written then arrives late.
const ALL: u32 = 100;
/// How many are lost for how long, spell after spell; then none, so that everybody comes to an end.
const SPELLS: [(u32, Duration); 5] = [
    (LOST, Duration::from_secs(3)),
    (ALL, Duration::from_millis(2_400)),
    (LOST, Duration::from_secs(3)),
    (ALL, Duration::from_millis(2_400)),
    (LOST, Duration::from_millis(1_500)),
];
/// Set where the test runs in a network of its own: elsewhere nothing may be dropped.
const OWN_NETWORK: &str = "SEATHOLD_TEST_OWN_NETWORK";

/// The program in a network namespace of its own, with nothing in it but loopback.
fn in_own_network(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new("unshare");
    command.args(["--net", "sh", "-c", "ip link set lo up && exec \"$0\" \"$@\"", program]).args(arguments);
    command
}

/// Carries out what nft reads.
fn nft(rules: &str) -> String {
    let done = Command::new("nft").arg(rules).output().unwrap();
    assert!(done.status.success(), "{rules}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

/// The rules that drop so many of a hundred packets from and to these ports, and count them.
fn dropping(lost: u32, ports: &[u16]) -> String {
    let ports: Vec<String> = ports.iter().map(u16::to_string).collect();
    let which = if lost < ALL { format!("numgen random mod {ALL} < {lost}") } else { String::new() };
    let one_way = |end: &str| format!("tcp {end} {{ {} }} {which} counter drop;", ports.join(", "));
    let (from, to) = (one_way("sport"), one_way("dport"));
    format!("table inet loss {{ chain arriving {{ type filter hook input priority 0; {from} {to} }}; }}")
}

/// How many packets were dropped, each way, since the rules stand.
fn dropped() -> [u64; 2] {
    let listed = nft("list table inet loss");
    let counted = listed.lines().filter_map(|line| line.split_once("counter packets ")?.1.split(' ').next());
    let counted: Vec<u64> = counted.map(|packets| packets.parse().unwrap()).collect();
    counted.try_into().unwrap()
}

/// Loses packets between these ports and whoever is connected to them, for as long as [`SPELLS`] says; answers how many,
/// each way.
async fn lose_packets(ports: &[u16]) -> [u64; 2] {
    let mut lost = [0, 0];
    for (share, lasts) in SPELLS {
        nft(&dropping(share, ports));
        tokio::time::sleep(lasts).await;
        let [from, to] = dropped();
        lost = [lost[0] + from, lost[1] + to];
        nft("delete table inet loss");
    }
    lost
}

#[test]
fn what_the_ledger_acknowledged_stands_after_a_race_over_a_network_that_loses_packets() {
    let may = in_own_network("nft", &[&dropping(LOST, &[1])]).output();
    match may {
        Ok(may) if may.status.success() => {}
        may => {
            let why =
                may.map_or_else(|error| error.to_string(), |may| String::from_utf8_lossy(&may.stderr).into_owned());
            println!("skipped: no packets can be lost here, which takes root, unshare, ip and nft: {}", why.trim());
            return;
        }
    }
    let test = std::env::current_exe().unwrap();
    let inside = ["--exact", "packet_loss::inside_a_network_of_its_own", "--ignored", "--nocapture"];
    let ran = in_own_network(test.to_str().unwrap(), &inside).env(OWN_NETWORK, "1").output().unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    println!("{said}{}", String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success() && said.contains("1 passed"), "see above");
}

/// Not a test by itself: what the one above runs in a network of its own.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by another test"]
async fn inside_a_network_of_its_own() {
    if std::env::var_os(OWN_NETWORK).is_none() {
        return;
    }
    // Before anything is counted. Nobody else counts in this process.
    let counters = PrometheusBuilder::new().install_recorder().unwrap();
    let stores = TestStores::start().await;
    // The stores have sockets; packets go as far as the lines, which pass on what has arrived.
    let to_redis = FaultyLine::to(socket_of(&stores)).await;
    let to_postgres = FaultyLine::to_postgres(&stores).await;
    let eyes = stores.redis_url().to_owned();
    let app = App::with(stores, &to_redis.redis_url(), &eyes, postgres_over(&to_postgres)).await;
    app.exam_of_the_race("ledger").await;
    let other = app.another_over(&to_redis.redis_url(), postgres_over(&to_postgres)).await;
    let ports = [to_redis.port(), to_postgres.port()];
    let seated = Race { app, other, seed: 19 }
        .run(async |_, _| {
            let lost = lose_packets(&ports).await;
            let counted = counters.render();
            let faults = counted.lines().filter(|line| line.contains("_faults_total ")).collect::<Vec<_>>().join(", ");
            println!("packets lost from and to the stores: {lost:?}; {faults}");
            assert!(lost.iter().all(|packets| *packets > 20), "{lost:?}");
        })
        .await;
    println!("{seated} candidates have a seat");
}

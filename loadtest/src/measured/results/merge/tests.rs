//! Merging: sums, and what is no part of one test.

use std::time::Duration;

use super::*;
use crate::measured::record::{Operation, Outcome};
use crate::measured::results::testing::results;
use crate::measured::results::{FreePoint, Shard};

/// The `index`-th of two shards, with fifty holds; through JSON, as it really goes.
fn shard(index: u32, slower: u64) -> Results {
    let mut shard = results();
    shard.processes[0].shard = Some(Shard { index, of: 2 });
    for step in 0..50 {
        let at = Duration::from_millis(step * 100);
        shard.measured.arrival(at);
        let took = Duration::from_millis(step * 2 + slower);
        shard.measured.operation(Operation::Hold, Outcome::Given, at, at + took);
    }
    shard.free = vec![FreePoint { at_ms: 0, free: 100 }];
    shard.sittings = vec![SittingReport {
        id: "s1".to_owned(),
        capacity: 60,
        given: 50,
        confirmed: 30,
        released: 5,
        peak: 45,
        for_good: 30,
        free: Some(10),
    }];
    shard.conclude(&[]);
    let text = serde_json::to_string(&shard).unwrap();
    let read: Results = serde_json::from_str(&text).unwrap();
    assert!((read.figures.p50_ms - shard.figures.p50_ms).abs() < 1e-9);
    read
}

#[test]
fn shards_add_up() {
    let (first, mut second) = (shard(1, 0), shard(2, 1));
    second.started_at += jiff::SignedDuration::from_millis(2_100);
    let mut whole = merge(vec![second, first]).unwrap();
    whole.conclude(&["p50=51ms".parse().unwrap()]);
    assert_eq!((whole.figures.operations, whole.figures.seats_given, whole.figures.seats_confirmed), (100, 100, 60));
    assert_eq!(whole.measured.operations[&Operation::Hold].latency.count(), 100);
    // All latencies from 0 to 99 ms, one of each.
    assert!((whole.figures.p50_ms - 49.0).abs() < 0.1, "{}", whole.figures.p50_ms);
    assert!((whole.figures.max_ms - 99.0).abs() < 0.1, "{}", whole.figures.max_ms);
    // The second one began two seconds later.
    let arrivals: Vec<u64> = whole.measured.seconds.iter().map(|second| second.arrivals).collect();
    assert_eq!(arrivals, [10, 10, 20, 20, 20, 10, 10]);
    assert!((whole.took_seconds - 12.0).abs() < 1e-9);
    assert_eq!(whole.sittings[0].given, 100);
    assert_eq!(whole.free.len(), 1);
    assert!(!whole.is_oversold() && !whole.is_missed());
    assert_eq!(whole.processes.len(), 2);
}

#[test]
fn shards_that_sold_too_much_together_are_found() {
    let (mut first, second) = (shard(1, 0), shard(2, 0));
    first.sittings[0].for_good = 31;
    let whole = merge(vec![first, second]).unwrap();
    assert!(whole.is_oversold(), "{:?}", whole.checks);
}

#[test]
fn what_is_no_part_of_one_test_is_refused() {
    assert_eq!(merge(vec![]), Err(MergeError::Nothing));
    assert_eq!(merge(vec![results()]), Err(MergeError::NoShard(1)));
    assert_eq!(merge(vec![shard(1, 0)]), Err(MergeError::Missing("2/2".to_owned())));
    assert_eq!(merge(vec![shard(1, 0), shard(1, 0)]), Err(MergeError::Twice("1/2".to_owned())));
    let mut other = shard(2, 0);
    other.parameters.seed = 2;
    assert_eq!(merge(vec![shard(1, 0), other]), Err(MergeError::Different(2)));
    let mut late = shard(2, 0);
    late.started_at += jiff::SignedDuration::from_mins(2);
    assert_eq!(merge(vec![shard(1, 0), late]), Err(MergeError::Apart(120)));
}

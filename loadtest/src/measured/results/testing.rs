//! Results to test with.

use super::*;

/// An empty test of ten seconds.
pub(crate) fn results() -> Results {
    let parameters = Parameters {
        scenario: Scenario::Api,
        url: "http://127.0.0.1:8080".to_owned(),
        exam: "e".to_owned(),
        arrivals: "even".to_owned(),
        candidates: 100,
        seconds: 10.0,
        opens_after_seconds: None,
        early: None,
        seats: 100,
        sittings: 1,
        confirm: 0.6,
        release: 0.1,
        streams: 0,
        seed: 1,
        timeout_seconds: 10.0,
        retries: 3,
    };
    let process = Process {
        machine: Machine { processor: None, cores: 2, memory_bytes: None, kernel: "Linux".to_owned() },
        connections: 1,
        threads: 1,
        cpu_seconds: 5.0,
        beside_server: true,
        ceiling: None,
        shard: None,
    };
    Results {
        format: FORMAT,
        parameters,
        started_at: "2026-11-22T09:00:00Z".parse().expect("a time"),
        took_seconds: 10.0,
        interrupted: false,
        processes: vec![process],
        measured: Measured::default(),
        free: Vec::new(),
        room: Vec::new(),
        sittings: Vec::new(),
        checks: Vec::new(),
        figures: Figures::default(),
        expectations: Vec::new(),
    }
}

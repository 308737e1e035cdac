//! Puts together what a test was and what it measured.

use jiff::SignedDuration;

use super::Ran;
use super::setup::Setup;
use crate::cli::LoadArgs;
use crate::measured::machine::Machine;
use crate::measured::record::Measured;
use crate::measured::results::{FORMAT, Figures, Parameters, Process, Results, Scenario};

impl Setup {
    pub(super) fn results(&self, load: &LoadArgs, scenario: Scenario, ran: Ran, measured: Measured) -> Results {
        let parameters = Parameters {
            scenario,
            url: self.target.url.clone(),
            exam: self.exam.clone(),
            arrivals: self.profile.shape.to_string(),
            candidates: self.profile.candidates,
            seconds: self.profile.length.as_secs_f64(),
            opens_after_seconds: self.profile.opening.map(|opening| opening.at.as_secs_f64()),
            early: self.profile.opening.and_then(|opening| opening.early),
            seats: self.sittings.iter().map(|sitting| sitting.capacity).sum(),
            sittings: self.sittings.len(),
            confirm: 0.0,
            release: 0.0,
            streams: 0,
            seed: self.seed,
            timeout_seconds: load.timeout.as_secs_f64(),
            retries: load.retries,
        };
        let process = Process {
            machine: Machine::here(),
            connections: load.connections,
            threads: load.threads(),
            cpu_seconds: ran.cpu_seconds,
            beside_server: self.target.is_local(),
            ceiling: self.ceiling,
            shard: load.shard,
        };
        Results {
            format: FORMAT,
            parameters,
            started_at: ran.started_at.round(jiff::Unit::Millisecond).unwrap_or(ran.started_at),
            took_seconds: SignedDuration::try_from(ran.took).map_or(0.0, |took| took.as_secs_f64()),
            interrupted: ran.interrupted,
            processes: vec![process],
            measured,
            free: ran.free,
            room: ran.room,
            sittings: Vec::new(),
            checks: Vec::new(),
            figures: Figures::default(),
            expectations: Vec::new(),
        }
    }
}

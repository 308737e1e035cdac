//! The ten Redis keys of a pool, all under one hash tag so that a cluster keeps them together.

use crate::ids::PoolId;

/// A pool's keys in the order in which every script takes them.
#[derive(Debug, Clone)]
pub struct PoolKeys([String; 10]);

impl PoolKeys {
    /// The keys of `pool`.
    pub fn of(pool: &PoolId) -> Self {
        Self(
            ["meta", "free", "capacity", "taken", "queue", "events", "expiry", "kept", "line", "waits"]
                .map(|part| format!("seat:{{{pool}}}:{part}")),
        )
    }

    /// All of them, as KEYS of a script.
    pub fn all(&self) -> &[String; 10] {
        &self.0
    }

    /// The hash with the epoch.
    pub fn meta(&self) -> &str {
        &self.0[0]
    }

    /// The hash of free seats.
    pub fn free(&self) -> &str {
        &self.0[1]
    }

    /// The hash of capacities.
    pub fn capacity(&self) -> &str {
        &self.0[2]
    }

    /// The hash of live holds.
    pub fn taken(&self) -> &str {
        &self.0[3]
    }

    /// The stream of events.
    pub fn events(&self) -> &str {
        &self.0[5]
    }

    /// The hash of seats that are kept for waiting lists.
    pub fn kept(&self) -> &str {
        &self.0[7]
    }

    /// The line of those who wait.
    pub fn line(&self) -> &str {
        &self.0[8]
    }

    /// The hash of waits.
    pub fn waits(&self) -> &str {
        &self.0[9]
    }

    /// What is written to try whether anything can be.
    pub fn trial(&self) -> String {
        format!("{}:trial", self.meta())
    }
}

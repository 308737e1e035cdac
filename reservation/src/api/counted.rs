//! How often which operation was answered how. The counters are looked up once: finding one by its labels costs more
//! than parsing the request.

use std::sync::OnceLock;

use http::StatusCode;
use metrics::Counter;

use crate::api::router::ROUTES;

/// What we answer with; anything else is counted as the last.
const STATUSES: [&str; 18] = [
    "200", "201", "204", "304", "400", "401", "403", "404", "405", "408", "409", "413", "422", "429", "500", "502",
    "503", "other",
];

/// A counter for each operation and status, made when it is first needed.
pub(super) struct Counted {
    counters: Box<[OnceLock<Counter>]>,
}

impl Default for Counted {
    fn default() -> Self {
        // One row more, for requests that no route fits.
        Self { counters: (0..(ROUTES.len() + 1) * STATUSES.len()).map(|_| OnceLock::new()).collect() }
    }
}

impl Counted {
    /// Counts an answer of the route with this number.
    pub(super) fn count(&self, route: Option<usize>, status: StatusCode) {
        let row = route.unwrap_or(ROUTES.len());
        let column = STATUSES.iter().position(|known| *known == status.as_str()).unwrap_or(STATUSES.len() - 1);
        let make = || {
            let operation = route.map_or("none", |route| ROUTES[route].operation);
            metrics::counter!("seathold_api_requests_total", "operation" => operation, "status" => STATUSES[column])
        };
        self.counters[row * STATUSES.len() + column].get_or_init(make).increment(1);
    }
}

//! A viewer: reads the list of sittings, or a page.

use std::sync::Arc;
use std::time::Instant;

use http::uri::PathAndQuery;

use crate::generator::chance::Chance;
use crate::generator::worker::Worker;
use crate::measured::record::Operation;
use crate::server::wire::Requests;

/// What all viewers know.
#[derive(Debug)]
pub struct BrowsePlan {
    /// The requests that are sent.
    pub requests: Requests,
    /// The pages they look at; may be empty.
    pub pages: Vec<PathAndQuery>,
    /// Share of views that read the list of sittings instead of a page, 0–1.
    pub list: f64,
    /// Event streams to hold open, over all threads and shards.
    pub streams: usize,
}

/// One view by viewer `index`, who means to come at `intended`.
pub async fn viewer(worker: Arc<Worker>, plan: Arc<BrowsePlan>, index: u64, intended: Instant) {
    worker.sets_out(intended);
    let mut chance = Chance::of(worker.duty.seed, index);
    if plan.pages.is_empty() || chance.part() < plan.list {
        worker.ask(Operation::List, intended, &mut chance, || plan.requests.list()).await;
    } else {
        let page = &plan.pages[chance.sitting(plan.pages.len())];
        worker.ask(Operation::Page, intended, &mut chance, || plan.requests.page(page)).await;
    }
}

//! The sweep: every two seconds it finishes what time has decided or a death has left, and looks whether exams were
//! imported anew. Several processes may sweep at once: every move says whether it happened.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::eligibility::Eligibility;
use crate::exams::Exams;
use crate::model::clock;
use crate::model::order::OrderId;
use crate::people::accounts::Accounts;
use crate::people::store::identity_checks;
use crate::people::store::identity_handovers;
use crate::people::store::identity_tries;
use crate::pictures::kept::IdentityPictures;
use crate::pictures::screenshots::Screenshots;
use crate::pictures::store::screenshots;
use crate::seats::store::orders::due;
use crate::seats::{ConfirmError, Orders};
use crate::store::{Database, StoreError};

/// Time between two rounds.
const EVERY: Duration = Duration::from_secs(2);
/// Most rows of a kind at a time.
const BATCH: i64 = 200;
/// Most full batches in one round, should rows not move.
const BATCHES_MAX: usize = 20;
/// A confirmation that began so long ago has died.
const CONFIRMING_MAX: SignedDuration = SignedDuration::from_secs(30);
/// A picture that was not accepted for so long belongs to no hand-in any more.
const PENDING_MAX: SignedDuration = SignedDuration::from_hours(24);

/// Links that were used and checks that were begun are remembered so long.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The running sweep. It stops when the last clone is dropped, or when told to.
#[derive(Clone)]
pub(crate) struct SweepTask {
    stop: Arc<watch::Sender<bool>>,
    task: Arc<Mutex<Option<JoinHandle<()>>>>,
}

/// What the sweep works on.
pub(crate) struct Sweep {
    pub(crate) database: Database,
    pub(crate) eligibility: Eligibility,
    pub(crate) accounts: Accounts,
    pub(crate) exams: Exams,
    pub(crate) orders: Orders,
    pub(crate) screenshots: Screenshots,
    pub(crate) pictures: IdentityPictures,
}

impl SweepTask {
    pub(crate) fn start(sweep: Sweep) -> Self {
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(sweep.run(stopped));
        Self { stop: Arc::new(stop), task: Arc::new(Mutex::new(Some(task))) }
    }

    /// Stops after the round that is running.
    pub(crate) async fn stop(&self) {
        self.stop.send_replace(true);
        let task = self.task.lock().expect("nothing panics while taking the task").take();
        if let Some(task) = task
            && let Err(error) = task.await
        {
            tracing::error!(%error, "the sweep of registration had died");
        }
    }
}

impl Sweep {
    async fn run(self, mut stopped: watch::Receiver<bool>) {
        loop {
            if let Err(error) = self.round().await {
                tracing::warn!(%error, "a round of the sweep broke off; the next one tries again");
            }
            // A change is the word to stop; an error means that nobody is left to say it.
            if tokio::time::timeout(EVERY, stopped.changed()).await.is_ok() {
                return;
            }
        }
    }

    async fn round(&self) -> Result<(), StoreError> {
        self.exams.refresh().await?;
        self.end_orders().await?;
        self.carry_out_decisions().await?;
        self.discard_pictures().await?;
        self.eligibility.end_unused(&self.exams).await?;
        self.eligibility.index_old_scores().await?;
        self.pictures.sweep(BATCH).await?;
        self.accounts.sweep().await?;
        self.accounts.send_notices(&self.exams).await?;
        self.forget().await
    }

    /// What only had to be known for a while.
    async fn forget(&self) -> Result<(), StoreError> {
        let (client, until) = (self.database.client().await?, clock::now() - REMEMBERED);
        identity_handovers::delete_old(&client, until).await?;
        identity_checks::delete_old(&client, until).await?;
        identity_tries::delete_old(&client, clock::today().saturating_sub(jiff::Span::new().days(7))).await
    }

    /// After a rush many orders lapse at once: full batches follow each other.
    async fn end_orders(&self) -> Result<(), StoreError> {
        for _ in 0..BATCHES_MAX {
            let now = clock::now();
            let client = self.database.client().await?;
            let mut ended = due::unpaid(&client, now, BATCH).await?;
            ended.extend(due::refused(&client, now, BATCH).await?);
            let owing = due::owing(&client, BATCH).await?;
            drop(client);
            let is_full = i64::try_from(ended.len().max(owing.len())).is_ok_and(|count| count >= BATCH);
            for order in ended {
                let id = order.id;
                go_on(id, self.orders.settle(order).await.map(drop))?;
            }
            for order in owing {
                go_on(order.id, self.orders.return_seats(&order).await)?;
            }
            if !is_full {
                break;
            }
        }
        Ok(())
    }

    async fn carry_out_decisions(&self) -> Result<(), StoreError> {
        let until = clock::now() - CONFIRMING_MAX;
        let died = due::confirming(&self.database.client().await?, until, BATCH).await?;
        for order in died {
            let id = order.id;
            match self.orders.carry_out(order).await {
                Ok(_) => tracing::info!(order = %id, "a confirmation that had died was carried out"),
                Err(ConfirmError::Store(error)) => go_on(id, Err(error))?,
                Err(error) => tracing::warn!(order = %id, %error, "a confirmation could not be carried out"),
            }
        }
        Ok(())
    }

    async fn discard_pictures(&self) -> Result<(), StoreError> {
        let until = clock::now() - PENDING_MAX;
        let abandoned = screenshots::abandoned(&self.database.client().await?, until, BATCH).await?;
        for (order, picture) in abandoned {
            go_on(order, self.screenshots.discard(order, picture).await)?;
        }
        Ok(())
    }
}

/// One order that cannot be worked on does not keep the sweep from the others; a database that is away does.
fn go_on(order: OrderId, done: Result<(), StoreError>) -> Result<(), StoreError> {
    match done {
        Err(error @ (StoreError::Files(_) | StoreError::Vault(_) | StoreError::Corrupt(_))) => {
            tracing::error!(%order, %error, "the sweep could not work on an order");
            Ok(())
        }
        done => done,
    }
}

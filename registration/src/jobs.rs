//! The jobs: what is done over and over, because time has decided it or because a process died before it did. Each runs by
//! itself, so that one that fails or is slow keeps none of the others. Several processes may run the same job at once:
//! every move says whether it happened.

mod decisions;
mod money;
mod orders;
mod remembered;

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use strum::{IntoStaticStr, VariantArray};
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub(crate) use decisions::Desks;

use crate::checkin::CheckIn;
use crate::desk::audit::trail::AuditTrail;
use crate::desk::imprint::Imprints;
use crate::eligibility::Eligibility;
use crate::exams::imports::Imports;
use crate::outbox::messenger::Messenger;
use crate::outbox::reminders::Reminders;
use crate::outbox::webhooks::Webhooks;
use crate::payments::Payments;
use crate::payments::reconciliation::Reconciliation;
use crate::people::accounts::Accounts;
use crate::people::candidates::Candidates;
use crate::people::retention::Retention;
use crate::pictures::kept::IdentityPictures;
use crate::pictures::readings::Readings;
use crate::pictures::screenshots::Screenshots;
use crate::rooms::Rooms;
use crate::rooms::tickets::Tickets;
use crate::seats::Orders;
use crate::secrets::api_keys::{revoke_ended, write_refusals};
use crate::store::{Database, StoreError};
use crate::wall::Wall;

/// Between two rounds of what somebody looks at a page for.
const AT_ONCE: Duration = Duration::from_secs(1);
/// Between two rounds of what somebody waits for.
const SOON: Duration = Duration::from_secs(2);
/// Between two rounds of what nobody waits for.
const LATER: Duration = Duration::from_secs(5);
/// Between two rounds of what has a day's time.
const RARELY: Duration = Duration::from_secs(30);
/// Most pictures that are removed in one round.
const PICTURES_MAX: i64 = 200;

/// A job. Its name in snake case is the label of its metrics.
#[derive(Debug, Clone, Copy, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
enum Job {
    /// Looks whether exams were imported anew.
    Exams,
    /// Ends orders whose time is up, and gives their seats back.
    Orders,
    /// Finishes confirmations that died on the way, and those for which nothing is to be paid.
    Confirmations,
    /// Carries out what staff decided, once it cannot be taken back any more.
    Decisions,
    /// Lets first opinions of staff stand for which nobody gave a second one in time.
    Opinions,
    /// Makes orders of seats that waiting lists offered, and tells who waits.
    Offers,
    /// Asks channels what became of payments.
    AskChannels,
    /// Settles money that came: seats, other ones offered, or refunds.
    SettlePaid,
    /// Sends refunds, and asks after them.
    SendRefunds,
    /// Fetches the bills of channels, and holds them against our books.
    Reconcile,
    /// Issues tickets, anew where something on them has changed.
    Tickets,
    /// Sends what candidates are told.
    Messages,
    /// Writes reminders that are due.
    Reminders,
    /// Gives messages up that have waited too long, and forgets those sent long ago.
    Outbox,
    /// Reads pictures of payments.
    Readings,
    /// Removes pictures of payments that no hand-in needs any more.
    Screenshots,
    /// Removes pictures of identities, faces and forms that are too old.
    Pictures,
    /// Drops kept pictures that nothing names any more.
    UnnamedPictures,
    /// Ends bindings under which nothing was registered.
    UnusedRegistrations,
    /// Indexes results of earlier exams that the version before wrote.
    OldScores,
    /// Forgets codes, links and sign-ins of accounts.
    Accounts,
    /// Gives places to those who are confirmed after the places of their sitting were published.
    LateSeats,
    /// Removes photos from doors that are too old.
    DoorPhotos,
    /// Looks through files that staff brought, and applies them.
    Imports,
    /// Removes those files when they are old.
    ImportFiles,
    /// Forgets links to phones, checks, the tries of days before, questions answered a year ago, and sign-ins of staff.
    Remembered,
    /// Links lines of the audit.
    Audit,
    /// Looks whether the imprint, or the rule of retention, was changed by another process.
    Imprint,
    /// Forgets candidates and lists whose years are over.
    Retention,
    /// Writes down how the seats stand, each second as it begins.
    WallSeconds,
    /// Notes how the lines of waiting rooms have come out.
    WallLines,
    /// Tells by which networks seats went, notes how they are shared out, and removes what is over.
    WallShares,
    /// Thins seconds that are old.
    WallHistory,
    /// Keeps by what candidates are found.
    CandidateKeys,
    /// Writes down which keys of the API were refused.
    RefusedKeys,
    /// Sends webhooks that are due.
    Webhooks,
    /// Forgets webhooks that were sent long ago, and tells nothing more to whoever is too far behind.
    WebhookHistory,
}

/// What the jobs work on.
pub(crate) struct Work {
    pub(crate) database: Database,
    pub(crate) eligibility: Eligibility,
    pub(crate) accounts: Accounts,
    pub(crate) messenger: Messenger,
    pub(crate) reminders: Reminders,
    pub(crate) orders: Orders,
    pub(crate) payments: Payments,
    pub(crate) reconciliation: Reconciliation,
    pub(crate) screenshots: Screenshots,
    pub(crate) readings: Readings,
    pub(crate) pictures: IdentityPictures,
    pub(crate) tickets: Tickets,
    pub(crate) rooms: Rooms,
    pub(crate) checkin: Arc<CheckIn>,
    pub(crate) audit: AuditTrail,
    pub(crate) imprints: Imprints,
    pub(crate) retention: Retention,
    pub(crate) desks: Box<Desks>,
    pub(crate) imports: Arc<Imports>,
    pub(crate) candidates: Arc<Candidates>,
    pub(crate) webhooks: Webhooks,
}

/// The running jobs. They stop when the last clone is dropped, or when told to.
#[derive(Clone)]
pub(crate) struct Jobs {
    wall: Arc<Wall>,
    imports: Arc<Imports>,
    webhooks: Webhooks,
    stop: Arc<watch::Sender<bool>>,
    tasks: Arc<Mutex<Vec<JoinHandle<()>>>>,
}

impl Job {
    fn every(self) -> Duration {
        match self {
            Self::Decisions
            | Self::Offers
            | Self::AskChannels
            | Self::SettlePaid
            | Self::SendRefunds
            | Self::Webhooks
            | Self::WallShares
            | Self::Imports => AT_ONCE,
            Self::Exams
            | Self::Orders
            | Self::Confirmations
            | Self::Messages
            | Self::Readings
            | Self::LateSeats
            | Self::Audit
            | Self::Imprint
            | Self::CandidateKeys => SOON,
            Self::Reconcile
            | Self::Tickets
            | Self::Reminders
            | Self::DoorPhotos
            | Self::WallLines
            | Self::Retention
            | Self::WallHistory
            | Self::RefusedKeys
            | Self::WebhookHistory => RARELY,
            Self::WallSeconds => Wall::until_next_second(),
            Self::Outbox
            | Self::ImportFiles
            | Self::Opinions
            | Self::Screenshots
            | Self::Pictures
            | Self::UnnamedPictures
            | Self::UnusedRegistrations
            | Self::OldScores
            | Self::Accounts
            | Self::Remembered => LATER,
        }
    }

    /// Runs one round: all that there is to do now.
    async fn round(self, work: &Work) -> Result<(), StoreError> {
        match self {
            Self::Exams => work.orders.exams.refresh().await,
            Self::Orders => orders::end(&work.database, &work.orders).await,
            Self::Confirmations => orders::carry_out(&work.database, &work.orders).await,
            Self::Decisions => work.desks.carry_out().await,
            Self::Opinions => work.desks.let_opinions_stand().await,
            Self::Offers => work.orders.tell_waits().await,
            Self::AskChannels => work.payments.asking.ask_due().await,
            Self::SettlePaid => money::settle(&work.database, &work.orders).await,
            Self::SendRefunds => work.payments.send_refunds().await,
            Self::Reconcile => work.reconciliation.fetch_due().await,
            Self::Tickets => work.tickets.keep().await,
            Self::Messages => work.messenger.send_due().await,
            Self::Reminders => work.reminders.write_due().await,
            Self::Outbox => work.messenger.tidy().await,
            Self::Readings => work.readings.read_due().await,
            Self::Screenshots => orders::discard_pictures(&work.database, &work.screenshots).await,
            Self::Pictures => work.pictures.sweep(PICTURES_MAX).await,
            Self::UnnamedPictures => work.eligibility.applications.drop_unnamed_pictures().await,
            Self::UnusedRegistrations => work.eligibility.end_unused(&work.orders.exams).await,
            Self::OldScores => work.eligibility.index_old_scores().await,
            Self::Accounts => work.accounts.sweep().await,
            Self::LateSeats => work.rooms.seat_late().await,
            Self::DoorPhotos => work.checkin.forget_photos().await,
            Self::Imports => work.imports.work_due().await,
            Self::ImportFiles => work.imports.forget_files().await,
            Self::Remembered => remembered::forget(&work.database).await,
            Self::Audit => work.audit.link().await,
            Self::Imprint => {
                work.imprints.refresh().await?;
                work.retention.refresh().await
            }
            Self::Retention => work.retention.work_due().await,
            Self::WallSeconds => work.orders.exams.wall.sample().await,
            Self::WallLines => work.orders.exams.wall.note_lines().await,
            Self::WallShares => work.orders.exams.wall.share_out().await,
            Self::WallHistory => work.orders.exams.wall.tidy().await,
            Self::CandidateKeys => work.candidates.index().await,
            Self::Webhooks => work.webhooks.send_due().await,
            Self::WebhookHistory => work.webhooks.tidy().await,
            Self::RefusedKeys => {
                write_refusals(&work.database, &work.orders.engine).await?;
                revoke_ended(&work.database).await
            }
        }
    }

    /// Money that has just come is settled at once, and so is what else somebody waits for.
    async fn woken(self, work: &Work) {
        match self {
            Self::SettlePaid => work.payments.asking.hearing.wake.notified().await,
            Self::Imports => work.imports.wake.notified().await,
            Self::Decisions => work.desks.woken().await,
            _ => std::future::pending().await,
        }
    }

    /// Round after round. Each is a task of its own: a panic ends that round only.
    async fn run(self, work: Arc<Work>, mut stopped: watch::Receiver<bool>) {
        let job: &str = self.into();
        loop {
            let round = tokio::spawn({
                let work = Arc::clone(&work);
                async move { self.round(&work).await }
            });
            let failed = match round.await {
                Ok(Ok(())) => None,
                Ok(Err(error)) => Some(error.to_string()),
                Err(panic) => Some(panic.to_string()),
            };
            match failed {
                None => succeeded(job),
                Some(error) => {
                    metrics::counter!("registration_job_failed_total", "name" => job).increment(1);
                    tracing::warn!(job, error, "a round of a job broke off; the next one tries again");
                }
            }
            tokio::select! {
                // A change is the word to stop; an error means that nobody is left to say it.
                _ = stopped.changed() => return,
                () = tokio::time::sleep(self.every()) => {}
                () = self.woken(&work) => {}
            }
        }
    }
}

impl Jobs {
    pub(crate) fn start(work: Work) -> Self {
        let (stop, stopped) = watch::channel(false);
        let (wall, imports) = (work.orders.exams.wall.clone(), work.imports.clone());
        let webhooks = work.webhooks.clone();
        let work = Arc::new(work);
        let start = |job: &Job| tokio::spawn(job.run(Arc::clone(&work), stopped.clone()));
        let tasks = Job::VARIANTS.iter().map(start).collect();
        Self { wall, imports, webhooks, stop: Arc::new(stop), tasks: Arc::new(Mutex::new(tasks)) }
    }

    /// Stops them all, each after the round that is running; only an import is broken off, because it may take minutes.
    pub(crate) async fn stop(&self) {
        self.stop.send_replace(true);
        self.imports.end();
        let tasks = std::mem::take(&mut *self.tasks.lock().expect("nothing panics while taking the tasks"));
        for task in tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "a job of registration had died");
            }
        }
        self.webhooks.end().await;
        if let Err(error) = self.wall.stop().await {
            tracing::debug!(%error, "another process writes the wall's seconds once this one's right to do so has ended");
        }
    }
}

/// Tells when a job last did all that there was to do: the age of this is what to watch.
fn succeeded(job: &'static str) {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    metrics::gauge!("registration_job_last_success_timestamp_seconds", "name" => job).set(now.as_secs_f64());
}

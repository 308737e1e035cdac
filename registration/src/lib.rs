//! A candidate's registration: exams, people, orders, payments, and what staff decide. No HTTP.
//!
//! By domain: each module's own file is its door, its `store` has one file of SQL per table. [`model`] and [`rules`] are plain
//! values and pure rules; [`secrets`] keeps personal data unreadable at rest. Seats are only ever taken through
//! `reservation`'s engine.

pub mod application;
pub mod desk;
pub mod eligibility;
pub mod exams;
mod jobs;
pub mod model;
pub(crate) mod outbox;
pub mod payments;
pub mod people;
pub mod pictures;
pub mod rules;
pub mod seats;
pub mod secrets;
pub mod store;

use std::sync::Arc;

use gateways::Gateways;
use object_store::ObjectStore;
use reservation::engine::Engine;

pub use crate::exams::{checkin, drafts, imports, lists, rooms, wall};
pub use crate::model::fen::Fen;
pub use crate::outbox::outward::Outward;
pub use crate::outbox::reminders::Reminders;
pub use crate::outbox::staff_letters::{StaffLetterError, StaffLetters};
pub use crate::outbox::webhooks;
pub use crate::payments::reconciliation;

use crate::application::Applications;
use crate::application::accommodations::Accommodations;
use crate::application::photos::Photos;
use crate::checkin::CheckIn;
use crate::desk::Desk;
use crate::desk::accommodations::AccommodationReviews;
use crate::desk::audit::trail::AuditTrail;
use crate::desk::cases::Cases;
use crate::desk::finance::Finance;
use crate::desk::forms::Forms;
use crate::desk::imprint::Imprints;
use crate::desk::payments::Reviews;
use crate::desk::people::IdentityReviews;
use crate::desk::permits::approvals::Approvals;
use crate::desk::scores::Scores;
use crate::desk::staff::Staff;
use crate::exams::drafts::ExamDrafts;
use crate::exams::imports::Imports;
use crate::exams::lists::Lists;
use crate::jobs::{Desks, Jobs, Work};
use crate::payments::Payments;
use crate::payments::ask::Asking;
use crate::payments::channels::Channels;
use crate::payments::hear::Hearing;
use crate::payments::reconciliation::Reconciliation;
use crate::people::People;
use crate::people::accounts::{AccountSettings, Accounts};
use crate::people::candidates::Candidates;
use crate::people::care::Care;
use crate::people::consents::FaceConsents;
use crate::people::faces::Faces;
use crate::people::identity::Identity;
use crate::people::retention::Retention;
use crate::pictures::files::PictureFiles;
use crate::pictures::kept::IdentityPictures;
use crate::pictures::screenshots::Screenshots;
use crate::pictures::uploads::Uploads;
use crate::rooms::Rooms;
use crate::rooms::tickets::Tickets;
use crate::seats::{Orders, Turns};
use crate::secrets::passwords::Hasher;
use crate::secrets::vault::Vault;
use eligibility::Eligibility;
use exams::Exams;
use store::Database;

/// What registration stands on.
pub struct RegistrationConfig {
    /// Connections to the database that has, or gets, the schema `registration`.
    pub postgres: deadpool_postgres::Pool,
    /// The only door to seats.
    pub engine: Engine,
    /// Where encrypted pictures are kept.
    pub files: Arc<dyn ObjectStore>,
    /// The keys of everything encrypted.
    pub vault: Vault,
    /// SMS, mail, cards and faces: what of the outside world is configured.
    pub gateways: Gateways,
    /// What an operator decides about accounts.
    pub accounts: AccountSettings,
}

/// Why registration could not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The schema could not be brought to this version.
    #[error("the schema `registration` could not be migrated: {0}")]
    Migration(String),
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] store::StoreError),
}

/// The doors. Cloning is a few reference counts.
#[derive(Clone)]
pub struct Registration {
    /// Who candidates are, and signing in.
    pub accounts: Accounts,
    /// What candidates have done for an exam.
    pub applications: Applications,
    /// What candidates ask for beside a usual seat, and what was granted.
    pub accommodations: Accommodations,
    /// Whom the roster knows, and whose registration is bound to which account.
    pub eligibility: Eligibility,
    /// The exams' texts, fees and windows.
    pub exams: Exams,
    /// Where exams take place, and who sits where.
    pub rooms: Rooms,
    /// Who has an admission ticket, and what it says.
    pub tickets: Tickets,
    /// Files that staff bring.
    pub imports: Arc<Imports>,
    /// Lists that staff take out.
    pub lists: Arc<Lists>,
    /// Who is let in with it, and who has come.
    pub checkin: Arc<CheckIn>,
    /// What candidates hold and owe.
    pub orders: Orders,
    /// Attempts to pay, and money that came.
    pub payments: Payments,
    /// What channels say moved, held against what we have.
    pub reconciliation: Reconciliation,
    /// What finance sees of money, and does about it.
    pub finance: Finance,
    /// What staff decide of payments.
    pub reviews: Reviews,
    /// Who candidates really are.
    pub identity: Identity,
    /// Face checks of exams.
    pub faces: Faces,
    /// Photos of registration forms.
    pub photos: Photos,
    /// What staff decide of identities and faces.
    pub identity_reviews: IdentityReviews,
    /// What staff decide of forms.
    pub forms: Forms,
    /// What staff decide of earlier scores.
    pub scores: Scores,
    /// What staff decide of accommodations.
    pub accommodation_reviews: AccommodationReviews,
    /// Candidates as staff find and see them.
    pub candidates: Arc<Candidates>,
    /// Of what candidates are reminded.
    pub reminders: Reminders,
    /// What waits for staff, whatever it is.
    pub cases: Cases,
    /// Who staff are, and signing in.
    pub staff: Staff,
    /// What two people do together.
    pub approvals: Arc<Approvals>,
    /// Everything that was done.
    pub audit: AuditTrail,
    /// What the site says of itself.
    pub imprints: Imprints,
    /// What other systems are let in with, and what they are told.
    pub outward: Arc<Outward>,
    jobs: Jobs,
}

/// How channels are asked, and what is done with their answers.
fn asking_of(database: &Database, channels: Vec<gateways::Channel>) -> Asking {
    let hearing = Hearing { database: database.clone(), wake: Arc::default() };
    Asking { channels: Channels::new(channels), hearing }
}

/// What keeps pictures, and what takes them in.
fn pictures_over(database: &Database, vault: &Vault, files: &PictureFiles) -> (Screenshots, Uploads, IdentityPictures) {
    let uploads = Uploads { database: database.clone(), vault: vault.clone() };
    let pictures = IdentityPictures { database: database.clone(), files: files.clone(), uploads: uploads.clone() };
    (Screenshots::new(database.clone(), files.clone()), uploads, pictures)
}

/// The door to seats, over the others.
fn orders_over(
    (database, exams): (&Database, &Exams),
    engine: Engine,
    screenshots: &Screenshots,
    applications: &Applications,
    uploads: Uploads,
    asking: Asking,
) -> Orders {
    Orders {
        database: database.clone(),
        engine,
        exams: exams.clone(),
        screenshots: screenshots.clone(),
        applications: applications.clone(),
        uploads,
        asking,
        turns: Turns::default(),
    }
}

/// What two people do together, over the doors that do it.
fn approvals_over(
    (database, files): (&Database, &PictureFiles),
    staff: &Staff,
    exams: &Exams,
    rooms: &Rooms,
    accounts: &Accounts,
) -> Arc<Approvals> {
    Arc::new(Approvals {
        database: database.clone(),
        staff: staff.clone(),
        exams: exams.clone(),
        rooms: rooms.clone(),
        accounts: accounts.clone(),
        retention: Retention::new(database.clone(), files.clone()),
    })
}

/// What the doors are made over, once it answers.
struct Ground {
    database: Database,
    engine: Engine,
    files: PictureFiles,
    vault: Vault,
    gateways: Gateways,
    exams: Exams,
    accounts: Accounts,
    staff: Staff,
    imprints: Imprints,
    outward: Arc<Outward>,
}

impl Registration {
    /// Migrates the schema, reads the exams and starts the jobs.
    pub async fn open(config: RegistrationConfig) -> Result<Self, OpenError> {
        let RegistrationConfig { postgres, engine, files, vault, gateways, accounts } = config;
        let database = Database::new(postgres);
        // Both are large, and whoever opens a site would carry them.
        Box::pin(store::migrations::run(&database)).await?;
        let exams = Box::pin(Exams::open(database.clone(), engine.clone(), vault.clone())).await?;
        let hasher = Hasher::new();
        let accounts = Accounts::new(database.clone(), vault.clone(), hasher.clone(), &gateways, accounts);
        accounts.carry_over().await?;
        let staff = Staff::new(database.clone(), vault.clone(), hasher, gateways.provider.clone());
        let imprints = Imprints::new(database.clone());
        imprints.refresh().await?;
        let files = PictureFiles::new(files, vault.clone());
        let outward = Arc::new(Outward::new(&database, &vault, &exams, gateways.webhooks.clone()));
        Ok(Self::over(Ground { database, engine, files, vault, gateways, exams, accounts, staff, imprints, outward }))
    }

    /// Makes the doors, and starts the jobs.
    fn over(ground: Ground) -> Self {
        let Ground { database, engine, files, vault, gateways, exams, accounts, staff, imprints, outward } = ground;
        let (screenshots, uploads, pictures) = pictures_over(&database, &vault, &files);
        let (asking, reader) = (asking_of(&database, gateways.pay.clone()), gateways.screenshots.clone());
        let people = People::new(&database, &vault, &accounts, &pictures, gateways);
        let eligibility = Eligibility::beside(&people.applications);
        let rooms = Rooms::new(database.clone(), engine.clone(), exams.clone(), vault.clone());
        let orders = orders_over((&database, &exams), engine, &screenshots, &people.applications, uploads, asking);
        let Money { payments, reconciliation, finance } = Money::beside(&orders, &vault, files.clone());
        let care = Care::new(&people.applications, &accounts, &exams, &pictures, &rooms);
        let tickets = Tickets::beside(&orders, &accounts, &eligibility, &rooms);
        let imports = Arc::new(Imports::new(database.clone(), exams.clone(), vault.clone(), files.clone()));
        let approvals = approvals_over((&database, &files), &staff, &exams, &rooms, &accounts);
        let (checkin, audit) = (Arc::new(CheckIn::over(&tickets, files)), AuditTrail::new(database.clone(), &vault));
        let desk = Desk::new(&database, vault, &exams, &people.applications, &eligibility, &orders, reader);
        let jobs = Jobs::start(Work {
            desks: Desks::of(&desk.cases, &staff, (&desk.reviews, &people.reviews), (&desk.forms, &desk.scores)),
            database,
            eligibility: eligibility.clone(),
            accounts: accounts.clone(),
            messenger: care.messenger,
            reminders: care.reminders.clone(),
            orders: orders.clone(),
            payments: payments.clone(),
            reconciliation: reconciliation.clone(),
            screenshots,
            readings: desk.reviews.readings.clone(),
            pictures,
            tickets: tickets.clone(),
            rooms: rooms.clone(),
            checkin: checkin.clone(),
            audit: audit.clone(),
            imprints: imprints.clone(),
            retention: approvals.retention.clone(),
            imports: imports.clone(),
            candidates: care.candidates.clone(),
            webhooks: outward.webhooks.clone(),
        });
        Self {
            approvals,
            accounts,
            applications: people.applications,
            accommodations: care.accommodations,
            eligibility,
            exams,
            rooms,
            lists: Arc::new(Lists { tickets: tickets.clone() }),
            tickets,
            imports,
            checkin,
            orders,
            payments,
            reconciliation,
            finance,
            reviews: desk.reviews,
            identity: people.identity,
            faces: people.faces,
            photos: people.photos,
            identity_reviews: people.reviews,
            forms: desk.forms,
            scores: desk.scores,
            accommodation_reviews: care.accommodation_reviews,
            candidates: care.candidates,
            reminders: care.reminders,
            cases: desk.cases,
            staff,
            audit,
            imprints,
            outward,
            jobs,
        }
    }

    /// Exams that staff set up.
    pub fn exam_drafts(&self) -> ExamDrafts {
        ExamDrafts::over(&self.exams)
    }

    /// How long data of candidates is kept.
    pub fn retention(&self) -> &Retention {
        &self.approvals.retention
    }

    /// Letters to staff.
    pub fn staff_letters(&self) -> StaffLetters {
        StaffLetters { post: self.accounts.post.clone() }
    }

    /// Who agreed to face checks.
    pub fn face_consents(&self) -> FaceConsents {
        FaceConsents { database: self.identity.database.clone() }
    }

    /// Stops the jobs, each after the round that is running.
    pub async fn stop(&self) {
        self.jobs.stop().await;
    }
}

/// The doors to money.
struct Money {
    payments: Payments,
    reconciliation: Reconciliation,
    finance: Finance,
}

impl Money {
    /// Over what the door to orders has.
    fn beside(orders: &Orders, vault: &Vault, files: PictureFiles) -> Self {
        let database = &orders.database;
        let payments = Payments {
            database: database.clone(),
            exams: orders.exams.clone(),
            applications: Arc::new(orders.applications.clone()),
            vault: vault.clone(),
            files,
            asking: orders.asking.clone(),
        };
        let channels = orders.asking.channels.clone();
        let reconciliation = Reconciliation { database: database.clone(), channels };
        let finance =
            Finance { database: database.clone(), payments: payments.clone(), reconciliation: reconciliation.clone() };
        Self { payments, reconciliation, finance }
    }
}

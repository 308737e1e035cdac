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

use gateways::{Gateways, ScreenshotReader};
use object_store::ObjectStore;
use reservation::engine::Engine;

pub use crate::exams::rooms;
pub use crate::model::fen::Fen;
pub use crate::outbox::reminders::Reminders;
pub use crate::payments::reconciliation;

use crate::application::Applications;
use crate::application::accommodations::Accommodations;
use crate::application::photos::Photos;
use crate::desk::accommodations::AccommodationReviews;
use crate::desk::cases::Cases;
use crate::desk::finance::Finance;
use crate::desk::forms::Forms;
use crate::desk::payments::Reviews;
use crate::desk::people::IdentityReviews;
use crate::desk::scores::Scores;
use crate::desk::staff::Staff;
use crate::jobs::{Jobs, Work};
use crate::outbox::messenger::Messenger;
use crate::payments::Payments;
use crate::payments::ask::Asking;
use crate::payments::channels::Channels;
use crate::payments::hear::Hearing;
use crate::payments::reconciliation::Reconciliation;
use crate::people::accounts::{AccountSettings, Accounts};
use crate::people::faces::Faces;
use crate::people::identity::Identity;
use crate::pictures::files::PictureFiles;
use crate::pictures::kept::IdentityPictures;
use crate::pictures::readings::Readings;
use crate::pictures::screenshots::Screenshots;
use crate::pictures::uploads::Uploads;
use crate::rooms::Rooms;
use crate::rooms::tickets::Tickets;
use crate::seats::Orders;
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
    /// Of what candidates are reminded.
    pub reminders: Reminders,
    /// What waits for staff, whatever it is.
    pub cases: Cases,
    /// Who staff are, and signing in.
    pub staff: Staff,
    jobs: Jobs,
}

/// How channels are asked, and what is done with their answers.
fn asking_of(database: &Database, channels: Vec<gateways::Channel>) -> Asking {
    let hearing = Hearing { database: database.clone(), wake: Arc::default() };
    Asking { channels: Channels::new(channels), hearing }
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
        let staff = Staff::new(database.clone(), vault.clone(), hasher);
        let files = PictureFiles::new(files, vault.clone());
        Ok(Self::over(Ground { database, engine, files, vault, gateways, exams, accounts, staff }))
    }

    /// Makes the doors, and starts the jobs.
    fn over(ground: Ground) -> Self {
        let Ground { database, engine, files, vault, gateways, exams, accounts, staff } = ground;
        let screenshots = Screenshots::new(database.clone(), files.clone());
        let uploads = Uploads { database: database.clone(), vault: vault.clone() };
        let pictures = IdentityPictures { database: database.clone(), files: files.clone(), uploads: uploads.clone() };
        let (channels, reader) = (gateways.pay.clone(), gateways.screenshots.clone());
        let People { identity, faces, photos, reviews: identity_reviews, applications } =
            People::new(&database, &vault, &accounts, &pictures, gateways);
        let eligibility =
            Eligibility { database: database.clone(), vault: vault.clone(), applications: applications.clone() };
        let rooms = Rooms::new(database.clone(), engine.clone(), exams.clone(), vault.clone());
        let orders = Orders {
            database: database.clone(),
            engine,
            exams: exams.clone(),
            screenshots: screenshots.clone(),
            applications: applications.clone(),
            uploads,
            asking: asking_of(&database, channels),
        };
        let Money { payments, reconciliation, finance } = Money::beside(&orders, &vault, files);
        let Care { accommodations, accommodation_reviews, reminders, messenger } =
            Care::new(&applications, &accounts, &exams, &pictures, &rooms);
        let desk = Desk::new(&database, vault, &exams, &applications, &eligibility, &orders, reader);
        let tickets = Tickets::beside(&orders, &accounts, &eligibility, &rooms);
        let jobs = Jobs::start(Work {
            database,
            eligibility: eligibility.clone(),
            accounts: accounts.clone(),
            messenger,
            reminders: reminders.clone(),
            exams: exams.clone(),
            orders: orders.clone(),
            payments: payments.clone(),
            reconciliation: reconciliation.clone(),
            screenshots,
            readings: desk.reviews.readings.clone(),
            pictures,
            tickets: tickets.clone(),
            rooms: rooms.clone(),
        });
        Self {
            accounts,
            applications,
            accommodations,
            eligibility,
            exams,
            rooms,
            tickets,
            orders,
            payments,
            reconciliation,
            finance,
            reviews: desk.reviews,
            identity,
            faces,
            photos,
            identity_reviews,
            forms: desk.forms,
            scores: desk.scores,
            accommodation_reviews,
            reminders,
            cases: desk.cases,
            staff,
            jobs,
        }
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

/// The doors through which staff see and decide.
struct Desk {
    reviews: Reviews,
    forms: Forms,
    scores: Scores,
    cases: Cases,
}

impl Desk {
    fn new(
        database: &Database,
        vault: Vault,
        exams: &Exams,
        applications: &Applications,
        eligibility: &Eligibility,
        orders: &Orders,
        reader: Option<ScreenshotReader>,
    ) -> Self {
        let screenshots = orders.screenshots.clone();
        let readings =
            Readings { database: database.clone(), screenshots: screenshots.clone(), vault: vault.clone(), reader };
        let reviews = Reviews {
            database: database.clone(),
            exams: exams.clone(),
            orders: Arc::new(orders.clone()),
            screenshots,
            readings,
            vault: vault.clone(),
        };
        let forms = Forms { database: database.clone(), applications: Arc::new(applications.clone()) };
        let scores = Scores { database: database.clone(), eligibility: Arc::new(eligibility.clone()) };
        let cases = Cases { database: database.clone(), vault, exams: exams.clone() };
        Self { reviews, forms, scores, cases }
    }
}

/// What is asked for beside a usual seat, and what candidates are told.
struct Care {
    accommodations: Accommodations,
    accommodation_reviews: AccommodationReviews,
    reminders: Reminders,
    messenger: Messenger,
}

impl Care {
    fn new(
        applications: &Applications,
        accounts: &Accounts,
        exams: &Exams,
        pictures: &IdentityPictures,
        rooms: &Rooms,
    ) -> Self {
        let (database, vault) = (applications.database.clone(), applications.vault.clone());
        let accommodations = Accommodations {
            database: database.clone(),
            vault: vault.clone(),
            applications: applications.clone(),
            pictures: pictures.clone(),
        };
        let accommodation_reviews =
            AccommodationReviews { database: database.clone(), accommodations: Arc::new(accommodations.clone()) };
        let reminders =
            Reminders { database: database.clone(), vault, exams: exams.clone(), accounts: accounts.clone() };
        let messenger = Messenger {
            database,
            accounts: accounts.clone(),
            applications: applications.clone(),
            exams: exams.clone(),
            reminders: reminders.clone(),
            rooms: rooms.clone(),
        };
        Self { accommodations, accommodation_reviews, reminders, messenger }
    }
}

/// The doors that are about who somebody is, and the one that asks them all.
struct People {
    identity: Identity,
    faces: Faces,
    photos: Photos,
    reviews: IdentityReviews,
    applications: Applications,
}

impl People {
    fn new(
        database: &Database,
        vault: &Vault,
        accounts: &Accounts,
        pictures: &IdentityPictures,
        gateways: Gateways,
    ) -> Self {
        let identity = Identity {
            database: database.clone(),
            vault: vault.clone(),
            accounts: accounts.clone(),
            pictures: pictures.clone(),
            gateways: gateways.clone(),
        };
        let faces = Faces { database: database.clone(), pictures: pictures.clone(), gateways: gateways.clone() };
        let photos = Photos { database: database.clone(), pictures: pictures.clone(), gateways };
        let reviews =
            IdentityReviews { database: database.clone(), identity: identity.clone(), pictures: pictures.clone() };
        let applications = Applications {
            database: database.clone(),
            vault: vault.clone(),
            identity: identity.clone(),
            faces: faces.clone(),
            photos: photos.clone(),
        };
        Self { identity, faces, photos, reviews, applications }
    }
}

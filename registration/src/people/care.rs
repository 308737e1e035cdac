//! What there is for candidates beside a usual seat: accommodations, reminders and messages, and the page that staff have of them.

use std::sync::Arc;

use crate::application::Applications;
use crate::application::accommodations::Accommodations;
use crate::desk::accommodations::AccommodationReviews;
use crate::exams::Exams;
use crate::outbox::messenger::Messenger;
use crate::outbox::reminders::Reminders;
use crate::people::accounts::Accounts;
use crate::people::candidates::Candidates;
use crate::pictures::kept::IdentityPictures;
use crate::rooms::Rooms;

/// What is asked for beside a usual seat, what candidates are told, and what staff see of them.
pub(crate) struct Care {
    pub(crate) accommodations: Accommodations,
    pub(crate) accommodation_reviews: AccommodationReviews,
    pub(crate) reminders: Reminders,
    pub(crate) messenger: Messenger,
    pub(crate) candidates: Arc<Candidates>,
}

impl Care {
    pub(crate) fn new(
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
        let candidates = Arc::new(Candidates {
            database: database.clone(),
            vault: vault.clone(),
            exams: exams.clone(),
            applications: applications.clone(),
            pictures: pictures.clone(),
        });
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
        Self { accommodations, accommodation_reviews, reminders, messenger, candidates }
    }
}

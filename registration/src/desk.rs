//! What staff do: who they are, what they may do, what waits for them, what they decide, and the record of it.
//!
//! [`finance`] is about money; [`cases`] is the one queue of what [`case`] says; [`payments`], [`people`], [`forms`], [`scores`] and [`accommodations`] are the desks where cases are decided.

pub mod accommodations;
pub mod audit;
pub mod case;
pub mod cases;
pub mod finance;
pub mod forms;
pub mod imprint;
pub mod payments;
pub mod people;
pub mod permits;
pub mod queue;
pub mod reason;
pub mod scores;
pub mod staff;
pub(crate) mod store;

use std::sync::Arc;

use gateways::ScreenshotReader;

use crate::application::Applications;
use crate::desk::cases::Cases;
use crate::desk::forms::Forms;
use crate::desk::payments::Reviews;
use crate::desk::scores::Scores;
use crate::eligibility::Eligibility;
use crate::exams::Exams;
use crate::pictures::readings::Readings;
use crate::seats::Orders;
use crate::secrets::vault::Vault;
use crate::store::Database;

/// The doors through which staff see and decide.
pub(crate) struct Desk {
    pub(crate) reviews: Reviews,
    pub(crate) forms: Forms,
    pub(crate) scores: Scores,
    pub(crate) cases: Cases,
}

impl Desk {
    /// Over what the other doors have.
    pub(crate) fn new(
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
        let cases = Cases {
            database: database.clone(),
            vault,
            exams: exams.clone(),
            wake: Arc::default(),
            following: Arc::default(),
        };
        Self { reviews, forms, scores, cases }
    }
}

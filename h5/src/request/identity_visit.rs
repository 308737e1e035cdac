//! Who opens an identity page: a candidate who is signed in, or the phone that scanned a candidate's code.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use registration::model::document::DocumentKind;
use registration::model::exam::Exam;
use registration::model::exam_rules::{IdentityRules, IdentityWay, TaskKind};
use registration::model::facts::{IdentityState, Proofs};
use registration::people::accounts::Account;
use registration::people::identity::IdentityRecord;
use registration::store::StoreError;

use crate::app::App;
use crate::failure::Failure;
use crate::request::kind::is_phone;
use crate::request::signed_in::{account_of_phone, count};
use crate::request::signing_in::signed_out::signed_out;
use crate::request::visit::Visit;
use crate::view::layout::{Frame, Visitor};

/// A visit to an identity page.
pub(crate) struct IdentityVisit {
    pub(crate) visit: Visit,
    pub(crate) account: Account,
    /// Did the phone come by a code? Then it sees these pages and nothing else.
    pub(crate) is_guest_phone: bool,
    /// Is this a phone? Only a guess, for what is offered first.
    pub(crate) is_phone: bool,
}

impl IdentityVisit {
    /// What is on record of the account's identity.
    pub(crate) async fn record(&self) -> Result<IdentityRecord, StoreError> {
        self.visit.app.outside.registration.identity.record(&self.account).await
    }

    /// The frame of the page to answer with.
    pub(crate) fn frame(&self, title: impl Into<String>) -> Frame<'_> {
        let mut frame = self.visit.frame(title);
        if self.is_guest_phone {
            frame.visitor = Visitor::Unknown;
        }
        frame
    }

    /// What the exam asks for from which the visitor came. When they came from none that asks who one is: all documents,
    /// and each way that some exam here takes.
    pub(crate) fn rules(&self, exam: &str) -> IdentityRules {
        let exams = &self.visit.app.outside.registration.exams;
        let asks = |exam: &Arc<Exam>| exam.rules.asks_for(&TaskKind::Identity);
        if let Some(exam) = exam.parse().ok().and_then(|exam| exams.get(&exam)).filter(asks) {
            return exam.rules.identity.clone();
        }
        let all = [IdentityWay::Liveness, IdentityWay::Card, IdentityWay::Manual];
        let asking: Vec<Arc<Exam>> = exams.list().into_iter().filter(asks).collect();
        let is_taken = |way: &IdentityWay| asking.iter().any(|exam| exam.rules.identity.taken().contains(way));
        let ways = all.into_iter().filter(|way| asking.is_empty() || is_taken(way)).collect();
        // Of those that take cards the strictest: what is proved then counts in all of them.
        let with_cards = asking.iter().filter(|exam| exam.rules.identity.ways.contains(&IdentityWay::Card));
        let card = with_cards.map(|exam| exam.rules.identity.card).max().unwrap_or_default();
        IdentityRules { documents: DocumentKind::ALL.to_vec(), ways, card }
    }

    /// Does the exam from which somebody verified came take none of the ways by which they were?
    pub(crate) fn asks_more(&self, exam: &str, state: &IdentityState, proofs: &Proofs) -> bool {
        let exams = &self.visit.app.outside.registration.exams;
        let named = exam.parse().ok().and_then(|exam| exams.get(&exam));
        let named = named.filter(|exam| exam.rules.asks_for(&TaskKind::Identity));
        let is_verified = matches!(state, IdentityState::Verified { .. });
        is_verified && named.is_some_and(|exam| !proofs.count_for(&exam.rules.identity))
    }

    /// Is this one of the ways there, and does this machine have it?
    pub(crate) fn takes(&self, exam: &str, way: IdentityWay) -> bool {
        self.visit.app.outside.registration.identity.ways(&self.rules(exam)).contains(&way)
    }
}

impl FromRequestParts<App> for IdentityVisit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let visit =
            <Visit as FromRequestParts<App>>::from_request_parts(parts, app).await.map_err(Failure::into_response)?;
        let is_phone = is_phone(&parts.headers);
        let (account, is_guest_phone) = match visit.account.clone() {
            Some(account) => (Some(account), false),
            None => (
                account_of_phone(parts, app, visit.now).await.map_err(|error| Failure::from(error).into_response())?,
                true,
            ),
        };
        let Some(account) = account else {
            return Err(signed_out(parts, &visit.path));
        };
        count(parts, app, &account).map_err(Failure::into_response)?;
        Ok(Self { visit, account, is_guest_phone, is_phone })
    }
}

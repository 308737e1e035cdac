//! Who opens an identity page: a candidate who is signed in, or the phone that scanned a candidate's code.

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use registration::model::document::DocumentKind;
use registration::model::exam_rules::{IdentityRules, IdentityWay};
use registration::people::accounts::Account;

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
    /// The frame of the page to answer with.
    pub(crate) fn frame(&self, title: impl Into<String>) -> Frame<'_> {
        let mut frame = self.visit.frame(title);
        if self.is_guest_phone {
            frame.visitor = Visitor::Unknown;
        }
        frame
    }

    /// What the exam asks for from which the visitor came; all there is when they came from none.
    pub(crate) fn rules(&self, exam: &str) -> IdentityRules {
        let exams = &self.visit.app.outside.registration.exams;
        match exam.parse().ok().and_then(|exam| exams.get(&exam)) {
            Some(exam) => exam.rules.identity.clone(),
            None => IdentityRules {
                documents: DocumentKind::ALL.to_vec(),
                ways: vec![IdentityWay::Liveness, IdentityWay::Card, IdentityWay::Manual],
            },
        }
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

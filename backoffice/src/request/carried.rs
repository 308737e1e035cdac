//! A form that waits until its sender, whose sign-in has ended, is signed in again, or has shown a second factor: a typed reason
//! is not lost by that.

use axum::extract::{Form, FromRequest, Request};
use registration::desk::staff::StaffMember;
use registration::model::ids::StaffId;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::request::session;

/// Largest form, in bytes.
pub(crate) const FORM_BYTES_MAX: usize = 16 * 1024;
/// What it is sealed for.
const WHAT: &str = "desk form";
/// Forms about accounts say what one of the staff has typed of a person, and those about money whose word it is: they go on
/// with nobody else. So do those about staff.
const OF_ONE: [&str; 5] = ["/accounts/", "/finance/", "/staff", "/my/", "/factor"];

/// A form as it was sent.
#[derive(Serialize, Deserialize)]
pub(crate) struct Carried {
    /// Whose sign-in it was, if its cookie still came along.
    pub(crate) sender: Option<StaffId>,
    pub(crate) path: String,
    pub(crate) pairs: Vec<(String, String)>,
}

impl Carried {
    /// Reads it off a request, sealed for the page that asks for what is missing. `None` for what cannot be kept.
    pub(crate) async fn sealed(app: &App, request: Request) -> Option<String> {
        let path = request.uri().path().to_owned();
        let sender = session::read(request.headers(), app.outside.cookie_key.clone());
        let Form(pairs) = Form::<Vec<(String, String)>>::from_request(request, app).await.ok()?;
        let carried = Self { sender: sender.map(|session| session.staff), path, pairs };
        app.outside.registration.accounts.keep(WHAT, &carried)
    }

    /// The form, for whom it may go on with. A decision is about a case that everybody sees, and whoever sends it decides.
    pub(crate) fn open(app: &App, token: &str, staff: &StaffMember) -> Option<Self> {
        let carried: Self = app.outside.registration.accounts.kept(WHAT, token)?;
        let may_go_on = match carried.sender {
            Some(sender) => sender == staff.id,
            None => !OF_ONE.iter().any(|prefix| carried.path.starts_with(prefix)),
        };
        may_go_on.then_some(carried)
    }

    /// The reason that was typed.
    pub(crate) fn reason(&self) -> &str {
        let typed = self.pairs.iter().find(|(name, _)| name == "own" || name == "reason");
        typed.map_or("", |(_, value)| value)
    }
}

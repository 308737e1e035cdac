//! Making an account, signing in and out. Here: what follows once a password is right.

pub(crate) mod agreement;
pub(crate) mod by_phone;
pub(crate) mod captcha;
pub(crate) mod resume;
pub(crate) mod sign_in;
pub(crate) mod sign_out;
pub(crate) mod sign_out_everywhere;
pub(crate) mod sign_up;
pub(crate) mod which;

use axum::response::{IntoResponse, Response};
use registration::people::accounts::{Account, SignedIn};

use crate::failure::Failure;
use crate::request::next::Next;
use crate::request::sent::carried::Carried;
use crate::request::signing_in;
use crate::request::visit::Visit;

/// Signs in whose name and password were right; asks which account is meant when there are several.
async fn go_on(visit: &Visit, signed_in: &SignedIn, next: &Next, carried: &str) -> Result<Response, Failure> {
    match signed_in {
        SignedIn::Account(account) => lead_on(visit, account, next, carried).await,
        SignedIn::Which(found) => Ok(which::ask(visit, next, found, carried)),
    }
}

/// Signs somebody in, and leads on: to the form that came along, if it is theirs, else to where they were.
async fn lead_on(visit: &Visit, account: &Account, next: &Next, carried: &str) -> Result<Response, Failure> {
    match Carried::open(visit, carried, account) {
        Some(carried) => {
            let cookies = signing_in::signed_in(visit, account).await?;
            Ok((cookies, resume::page_of(visit, &carried)).into_response())
        }
        None => signing_in::enter_and_tell(visit, account, next.path()).await,
    }
}

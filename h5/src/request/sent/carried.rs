//! A form that waits until its sender has signed in.

use axum::extract::{DefaultBodyLimit, Form, FromRequest, Multipart, Request};
use http::header::CONTENT_TYPE;
use jiff::Timestamp;
use registration::model::ids::AccountId;
use registration::people::accounts::Account;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::request::cookies::{phone_session, session};
use crate::request::sent::picture::{UPLOAD_BYTES_MAX, is_picture};
use crate::request::visit::Visit;

/// Most parts of a form that are carried.
const PARTS_MAX: usize = 80;

/// What is typed anew: no password goes into a page again.
const SECRETS: [&str; 4] = ["password", "again", "old", "own"];

/// A form that waits until its sender has signed in.
#[derive(Serialize, Deserialize)]
pub(crate) struct Carried {
    /// Whose session it was, if its cookie still came along.
    #[serde(default)]
    pub(crate) sender: Option<AccountId>,
    pub(crate) path: String,
    pub(crate) is_multipart: bool,
    /// It had a file, which is not carried.
    pub(crate) had_file: bool,
    pub(crate) pairs: Vec<(String, String)>,
}

impl Carried {
    /// As the page for signing in has it, sealed: for its sender only, who may share the browser with others. Of a session
    /// whose cookie went with its time, the sender is whoever signed in last on this browser.
    pub(crate) fn open(visit: &Visit, token: &str, account: &Account) -> Option<Self> {
        let carried: Self = visit.app.outside.registration.accounts.kept("form", token)?;
        let last = || visit.device.as_ref().and_then(|device| device.accounts.last().copied());
        (carried.sender.or_else(last) == Some(account.id)).then_some(carried)
    }

    pub(crate) fn seal(&self, app: &App) -> Option<String> {
        app.outside.registration.accounts.keep("form", self)
    }

    pub(crate) async fn read(app: &App, mut request: Request) -> Option<Self> {
        let (seal, now) = (app.seal(), Timestamp::now());
        let signed_in = session::read(request.headers(), &seal, now).map(|session| session.account);
        let sender =
            signed_in.or_else(|| phone_session::read(request.headers(), &seal, now).map(|phone| phone.account));
        let path = request.uri().path_and_query()?.as_str().to_owned();
        let kind = request.headers().get(CONTENT_TYPE)?.to_str().ok()?.to_owned();
        DefaultBodyLimit::max(UPLOAD_BYTES_MAX).apply(&mut request);
        let is_multipart = kind.starts_with("multipart/form-data");
        let (pairs, had_file) = if is_multipart {
            texts(Multipart::from_request(request, app).await.ok()?).await?
        } else {
            (Form::<Vec<(String, String)>>::from_request(request, app).await.ok()?.0, false)
        };
        let is_told = |(name, value): &(String, String)| !value.is_empty() && !SECRETS.contains(&name.as_str());
        let pairs: Vec<_> = pairs.into_iter().filter(is_told).collect();
        let is_form = !pairs.is_empty() && pairs.len() <= PARTS_MAX;
        is_form.then_some(Self { sender, path, is_multipart, had_file, pairs })
    }
}

/// The texts of a form, and whether a file came with them.
async fn texts(mut form: Multipart) -> Option<(Vec<(String, String)>, bool)> {
    let (mut pairs, mut had_file) = (Vec::new(), false);
    while let Some(mut field) = form.next_field().await.ok()? {
        let name = field.name().unwrap_or_default().to_owned();
        let is_file = is_picture(&name) || field.file_name().is_some();
        let (mut text, mut bytes) = (Vec::new(), 0);
        while let Some(chunk) = field.chunk().await.ok()? {
            bytes += chunk.len();
            if !is_file {
                text.extend_from_slice(&chunk);
            }
            if text.len() > registration::people::accounts::KEPT_BYTES_MAX {
                return None;
            }
        }
        if is_file {
            had_file |= bytes > 0;
        } else if pairs.len() <= PARTS_MAX {
            pairs.push((name, String::from_utf8(text).ok()?));
        }
    }
    Some((pairs, had_file))
}

//! The accounts of an exam as a file: who has one, and how it is reached.

use axum::response::Response;
use pagekit::words::{Words, key};
use registration::lists::{List, ListedAccount};

use super::{Asked, draw, shown, signed};
use crate::desk::words::kind_name;
use crate::finance::export::{Begun, Export};
use crate::finance::frame::Telling;
use crate::finance::sheet::{Cell, at};
use crate::request::failure::Failure;
use crate::request::visit::Visit;

const HEADS: [&str; 10] = [
    key("cand-account"),
    key("import-column-name"),
    key("import-column-document-kind"),
    key("import-column-document-number"),
    key("mobile"),
    key("correct-email"),
    key("cand-kind-username"),
    key("cand-made"),
    key("cand-signed-in"),
    key("correct-identity"),
];

/// The accounts with something in an exam.
pub(crate) struct Accounts;

impl Export for Accounts {
    type Asked = Asked;

    async fn begin(visit: &Visit, asked: &Asked, form: &'static str) -> Result<Begun, Failure> {
        let (exam, is_whole) = match asked.read(visit, List::Accounts, form).await? {
            Ok(read) => read,
            Err(why) => return Ok(Begun::Wrong(why)),
        };
        let (app, staff, w) = (visit.app.clone(), visit.staff.clone(), visit.words);
        let taken = signed(visit, ("accounts", &HEADS, HEADS.len()), move |after| {
            let (app, staff, exam) = (app.clone(), staff.clone(), exam.clone());
            async move {
                let (accounts, next) = app.outside.registration.lists.accounts(&staff, &exam, after).await?;
                Ok((accounts.iter().map(|account| row(w, account, is_whole)).collect(), next))
            }
        });
        Ok(Begun::Taken(taken))
    }

    async fn again(visit: &Visit, asked: &Asked, telling: &Telling) -> Result<Response, Failure> {
        draw(visit, asked, telling).await
    }
}

fn row(w: Words, listed: &ListedAccount, is_whole: bool) -> Vec<Cell> {
    let account = &listed.account;
    let text = |text: Option<String>| Cell::Id(text.unwrap_or_default());
    let whole = |whole: &str, masked: String| if is_whole { whole.to_owned() } else { masked };
    let document = listed.document.as_ref();
    vec![
        Cell::Id(account.number.to_string()),
        Cell::Text(listed.name.as_ref().map_or_else(String::new, |name| name.expose().to_owned())),
        Cell::Text(document.map_or_else(String::new, |document| kind_name(w, document.kind()))),
        document.map_or_else(|| Cell::Id(String::new()), |document| shown(document, is_whole)),
        text(account.mobile.as_ref().map(|mobile| whole(mobile.expose(), mobile.masked()))),
        text(account.email.as_ref().map(|email| whole(email.expose(), email.masked()))),
        text(account.username.as_ref().map(|name| whole(name.expose(), name.masked()))),
        at(Some(account.created_at)),
        at(listed.signed_in_at),
        Cell::Text(w.t(if listed.is_verified { key("cand-verified") } else { key("cand-unverified") }).into_owned()),
    ]
}

//! Pictures of captchas that a program reads, at a form that always asks for one.

use std::net::IpAddr;
use std::sync::Arc;

use super::browser::Browser;
use super::captcha::{Means, answer, is_refused};
use super::findings::Tally;
use crate::server::accounts::Person;
use crate::server::target::Target;

/// Reads one, for somebody whom nobody knows. Was it read rightly?
pub(super) async fn read(target: &Target, from: IpAddr, person: Person, tally: &Arc<Tally>) -> Option<bool> {
    let mut browser = Browser::new(target, from, tally);
    let page = browser.get("/forgotten/account?next=/").await?.page;
    let solved = answer(&mut browser, &page, Means::Reader, tally).await;
    if solved.text.is_empty() {
        return Some(false);
    }
    let document = person.document();
    let fields = solved.beside(&[("name", person.name()), ("document", &document)]);
    let seen = browser.post("/forgotten/account?next=/", &fields).await?;
    Some(!is_refused(&seen.page))
}

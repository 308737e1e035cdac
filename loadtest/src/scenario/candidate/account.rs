//! Coming by an account on the way: the site asks who one is, and leads back to where one was.

use std::time::Instant;

use bytes::Bytes;
use url::form_urlencoded::Serializer;

use super::browser::{Browser, FORM};
use super::form::Form;
use super::marks::code_path;
use super::{Leaving, Way, sandbox, was_taken};
use crate::cli::Arrive;
use crate::generator::chance::Chance;
use crate::generator::worker::Worker;
use crate::measured::record::{Operation, Outcome};
use crate::server::accounts::{Person, Signed};

impl Way<'_> {
    /// Signs up or in, and goes back to where that was asked for.
    pub(super) async fn come_by_an_account(&mut self, sign_in: &str) -> Option<String> {
        let right = |page: &str| if page.contains("<form") { Outcome::Done } else { Outcome::WrongPage };
        let page = self.browser.open(Operation::SignInPage, sign_in, right).await;
        if page.outcome != Outcome::Done || self.leaves(Leaving::SignIn) {
            return None;
        }
        let person = self.person()?;
        let entered = match self.plan.arrive {
            Arrive::SignUp => {
                let sign_up = sign_in.replacen("/sign-in", "/sign-up", 1);
                let page = self.browser.open(Operation::SignUpPage, &sign_up, is_sign_up).await;
                if page.outcome != Outcome::Done {
                    return None;
                }
                self.think().await;
                let code = prove_mobile(&mut self.browser, &page.page, person).await?;
                self.browser.send(Operation::SignUp, &sign_up, (FORM, new_account(person, &code)), was_taken).await
            }
            Arrive::SignIn | Arrive::SignedIn => {
                self.think().await;
                self.browser.send(Operation::SignIn, sign_in, (FORM, credentials(person)), was_taken).await
            }
        };
        self.is_signed_in = entered.outcome == Outcome::Done;
        entered.location.filter(|_| self.is_signed_in)
    }
}

/// Makes an account without haste: for `loadtest accounts`.
///
/// # Errors
/// How it ended, in a word, when it did not end well.
pub async fn sign_up(worker: &Worker, person: Person, chance: Chance) -> Result<Signed, &'static str> {
    let mut browser = Browser::new(worker, chance, "", Instant::now());
    let right = |page: &str| if page.contains("/sign-up") { Outcome::Done } else { Outcome::WrongPage };
    let mut form = "/sign-up?next=/".to_owned();
    let mut page = browser.open(Operation::SignUpPage, &form, right).await;
    // Where exams ask for different accounts, one chooses an exam first: the first that takes a document number.
    let links = page.page.split("href=\"").filter(|link| link.starts_with("/sign-up?exam="));
    for path in links.map(choice).collect::<Vec<_>>() {
        page = browser.open(Operation::SignUpPage, &path, |_: &str| Outcome::Done).await;
        form = path;
        if is_sign_up(&page.page) == Outcome::Done {
            break;
        }
    }
    if page.outcome != Outcome::Done || is_sign_up(&page.page) != Outcome::Done {
        return Err(page.outcome.as_str());
    }
    let code = prove_mobile(&mut browser, &page.page, person).await.ok_or("no code came")?;
    let entered = browser.send(Operation::SignUp, &form, (FORM, new_account(person, &code)), was_taken).await;
    match entered.outcome {
        Outcome::Done => Ok(Signed { person, cookie: browser.cookies() }),
        other => Err(other.as_str()),
    }
}

fn choice(link: &str) -> String {
    link.split('"').next().unwrap_or_default().replace("&amp;", "&")
}

/// Is it the form for an account by document number? Those by name or e-mail are none that we can make.
fn is_sign_up(page: &str) -> Outcome {
    let form = Form::to(page, "/sign-up").filter(|form| form.asks_for("document") && !form.asks_for("email"));
    if form.is_some() { Outcome::Done } else { Outcome::WrongPage }
}

/// The code that the form asks for; empty when it asks for none.
async fn prove_mobile(browser: &mut Browser<'_>, page: &str, person: Person) -> Option<String> {
    let Some(path) = code_path(page) else { return Some(String::new()) };
    let sandbox = sandbox::of_page(page)?;
    let sent = browser.ask_for_code(&path, (FORM, new_account(person, ""))).await;
    if sent.outcome != Outcome::Done {
        return None;
    }
    let code = sandbox::code(sandbox, &person.mobile()).await;
    // Reading a message is no part of any latency.
    browser.next = Instant::now();
    code
}

fn new_account(person: Person, code: &str) -> Bytes {
    let mut fields = Serializer::new(String::new());
    fields.append_pair("name", person.name()).append_pair("document", &person.document());
    fields.append_pair("mobile", &person.mobile()).append_pair("password", &person.password());
    if !code.is_empty() {
        fields.append_pair("code", code);
    }
    fields.finish().into()
}

fn credentials(person: Person) -> Bytes {
    let mut fields = Serializer::new(String::new());
    fields.append_pair("document", &person.document()).append_pair("password", &person.password());
    fields.finish().into()
}

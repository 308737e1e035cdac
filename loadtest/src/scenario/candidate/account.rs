//! Coming by an account on the way: the choice is sent off, the site asks who one is, and leads back to the choice.

use std::time::Instant;

use bytes::Bytes;
use url::form_urlencoded::Serializer;

use super::browser::Browser;
use super::marks::{SittingMark, code_path, has_form};
use super::{Way, form, sandbox};
use crate::accounts::{Person, Signed};
use crate::chance::Chance;
use crate::cli::Arrive;
use crate::cli::values::Step;
use crate::record::{Operation, Outcome};
use crate::worker::Worker;

impl Way<'_> {
    /// Sends the choice off as a guest, signs up or in, and comes back to the exam's page.
    pub(super) async fn come_by_an_account(&mut self, sittings: &[SittingMark]) -> Option<Vec<SittingMark>> {
        let (_, choice) = self.choose(sittings)?;
        let path = format!("/exams/{}/hold", self.plan.exam);
        let to_sign_in = |went: Result<&str, &str>| match went {
            Ok(to) if to.starts_with("/sign-in") => Outcome::Done,
            Ok(_) => Outcome::WrongPage,
            Err(_) => Outcome::Refused,
        };
        let seen = self.browser.send(Operation::Choose, &path, form(choice), to_sign_in).await;
        let sign_in = seen.location.filter(|_| seen.outcome == Outcome::Done)?;
        let right = |page: &str| if page.contains("<form") { Outcome::Done } else { Outcome::WrongPage };
        let page = self.browser.open(Operation::SignInPage, &sign_in, right).await;
        if page.outcome != Outcome::Done || self.leaves(Step::SignIn) {
            return None;
        }
        let entered = match self.plan.arrive {
            Arrive::SignUp => {
                let sign_up = sign_in.replacen("/sign-in", "/sign-up", 1);
                let page = self.browser.open(Operation::SignUpPage, &sign_up, right).await;
                if page.outcome != Outcome::Done {
                    return None;
                }
                self.think().await;
                let person = Person::of(self.worker.duty.seed, self.index);
                let code = prove_mobile(&mut self.browser, &page.page, person).await?;
                self.browser.send(Operation::SignUp, &sign_up, form(new_account(person, &code)), went_on).await
            }
            Arrive::SignIn | Arrive::SignedIn => {
                self.think().await;
                let person = self.plan.accounts.get(usize::try_from(self.index).ok()?)?.person;
                self.browser.send(Operation::SignIn, &sign_in, form(credentials(person)), went_on).await
            }
        };
        let back = entered.location.filter(|_| entered.outcome == Outcome::Done)?;
        self.exam(query_of(&back)).await
    }
}

/// Makes an account without haste: for `loadtest accounts`.
///
/// # Errors
/// How it ended, in a word, when it did not end well.
pub async fn sign_up(worker: &Worker, person: Person, chance: Chance) -> Result<Signed, &'static str> {
    let mut browser = Browser::new(worker, chance, "", Instant::now());
    let right = |page: &str| if has_form(page, "/sign-up?next=/") { Outcome::Done } else { Outcome::WrongPage };
    let page = browser.open(Operation::SignUpPage, "/sign-up", right).await;
    if page.outcome != Outcome::Done {
        return Err(page.outcome.as_str());
    }
    let code = prove_mobile(&mut browser, &page.page, person).await.ok_or("no code came")?;
    let entered = browser.send(Operation::SignUp, "/sign-up?next=/", form(new_account(person, &code)), went_on).await;
    match entered.outcome {
        Outcome::Done => Ok(Signed { person, cookie: browser.cookies() }),
        other => Err(other.as_str()),
    }
}

/// The code that the form asks for; empty when it asks for none.
async fn prove_mobile(browser: &mut Browser<'_>, page: &str, person: Person) -> Option<String> {
    let Some(path) = code_path(page) else { return Some(String::new()) };
    let sandbox = sandbox::of_page(page)?;
    let sent = browser.ask_for_code(&path, form(new_account(person, ""))).await;
    if sent.outcome != Outcome::Done {
        return None;
    }
    let code = sandbox::code(sandbox, &person.mobile()).await;
    // Reading a message is no part of any latency.
    browser.next = Instant::now();
    code
}

/// Was the form taken?
fn went_on(went: Result<&str, &str>) -> Outcome {
    if went.is_ok() { Outcome::Done } else { Outcome::Refused }
}

fn new_account(person: Person, code: &str) -> Bytes {
    let mut fields = Serializer::new(String::new());
    fields.append_pair("name", &person.name()).append_pair("document", &person.document());
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

/// The query of an address, with its `?`.
fn query_of(address: &str) -> &str {
    let address = address.split('#').next().unwrap_or(address);
    address.find('?').map_or("", |at| &address[at..])
}

//! The steps before the choice of a sitting: who one is, the card, the notice, the face, the details. Each is a page
//! with a form, and where the form leads is what comes next.

use super::address::path;
use super::form::{Answers, Form};
use super::marks;
use super::{Way, was_taken};
use crate::measured::record::{Operation, Outcome};

impl Way<'_> {
    /// Who one is and the consent; or, when that has been proved, that it is so.
    pub(super) async fn identity(&mut self, address: &str) -> Option<String> {
        let operation = if self.has_shown_card { Operation::VerifiedPage } else { Operation::IdentityPage };
        let asks = |page: &str| Form::to(page, path(address)).filter(|form| form.offers("way", "/card"));
        let right = |page: &str| match asks(page).is_some() || marks::go_on(page).is_some() {
            true => Outcome::Done,
            false => Outcome::WrongPage,
        };
        let page = self.read(operation, address, right).await?;
        let Some(form) = asks(&page) else { return marks::go_on(&page) };
        // The name, and the number where it is not the login, are in the form.
        let document = self.person()?.document();
        let texts = [("consent", "on"), ("way", "/card"), ("kind", "resident_id"), ("number", &*document)];
        self.answer(Operation::Identity, &form, Answers { texts: &texts, pictures: &[] }).await
    }

    /// Both sides of the card.
    pub(super) async fn show_card(&mut self, address: &str) -> Option<String> {
        let form = self.form_on(Operation::CardPage, address).await?;
        let (front, back) = self.plan.cards.sides(self.index)?;
        let pictures = [("card_front-album", front), ("card_back-album", back)];
        let next = self.answer(Operation::CardCheck, &form, Answers { texts: &[], pictures: &pictures }).await?;
        self.has_shown_card = true;
        Some(next)
    }

    /// The notice, which is agreed to.
    pub(super) async fn agree(&mut self, address: &str) -> Option<String> {
        let form = self.form_on(Operation::NoticePage, address).await?;
        self.answer(Operation::Notice, &form, Answers::default()).await
    }

    /// A picture of one's face, as a file: what the page offers where the camera's script does not run. Before it the page asks for a
    /// consent, and is looked at once more.
    pub(super) async fn show_face(&mut self, address: &str) -> Option<String> {
        let consent = format!("{}/consent", path(address));
        let asks = |page: &str| Form::to(page, path(address)).or_else(|| Form::to(page, &consent));
        let right = |page: &str| if asks(page).is_some() { Outcome::Done } else { Outcome::WrongPage };
        let page = self.read(Operation::FacePage, address, right).await?;
        let form = asks(&page)?;
        if path(&form.action) == consent {
            let answers = Answers { texts: &[("face_consent", "on")], pictures: &[] };
            return self.answer(Operation::FaceConsent, &form, answers).await;
        }
        let pictures = [("album", self.plan.cards.face(self.index)?)];
        self.answer(Operation::FaceCheck, &form, Answers { texts: &[], pictures: &pictures }).await
    }

    /// The registration form.
    pub(super) async fn give_details(&mut self, address: &str) -> Option<String> {
        let form = self.form_on(Operation::DetailsPage, address).await?;
        self.answer(Operation::Details, &form, Answers::default()).await
    }

    /// Opens the page at `address`, whose form leads to the same path.
    async fn form_on(&mut self, operation: Operation, address: &str) -> Option<Form> {
        let form = |page: &str| Form::to(page, path(address));
        let right = |page: &str| if form(page).is_some() { Outcome::Done } else { Outcome::WrongPage };
        let page = self.read(operation, address, right).await?;
        form(&page)
    }

    /// Opens a page and reads it for a while.
    async fn read(&mut self, operation: Operation, address: &str, right: impl Fn(&str) -> Outcome) -> Option<String> {
        let seen = self.browser.open(operation, address, right).await;
        if seen.outcome != Outcome::Done || self.worker.is_stopped() {
            return None;
        }
        self.think().await;
        Some(seen.page)
    }

    /// Sends the form off; answers where it leads.
    async fn answer(&mut self, operation: Operation, form: &Form, answers: Answers<'_>) -> Option<String> {
        let (content_type, body) = form.filled(answers);
        let seen = self.browser.send(operation, &form.action, (&content_type, body), was_taken).await;
        seen.location.filter(|_| seen.outcome == Outcome::Done)
    }
}

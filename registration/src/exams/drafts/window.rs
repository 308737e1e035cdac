//! Opening and closing an exam at once: a draft of one line that is applied as it is made.

use jiff::Timestamp;
use reservation::ids::ExamId;

use super::checking::checked;
use super::edit::Editing;
use super::turn::wait_turn;
use super::{DraftError, ExamDrafts, subject_of_exam, written};
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::permits::{Right, Scope, demand};
use crate::desk::staff::StaffMember;
use crate::exams::definition::{Coming, DefinitionTexts};
use crate::model::clock;
use crate::model::exam::{Exam, Window};

/// What is done to an exam's window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowAct {
    /// An exam that is not open yet opens now.
    Open,
    /// An open exam closes now. Who has a seat keeps it, and may pay as long as the exam says.
    Close,
    /// A closed exam is open again until then.
    Reopen(Timestamp),
}

impl ExamDrafts {
    /// Opens or closes an exam. Every process follows within seconds; the engine's within one. Whoever awaits it must not give
    /// up half way: the engine may have followed, and pages not.
    ///
    /// # Errors
    /// [`DraftError::NotNow`] where it is open or closed already, [`DraftError::Faults`] where the exam would not be right,
    /// [`DraftError::Busy`] while another import is under way, [`DraftError::Forbidden`], [`DraftError::Unknown`],
    /// [`DraftError::Engine`] and [`DraftError::Store`].
    pub async fn set_window(&self, member: &StaffMember, exam: &ExamId, act: WindowAct) -> Result<(), DraftError> {
        demand(member, Right::OpenAndClose, Scope::Exam(exam))?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        wait_turn(&transaction).await?;
        self.exams.refresh().await?;
        let page = self.exams.get(exam).ok_or(DraftError::Unknown)?;
        let (texts, _) = self.standing_texts(exam).await?;
        let now = second(clock::now());
        let texts = changed(texts, &page, act, now)?;
        let (texts, definition) = checked(texts).await?;
        let definition = definition.map_err(DraftError::Faults)?;
        let (was, will) = match act {
            WindowAct::Open => (page.opens_at, definition.page.opens_at),
            WindowAct::Close | WindowAct::Reopen(_) => (page.closes_at, definition.page.closes_at),
        };
        let coming = Coming::new(definition, Some(texts));
        coming.exam_to_pages(&transaction).await?;
        let (subject, detail) =
            (subject_of_exam(exam), format!("{} → {}", written::moment(was), written::moment(will)));
        let action = match act {
            WindowAct::Open | WindowAct::Reopen(_) => AuditAction::OpenedExam,
            WindowAct::Close => AuditAction::ClosedExam,
        };
        Entry::by_staff(member.id, action, &subject).detail(detail.as_str()).write(&transaction).await?;
        coming.exam_to_engine(&self.exams.engine, &transaction).await?;
        transaction.commit().await?;
        drop(client);
        self.exams.refresh().await?;
        Ok(())
    }
}

/// The moment without what is less than a second of it: files have none.
fn second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

fn changed(texts: DefinitionTexts, page: &Exam, act: WindowAct, now: Timestamp) -> Result<DefinitionTexts, DraftError> {
    let mut editing = Editing::of(&texts.exam)?;
    let mut set = |name: &str, at: Timestamp| editing.set(name, written::moment(at).parse().ok());
    match (act, page.window(now)) {
        (WindowAct::Open, Window::NotYet) => set("opens_at", now)?,
        (WindowAct::Close, Window::Open) => set("closes_at", now)?,
        (WindowAct::Reopen(until), Window::Closed) if now < until => {
            set("closes_at", until)?;
            // Whoever takes a seat in the last moment must have time to pay.
            let last = until + page.hold;
            if page.payment_deadline < last {
                set("payment_deadline", last)?;
            }
        }
        _ => return Err(DraftError::NotNow),
    }
    Ok(DefinitionTexts { exam: editing.text(), ..texts })
}

//! The exams in which the candidate has begun something.

use std::sync::Arc;

use jiff::Timestamp;
use pagekit::words::Words;
use registration::model::exam::Exam;
use registration::rules::standing::State;
use registration::rules::steps::StepView;
use reservation::ids::ExamId;

use crate::failure::Failure;
use crate::request::visit::{Progress, Visit};
use crate::view::order::lock::school_line;
use crate::words::standing::{Reader, Said, said};

/// Most exams whose steps are worked out for one page.
const BEGUN_MAX: usize = 12;

/// An exam in which the candidate has begun something.
pub(crate) struct Begun {
    pub(crate) exam: Arc<Exam>,
    pub(crate) said: Said,
    pub(crate) steps: Vec<StepView>,
    /// Until when a held seat is to be paid for, if one waits for that.
    pub(crate) pay_until: Option<Timestamp>,
    /// What the candidate's school does about paying, in a line.
    pub(crate) school: Option<String>,
}

impl Begun {
    /// What is said of it to `reader`.
    pub(crate) fn of(w: Words, exam: Arc<Exam>, progress: Progress, reader: &Reader) -> Self {
        let said = said(w, &exam, &progress.standing, reader);
        let pay_until = progress.standing.until.filter(|_| matches!(progress.standing.state, State::Unpaid { .. }));
        let live = progress.orders.iter().filter(|order| order.state.is_live());
        let school = live.filter_map(|order| school_line(w, order, reader.now)).next();
        Self { exam, said, steps: progress.steps, pay_until, school }
    }
}

/// How far the candidate is, by exam: those in which something was begun, the one whose clock runs first.
pub(crate) async fn begun(visit: &Visit) -> Result<Vec<Begun>, Failure> {
    let Some(account) = &visit.account else { return Ok(Vec::new()) };
    let registration = &visit.app.outside.registration;
    let mut ids: Vec<ExamId> = visit.orders().await?.iter().map(|order| order.exam.clone()).collect();
    ids.extend(registration.applications.exams_of(account.id).await?);
    let mut begun: Vec<(bool, Option<Timestamp>, Begun)> = Vec::new();
    for id in ids {
        let Some(exam) = registration.exams.get(&id) else { continue };
        if begun.len() < BEGUN_MAX && !begun.iter().any(|(.., known)| known.exam.id == id) {
            let progress = visit.progress(&exam).await?;
            let is_urgent = matches!(
                progress.standing.state,
                State::Unpaid { .. } | State::Refused { .. } | State::Owed { .. } | State::PictureKept { .. }
            );
            let until = progress.standing.until;
            begun.push((!is_urgent, until, Begun::of(visit.words, exam, progress, &visit.reader())));
        }
    }
    begun.sort_by_key(|(is_calm, until, _)| (*is_calm, until.filter(|_| !is_calm)));
    Ok(begun.into_iter().map(|(.., begun)| begun).collect())
}

//! The steps of an application, as the progress bar draws them.

use jiff::Timestamp;
use pagekit::when;
use pagekit::words::Words;
use registration::order::{Order, OrderState};
use registration::steps::{StepKind, StepState, StepView};

use crate::view::progress::{Standing, Step};

/// Names, standings and notes of the steps.
pub(crate) fn step_list(w: Words, steps: &[StepView], order: Option<&Order>, now: Timestamp) -> Vec<Step> {
    steps
        .iter()
        .map(|step| {
            let name = match step.kind {
                StepKind::Sittings => w.t("step-sittings"),
                StepKind::Payment => w.t("step-payment"),
                StepKind::Review => w.t("step-review"),
                StepKind::Done => w.t("step-done-name"),
            };
            let near = |at| when::near(w.language, at, now);
            let (standing, note) = match &step.state {
                StepState::Passed => (Standing::Done, None),
                StepState::Locked => (Standing::Later, None),
                StepState::Open => (Standing::Now, until(w, step.kind, order, now)),
                StepState::Waiting { since } => {
                    (Standing::Waiting, Some(w.with("step-since", &[("when", near(*since).into())]).into_owned()))
                }
                StepState::Refused { reason, .. } => (Standing::Refused, Some(reason.clone())),
            };
            Step { name: name.into_owned(), standing, note }
        })
        .collect()
}

fn until(w: Words, kind: StepKind, order: Option<&Order>, now: Timestamp) -> Option<String> {
    let until = match &order?.state {
        OrderState::Unpaid => order?.expires_at,
        OrderState::Refused { until, .. } => *until,
        _ => return None,
    };
    (kind == StepKind::Payment)
        .then(|| w.with("step-until", &[("when", when::near(w.language, until, now).into())]).into_owned())
}

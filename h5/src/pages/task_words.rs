//! What pages call a task, where it is done, and what its button says.

use pagekit::words::Words;
use registration::exam_rules::TaskKind;
use registration::exams::ExamPage;
use registration::order::{Order, OrderState};
use registration::steps::{TaskState, TaskView};

/// The task's name.
pub(crate) fn name(w: Words, exam: &ExamPage, task: &TaskKind) -> String {
    match task {
        TaskKind::Notice => w.t("task-notice").into_owned(),
        TaskKind::Identity => w.t("task-identity").into_owned(),
        TaskKind::Face => w.t("task-face").into_owned(),
        TaskKind::Eligibility => w.t("task-eligibility").into_owned(),
        TaskKind::Details => w.t("task-details").into_owned(),
        TaskKind::Review => w.t("task-review").into_owned(),
        TaskKind::Ticket => w.t("task-ticket").into_owned(),
        TaskKind::Sittings(part) => match exam.rules.part(part) {
            Some(part) => {
                w.with("task-sittings-of", &[("part", w.pick(&part.title.zh, &part.title.en).into())]).into_owned()
            }
            None => w.t("task-sittings").into_owned(),
        },
        TaskKind::Payment(part) => match exam.rules.part(part) {
            Some(part) => {
                w.with("task-payment-of", &[("part", w.pick(&part.title.zh, &part.title.en).into())]).into_owned()
            }
            None => w.t("task-payment").into_owned(),
        },
    }
}

/// What is to be done, in a sentence.
pub(crate) fn lead(w: Words, task: &TaskView) -> String {
    match (&task.kind, &task.state) {
        (TaskKind::Review, TaskState::Refused { .. }) => w.t("lead-review-refused"),
        (TaskKind::Review, _) => w.t("lead-review"),
        (TaskKind::Identity, TaskState::Waiting { .. }) => w.t("lead-identity-waiting"),
        (TaskKind::Face, TaskState::Waiting { .. }) => w.t("lead-face-waiting"),
        (TaskKind::Payment(_), TaskState::Waiting { .. }) => w.t("lead-payment-waiting"),
        (TaskKind::Payment(_), TaskState::Refused { .. }) => w.t("lead-payment-refused"),
        (TaskKind::Notice, _) => w.t("lead-notice"),
        (TaskKind::Identity, _) => w.t("lead-identity"),
        (TaskKind::Face, _) => w.t("lead-face"),
        (TaskKind::Eligibility, _) => w.t("lead-eligibility"),
        (TaskKind::Details, _) => w.t("lead-details"),
        (TaskKind::Sittings(_), _) => w.t("lead-sittings"),
        (TaskKind::Payment(_), _) => w.t("lead-payment"),
        (TaskKind::Ticket, _) => w.t("lead-ticket"),
    }
    .into_owned()
}

/// Where it is done, and what the button says; nothing while somebody else acts.
pub(crate) fn way(w: Words, exam: &ExamPage, task: &TaskView, orders: &[Order]) -> Option<(String, String)> {
    let can_act = matches!(task.state, TaskState::Open { .. } | TaskState::Refused { .. });
    let looks_ahead = matches!((&task.kind, &task.state), (TaskKind::Eligibility, TaskState::NotYet { .. }));
    if !can_act && !looks_ahead {
        return None;
    }
    let is_refused = matches!(task.state, TaskState::Refused { .. });
    let here = format!("/exams/{}", exam.id);
    let (href, word) = match &task.kind {
        TaskKind::Notice => (format!("{here}/notice"), w.t("go-notice")),
        TaskKind::Identity => (format!("/me/identity?exam={}&next={here}", exam.id), w.t("go-identity")),
        TaskKind::Face => (format!("{here}/face"), w.t("go-face")),
        TaskKind::Eligibility => (format!("{here}/eligibility"), w.t("go-eligibility")),
        TaskKind::Details => (format!("{here}/details"), w.t("go-details")),
        TaskKind::Review => (format!("{here}/details"), w.t("go-review")),
        TaskKind::Sittings(part) => (format!("{here}/sittings?part={part}"), w.t("go-sittings")),
        TaskKind::Payment(part) => {
            let urgent = |order: &&Order| order.part == *part && acts_on(&order.state, is_refused);
            let order = orders.iter().find(urgent)?;
            (format!("/orders/{}", order.id), if is_refused { w.t("order-do-again") } else { w.t("order-do-pay") })
        }
        TaskKind::Ticket => return None,
    };
    Some((href, word.into_owned()))
}

fn acts_on(state: &OrderState, is_refused: bool) -> bool {
    match state {
        OrderState::Refused { .. } => is_refused,
        OrderState::Unpaid => !is_refused,
        OrderState::WaitingReview
        | OrderState::Confirmed
        | OrderState::Lapsed
        | OrderState::Released
        | OrderState::Cancelled => false,
    }
}

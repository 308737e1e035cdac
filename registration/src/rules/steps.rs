//! A candidate's way through an exam as a list of steps. Pure: from the exam's rules, what is known of the candidate,
//! and the time. The progress bar draws it, the home page names it, and every guard asks it.

mod task_state;

use jiff::Timestamp;

use crate::model::exam::Exam;
use crate::model::exam_rules::{PartId, StepRule, TaskKind};
use crate::model::facts::Facts;
use crate::model::text::Text;

/// Where a task, or a step, stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskState {
    /// What comes before is not done, or it is not the candidate's turn.
    Locked,
    /// Everything before is done; the window has not opened.
    NotYet {
        /// When it can be done.
        opens_at: Timestamp,
    },
    /// Everything before is done; the window has closed.
    Over {
        /// When its time was over.
        closed_at: Timestamp,
    },
    /// The candidate can do it now.
    Open {
        /// Until when, if there is a deadline.
        until: Option<Timestamp>,
    },
    /// Staff look at it: the candidate can only wait.
    Waiting {
        /// When it was handed in.
        since: Timestamp,
    },
    /// Staff, or a machine, said no; it can be mended.
    Refused {
        /// Why, in the words of whoever refused.
        reason: String,
        /// Until when it can be mended, if there is a deadline.
        until: Option<Timestamp>,
    },
    /// Nothing is left to do.
    Passed,
}

/// One task of a step, as this candidate finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskView {
    /// The task that this is about.
    pub kind: TaskKind,
    /// Whether it can be done, waits, or is done.
    pub state: TaskState,
    /// May it be left out?
    pub is_optional: bool,
}

/// One step of the exam, as this candidate finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepView {
    /// Its name in the progress bar.
    pub title: Text,
    /// What is said of it.
    pub note: Option<Text>,
    /// When something can be done in it.
    pub opens_at: Option<Timestamp>,
    /// When its window closes; `None`: never.
    pub closes_at: Option<Timestamp>,
    /// May it be left out?
    pub is_optional: bool,
    /// Where it stands: as its first task that is not done.
    pub state: TaskState,
    /// What is to be done in it.
    pub tasks: Vec<TaskView>,
}

/// The steps of a candidate of whom `facts` are known.
pub fn steps(exam: &Exam, facts: &Facts<'_>, now: Timestamp) -> Vec<StepView> {
    let (mut is_reached, mut is_paid) = (true, true);
    let mut views = Vec::with_capacity(exam.rules.steps.len());
    for rule in &exam.rules.steps {
        let (opens_at, closes_at) = window(exam, rule);
        let mut is_reached_within = is_reached;
        let mut tasks = Vec::with_capacity(rule.tasks.len());
        for kind in &rule.tasks {
            let own = task_state::own_state(exam, facts, kind);
            let waits_for_money = *kind == TaskKind::Ticket && !is_paid;
            let state = match own {
                task_state::Own::Todo if !is_reached_within || waits_for_money => TaskState::Locked,
                task_state::Own::Todo => by_window(kind, rule, opens_at, closes_at, now),
                task_state::Own::Known(state) => state,
            };
            match kind {
                // One may choose another part before one has paid; only the ticket waits for the money.
                TaskKind::Payment(_) => is_paid &= state == TaskState::Passed || rule.is_optional,
                _ => is_reached_within &= state == TaskState::Passed,
            }
            tasks.push(TaskView { kind: kind.clone(), state, is_optional: rule.is_optional });
        }
        is_reached &= is_reached_within || rule.is_optional;
        let first = tasks.iter().find(|task| task.state != TaskState::Passed);
        views.push(StepView {
            title: rule.title.clone(),
            note: rule.note.clone(),
            opens_at,
            closes_at,
            is_optional: rule.is_optional,
            state: first.map_or(TaskState::Passed, |task| task.state.clone()),
            tasks,
        });
    }
    views
}

/// A step's window: its own, else that of the registration, where registering is what is done in it.
fn window(exam: &Exam, rule: &StepRule) -> (Option<Timestamp>, Option<Timestamp>) {
    let registers = rule.tasks.iter().any(|task| {
        matches!(
            task,
            TaskKind::Notice
                | TaskKind::Face
                | TaskKind::Eligibility
                | TaskKind::Details
                | TaskKind::Accommodations
                | TaskKind::Sittings(_)
        )
    });
    let pays = rule.tasks.iter().any(|task| matches!(task, TaskKind::Payment(_)));
    let closes_at = match (registers, pays) {
        (true, _) => Some(exam.closes_at),
        (false, true) => Some(exam.payment_deadline),
        (false, false) => None,
    };
    (rule.opens_at.or(registers.then_some(exam.opens_at)), rule.closes_at.or(closes_at))
}

fn by_window(
    kind: &TaskKind,
    rule: &StepRule,
    opens_at: Option<Timestamp>,
    closes_at: Option<Timestamp>,
    now: Timestamp,
) -> TaskState {
    // Who one is can be proved at any time. When tickets can be printed, somebody must have said.
    if *kind == TaskKind::Identity && rule.opens_at.is_none() && rule.closes_at.is_none() {
        return TaskState::Open { until: None };
    }
    if *kind == TaskKind::Ticket && opens_at.is_none() {
        return TaskState::Locked;
    }
    match (opens_at, closes_at) {
        (Some(opens_at), _) if now < opens_at => TaskState::NotYet { opens_at },
        (_, Some(closed_at)) if closed_at <= now => TaskState::Over { closed_at },
        (_, until) => TaskState::Open { until },
    }
}

/// The first task that must be done before this one and is not; nothing when the candidate may go there. Payments are
/// waited for by the ticket only.
pub fn blocked_by<'a>(steps: &'a [StepView], task: &TaskKind) -> Option<&'a TaskView> {
    for step in steps {
        let is_here = step.tasks.iter().any(|view| view.kind == *task);
        if step.is_optional && !is_here {
            continue;
        }
        for view in &step.tasks {
            if view.kind == *task {
                return None;
            }
            let is_waited_for = !matches!(view.kind, TaskKind::Payment(_)) || *task == TaskKind::Ticket;
            if is_waited_for && view.state != TaskState::Passed {
                return Some(view);
            }
        }
    }
    None
}

/// What the candidate should do, or wait for, next: the first required task that is not done; after all of them an
/// optional one that has been begun.
pub fn next(steps: &[StepView]) -> Option<&TaskView> {
    let all = || steps.iter().flat_map(|step| &step.tasks);
    let required = all().find(|task| !task.is_optional && task.state != TaskState::Passed);
    let has_begun = |task: &&TaskView| match (&task.kind, &task.state) {
        (TaskKind::Payment(_), state) => !matches!(state, TaskState::Locked | TaskState::Passed),
        _ => false,
    };
    let begun = || all().find(|task| task.is_optional && has_begun(task));
    match required {
        // Nobody can do anything about a ticket: an oral test that waits for its payment comes first.
        Some(task) if task.kind == TaskKind::Ticket && !matches!(task.state, TaskState::Open { .. }) => {
            begun().or(Some(task))
        }
        Some(task) => Some(task),
        None => begun(),
    }
}

/// Where the candidate is, as an index of these steps: every header names this one. Where a seat's time runs that wants
/// to be paid for, it is there, whatever else waits; else at what comes next; who has done everything is at the end.
pub fn here(steps: &[StepView]) -> Option<usize> {
    let runs = |view: &TaskView| match (&view.kind, &view.state) {
        (TaskKind::Payment(_), TaskState::Open { until } | TaskState::Refused { until, .. }) => *until,
        _ => None,
    };
    let of_step = |(index, step): (usize, &StepView)| Some((step.tasks.iter().filter_map(runs).min()?, index));
    let running = steps.iter().enumerate().filter_map(of_step).min().map(|(_, index)| index);
    let at = |task: &TaskView| steps.iter().position(|step| step.tasks.iter().any(|view| view.kind == task.kind));
    running.or_else(|| next(steps).and_then(at)).or_else(|| steps.len().checked_sub(1))
}

/// The task of that kind.
pub fn task<'a>(steps: &'a [StepView], kind: &TaskKind) -> Option<&'a TaskView> {
    steps.iter().flat_map(|step| &step.tasks).find(|task| task.kind == *kind)
}

/// Is everything done that had to be, the ticket apart?
pub fn is_complete(steps: &[StepView]) -> bool {
    let all = steps.iter().filter(|step| !step.is_optional).flat_map(|step| &step.tasks);
    all.filter(|task| task.kind != TaskKind::Ticket).all(|task| task.state == TaskState::Passed)
}

/// The parts that the exam has, in the order of its steps.
pub fn parts(exam: &Exam) -> Vec<PartId> {
    let tasks = exam.rules.steps.iter().flat_map(|step| &step.tasks);
    tasks.filter_map(|task| if let TaskKind::Sittings(part) = task { Some(part.clone()) } else { None }).collect()
}

#[cfg(test)]
mod tests;

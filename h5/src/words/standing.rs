//! What pages say of a registration: its state as one sentence, what to do as one button. The only place that has words
//! for it; the box on top of pages, the lists and the receipt draw what this says.

use jiff::Timestamp;
use pagekit::local_path::query_value;
use pagekit::when;
use pagekit::words::{Words, key};
use registration::model::exam::Exam;
use registration::model::exam_rules::TaskKind;
use registration::model::order::OrderId;
use registration::people::accounts::Hears;
use registration::rules::standing::{Action, Change, Standing, State, Tickets};

use crate::view::callout::Tone;
use crate::words::exam::reason as reason_words;
use crate::words::order::lock_text;
use crate::words::task as task_words;
use crate::words::task::{lead, name, task_path};

/// To whom it is said, and when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader {
    /// Is somebody signed in?
    pub(crate) is_signed_in: bool,
    /// How they hear of decisions.
    pub(crate) hears: Hears,
    pub(crate) now: Timestamp,
}

/// What is said.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub(crate) tone: Tone,
    /// The state, short enough for a list.
    pub(crate) title: String,
    /// Why somebody said no, in their words.
    pub(crate) reason: Option<String>,
    /// What it means, and what to do.
    pub(crate) text: String,
    /// Where to do it, and what the button says.
    pub(crate) button: Option<(String, String)>,
    /// Another way, for those to whom the first does not fit.
    pub(crate) other: Option<(String, String)>,
    /// Is it something about which one may have to ask?
    pub(crate) asks: bool,
}

/// The state in words.
pub(crate) fn said(w: Words, exam: &Exam, standing: &Standing, reader: &Reader) -> Said {
    let mut said = state_words(w, exam, standing, reader);
    said.button = standing.action.as_ref().map(|action| button(w, exam, action, standing, reader));
    said
}

fn state_words(w: Words, exam: &Exam, standing: &Standing, reader: &Reader) -> Said {
    let dated = |at: Timestamp| when::dated(w.language, at, reader.now);
    let of_task =
        |word: &'static str, task: &TaskKind| w.with(word, &[("task", name(w, exam, task).into())]).into_owned();
    let at = |word: &'static str, at: Timestamp| w.with(word, &[("when", dated(at).into())]).into_owned();
    let until = |word: &'static str| standing.until.map(|until| at(word, until)).unwrap_or_default();
    match &standing.state {
        State::NotOpen { opens_at } => {
            let ahead = if standing.action.is_some() { w.t("exam-ahead") } else { "".into() };
            plain(Tone::Plain, w.t("exam-now-not-yet"), at(key("exam-opens"), *opens_at) + &ahead)
        }
        State::Closed { closed_at } => asking(Tone::Plain, w.t("exam-now-over"), at(key("stand-closed"), *closed_at)),
        State::ToDo { task, .. } if !reader.is_signed_in => plain(Tone::Plain, w.t("exam-now-guest"), lead(w, task)),
        State::ToDo { task, is_reviewed: true } if matches!(task, TaskKind::Sittings(_)) => {
            plain(Tone::Good, w.t("stand-reviewed"), of_task(key("stand-reviewed-next"), task) + &lead(w, task))
        }
        State::ToDo { task, .. } => plain(Tone::Plain, of_task(key("exam-now"), task), lead(w, task)),
        State::Ahead { task, opens_at } => {
            plain(Tone::Plain, of_task(key("stand-ahead"), task), at(key("exam-opens"), *opens_at))
        }
        State::Over { task, closed_at } => {
            asking(Tone::Plain, of_task(key("stand-over"), task), at(key("exam-over"), *closed_at))
        }
        State::Unpaid { part, before, .. } => {
            let sentence = match exam.rules.payment.takes_channels() {
                true => key("stand-unpaid-channel"),
                false => key("stand-unpaid"),
            };
            let until = standing.until.map(|until| at(sentence, until)).unwrap_or_default();
            let before = if before.is_some() { w.t("stand-unpaid-before") } else { "".into() };
            plain(Tone::Care, of_task(key("exam-now"), &TaskKind::Payment(part.clone())), until + &before)
        }
        State::Lost { order, is_cancelled, can_choose, .. } => lost(w, exam, *order, *is_cancelled, *can_choose),
        State::Owed { .. } => plain(Tone::Care, w.t("stand-owed"), until(key("stand-owed-text"))),
        State::PictureKept { .. } => {
            plain(Tone::Care, w.t("instead-picture-title"), until(key("instead-picture-text")))
        }
        State::SchoolPays { locked_until, held_until, .. } => {
            asking(Tone::Plain, w.t("pay-locked-title"), lock_text(w, *locked_until, *held_until, reader.now))
        }
        State::Waiting { task, since } => {
            plain(Tone::Plain, of_task(key("exam-now-waiting"), task), waiting(w, exam, *since, reader))
        }
        State::Refused { task, reason, order } => {
            let is_payment = order.is_some();
            let title =
                if is_payment { w.t("pay-refused-title").into_owned() } else { of_task(key("exam-now-refused"), task) };
            let text = match standing.until {
                Some(until) if is_payment => at(key("pay-refused-text"), until),
                _ => task_words::lead_refused(w, task),
            };
            Said { reason: Some(reason_words(w, exam, reason)), ..asking(Tone::Bad, title, text) }
        }
        State::Registered { tickets, change, is_by_school, .. } => {
            let mut said = registered(w, exam, *tickets, change.as_ref(), reader);
            if *is_by_school {
                said.text = w.t("lock-paid-text").into_owned() + &said.text;
            }
            said
        }
    }
}

/// A seat that is gone, and whose it still may be.
fn lost(w: Words, exam: &Exam, order: OrderId, is_cancelled: bool, can_choose: bool) -> Said {
    if is_cancelled {
        return asking(Tone::Bad, w.t("stand-cancelled"), w.t("ended-cancelled"));
    }
    // Registration is over: whoever has paid all the same is told on the order's page what becomes of it.
    if !can_choose {
        return Said {
            other: Some((format!("/orders/{order}"), w.t("late-closed-look").into_owned())),
            ..asking(Tone::Care, w.t("late-closed-title"), w.t("late-closed-text"))
        };
    }
    let (path, other, paid) = match exam.rules.payment.takes_channels() {
        true => (format!("/orders/{order}"), w.t("hold-over-channel"), w.t("pay-lapsed-channel")),
        false => (format!("/orders/{order}#upload"), w.t("hold-over-paid"), w.t("pay-lapsed-paid")),
    };
    Said {
        other: Some((path, other.into_owned())),
        ..asking(Tone::Care, w.t("pay-lapsed-title"), w.t("pay-lapsed-text") + &*paid)
    }
}

fn registered(w: Words, exam: &Exam, tickets: Tickets, change: Option<&Change>, reader: &Reader) -> Said {
    match change {
        Some(Change::Waiting { since }) => {
            let text = w.t("stand-change-waiting-text").into_owned() + &waiting(w, exam, *since, reader);
            plain(Tone::Good, w.t("stand-change-waiting"), text)
        }
        Some(Change::Refused { reason }) => Said {
            reason: Some(reason_words(w, exam, reason)),
            ..asking(Tone::Bad, w.t("stand-change-refused"), w.t("stand-change-refused-text"))
        },
        None => {
            let text = match tickets {
                Tickets::From(from) => {
                    w.with("exam-ticket-from", &[("when", when::dated(w.language, from, reader.now).into())])
                }
                Tickets::Open => w.t("lead-ticket"),
                Tickets::NotSaid => w.t("exam-ticket-later"),
            };
            plain(Tone::Good, w.t("exam-complete-title"), text)
        }
    }
}

/// Since when, how long usually, and how one hears of it.
pub(crate) fn waiting(w: Words, exam: &Exam, since: Timestamp, reader: &Reader) -> String {
    let since = w.with("stand-since", &[("when", when::dated(w.language, since, reader.now).into())]);
    let days = exam.rules.review_days.map(|days| w.with("stand-days", &[("days", u32::from(days).into())]));
    let hears = match reader.hears {
        Hears::Letter => w.t("stand-hears-letter"),
        Hears::Message => w.t("stand-hears-message"),
        Hears::Nothing => w.t("stand-hears-page"),
    };
    [Some(since), days, Some(hears)].into_iter().flatten().collect()
}

fn plain(tone: Tone, title: impl Into<String>, text: impl Into<String>) -> Said {
    let (title, text) = (title.into(), text.into());
    Said { tone, title, reason: None, text, button: None, other: None, asks: false }
}

fn asking(tone: Tone, title: impl Into<String>, text: impl Into<String>) -> Said {
    Said { asks: true, ..plain(tone, title, text) }
}

fn button(w: Words, exam: &Exam, action: &Action, standing: &Standing, reader: &Reader) -> (String, String) {
    let of_order = |id: &OrderId| format!("/orders/{id}");
    let (href, word) = match action {
        Action::Do(task) => {
            let (href, word) = task_path(w, exam, task);
            // A stranger may read the notice, but begins by signing in, so that it is not read twice.
            let signs_in = !reader.is_signed_in && *task == TaskKind::Notice;
            let href = if signs_in { format!("/sign-in?next={}", query_value(&href)) } else { href };
            let begins = !reader.is_signed_in && !matches!(standing.state, State::NotOpen { .. });
            return (href, if begins { w.t("exam-start").into_owned() } else { word });
        }
        Action::Pay(order) => (of_order(order), w.t("order-do-pay")),
        Action::SendAgain(order) => (of_order(order), w.t("order-do-again")),
        Action::ChooseAgain(part) => (task_path(w, exam, &TaskKind::Sittings(part.clone())).0, w.t("pay-lapsed-next")),
        Action::ChooseOther(order) => (of_order(order), w.t("order-do-other")),
        Action::ChangeForm => (format!("/exams/{}/details", exam.id), w.t("change-details")),
        Action::Look(order) => (format!("/orders/{order}/receipt"), w.t("have-go")),
    };
    (href, word.into_owned())
}

//! What has happened to a candidate as one list, and who looked at their data.

use maud::{Markup, html};
use pagekit::when;
use pagekit::words::{Words, key};
use registration::desk::audit::AuditAction;
use registration::desk::case::{CaseKind, Subject};
use registration::desk::permits::Right;
use registration::model::actor::Actor;
use registration::model::payment::PaymentEvent;
use registration::model::payment::refund::{RefundReason, RefundState};
use registration::people::candidates::event::{Event, Source};
use registration::people::candidates::timeline::action;
use reservation::ids::SittingId;

use super::address::path;
use super::viewed::View;
use super::words::case_kind;
use crate::desk::words::document_shown;
use crate::finance::words as money;
use crate::pages::audit::words as audit;

/// Everything that has happened, the newest first, a page of it.
pub(super) fn time_line(w: Words, view: &View<'_>) -> Markup {
    let here = path(view.sheet.who.number);
    html! {
        section class="happened" aria-labelledby="cand-happened" {
            h2 id="cand-happened" { (w.t("cand-happened")) }
            @if view.is_continued { p { a href=(here) { (w.t("cand-newest")) } } }
            @if view.sheet.events.is_empty() { p class="nothing" { (w.t("cand-nothing")) } }
            @else { ol { @for event in &view.sheet.events { (line(w, view, event)) } } }
            @if let Some(next) = view.sheet.next {
                p { a class="button second" href={ (here) "?from=" (next) "#cand-happened" } { (w.t("cand-older")) } }
            }
        }
    }
}

/// Who looked at the candidate's data.
pub(super) fn looks(w: Words, view: &View<'_>) -> Markup {
    html! {
        section class="happened" aria-labelledby="cand-looks" {
            h2 id="cand-looks" { (w.t("cand-looks")) }
            p class="hint" { (w.t("cand-looks-lead")) }
            ol {
                @for look in &view.sheet.looks {
                    li {
                        time datetime=(when::machine(look.at)) { (when::dated(w.language, look.at, view.now)) }
                        span {
                            (who(w, look).unwrap_or_default()) " "
                            (audit::action(w, &action(look)))
                            @if let Some(what) = shown(look) { ": " (w.t(what)) }
                        }
                    }
                }
            }
        }
    }
}

/// What was shown whole, in words.
fn shown(look: &Event) -> Option<&'static str> {
    Some(match (look.word.as_str(), look.detail.as_deref()?) {
        ("candidate.show", "name") => key("cand-what-name"),
        ("candidate.show", "document") => key("cand-what-document"),
        ("candidate.show", "mobile") => key("mobile"),
        ("candidate.show", "email") => key("correct-email"),
        ("candidate.show", "username") => key("cand-kind-username"),
        ("candidate.show", "verified_name") => key("cand-what-verified-name"),
        ("candidate.show", "verified_document") => key("cand-what-verified-document"),
        ("candidate.show", "portrait") => key("cand-what-portrait"),
        _ => return None,
    })
}

fn line(w: Words, view: &View<'_>, event: &Event) -> Markup {
    let exam = event.exam.as_ref().map(|exam| view.title(w, exam));
    let beside = [who(w, event), exam, sitting(w, view, event), because(w, event)];
    html! {
        li data-source=(event.source.as_ref()) {
            time datetime=(when::machine(event.at)) { (when::dated(w.language, event.at, view.now)) }
            div {
                p { @match href(view, event) { Some(href) => a href=(href) { (said(w, event)) }, None => (said(w, event)) } }
                @let beside: Vec<String> = beside.into_iter().flatten().collect();
                @if !beside.is_empty() { p class="hint" { (beside.join(" · ")) } }
            }
        }
    }
}

/// Where there is more about it, for whoever may see that.
fn href(view: &View<'_>, event: &Event) -> Option<String> {
    let about = event.about.as_ref()?;
    match event.source {
        Source::Order if view.may(Right::See(CaseKind::Payment)) => Some(format!("/orders/{about}")),
        Source::Payment | Source::Refund if view.may(Right::SeeMoney) => Some(format!("/finance/payments/{about}")),
        _ => None,
    }
}

/// Who did it, where it was not the candidate, whose page it is.
fn who(w: Words, event: &Event) -> Option<String> {
    match (event.actor.as_ref()?, &event.staff_name) {
        (Actor::Staff(_), Some(name)) => Some(name.clone()),
        (Actor::Staff(_), None) => Some(w.t("actor-staff").into_owned()),
        (Actor::Candidate(_), _) => None,
        (Actor::System, _) => Some(w.t("actor-system").into_owned()),
        (Actor::Gateway(name), _) => Some(w.with("actor-gateway", &[("name", name.to_string().into())]).into_owned()),
    }
}

/// The sitting of a ticket, a place or a door.
fn sitting(w: Words, view: &View<'_>, event: &Event) -> Option<String> {
    if !matches!(event.source, Source::Ticket | Source::Place | Source::Door) {
        return None;
    }
    let id: SittingId = event.detail.as_ref()?.parse().ok()?;
    let exam = (view.exam)(event.exam.as_ref()?)?;
    exam.sitting(&id).map(|sitting| w.pick(&sitting.title.zh, &sitting.title.en).to_owned())
}

/// Why, in the words of whoever did it.
fn because(w: Words, event: &Event) -> Option<String> {
    let detail = event.detail.as_ref()?;
    match event.source {
        Source::Audit if action(event) == AuditAction::SeenInPerson => {
            Some(document_shown(w, detail).unwrap_or_else(|| detail.clone()))
        }
        Source::Case | Source::Identity | Source::Face | Source::Payment | Source::Order | Source::Audit => {
            Some(detail.clone())
        }
        Source::Refund => detail.parse::<RefundReason>().ok().map(|reason| money::refund_reason(w, reason)),
        Source::Message | Source::Reminder => {
            let way = match event.about.as_deref() {
                Some("mail") => Some(w.t("cand-by-mail")),
                Some("sms") => Some(w.t("cand-by-sms")),
                _ => None,
            };
            let outcome = match detail.as_str() {
                "sent" => w.t("cand-sent"),
                "undeliverable" => w.t("cand-undeliverable"),
                "given_up" => w.t("cand-given-up"),
                _ => w.t("cand-unsent"),
            };
            Some([way, Some(outcome)].into_iter().flatten().collect::<Vec<_>>().join(" · "))
        }
        _ => None,
    }
}

/// What happened, in a sentence.
fn said(w: Words, event: &Event) -> String {
    let word = event.word.as_str();
    let of = |key: &'static str| {
        let about = event.about.clone().unwrap_or_default();
        w.with(key, &[("number", about.into())]).into_owned()
    };
    match event.source {
        Source::Account | Source::Application | Source::Binding | Source::Identity | Source::Face => {
            own(event.source, word).map_or_else(|| word.to_owned(), |key| w.t(key).into_owned())
        }
        Source::Case => case(w, event),
        Source::Order => order(w, event),
        Source::Payment => {
            let said = word.parse::<PaymentEvent>().map_or_else(|_| word.into(), |event| w.t(money::event(event)));
            with_amount(w, key("cand-payment"), &said, event)
        }
        Source::Refund => {
            let said = match (word, word.parse::<RefundState>()) {
                ("asked", _) => w.t("cand-refund-asked").into_owned(),
                (_, Ok(state)) => money::refund_state(w, state).1,
                (other, Err(_)) => other.to_owned(),
            };
            with_amount(w, key("cand-refund"), &said, event)
        }
        Source::Message | Source::Reminder => {
            let said = event.told().map_or_else(|| word.to_owned(), |told| w.pick(&told.zh, &told.en).to_owned());
            w.with("cand-message", &[("said", said.into())]).into_owned()
        }
        Source::Ticket => match word {
            "issued" => of(key("cand-ticket-issued")),
            "shown" => of(key("cand-ticket-shown")),
            "printed" => of(key("cand-ticket-printed")),
            _ => of(key("cand-ticket-revoked")),
        },
        Source::Place => of(if word == "given" { key("cand-place-given") } else { key("cand-place-given-up") }),
        Source::Door => match word {
            "admitted" => w.t("cand-door-admitted").into_owned(),
            "doubtful" => w.t("cand-door-doubtful").into_owned(),
            _ => w.t("cand-door-refused").into_owned(),
        },
        Source::Audit => audit::action(w, &action(event)),
        Source::Other => word.to_owned(),
    }
}

/// What candidates do themselves, or a check does.
fn own(source: Source, word: &str) -> Option<&'static str> {
    Some(match (source, word) {
        (Source::Account, "made") => key("cand-did-register"),
        (Source::Account, "email_proved") => key("cand-did-prove-email"),
        (Source::Account, "mobile_proved") => key("cand-did-prove-mobile"),
        (Source::Account, "signed_in") => key("cand-did-sign-in"),
        (Source::Application, "begun") => key("cand-did-begin"),
        (Source::Application, "agreed") => key("cand-did-agree"),
        (Source::Application, "handed_in") => key("cand-did-hand-in"),
        (Source::Binding, "bound") => key("cand-did-bind"),
        (Source::Identity, "verified") => key("cand-identity-verified"),
        (Source::Identity, "refused") => key("cand-identity-refused"),
        (Source::Face, "passed") => key("cand-face-passed"),
        (Source::Face, "refused") => key("cand-face-refused"),
        _ => return None,
    })
}

fn case(w: Words, event: &Event) -> String {
    let subject = event.about.as_ref().and_then(|subject| subject.parse::<Subject>().ok());
    let kind = subject.map_or_else(|| "".into(), |subject| w.t(case_kind(subject.kind())));
    let key = match event.word.as_str() {
        "handed_in" => key("cand-case-handed-in"),
        "passed" => key("cand-case-passed"),
        "refused" => key("cand-case-refused"),
        _ => key("cand-case-withdrawn"),
    };
    w.with(key, &[("kind", kind.into())]).into_owned()
}

fn order(w: Words, event: &Event) -> String {
    let number = event.about.clone().unwrap_or_default();
    let amount = event.amount.map(|amount| amount.to_string()).unwrap_or_default();
    let until = event.until.map(|until| when::moment(w.language, until)).unwrap_or_default();
    let key = match event.word.as_str() {
        "made" => key("cand-order-made"),
        "lapsed" => key("cand-order-lapsed"),
        "confirmed" => key("cand-order-confirmed"),
        _ => key("cand-order-cancelled"),
    };
    w.with(key, &[("number", number.into()), ("amount", amount.into()), ("until", until.into())]).into_owned()
}

fn with_amount(w: Words, key: &'static str, said: &str, event: &Event) -> String {
    let amount = event.amount.map(|amount| amount.to_string()).unwrap_or_default();
    w.with(key, &[("said", said.into()), ("amount", amount.into())]).into_owned()
}

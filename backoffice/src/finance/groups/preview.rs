//! How the orders stand that somebody has chosen, what they cost in all, and the list that is made of those that can be
//! paid for. Nothing is locked before.

use axum::Form;
use axum::extract::Multipart;
use axum::response::{Redirect, Response};
use jiff::SignedDuration;
use maud::{Markup, html};
use pagekit::callout::{Tone, callout};
use pagekit::words::Words;
use registration::desk::permits::Right;
use registration::model::exam::Exam;
use registration::model::exam_rules::OrganisationCode;
use registration::model::order::OrderId;
use registration::model::payment::group::GroupLine;
use registration::payments::{BadLine, GroupError, LIST_BYTES_MAX, LOCK_MAX, NewList, ReadList};
use reservation::ids::ExamId;

use super::lines::{People, is_ready, standing, sum};
use super::{choose, words};
use crate::finance::frame::{Tab, Telling, answer};
use crate::finance::numbered::done;
use crate::finance::parts::select;
use crate::request::failure::Failure;
use crate::request::upload::{Part, Upload};
use crate::request::visit::Visit;

/// Most bytes of a form with a list.
pub(crate) const FORM_BYTES_MAX: usize = 2 * LIST_BYTES_MAX + 64 * 1024;
/// For how long a list may be locked, in hours.
const HOURS: [i64; 5] = [2, 8, 24, 48, 72];
const _: () = assert!(HOURS[4] == LOCK_MAX.as_hours());
/// What is offered first.
const HOURS_USUAL: &str = "24";
/// Longest title, in characters: what a field lets be typed.
const TITLE_CHARS_MAX: u8 = 100;
/// Most bad lines that are told one by one.
const BAD_SHOWN_MAX: usize = 100;

/// What was chosen, and what was entered about it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Chosen {
    pub(crate) exam: String,
    pub(crate) organisation: String,
    pub(crate) title: String,
    pub(crate) hours: String,
    pub(crate) orders: Vec<OrderId>,
}

impl Chosen {
    /// Reads a form: orders come one by one, from tick boxes, or all in one field.
    fn read(pairs: Vec<(String, String)>) -> Self {
        let mut chosen = Self::default();
        for (name, value) in pairs {
            match name.as_str() {
                "exam" => chosen.exam = value,
                "organisation" => chosen.organisation = value,
                "title" => chosen.title = value,
                "hours" => chosen.hours = value,
                "order" | "orders" => {
                    chosen.orders.extend(value.split(' ').filter_map(|text| text.parse::<OrderId>().ok()))
                }
                _ => {}
            }
        }
        chosen
    }

    fn asked(&self) -> choose::Asked {
        choose::Asked { exam: self.exam.clone(), organisation: self.organisation.clone(), subject: String::new() }
    }

    fn exam(&self) -> Result<ExamId, Failure> {
        self.exam.parse().map_err(|_| Failure::NotFound)
    }

    fn organisation(&self) -> Option<OrganisationCode> {
        self.organisation.parse().ok()
    }
}

/// A reload of an answer to a form that became a GET.
pub(crate) async fn back() -> Redirect {
    Redirect::to("/finance/groups/new")
}

/// Those that were ticked.
pub(crate) async fn ticked(visit: Visit, Form(pairs): Form<Vec<(String, String)>>) -> Result<Response, Failure> {
    let chosen = Chosen::read(pairs);
    if chosen.orders.is_empty() {
        return nothing(&visit, &chosen, visit.words.t("group-none-ticked").into_owned()).await;
    }
    draw(&visit, &chosen, &Telling::nothing(), &[]).await
}

/// Those of a list that was handed in.
pub(crate) async fn read(visit: Visit, form: Multipart) -> Result<Response, Failure> {
    visit.demand_somewhere(Right::PayForGroups)?;
    let (mut upload, mut pairs, mut pasted, mut file) = (Upload::new(form), Vec::new(), String::new(), None);
    while let Some(part) = upload.next(LIST_BYTES_MAX).await? {
        match part {
            Part::Text(name, text) if name == "pasted" => pasted = text,
            Part::Text(name, text) => pairs.push((name, text)),
            Part::File { bytes, .. } => file = Some(bytes),
        }
    }
    let mut chosen = Chosen::read(pairs);
    let w = visit.words;
    let bytes = match &file {
        Some(Some(bytes)) => bytes.as_ref(),
        Some(None) => {
            return nothing(&visit, &chosen, words::unread(w, registration::payments::ListError::TooLarge)).await;
        }
        None => pasted.as_bytes(),
    };
    let exam = chosen.exam()?;
    let payments = &visit.app.outside.registration.payments;
    match payments.read_group_list(&visit.staff, &exam, bytes).await? {
        Err(error) => nothing(&visit, &chosen, words::unread(w, error)).await,
        Ok(ReadList { orders, bad }) => {
            chosen.orders = orders;
            draw(&visit, &chosen, &Telling::nothing(), &bad).await
        }
    }
}

/// Locks what was looked at.
pub(crate) async fn begin(visit: Visit, Form(pairs): Form<Vec<(String, String)>>) -> Result<Response, Failure> {
    let chosen = Chosen::read(pairs);
    let (exam, organisation) = (chosen.exam()?, chosen.organisation());
    let hours: i64 = chosen.hours.parse().unwrap_or_default();
    let list = NewList {
        exam: &exam,
        organisation: organisation.as_ref(),
        title: &chosen.title,
        orders: &chosen.orders,
        lasts: SignedDuration::from_hours(hours.clamp(0, LOCK_MAX.as_hours() + 1)),
    };
    let error = match visit.app.outside.registration.payments.begin_group(&visit.staff, &list).await {
        Ok(group) => return Ok(done(group.id, "begun")),
        Err(error) => error,
    };
    let Some((status, text)) = words::refusal(visit.words, &error) else { return Err(error.into()) };
    if matches!(error, GroupError::Orders) {
        return nothing(&visit, &chosen, text).await;
    }
    draw(&visit, &chosen, &Telling::refused(status, text), &[]).await
}

/// The choice again, because nothing was chosen that can be shown.
async fn nothing(visit: &Visit, chosen: &Chosen, why: String) -> Result<Response, Failure> {
    choose::draw(visit, &chosen.asked(), &Telling::unusable(why)).await
}

async fn draw(visit: &Visit, chosen: &Chosen, telling: &Telling, bad: &[BadLine]) -> Result<Response, Failure> {
    let (id, organisation) = (chosen.exam()?, chosen.organisation());
    let registration = &visit.app.outside.registration;
    let exam = registration.exams.get(&id).ok_or(Failure::NotFound)?;
    let list = NewList {
        exam: &id,
        organisation: organisation.as_ref(),
        title: "",
        orders: &chosen.orders,
        lasts: SignedDuration::ZERO,
    };
    let lines = match &chosen.orders[..] {
        [] => Vec::new(),
        _ => match registration.payments.group_lines(&visit.staff, &list).await {
            Ok(lines) => lines,
            Err(error) => match words::refusal(visit.words, &error) {
                Some((_, text)) => return Box::pin(nothing(visit, chosen, text)).await,
                None => return Err(error.into()),
            },
        },
    };
    let people = registration.payments.group_people(&visit.staff, &id, &chosen.orders).await?;
    let title = visit.words.t("group-preview").into_owned();
    let view = View { exam: &exam, chosen, lines: &lines, people: &people, bad };
    answer(visit, (Tab::Groups, title), telling, &body(visit.words, &view)).await
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) exam: &'a Exam,
    pub(crate) chosen: &'a Chosen,
    pub(crate) lines: &'a [GroupLine],
    pub(crate) people: &'a People,
    pub(crate) bad: &'a [BadLine],
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let ready: Vec<String> =
        view.lines.iter().filter(|line| is_ready(line)).map(|line| line.order.to_string()).collect();
    let out = view.lines.len() - ready.len();
    html! {
        p { a href={ "/finance/groups/new?exam=" (view.exam.id) } { (w.t("group-choose-again")) } }
        (bad_lines(w, view.bad))
        @if out > 0 {
            (callout(Tone::Care, &w.with("group-out", &[("count", out.into())]), &html! { p { (w.t("group-out-act")) } }))
        }
        @if ready.is_empty() {
            (callout(Tone::Bad, &w.t("group-none-ready"), &html! {}))
        } @else {
            (begin_form(w, view, &ready, out))
        }
        @if !view.lines.is_empty() { (standing(w, Some(view.exam), view.lines, view.people)) }
    }
}

fn begin_form(w: Words, view: &View<'_>, ready: &[String], out: usize) -> Markup {
    let hours = if view.chosen.hours.is_empty() { HOURS_USUAL } else { &view.chosen.hours };
    let count = ready.len();
    html! {
        form class="fields panel" method="post" action="/finance/groups" {
            input type="hidden" name="exam" value=(view.exam.id);
            input type="hidden" name="organisation" value=(view.chosen.organisation);
            input type="hidden" name="orders" value=(ready.join(" "));
            p class="amount" {
                span { (w.with("group-sum-of", &[("count", count.into())])) }
                strong { (sum(view.lines)) }
            }
            div {
                label for="title" { (w.t("group-title")) }
                input id="title" name="title" required maxlength=(TITLE_CHARS_MAX) value=(view.chosen.title)
                    autocomplete="off" aria-describedby="title-hint";
                p class="hint" id="title-hint" { (w.t("group-title-hint")) }
            }
            (select("hours", &w.t("group-hours"), None, hours,
                HOURS.iter().map(|hours| (hours.to_string(), w.with("group-hours-of", &[("hours", (*hours).into())]).into_owned()))))
            p class="hint" { (w.t("group-lock-hint")) }
            button class="button" type="submit" {
                @if out > 0 { (w.with("group-begin-without", &[("count", count.into()), ("out", out.into())])) }
                @else { (w.with("group-begin", &[("count", count.into())])) }
            }
        }
    }
}

/// Each line that names no order, with its number and why.
fn bad_lines(w: Words, bad: &[BadLine]) -> Markup {
    let more = bad.len().saturating_sub(BAD_SHOWN_MAX);
    html! {
        @if !bad.is_empty() {
            (callout(Tone::Care, &w.with("list-bad", &[("count", bad.len().into())]), &html! {
                ol class="lines" {
                    @for one in bad.iter().take(BAD_SHOWN_MAX) {
                        li {
                            strong { (w.with("list-line", &[("line", one.line.into())])) }
                            span { (words::fault(w, one.fault)) }
                        }
                    }
                }
                @if more > 0 { p { (w.with("list-bad-more", &[("count", more.into())])) } }
            }))
        }
    }
}

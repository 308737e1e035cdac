//! What the site says of itself: looked at and changed by administrators, shown on every page of candidates at once.

use axum::Form;
use axum::extract::Query;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::callout::Tone;
use pagekit::words::{Words, key};
use registration::desk::imprint::ImprintError;
use registration::desk::permits::Right;
use registration::model::text::Text;
use registration::model::text::imprint::{
    Imprint, ImprintFault, ImprintPart, KeptImprint, LINE_CHARS_MAX, NOTICE_CHARS_MAX, PRIVACY_CHARS_MAX,
};
use serde::Deserialize;

use crate::desk::frame::page;
use crate::desk::message::{Message, said};
use crate::finance::parts::moment;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// Largest form: two policies in Chinese, each character nine bytes of a form.
pub(crate) const FORM_BYTES_MAX: usize = 2 * PRIVACY_CHARS_MAX * 9 + 64 * 1024;
const PRIVACY_ROWS: u8 = 14;

/// An imprint as it was entered.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Entered {
    /// Which version was looked at.
    version: i64,
    name_zh: String,
    name_en: String,
    operator_zh: String,
    operator_en: String,
    icp: String,
    police: String,
    complaints_zh: String,
    complaints_en: String,
    notice_zh: String,
    notice_en: String,
    privacy_zh: String,
    privacy_en: String,
    chinese_only: bool,
}

/// What was done last, as it stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Done {
    done: String,
}

impl Entered {
    pub(crate) fn of(kept: &KeptImprint) -> Self {
        let Imprint { name, operator, icp, police, privacy, complaints, notice, is_chinese_only } =
            kept.imprint.clone();
        Self {
            version: kept.version,
            name_zh: name.zh,
            name_en: name.en,
            operator_zh: operator.zh,
            operator_en: operator.en,
            icp,
            police,
            complaints_zh: complaints.zh,
            complaints_en: complaints.en,
            notice_zh: notice.zh,
            notice_en: notice.en,
            privacy_zh: privacy.zh,
            privacy_en: privacy.en,
            chinese_only: is_chinese_only,
        }
    }

    fn imprint(&self) -> Imprint {
        let text = |zh: &str, en: &str| Text { zh: zh.to_owned(), en: en.to_owned() };
        Imprint {
            name: text(&self.name_zh, &self.name_en),
            operator: text(&self.operator_zh, &self.operator_en),
            icp: self.icp.clone(),
            police: self.police.clone(),
            privacy: text(&self.privacy_zh, &self.privacy_en),
            complaints: text(&self.complaints_zh, &self.complaints_en),
            notice: text(&self.notice_zh, &self.notice_en),
            is_chinese_only: self.chinese_only,
        }
    }
}

pub(crate) async fn show(visit: Visit, Query(done): Query<Done>) -> Result<Response, Failure> {
    let kept = visit.app.outside.registration.imprints.current();
    let message = (done.done == "saved").then(|| Message::new(Tone::Good, visit.words.t("imprint-saved")));
    draw(&visit, StatusCode::OK, message.as_ref(), &kept, &Entered::of(&kept)).await
}

/// Changes what the site says of itself.
pub(crate) async fn save(visit: Visit, Form(entered): Form<Entered>) -> Result<Response, Failure> {
    let (w, imprints) = (visit.words, &visit.app.outside.registration.imprints);
    let (status, text) = match imprints.save(&visit.staff, entered.version, entered.imprint()).await {
        Ok(()) => return Ok(Redirect::to("/imprint?done=saved").into_response()),
        Err(ImprintError::Forbidden(_)) => return Err(Failure::Forbidden),
        Err(ImprintError::Store(error)) => return Err(error.into()),
        Err(ImprintError::Changed) => (StatusCode::CONFLICT, w.t("imprint-changed").into_owned()),
        Err(ImprintError::Fault(fault)) => (StatusCode::UNPROCESSABLE_ENTITY, refusal(w, fault)),
    };
    draw(&visit, status, Some(&Message::new(Tone::Bad, text)), &imprints.current(), &entered).await
}

/// Why it cannot be kept.
fn refusal(w: Words, fault: ImprintFault) -> String {
    match fault {
        ImprintFault::TooLong { part, max } => {
            w.with("imprint-too-long", &[("part", w.t(called(part)).into()), ("max", max.into())])
        }
        ImprintFault::NoChinese(part) => w.with("imprint-no-chinese", &[("part", w.t(called(part)).into())]),
        ImprintFault::Number(part) => w.with("imprint-number", &[("part", w.t(called(part)).into())]),
    }
    .into_owned()
}

fn called(part: ImprintPart) -> &'static str {
    match part {
        ImprintPart::Name => key("imprint-name"),
        ImprintPart::Operator => key("imprint-operator"),
        ImprintPart::Icp => key("imprint-icp"),
        ImprintPart::Police => key("imprint-police"),
        ImprintPart::Privacy => key("imprint-privacy"),
        ImprintPart::Complaints => key("imprint-complaints"),
        ImprintPart::Notice => key("imprint-notice"),
    }
}

async fn draw(
    visit: &Visit,
    status: StatusCode,
    message: Option<&Message>,
    kept: &KeptImprint,
    entered: &Entered,
) -> Result<Response, Failure> {
    visit.demand(Right::ChangeImprint)?;
    let counts = visit.app.outside.registration.cases.counts(&visit.staff).await?;
    let mut frame = visit.frame(visit.words.t("imprint-title"), &counts, &[]);
    frame.waiting = None;
    Ok((status, page(&frame, &body(visit.words, message, kept, entered))).into_response())
}

pub(crate) fn body(w: Words, message: Option<&Message>, kept: &KeptImprint, entered: &Entered) -> Markup {
    let lacks = kept.imprint.lacks();
    let pair = |part: ImprintPart, name: &str, (zh, en): (&str, &str), max: usize| {
        let label = w.t(called(part));
        html! {
            (line(&format!("{name}_zh"), &w.with("imprint-in-chinese", &[("part", label.clone().into())]), zh, max))
            (line(&format!("{name}_en"), &w.with("imprint-in-english", &[("part", label.into())]), en, max))
        }
    };
    html! {
        main class="finance" {
            h1 { (w.t("imprint-title")) }
            p class="hint" { (w.t("imprint-lead")) }
            (said(message))
            @if !lacks.is_empty() {
                p class="hint" {
                    strong { (w.t("imprint-lacks")) }
                    @for (at, part) in lacks.iter().enumerate() { @if at > 0 { (w.t("imprint-and")) } (w.t(called(*part))) }
                }
            }
            form class="fields panel" method="post" action="/imprint" {
                input type="hidden" name="version" value=(entered.version);
                (pair(ImprintPart::Notice, "notice", (&entered.notice_zh, &entered.notice_en), NOTICE_CHARS_MAX))
                (pair(ImprintPart::Name, "name", (&entered.name_zh, &entered.name_en), LINE_CHARS_MAX))
                (pair(ImprintPart::Operator, "operator", (&entered.operator_zh, &entered.operator_en), LINE_CHARS_MAX))
                (pair(ImprintPart::Complaints, "complaints", (&entered.complaints_zh, &entered.complaints_en), LINE_CHARS_MAX))
                (line("icp", &w.t("imprint-icp"), &entered.icp, LINE_CHARS_MAX))
                (line("police", &w.t("imprint-police"), &entered.police, LINE_CHARS_MAX))
                (policy(w, "privacy_zh", &w.with("imprint-in-chinese", &[("part", w.t("imprint-privacy").into())]), &entered.privacy_zh))
                (policy(w, "privacy_en", &w.with("imprint-in-english", &[("part", w.t("imprint-privacy").into())]), &entered.privacy_en))
                div {
                    label class="tick" {
                        input type="checkbox" name="chinese_only" value="true" checked[entered.chinese_only];
                        (w.t("imprint-chinese-only"))
                    }
                    p class="hint" { (w.t("imprint-chinese-only-hint")) }
                }
                button class="button" type="submit" { (w.t("save")) }
            }
            @if let Some((at, name)) = &kept.changed {
                p class="hint" { (w.with("imprint-last", &[("time", moment(w, *at).into()), ("name", name.as_str().into())])) }
            }
        }
    }
}

fn line(name: &str, label: &str, value: &str, max: usize) -> Markup {
    html! {
        div {
            label for=(name) { (label) }
            input id=(name) name=(name) value=(value) maxlength=(max) autocomplete="off";
        }
    }
}

fn policy(w: Words, name: &str, label: &str, value: &str) -> Markup {
    html! {
        div {
            label for=(name) { (label) }
            textarea id=(name) name=(name) rows=(PRIVACY_ROWS) maxlength=(PRIVACY_CHARS_MAX) autocomplete="off"
                aria-describedby={ (name) "-hint" } { (value) }
            p class="hint" id={ (name) "-hint" } { (w.t("imprint-privacy-hint")) }
        }
    }
}

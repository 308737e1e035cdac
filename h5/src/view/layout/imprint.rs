//! What the site says of itself on every page: its name, what everybody is to know just now, and at the foot who runs it.

use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::text::Text;
use registration::model::text::imprint::Imprint;

use crate::view::contact::contact;

/// Where the ministry's register of sites is.
const ICP_REGISTER: &str = "https://beian.miit.gov.cn/";
/// Where the police's register of sites is; the number's digits follow.
const POLICE_REGISTER: &str = "https://beian.mps.gov.cn/#/query/webSearch?code=";

/// A text in the reader's language; in Chinese where there is no other.
pub(crate) fn said(w: Words, text: &Text) -> &str {
    let picked = w.pick(&text.zh, &text.en);
    if picked.is_empty() { &text.zh } else { picked }
}

/// What the site is called: its own name, else the product's.
pub(crate) fn site_name(w: Words, imprint: &Imprint) -> String {
    match said(w, &imprint.name) {
        "" => w.t("site-name").into_owned(),
        name => name.to_owned(),
    }
}

/// What everybody is to know just now, above all else.
pub(crate) fn notice(w: Words, imprint: &Imprint) -> Markup {
    let text = said(w, &imprint.notice);
    html! { @if !text.is_empty() { aside class="demo" aria-label=(w.t("notice-label")) { (contact(text)) } } }
}

/// Who runs the site, whom to complain to, how data is treated, and the numbers at the authorities.
pub(crate) fn foot(w: Words, imprint: &Imprint) -> Markup {
    let (operator, complaints) = (said(w, &imprint.operator), said(w, &imprint.complaints));
    html! {
        @if !operator.is_empty() { p { (w.with("foot-operator", &[("operator", operator.into())])) } }
        @if !complaints.is_empty() { p { (w.t("foot-complaints")) (contact(complaints)) } }
        @if !imprint.privacy.zh.is_empty() { (line("/privacy", &w.t("privacy-title"))) }
        @if !imprint.icp.is_empty() { (line(ICP_REGISTER, &imprint.icp)) }
        @if !imprint.police.is_empty() {
            (line(&format!("{POLICE_REGISTER}{}", imprint.police_digits()), &imprint.police))
        }
    }
}

fn line(href: &str, text: &str) -> Markup {
    html! { p class="foot-line" { a href=(href) rel="noopener" { (text) } } }
}

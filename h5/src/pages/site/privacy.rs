//! How the site treats personal data, as its operator says.

use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::text::Text;
use registration::people::retention::Years;

use crate::failure::Failure;
use crate::request::visit::Visit;
use crate::view::layout::imprint::said;
use crate::view::layout::{heading, page};

pub(crate) async fn show(visit: Visit) -> Result<Markup, Failure> {
    let kept = visit.app.outside.registration.imprints.current();
    if kept.imprint.privacy.zh.is_empty() {
        return Err(Failure::NotFound);
    }
    let years = visit.app.outside.registration.retention().current().years;
    Ok(page(&visit.frame(visit.words.t("privacy-title")), &body(visit.words, &kept.imprint.privacy, years)))
}

/// Paragraphs stand between empty lines; one that begins with `# ` is a heading. Behind them, after how many years what is personal
/// goes; nothing is said where it is kept.
pub(crate) fn body(w: Words, policy: &Text, years: Option<Years>) -> Markup {
    let paragraphs = said(w, policy).split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty());
    html! {
        div class="column" {
            (heading(None, &w.t("privacy-title")))
            @for paragraph in paragraphs {
                @match paragraph.strip_prefix("# ") {
                    Some(title) => h2 { (title) },
                    None => p {
                        @for (at, line) in paragraph.lines().enumerate() { @if at > 0 { br; } (line) }
                    },
                }
            }
            @if let Some(years) = years {
                h2 { (w.t("privacy-years-title")) }
                p { (w.with("privacy-years", &[("count", years.get().into())])) }
            }
        }
    }
}

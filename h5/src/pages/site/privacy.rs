//! How the site treats personal data, as its operator says.

use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::text::Text;

use crate::failure::Failure;
use crate::request::visit::Visit;
use crate::view::layout::imprint::said;
use crate::view::layout::{heading, page};

pub(crate) async fn show(visit: Visit) -> Result<Markup, Failure> {
    let kept = visit.app.outside.registration.imprints.current();
    if kept.imprint.privacy.zh.is_empty() {
        return Err(Failure::NotFound);
    }
    Ok(page(&visit.frame(visit.words.t("privacy-title")), &body(visit.words, &kept.imprint.privacy)))
}

/// Paragraphs stand between empty lines; one that begins with `# ` is a heading.
pub(crate) fn body(w: Words, policy: &Text) -> Markup {
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
        }
    }
}

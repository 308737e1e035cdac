//! Refuses a screenshot, with a reason that the candidate reads.

use axum::Form;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use pagekit::language::Language;
use serde::Deserialize;

use super::case::show_case;
use super::case_view::REASONS;
use super::decision::{looked_at, sentence};
use crate::catalogue::words;
use crate::failure::Failure;
use crate::visit::Visit;

#[derive(Deserialize)]
pub(crate) struct Entered {
    /// When the picture on the page was handed in, in milliseconds.
    seen: i64,
    /// The number of a usual reason.
    #[serde(default)]
    usual: String,
    /// Words of one's own.
    #[serde(default)]
    own: String,
}

impl Entered {
    /// What the candidate reads: candidates' pages are Chinese first, so usual reasons are kept in Chinese.
    fn reason(&self) -> String {
        let zh = words(Language::Zh);
        let usual = self.usual.parse::<usize>().ok().and_then(|number| REASONS.get(number.checked_sub(1)?));
        let parts = [usual.map(|key| zh.t(key).into_owned()), Some(self.own.trim().to_owned())];
        let parts: Vec<String> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
        parts.join("。")
    }
}

pub(crate) async fn refuse(
    visit: Visit,
    Path(order): Path<String>,
    Form(entered): Form<Entered>,
) -> Result<Response, Failure> {
    let (order, message) = looked_at(&visit, &order, entered.seen).await?;
    if message.is_some() {
        return show_case(&visit, Some(order), StatusCode::CONFLICT, message).await;
    }
    match visit.app.outside.registration.reviews.refuse(visit.staff.id, order, &entered.reason()).await {
        Ok(_) => Ok(Redirect::to(&format!("/?refused={order}")).into_response()),
        Err(error) => {
            let (status, message) = sentence(&visit, error)?;
            show_case(&visit, Some(order), status, Some(message)).await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_usual_or_ones_own_or_both() {
        let reason = |usual: &str, own: &str| Entered { seen: 0, usual: usual.into(), own: own.into() }.reason();
        assert_eq!(reason("", "  "), "");
        assert_eq!(reason("0", ""), "");
        assert_eq!(reason("99", " 请重拍 "), "请重拍");
        assert!(reason("1", "").contains("订单详情"));
        assert!(reason("1", "请重拍").ends_with("。请重拍"));
    }
}

//! Where somebody stands who asks for help, as a code that can be read out: exam, step, order, time, request. Nothing of a person.

use std::sync::Arc;

use http::HeaderMap;
use pagekit::local_path::local_path;
use pagekit::when::civil;
use registration::model::exam::Exam;
use registration::model::exam_rules::TaskKind;
use registration::model::order::OrderId;
use registration::people::candidates::inquiries::PLACE_CHARS_MAX;
use registration::rules::steps::here;

use super::questions::Topic;
use crate::failure::Failure;
use crate::paths::without_secret;
use crate::request::visit::Visit;

/// How the program calls a request, in its answers and its logs.
const REQUEST_ID: &str = "x-request-id";
/// Longest word for a request that is repeated.
const REQUEST_CHARS_MAX: usize = 40;

/// Where they stand.
pub(super) struct Place {
    pub(super) exam: Option<Arc<Exam>>,
    pub(super) topic: Topic,
    pub(super) code: String,
}

impl Place {
    /// Of whoever comes from this page, where that request failed; without one this request is named.
    pub(super) async fn of(visit: &Visit, from: &str, request: &str, headers: &HeaderMap) -> Result<Self, Failure> {
        let path = local_path(from).and_then(without_secret).unwrap_or("/");
        let path = path.split(['?', '#']).next().unwrap_or("/");
        if path.starts_with("/orders/") {
            visit.orders().await?;
        }
        let exam = visit.exam_at(path);
        let mut parts = Vec::new();
        let mut topic = Topic::of_path(path);
        match &exam {
            Some(exam) => {
                parts.push(exam.id.to_string());
                let steps = visit.steps(exam).await?;
                let at = here(&steps).filter(|_| visit.account.is_some());
                if let Some((number, step)) = at.and_then(|at| Some((at + 1, steps.get(at)?))) {
                    let name = visit.words.pick(&step.title.zh, &step.title.en);
                    let words = [("number", number.into()), ("name", name.into())];
                    parts.push(visit.words.with("help-step", &words).into_owned());
                    let task: Option<&TaskKind> = step.tasks.first().map(|task| &task.kind);
                    topic = topic.or(task.map(Topic::of_task));
                }
            }
            None => parts.push(path.to_owned()),
        }
        let order = path.strip_prefix("/orders/").and_then(|rest| rest.split('/').next()?.parse::<OrderId>().ok());
        parts.extend(order.map(|order| order.to_string()));
        parts.push(civil(visit.now).strftime("%m-%d %H:%M").to_string());
        let own = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default();
        parts.extend(short(request).or_else(|| short(own)));
        let code: String = parts.join(" / ").chars().take(PLACE_CHARS_MAX).collect();
        Ok(Self { exam, topic: topic.unwrap_or(Topic::Account), code })
    }
}

/// A request's name as somebody can read it out: of ours four digits of the process, and its number without zeros before it.
fn short(id: &str) -> Option<String> {
    let is_plain = (1..=REQUEST_CHARS_MAX).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    if !is_plain {
        return None;
    }
    match id.split_once('-') {
        Some((process, number)) if process.len() == 16 && number.len() == 16 => {
            let number = number.trim_start_matches('0');
            Some(format!("{}-{}", &process[..4], if number.is_empty() { "0" } else { number }))
        }
        _ => Some(id.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_short_enough_to_be_read_out() {
        assert_eq!(short("3f2a00112233aabb-00000000000001c4").as_deref(), Some("3f2a-1c4"));
        assert_eq!(short("3f2a00112233aabb-0000000000000000").as_deref(), Some("3f2a-0"));
        assert_eq!(short("from-a-proxy.7").as_deref(), Some("from-a-proxy.7"));
        for bad in ["", "a b", "<b>", &"a".repeat(41)] {
            assert_eq!(short(bad), None, "{bad}");
        }
    }
}

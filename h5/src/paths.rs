//! Where an exam's pages are, and which addresses say too much for a log.

use registration::model::exam::Exam;
use registration::model::exam_rules::TaskKind;

/// Is choosing and paying all that there is to do?
pub(crate) fn is_simple(exam: &Exam) -> bool {
    let is_basic = |task: &TaskKind| matches!(task, TaskKind::Sittings(_) | TaskKind::Payment(_) | TaskKind::Ticket);
    exam.rules.parts.is_empty() && exam.rules.steps.iter().flat_map(|step| &step.tasks).all(is_basic)
}

/// Whoever knows one of these addresses is let in by it: where it begins, and its route.
const SECRETS: [(&str, &str); 5] = [
    ("/handover/", "/handover/{token}"),
    ("/preview/", "/preview/{token}/{part}"),
    ("/check/", "/check/{token}"),
    ("/scan/", "/scan/{token}"),
    ("/captcha/", "/captcha/{token}"),
];

/// A path as a log may have it: one with a secret in it is told by its route.
pub fn logged(path: &str) -> &str {
    let secret = SECRETS.iter().find(|(begin, _)| path.starts_with(begin));
    secret.map_or(path, |(_, route)| *route)
}

/// The same path where it lets nobody in; `None` where whoever knows it is let in by it.
pub(crate) fn without_secret(path: &str) -> Option<&str> {
    (logged(path) == path).then_some(path)
}

/// The exam's address.
pub(crate) fn path_of(exam: &Exam) -> String {
    format!("/exams/{}", exam.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_log_has_what_somebody_is_let_in_by() {
        let routes = include_str!("routes.rs").split('"').filter(|route| route.starts_with('/'));
        let with_token: Vec<&str> = routes.filter(|route| route.contains("{token}")).collect();
        assert_eq!(with_token, SECRETS.map(|(_, route)| route), "each route with a token");
        for route in with_token {
            assert_eq!(logged(&route.replace("{token}", "BwcHBwcHBwcHBwcHBwcHBw")), route);
        }
        assert_eq!(logged("/orders/AAAA-BBBB"), "/orders/AAAA-BBBB");
    }
}

//! Where to go afterwards, and what an address carries on the way.

use std::sync::Arc;

use pagekit::local_path::{local_path, query_value};
use registration::model::exam::Exam;
use serde::Deserialize;

use crate::app::App;

/// Where to go afterwards, and from which exam the visitor comes.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Next {
    #[serde(default)]
    next: String,
    #[serde(default)]
    exam: String,
    /// The session ended under the page that one goes back to.
    #[serde(default)]
    ended: String,
    /// One was signed in a moment ago, and the browser sends no cookie.
    #[serde(default)]
    entered: String,
}

impl Next {
    /// Where to go afterwards.
    pub(crate) fn path(&self) -> &str {
        local_path(&self.next).unwrap_or("/")
    }

    /// Back to the page under which a session ended.
    pub(crate) fn after_end(path: &str) -> Self {
        Self { next: path.to_owned(), ended: "1".to_owned(), ..Self::default() }
    }

    /// Back from signing in without a cookie.
    #[cfg(test)]
    pub(crate) fn without_cookies() -> Self {
        Self { entered: "1".to_owned(), ..Self::default() }
    }

    /// Did a session end?
    pub(crate) fn has_ended(&self) -> bool {
        !self.ended.is_empty()
    }

    /// Was somebody signed in, and the browser did not keep it?
    pub(crate) fn keeps_no_cookie(&self) -> bool {
        !self.entered.is_empty()
    }

    /// The query that carries both on.
    pub(crate) fn query(&self) -> String {
        let exam = self.exam.parse::<reservation::ids::ExamId>().ok();
        let exam = exam.map_or_else(String::new, |exam| format!("&exam={exam}"));
        format!("next={}{exam}", query_value(self.path()))
    }

    /// The exam that was named, or that one goes back to.
    pub(crate) fn exam(&self, app: &App) -> Option<Arc<Exam>> {
        let named = Some(self.exam.as_str()).filter(|exam| !exam.is_empty());
        let target = self.path().strip_prefix("/exams/").and_then(|rest| rest.split(['/', '?', '#']).next());
        // Pages that belong to no exam, as that of the real-name check, say from which one came.
        let query = self.path().split_once('?').map(|(_, query)| query);
        let carried = || query?.split('&').find_map(|pair| pair.strip_prefix("exam="));
        let exam = named.or(target).or_else(carried).and_then(|exam| exam.parse().ok());
        app.outside.registration.exams.get(&exam?)
    }
}

/// A path of ours that says what was just done when its page is shown.
pub(crate) fn with_said(path: &str, said: &str) -> String {
    let (path, part) = path.split_once('#').map_or((path, None), |(path, part)| (path, Some(part)));
    let mark = if path.contains('?') { '&' } else { '?' };
    let part = part.map_or_else(String::new, |part| format!("#{part}"));
    format!("{path}{mark}said={said}{part}")
}

#[derive(Deserialize)]
pub(crate) struct Token {
    #[serde(default)]
    pub(crate) token: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_carries_what_was_done() {
        assert_eq!(with_said("/me", "password"), "/me?said=password");
        assert_eq!(with_said("/exams/cet/sittings?part=oral", "details"), "/exams/cet/sittings?part=oral&said=details");
        assert_eq!(with_said("/exams/cet?a=b#sittings", "password"), "/exams/cet?a=b&said=password#sittings");
    }
}

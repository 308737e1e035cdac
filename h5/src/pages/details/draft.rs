//! What was typed and is not handed in: kept as it is typed, shown again, and given up when the candidate says so.

use registration::application::Application;
use registration::model::document::Document;
use registration::model::exam_rules::Form;
use registration::rules::details::{Answers, check};

/// The draft, if it says something that was not handed in. A form that was opened and put back as it was says nothing.
pub(super) fn unsent<'a>(
    form: &Form,
    document: Option<&Document>,
    application: &'a Application,
) -> Option<&'a Answers> {
    let draft = application.draft.as_ref()?;
    let says_something = draft.0.values().any(|answer| !answer.trim().is_empty());
    let is_handed_in = application.details.is_some() && check(form, document, draft).ok() == application.details;
    (says_something && !is_handed_in).then_some(draft)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_is_what_differs_from_what_was_handed_in() {
        let field = |name: &str, is_optional: bool| {
            let label = serde_json::json!({"zh": name, "en": name});
            serde_json::json!({"name": name, "kind": "text", "label": label, "is_optional": is_optional})
        };
        let fields = [field("address", false), field("major", true)];
        let form: Form = serde_json::from_value(serde_json::json!({"fields": fields})).unwrap();
        let answers = |address: &str, major: Option<&str>| {
            let all = [("address", Some(address)), ("major", major)];
            let given = all.iter().filter_map(|(name, answer)| Some((name.parse().unwrap(), (*answer)?.to_owned())));
            Some(Answers(given.collect()))
        };
        let is_shown = |draft: Option<Answers>, details: Option<Answers>| {
            unsent(&form, None, &Application { draft, details, ..Application::default() }).is_some()
        };
        assert!(!is_shown(None, answers("一号", None)), "nothing was typed");
        assert!(is_shown(answers("一号", None), None) && is_shown(answers("", Some("法语")), None));
        assert!(!is_shown(answers(" ", Some("")), None), "everything was deleted again");
        assert!(is_shown(answers("二号", None), answers("一号", None)));
        assert!(!is_shown(answers("一号 ", Some("")), answers("一号", None)), "put back as it was");
    }
}

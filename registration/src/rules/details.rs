//! The answers to a registration form: which fields are asked, and what is wrong with an answer. Plain values.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::model::clock;
use crate::model::document::{BIRTH_YEAR_MIN, Document, Sex};
use crate::model::exam_rules::{FieldKind, FieldName, FieldRule, Form};
use crate::model::text::Text;

/// What was answered, by field. `Debug` shows only which fields have an answer.
#[derive(Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Answers(pub BTreeMap<FieldName, String>);

impl std::fmt::Debug for Answers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Answers {
    /// The answer to a field; empty when there is none.
    pub fn get(&self, name: &FieldName) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
}

/// What is wrong with one answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerFault {
    /// Nothing was answered where something must be.
    #[error("must be answered")]
    Missing,
    /// Too long, or with control characters.
    #[error("at most {chars_max} characters on one line")]
    Text {
        /// Most characters that the field takes.
        chars_max: u16,
    },
    /// None of the choices.
    #[error("is none of the choices")]
    Choice,
    /// No day on which somebody who registers can be born; written `2001-02-28`.
    #[error("is no date of birth")]
    BirthDate,
    /// One of the choices, but nobody can register with it.
    #[error("nobody can register with this answer")]
    NotAccepted(Text),
}

/// One field in trouble.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldFault {
    /// The field, by its name in the form.
    pub field: FieldName,
    /// What is wrong with its answer.
    pub fault: AnswerFault,
}

/// Is the field asked, given the other answers?
pub fn is_asked(form: &Form, field: &FieldRule, answers: &Answers) -> bool {
    field.when.as_ref().is_none_or(|when| {
        let other = form.field(&when.field);
        let is_there = other.is_some_and(|other| is_asked(form, other, answers));
        is_there && when.is.iter().any(|value| value == answers.get(&when.field))
    })
}

/// A sex as an answer is kept.
pub fn sex_of(answer: &str) -> Option<Sex> {
    match answer {
        "male" => Some(Sex::Male),
        "female" => Some(Sex::Female),
        _ => None,
    }
}

/// A date of birth as an answer is kept; nothing when nobody alive can be born on it.
pub fn birth_date_of(answer: &str) -> Option<Date> {
    let date: Date = answer.parse().ok()?;
    (date.year() >= BIRTH_YEAR_MIN && date <= clock::today()).then_some(date)
}

/// Checks all answers at once, of somebody with this document: what is kept, or all that is wrong, in the form's order. Answers to fields that are
/// locked, not asked or unknown are dropped. A photo's answer is the id under which it is kept.
pub fn check(form: &Form, document: Option<&Document>, answers: &Answers) -> Result<Answers, Vec<FieldFault>> {
    let (mut kept, mut faults) = (Answers::default(), Vec::new());
    let is_open = |field: &&FieldRule| !field.kind.is_locked(document) && is_asked(form, field, answers);
    for field in form.fields.iter().filter(is_open) {
        let answer = answers.get(&field.name).trim();
        match check_one(field, answer) {
            Ok(()) if answer.is_empty() => {}
            Ok(()) => {
                kept.0.insert(field.name.clone(), answer.to_owned());
            }
            Err(fault) => faults.push(FieldFault { field: field.name.clone(), fault }),
        }
    }
    if faults.is_empty() { Ok(kept) } else { Err(faults) }
}

/// Of answers to one form those that another asks for alike: by the same name, of the same kind, with that choice among its own,
/// and not locked for somebody with this document. A photo is the same where it is cut to the same size.
pub fn shared(from: &Form, to: &Form, document: Option<&Document>, answers: &Answers) -> Answers {
    let is_same_photo = (from.photo.width, from.photo.height) == (to.photo.width, to.photo.height);
    let is_alike = |field: &&FieldRule| {
        let asked = from.field(&field.name).is_some_and(|other| other.kind == field.kind);
        let is_kept = field.kind != FieldKind::Photo || is_same_photo;
        asked && is_kept && !field.kind.is_locked(document) && check_one(field, answers.get(&field.name).trim()).is_ok()
    };
    let answer = |field: &FieldRule| {
        let answer = answers.get(&field.name);
        (!answer.is_empty()).then(|| (field.name.clone(), answer.to_owned()))
    };
    Answers(to.fields.iter().filter(is_alike).filter_map(answer).collect())
}

fn check_one(field: &FieldRule, answer: &str) -> Result<(), AnswerFault> {
    if answer.is_empty() {
        return if field.is_optional { Ok(()) } else { Err(AnswerFault::Missing) };
    }
    match field.kind {
        FieldKind::Text | FieldKind::Photo => {
            let fits = answer.chars().count() <= usize::from(field.chars_max);
            if fits && !answer.chars().any(char::is_control) {
                Ok(())
            } else {
                Err(AnswerFault::Text { chars_max: field.chars_max })
            }
        }
        FieldKind::Choice if !field.choices.iter().any(|choice| choice.value == answer) => Err(AnswerFault::Choice),
        FieldKind::Choice => match &field.refusal {
            Some(refusal) if !field.accepts.iter().any(|accepted| accepted == answer) => {
                Err(AnswerFault::NotAccepted(refusal.clone()))
            }
            _ => Ok(()),
        },
        FieldKind::BirthDate => birth_date_of(answer).map(drop).ok_or(AnswerFault::BirthDate),
        FieldKind::Sex => sex_of(answer).map(drop).ok_or(AnswerFault::Choice),
        FieldKind::Name | FieldKind::Document | FieldKind::Mobile => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::document::DocumentKind;

    /// C8: in school or graduated; a graduate needs a thesis grade of at least `fair`.
    fn form() -> Form {
        let toml = r#"
[[fields]]
name = "name"
kind = "name"
label = { zh = "姓名", en = "Name" }

[[fields]]
name = "major"
kind = "text"
label = { zh = "专业", en = "Major" }
chars_max = 10

[[fields]]
name = "standing"
kind = "choice"
label = { zh = "学籍状态", en = "Standing" }
choices = [{ value = "enrolled", zh = "在籍", en = "Enrolled" }, { value = "graduated", zh = "已毕业", en = "Graduated" }]

[[fields]]
name = "thesis"
kind = "choice"
label = { zh = "论文等级", en = "Thesis grade" }
when = { field = "standing", is = ["graduated"] }
choices = [{ value = "excellent", zh = "优", en = "Excellent" }, { value = "fair", zh = "中", en = "Fair" }, { value = "pass", zh = "及格", en = "Pass" }]
accepts = ["excellent", "fair"]
refusal = { zh = "论文成绩达到“中”及以上才可以申请。", en = "The thesis must be graded fair or better." }
"#;
        toml::from_str(toml).unwrap()
    }

    fn answers(pairs: &[(&str, &str)]) -> Answers {
        Answers(pairs.iter().map(|(name, value)| (name.parse().unwrap(), (*value).to_owned())).collect())
    }

    fn faults(pairs: &[(&str, &str)]) -> Vec<(String, AnswerFault)> {
        let faults = check(&form(), None, &answers(pairs)).unwrap_err();
        faults.into_iter().map(|fault| (fault.field.to_string(), fault.fault)).collect()
    }

    #[test]
    fn c8_a_graduate_needs_a_thesis_grade_and_nobody_else_is_asked() {
        let enrolled = answers(&[("major", " 会计 "), ("standing", "enrolled"), ("thesis", "pass"), ("name", "x")]);
        let kept = check(&form(), None, &enrolled).unwrap();
        assert_eq!(kept, answers(&[("major", "会计"), ("standing", "enrolled")]), "what is not asked is not kept");
        let graduated = |grade| [("major", "会计"), ("standing", "graduated"), ("thesis", grade)];
        assert_eq!(faults(&graduated("")), [("thesis".to_owned(), AnswerFault::Missing)]);
        assert!(check(&form(), None, &answers(&graduated("fair"))).is_ok());
        let [(field, AnswerFault::NotAccepted(text))] = &faults(&graduated("pass"))[..] else { panic!("one fault") };
        assert!(field == "thesis" && text.zh.contains("中”及以上"));
    }

    /// A5: birth date and sex are filled in from the number; a permit's or passport's does not say them.
    #[test]
    fn a5_birth_date_and_sex_are_asked_where_the_number_does_not_say_them() {
        let toml = r#"
fields = [
  { name = "born", kind = "birth_date", label = { zh = "出生年月", en = "Date of birth" } },
  { name = "sex", kind = "sex", label = { zh = "性别", en = "Sex" } },
]"#;
        let form: Form = toml::from_str(toml).unwrap();
        let resident = Document::parse(DocumentKind::ResidentId, "11010519491231002X").unwrap();
        let passport = Document::parse(DocumentKind::Passport, "E12345678").unwrap();
        let said = answers(&[("born", "2001-02-28"), ("sex", "female")]);
        assert_eq!(check(&form, Some(&resident), &said), Ok(Answers::default()), "the number's word counts");
        assert_eq!(check(&form, Some(&passport), &said), Ok(said));
        for born in ["2001-02-29", "1899-12-31", "2999-01-01", "20010228x"] {
            let faults = check(&form, Some(&passport), &answers(&[("born", born), ("sex", "x")])).unwrap_err();
            assert_eq!((&faults[0].fault, &faults[1].fault), (&AnswerFault::BirthDate, &AnswerFault::Choice), "{born}");
        }
        assert_eq!(check(&form, Some(&passport), &Answers::default()).unwrap_err().len(), 2);
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once_in_the_forms_order() {
        let wrong = faults(&[("major", "会计会计会计会计会计会"), ("standing", "dropped")]);
        assert_eq!(
            wrong,
            [("major".to_owned(), AnswerFault::Text { chars_max: 10 }), ("standing".to_owned(), AnswerFault::Choice)]
        );
        assert_eq!(faults(&[("major", "a\nb"), ("standing", "enrolled")])[0].1, AnswerFault::Text { chars_max: 10 });
        assert_eq!(faults(&[]).len(), 2);
    }

    #[test]
    fn debug_output_shows_no_answer() {
        assert_eq!(format!("{:?}", answers(&[("major", "会计")])), r#"{"major"}"#);
    }
}

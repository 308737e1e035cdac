//! Who is registered for an exam, as the registration page names them (报名个人信息).

use maud::{Markup, html};
use pagekit::words::Words;
use registration::eligibility::RosterPerson;
use registration::model::exam::Exam;

use crate::view::facts::{list, person_name};
use crate::words::choice::subject;
use crate::words::roster::column;

/// Name, masked number, school, campus, the subjects that they may sit, and how they registered.
pub(crate) fn person_section(w: Words, exam: &Exam, person: &RosterPerson) -> Markup {
    let mut rows = person_rows(w, exam, person);
    let subjects: Vec<String> = person.eligible.iter().map(|id| subject(w, exam, id)).collect();
    if !subjects.is_empty() {
        rows.push((w.t("mine-eligible").into_owned(), html! { (subjects.join(&*w.t("list-comma"))) }));
    }
    rows.push((w.t("mine-how").into_owned(), html! { (w.t("mine-by-candidate")) }));
    html! {
        section aria-labelledby="person-title" {
            h2 id="person-title" { (w.t("mine-person")) }
            (list(&rows))
        }
    }
}

/// Who it is, as a receipt names them, too.
pub(crate) fn person_rows(w: Words, exam: &Exam, person: &RosterPerson) -> Vec<(String, Markup)> {
    let record = &person.record;
    let mut rows = vec![
        (w.t("eligibility-name").into_owned(), person_name(record.name.expose())),
        (w.t("eligibility-number").into_owned(), html! { (record.document.masked()) }),
    ];
    let places = [("school", w.t("record-school")), ("campus", w.t("record-campus"))];
    rows.extend(places.into_iter().filter(|(name, _)| !record.column(name).is_empty()).map(|(name, label)| {
        let value = column(w, exam, name, record.column(name));
        (label.into_owned(), html! { (value) })
    }));
    rows
}

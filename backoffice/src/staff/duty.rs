//! What somebody is there for, as a form: the role, and, folded, for which exams, sites and schools alone.

use maud::{Markup, html};
use pagekit::words::{Words, key};
use registration::desk::staff::{Duty, Reach, Role};

use super::words::role;
use crate::finance::parts::select;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// Longest list of schools that is typed.
const SCHOOLS_CHARS_MAX: u16 = 2_000;

/// What was entered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Entered {
    pub(crate) name: String,
    pub(crate) role: String,
    pub(crate) exams: Vec<String>,
    pub(crate) sites: Vec<String>,
    /// Codes, with anything between them that is not part of one.
    pub(crate) schools: String,
}

impl Entered {
    /// Out of a form, in which boxes of the same name were ticked.
    pub(crate) fn of(pairs: Vec<(String, String)>) -> Self {
        let mut entered = Self::default();
        for (name, value) in pairs {
            match name.as_str() {
                "name" => entered.name = value.trim().to_owned(),
                "role" => entered.role = value,
                "exam" => entered.exams.push(value),
                "site" => entered.sites.push(value),
                "schools" => entered.schools = value,
                _ => {}
            }
        }
        entered
    }

    /// As it stands.
    pub(crate) fn showing(duty: &Duty) -> Self {
        let Reach { exams, sites, schools } = &duty.reach;
        let codes: Vec<String> = schools.iter().flatten().map(ToString::to_string).collect();
        Self {
            name: String::new(),
            role: duty.role.as_str().to_owned(),
            exams: exams.iter().flatten().map(ToString::to_string).collect(),
            sites: sites.iter().flatten().map(|site| site.0.to_string()).collect(),
            schools: codes.join(", "),
        }
    }

    /// What is meant; `None` where something is no role, no exam, no site or no code.
    pub(crate) fn duty(&self) -> Option<Duty> {
        let is_between = |sign: char| sign.is_whitespace() || matches!(sign, ',' | '，' | '、' | ';' | '；');
        let codes = self.schools.split(is_between).filter(|code| !code.is_empty());
        let reach = Reach::of(
            self.exams.iter().map(|text| text.parse().ok()).collect::<Option<_>>()?,
            self.sites.iter().map(|text| text.parse().ok()).collect::<Option<_>>()?,
            codes.map(|text| text.parse().ok()).collect::<Option<_>>()?,
        );
        Some(Duty { role: Role::of_word(&self.role)?, reach })
    }
}

/// The exams and sites that there are, each with what it is called.
#[derive(Debug, Clone, Default)]
pub(crate) struct Choice {
    pub(crate) exams: Vec<(String, String)>,
    pub(crate) sites: Vec<(String, String)>,
}

impl Choice {
    pub(crate) async fn of(visit: &Visit) -> Result<Self, Failure> {
        let registration = &visit.app.outside.registration;
        let exams = registration.exams.list();
        let exams = exams.iter().map(|exam| (exam.id.to_string(), visit.exam_title(&exam.id))).collect();
        let sites = registration.rooms.site_names().await?;
        let name = |name: &registration::model::text::Text| visit.words.pick(&name.zh, &name.en).to_owned();
        let sites = sites.iter().map(|(site, text)| (site.0.to_string(), name(text))).collect();
        Ok(Self { exams, sites })
    }

    /// What somebody is there for, in a line: the role, and what it is limited to.
    pub(crate) fn said(&self, w: Words, duty: &Duty) -> String {
        let Entered { exams, sites, schools, .. } = Entered::showing(duty);
        let called = |all: &[(String, String)], ids: &[String]| {
            let name =
                |id: &String| all.iter().find(|(one, _)| one == id).map_or_else(|| id.clone(), |one| one.1.clone());
            ids.iter().map(name).collect::<Vec<_>>().join(&w.t("duty-and"))
        };
        let limits = [
            (key("duty-of-exams"), called(&self.exams, &exams)),
            (key("duty-of-sites"), called(&self.sites, &sites)),
            (key("duty-of-schools"), schools),
        ];
        let said: Vec<String> = limits
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(word, text)| w.with(word, &[("names", text.into())]).into_owned())
            .collect();
        let role = role(w, duty.role).into_owned();
        if said.is_empty() { role } else { format!("{role} · {}", said.join(" · ")) }
    }
}

/// The fields of a form.
pub(crate) fn fields(w: Words, entered: &Entered, choice: &Choice) -> Markup {
    let chosen = if entered.role.is_empty() { Role::Reviewer.as_str() } else { &entered.role };
    let roles = Role::ALL.into_iter().map(|one| (one.as_str().to_owned(), role(w, one).into_owned()));
    let is_limited = !(entered.exams.is_empty() && entered.sites.is_empty() && entered.schools.is_empty());
    html! {
        (select("role", &w.t("staff-role"), None, chosen, roles))
        p class="hint wide" { a href="/roles" { (w.t("roles-link")) } }
        details class="wide limits" open[is_limited] {
            summary { (w.t("duty-limits")) }
            p class="hint" { (w.t("duty-limits-how")) }
            (ticks(w, (key("duty-exams"), "exam"), &choice.exams, &entered.exams))
            @if !choice.sites.is_empty() { (ticks(w, (key("duty-sites"), "site"), &choice.sites, &entered.sites)) }
            div {
                label for="schools" { (w.t("duty-schools")) }
                input id="schools" name="schools" value=(entered.schools) autocomplete="off" spellcheck="false"
                    maxlength=(SCHOOLS_CHARS_MAX);
            }
        }
    }
}

fn ticks(w: Words, (legend, name): (&'static str, &str), all: &[(String, String)], ticked: &[String]) -> Markup {
    html! {
        fieldset {
            legend { (w.t(legend)) }
            @for (id, title) in all {
                label class="tick" {
                    input type="checkbox" name=(name) value=(id) checked[ticked.contains(id)];
                    span { (title) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ticked_and_typed_is_what_is_meant() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let site = "11111111-1111-1111-1111-111111111111";
        let entered = Entered::of(vec![
            pair("role", "seating"),
            pair("exam", "ce"),
            pair("exam", "cet"),
            pair("site", site),
            pair("schools", " 1101，12、 13;"),
        ]);
        let duty = entered.duty().unwrap();
        assert_eq!(duty.in_words(), format!("seating exams=ce,cet sites={site} schools=1101,12,13"));
        let again = Entered::showing(&duty);
        assert_eq!(again.duty().unwrap(), duty, "{again:?}");
        assert_eq!(Entered { role: "chief".to_owned(), ..again.clone() }.duty(), None);
        assert_eq!(Entered { sites: vec!["x".to_owned()], ..again }.duty(), None);
        assert_eq!(Entered { role: "finance".to_owned(), ..Entered::default() }.duty(), Some(Role::Finance.into()));
    }
}

//! What somebody is there for, as a form: the role, and, folded, for which exams, sites and schools alone.

use maud::{Markup, html};
use pagekit::words::{Words, key};
use registration::desk::audit::{AuditAction, AuditEntry};
use registration::desk::permits::approvals::ActKind;
use registration::desk::staff::{Duty, Reach, Role};

use super::words::role;
use crate::desk::words::document_shown;
use crate::finance::parts::select;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// Longest list of schools that is typed.
const SCHOOLS_CHARS_MAX: u16 = 2_000;
/// Stands in the audit between what somebody was there for and what they are.
const THEN: &str = " → ";

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

    /// The lines of a history with duties as people read them: the audit keeps words of roles, and numbers.
    pub(crate) fn told(&self, w: Words, history: &[AuditEntry]) -> Vec<AuditEntry> {
        let told = |entry: &AuditEntry| AuditEntry { detail: self.detail(w, entry), ..entry.clone() };
        history.iter().map(told).collect()
    }

    /// What else the audit says in a line, with duties as people read them; anything else as it is written down.
    pub(crate) fn detail(&self, w: Words, entry: &AuditEntry) -> Option<String> {
        let detail = entry.detail.as_deref()?;
        let told = match entry.action {
            AuditAction::StaffAdded | AuditAction::StaffDuty => self.duties(w, detail),
            AuditAction::SeenInPerson => document_shown(w, detail),
            AuditAction::AskedApproval
            | AuditAction::GaveApproval
            | AuditAction::RefusedApproval
            | AuditAction::WithdrewApproval => self.act(w, detail),
            _ => None,
        };
        Some(told.unwrap_or_else(|| detail.to_owned()))
    }

    /// One duty, or what it was and what it is; `None`: the text says something else.
    fn duties(&self, w: Words, text: &str) -> Option<String> {
        let said = |one: &str| Some(self.said(w, &Duty::of_words(one)?));
        Some(text.split(THEN).map(said).collect::<Option<Vec<String>>>()?.join(THEN))
    }

    /// What two people do about somebody's duty; `None`: the text says something else.
    fn act(&self, w: Words, text: &str) -> Option<String> {
        let (kind, rest) = text.split_once(' ')?;
        let (name, duties) = rest.split_once(": ")?;
        let said = |one: &str| Some(self.said(w, &Duty::of_words(one)?));
        let told = match kind.parse::<ActKind>().ok()? {
            ActKind::Duty => {
                let (before, after) = duties.split_once(THEN)?;
                let (before, after) = (said(before)?, said(after)?);
                w.with("act-duty", &[("name", name.into()), ("before", before.into()), ("after", after.into())])
            }
            ActKind::Invite => w.with("act-invite", &[("name", name.into()), ("duty", said(duties)?.into())]),
            ActKind::Publish | ActKind::Rebind | ActKind::Capacity | ActKind::Export | ActKind::Retention => {
                return None;
            }
        };
        Some(told.into_owned())
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
    use pagekit::language::Language;
    use registration::model::actor::Actor;

    use super::*;

    #[test]
    fn the_audit_says_duties_as_people_read_them() {
        let w = crate::request::catalogue::words(Language::Zh);
        let choice = Choice { exams: vec![("ce".to_owned(), "学位外语".to_owned())], sites: Vec::new() };
        let told = |action, detail: &str| {
            let (at, actor) = (jiff::Timestamp::UNIX_EPOCH, Actor::System);
            let detail = Some(detail.to_owned());
            let entry = AuditEntry { at, actor, staff_name: None, action, seen: None, detail };
            choice.told(w, &[entry]).remove(0).detail.unwrap()
        };
        let (before, after) = (role(w, Role::Reviewer), role(w, Role::Seating));
        let said = told(AuditAction::StaffDuty, "reviewer → seating exams=ce schools=11");
        assert!(said.starts_with(&*before) && said.contains(&*after) && said.contains("学位外语"), "{said}");
        assert!(!said.contains("reviewer") && !said.contains("exams="), "{said}");
        assert_eq!(told(AuditAction::StaffAdded, "seating"), after);
        let said = told(AuditAction::AskedApproval, "duty li.min: reviewer → seating");
        assert!(said.contains("li.min") && said.contains(&*before) && said.contains(&*after), "{said}");
        let said = told(AuditAction::GaveApproval, "invite wang: administrator exams=ce");
        assert!(said.contains("wang") && said.contains("学位外语") && !said.contains("administrator"), "{said}");
        // Whatever says something else stays as it is written down.
        for (action, detail) in
            [(AuditAction::StaffDuty, "chief"), (AuditAction::AskedApproval, "publish ce s1, 0 moved")]
        {
            assert_eq!(told(action, detail), detail);
        }
    }

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

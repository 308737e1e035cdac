//! Picking a campus, and what its province, school and campus want known.

use maud::{Markup, html};
use pagekit::language::Language;
use pagekit::words::Words;
use registration::model::exam::ExamSitting;
use registration::model::exam_rules::CampusRule;
use registration::model::organisation::{Organisation, OrganisationLevel, ancestry};
use registration::rules::choosing::{ChoiceRefusal, alone, campuses};

use super::View;
use super::choice::Offer;
use crate::words::organisation::name;

/// The list to pick from, where the candidate may pick; else the campus that is fixed.
pub(crate) fn campus_choice(w: Words, view: &View<'_>) -> Markup {
    let offer = view.offer;
    let rule = offer.campus_rule();
    let here = offer.campus().and_then(|code| offer.exam.organisation(code));
    let mut open = campuses(offer.exam, offer.eligibility, rule, view.now);
    open.retain(|campus| offers(offer, campus));
    match rule {
        CampusRule::Any => html! {},
        CampusRule::Pick if open.iter().any(|campus| Some(&campus.code) != offer.campus()) => picker(w, offer, &open),
        CampusRule::Own | CampusRule::Pick => html! {
            @if let Some(campus) = here {
                p class="campus" { span class="above" { (w.t("campus-title")) } b { (full_name(w, offer, campus)) } }
            }
            @if rule == CampusRule::Pick { p class="hint" { (w.t("campus-fixed")) } }
        },
    }
}

/// Has the campus anything in this part that the candidate may sit? Who may sit nothing of it sees all that there is.
fn offers(offer: &Offer<'_>, campus: &Organisation) -> bool {
    let of_part = || offer.exam.sittings.iter().filter(|sitting| offer.exam.part_of(sitting) == offer.part);
    let may_sit = |sitting: &&ExamSitting| !is_barred(offer, sitting);
    let is_all = !of_part().any(|sitting| may_sit(&sitting));
    of_part().any(|sitting| sitting.campus.as_ref() == Some(&campus.code) && (is_all || may_sit(&sitting)))
}

fn is_barred(offer: &Offer<'_>, sitting: &ExamSitting) -> bool {
    let why = alone(offer.exam, offer.eligibility, sitting, offer.now);
    matches!(why, Err(ChoiceRefusal::NotEligible(_) | ChoiceRefusal::TooLate(_)))
}

fn picker(w: Words, offer: &Offer<'_>, open: &[&Organisation]) -> Markup {
    let here = offer.campus();
    let mut schools: Vec<Option<&Organisation>> = Vec::new();
    for campus in open {
        let school = school_of(offer, campus);
        if !schools.contains(&school) {
            schools.push(school);
        }
    }
    html! {
        form method="get" class="campus-form" {
            input type="hidden" name="part" value=(offer.part);
            div class="field" {
                label for="campus" { (w.t("campus-label")) }
                p class="hint" id="campus-hint" { (w.t("campus-hint")) }
                select id="campus" name="campus" aria-describedby="campus-hint" {
                    @if !open.iter().any(|campus| Some(&campus.code) == here) {
                        option value="" selected disabled { (w.t("campus-choose")) }
                    }
                    @for school in &schools {
                        optgroup label=(school.map_or_else(|| w.t("campus-other").into_owned(), |school| with_level(w, school))) {
                            @for campus in open.iter().filter(|campus| school_of(offer, campus) == *school) {
                                option value=(campus.code) selected[Some(&campus.code) == here] { (with_level(w, campus)) }
                            }
                        }
                    }
                }
            }
            button class="button second" type="submit" { (w.t("campus-submit")) }
            @if let Some(campus) = here.and_then(|code| offer.exam.organisation(code)) {
                p class="campus" { span class="above" { (w.t("campus-title")) } b { (full_name(w, offer, campus)) } }
            }
        }
    }
}

fn school_of<'a>(offer: &Offer<'a>, campus: &Organisation) -> Option<&'a Organisation> {
    campus.parent.as_ref().and_then(|code| offer.exam.organisation(code))
}

/// `(993010)测试校区机构001 · 校区级`
fn with_level(w: Words, organisation: &Organisation) -> String {
    let level = match organisation.level {
        OrganisationLevel::Province => w.t("level-province"),
        OrganisationLevel::School => w.t("level-school"),
        OrganisationLevel::Campus => w.t("level-campus"),
    };
    format!("{} · {level}", name(w, organisation))
}

fn full_name(w: Words, offer: &Offer<'_>, campus: &Organisation) -> String {
    let line = ancestry(&offer.exam.organisations, &campus.code);
    let named = line.iter().rev().filter(|one| one.level != OrganisationLevel::Province);
    named.map(|one| name(w, one)).collect::<Vec<_>>().join(" — ")
}

/// The notices of province, school and campus, the widest first.
pub(crate) fn notices(w: Words, view: &View<'_>) -> Markup {
    let offer = view.offer;
    let Some(campus) = offer.campus() else { return html! {} };
    let line = ancestry(&offer.exam.organisations, campus);
    let with_notice = line.iter().rev().filter(|one| !paragraphs(w, one).is_empty());
    html! {
        @for one in with_notice {
            section class="notices" {
                h3 { (level_word(w, one.level)) " · " (name(w, one)) }
                @for paragraph in paragraphs(w, one) { p { (paragraph) } }
            }
        }
    }
}

fn paragraphs(w: Words, one: &Organisation) -> &[String] {
    match w.language {
        Language::Zh => &one.notice.zh,
        Language::En => &one.notice.en,
    }
}

fn level_word(w: Words, level: OrganisationLevel) -> String {
    match level {
        OrganisationLevel::Province => w.t("notice-province"),
        OrganisationLevel::School => w.t("notice-school"),
        OrganisationLevel::Campus => w.t("notice-campus"),
    }
    .into_owned()
}

#[cfg(test)]
mod tests {
    use crate::tests::gallery::gallery;
    use pagekit::language::Language;

    fn page(name: &str) -> String {
        let found = gallery(Language::Zh).into_iter().find(|(page, _)| page == name);
        found.unwrap_or_else(|| panic!("no page {name}")).1.into_string()
    }

    #[test]
    fn b14_campuses_with_the_subject_are_listed_by_name_code_level_and_school() {
        let oral = page("zh-choose-oral");
        let list = oral.split("<select id=\"campus\"").nth(1).unwrap().split("</select>").next().unwrap();
        for part in ["(99101)临江大学 · 学校级", "(991010)湖滨校区 · 校区级", "(993010)本部校区 · 校区级"]
        {
            assert!(list.contains(part), "{part} in {list}");
        }
        assert!(!list.contains("991011"), "has no oral test: {list}");
        assert!(oral.contains("(99301)临江师范学院 — (993010)本部校区"), "{oral}");
    }

    #[test]
    fn what_excludes_subjects_is_said_once_above_them() {
        let rule = "英语和小语种笔试同级别科目只能报考1科";
        let untouched = page("zh-choose-written");
        let groups = untouched.matches("<fieldset class=\"sittings\"").count();
        assert!(untouched.matches(rule).count() == groups && groups > 1, "{untouched}");
        let more = page("zh-choose-more");
        let card = |id: &str| {
            let card = more.split(&format!("data-sitting=\"{id}\"")).nth(1).unwrap();
            card.split("</li>").next().unwrap().to_owned()
        };
        assert!(card("ja4-written-993010").contains("已报考英语四级笔试，这一科不能再选"), "{more}");
        assert!(more.matches(rule).count() == groups && !more.contains("存在多科报考"), "not on every card: {more}");
        assert!(card("cet4-written-993010").contains("已选 · 待缴费"), "{more}");
    }
}

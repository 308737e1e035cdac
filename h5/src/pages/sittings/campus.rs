//! Picking a campus, and what its province, school and campus want known.

use maud::{Markup, html};
use pagekit::language::Language;
use pagekit::words::Words;
use registration::choosing::campuses;
use registration::exam_rules::CampusRule;
use registration::organisation::{Organisation, OrganisationLevel, ancestry};

use super::View;
use super::choice::Offer;

/// The list to pick from, where the candidate may pick; else the campus that is fixed.
pub(crate) fn campus_part(w: Words, view: &View<'_>) -> Markup {
    let offer = view.offer;
    let rule = offer.campus_rule();
    let here = offer.campus().and_then(|code| offer.exam.organisation(code));
    let open = campuses(offer.exam, offer.eligibility, rule, view.now);
    match rule {
        CampusRule::Any => html! {},
        CampusRule::Pick if open.len() > 1 => picker(w, offer, &open),
        CampusRule::Own | CampusRule::Pick => html! {
            @if let Some(campus) = here {
                p class="campus" { span class="above" { (w.t("campus-title")) } b { (full_name(w, offer, campus)) } }
            }
            @if rule == CampusRule::Pick { p class="hint" { (w.t("campus-fixed")) } }
        },
    }
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
                select id="campus" name="campus" aria-describedby="campus-hint" data-submits {
                    @for school in &schools {
                        optgroup label=(school.map_or_else(|| w.t("campus-other").into_owned(), |school| name(w, school))) {
                            @for campus in open.iter().filter(|campus| school_of(offer, campus) == *school) {
                                option value=(campus.code) selected[Some(&campus.code) == here] { (name(w, campus)) }
                            }
                        }
                    }
                }
            }
            button class="button second" type="submit" { (w.t("campus-submit")) }
        }
    }
}

fn school_of<'a>(offer: &Offer<'a>, campus: &Organisation) -> Option<&'a Organisation> {
    campus.parent.as_ref().and_then(|code| offer.exam.organisation(code))
}

/// `(993010)测试校区机构001`
pub(crate) fn name(w: Words, organisation: &Organisation) -> String {
    format!("({}){}", organisation.code, w.pick(&organisation.name.zh, &organisation.name.en))
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

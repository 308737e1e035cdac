//! The ways to prove who one is, in words and as buttons.

use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::exam_rules::{CardCheck, IdentityWay};

use super::page_of;

/// The name of a way, as its button says it; of a card by who decides on it.
pub(crate) fn way_name(w: Words, way: IdentityWay, card: CardCheck) -> String {
    match (way, card) {
        (IdentityWay::Card, CardCheck::Auto) => w.t("identity-way-card"),
        (IdentityWay::Card, CardCheck::Vendor) => w.t("identity-way-card-vendor"),
        (IdentityWay::Card, CardCheck::Staff) => w.t("identity-way-card-staff"),
        (IdentityWay::Liveness, _) => w.t("identity-way-liveness"),
        (IdentityWay::Manual, _) => w.t("identity-way-manual"),
    }
    .into_owned()
}

/// What somebody needs for a way, in a sentence below its button.
fn way_hint(w: Words, way: IdentityWay, card: CardCheck) -> String {
    match (way, card) {
        (IdentityWay::Card, CardCheck::Auto) => w.t("identity-way-card-hint"),
        (IdentityWay::Card, CardCheck::Vendor) => w.t("identity-way-card-vendor-hint"),
        (IdentityWay::Card, CardCheck::Staff) => w.t("identity-way-card-staff-hint"),
        (IdentityWay::Liveness, _) => w.t("identity-way-liveness-hint"),
        (IdentityWay::Manual, _) => w.t("identity-way-manual-hint"),
    }
    .into_owned()
}

/// A button for each way, the first one the plain answer.
pub(super) fn way_buttons(w: Words, ways: &[IdentityWay], card: CardCheck) -> Markup {
    html! {
        div class="ways-to" {
            @for (index, way) in ways.iter().enumerate() {
                @let class = if index == 0 { "button" } else { "button second" };
                button class=(class) type="submit" name="way" value=(page_of(*way)) { (way_name(w, *way, card)) }
                p class="hint" { (way_hint(w, *way, card)) }
            }
        }
    }
}

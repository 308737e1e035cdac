//! What is entered of a site and of a room, as forms bring it, and those forms.

use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::room::{Room, Site};
use registration::rooms::form::{RoomForm, SiteForm};
use serde::Deserialize;

use super::words::{ORDERS, SPACINGS, name_of};
use crate::finance::parts::select;

/// Rows of the field for a plan.
const PLAN_ROWS: u8 = 9;

/// A site as it was entered.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct SiteEntered {
    name_zh: String,
    name_en: String,
    address_zh: String,
    address_en: String,
    way_zh: String,
    way_en: String,
    position: String,
}

/// A room as it was entered.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct RoomEntered {
    name: String,
    floor: String,
    layout: String,
    order: String,
    spacing: String,
    prefix: String,
    spare_seats: String,
    step_free: Option<String>,
    has_lift: Option<String>,
}

impl SiteEntered {
    pub(crate) fn of(site: &Site) -> Self {
        Self {
            name_zh: site.name.zh.clone(),
            name_en: site.name.en.clone(),
            address_zh: site.address.zh.clone(),
            address_en: site.address.en.clone(),
            way_zh: site.way.zh.clone(),
            way_en: site.way.en.clone(),
            position: site.position.map_or_else(String::new, |at| format!("{}, {}", at.latitude, at.longitude)),
        }
    }

    pub(crate) fn form(&self) -> SiteForm<'_> {
        SiteForm {
            name_zh: &self.name_zh,
            name_en: &self.name_en,
            address_zh: &self.address_zh,
            address_en: &self.address_en,
            way_zh: &self.way_zh,
            way_en: &self.way_en,
            position: &self.position,
        }
    }
}

impl RoomEntered {
    pub(crate) fn of(room: &Room) -> Self {
        let letters: Vec<String> = room.plan.layout.clone().into();
        let ticked = |is_so: bool| is_so.then(|| "on".to_owned());
        Self {
            name: room.name.clone(),
            floor: room.floor.clone(),
            layout: letters.join("\n"),
            order: name_of(&ORDERS, room.plan.order).0.to_owned(),
            spacing: name_of(&SPACINGS, room.plan.spacing).0.to_owned(),
            prefix: room.plan.prefix.clone(),
            spare_seats: room.plan.spare_seats.map_or_else(String::new, |spare| spare.to_string()),
            step_free: ticked(room.plan.step_free),
            has_lift: ticked(room.has_lift),
        }
    }

    pub(crate) fn form(&self) -> RoomForm<'_> {
        let order = ORDERS.iter().find(|(_, name, _)| *name == self.order).map(|(order, ..)| *order);
        let spacing = SPACINGS.iter().find(|(_, name, _)| *name == self.spacing).map(|(spacing, ..)| *spacing);
        RoomForm {
            name: &self.name,
            floor: &self.floor,
            layout: &self.layout,
            order: order.unwrap_or_default(),
            spacing: spacing.unwrap_or_default(),
            prefix: &self.prefix,
            step_free: self.step_free.is_some(),
            has_lift: self.has_lift.is_some(),
            spare_seats: &self.spare_seats,
        }
    }
}

/// The form of a site.
pub(crate) fn site_form(w: Words, action: &str, entered: &SiteEntered) -> Markup {
    html! {
        form class="fields panel" method="post" action=(action) {
            (line("name_zh", &w.t("site-name-zh"), &entered.name_zh, true))
            (line("name_en", &w.t("site-name-en"), &entered.name_en, false))
            (line("address_zh", &w.t("site-address-zh"), &entered.address_zh, true))
            (line("address_en", &w.t("site-address-en"), &entered.address_en, false))
            (line("way_zh", &w.t("site-way-zh"), &entered.way_zh, false))
            (line("way_en", &w.t("site-way-en"), &entered.way_en, false))
            (line("position", &w.t("site-position"), &entered.position, false))
            p class="hint" { (w.t("site-hint")) }
            button class="button" type="submit" { (w.t("save")) }
        }
    }
}

/// The form of a room.
pub(crate) fn room_form(w: Words, action: &str, entered: &RoomEntered) -> Markup {
    html! {
        form class="fields panel" method="post" action=(action) {
            (line("name", &w.t("room-name"), &entered.name, true))
            (line("floor", &w.t("room-floor"), &entered.floor, false))
            div {
                label for="layout" { (w.t("room-layout")) }
                textarea id="layout" name="layout" rows=(PLAN_ROWS) required aria-describedby="layout-hint"
                    spellcheck="false" autocomplete="off" class="letters" { (entered.layout) }
                p class="hint" id="layout-hint" { (w.t("room-layout-hint")) }
            }
            (select("order", &w.t("room-order"), None, &entered.order, options(w, &ORDERS)))
            (select("spacing", &w.t("room-spacing"), None, &entered.spacing, options(w, &SPACINGS)))
            (line("prefix", &w.t("room-prefix"), &entered.prefix, false))
            (line("spare_seats", &w.t("room-spare"), &entered.spare_seats, false))
            (tick("step_free", &w.t("room-step-free"), entered.step_free.is_some()))
            (tick("has_lift", &w.t("room-lift"), entered.has_lift.is_some()))
            button class="button" type="submit" { (w.t("save")) }
        }
    }
}

fn options<T: 'static>(
    w: Words,
    table: &'static [(T, &'static str, &'static str)],
) -> impl Iterator<Item = (String, String)> {
    table.iter().map(move |(_, name, word)| ((*name).to_owned(), w.t(word).into_owned()))
}

/// A field of one line.
pub(crate) fn line(name: &str, label: &str, value: &str, is_required: bool) -> Markup {
    html! {
        div {
            label for=(name) { (label) }
            input id=(name) name=(name) value=(value) required[is_required] autocomplete="off";
        }
    }
}

/// A box to tick.
pub(crate) fn tick(name: &str, label: &str, is_ticked: bool) -> Markup {
    html! {
        label class="tick" { input type="checkbox" name=(name) checked[is_ticked]; (label) }
    }
}

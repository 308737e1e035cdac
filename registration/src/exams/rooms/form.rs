//! What staff enter of a site and of a room, checked: every fault at once, each with its own sentence.

use seating::{Layout, LayoutError, Room as Plan, SeatOrder, Spacing};

use crate::model::room::{Position, Room, RoomId, Site, SiteId};
use crate::model::text::Text;

/// Longest name of a site, address and way to its gate, in characters.
const SITE_NAME_CHARS_MAX: usize = 100;
const ADDRESS_CHARS_MAX: usize = 200;
const WAY_CHARS_MAX: usize = 500;
/// Longest name of a room, floor and prefix of its seats, in characters.
const ROOM_NAME_CHARS_MAX: usize = 60;
const FLOOR_CHARS_MAX: usize = 20;
const PREFIX_CHARS_MAX: usize = 8;
/// Most columns that are told by their numbers of seats.
const COLUMNS_MAX: usize = 100;

/// Something that was entered and cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RoomFault {
    /// The name of a site.
    #[error("the name of a site has 1 to {SITE_NAME_CHARS_MAX} characters on one line")]
    SiteName,
    /// The address of a site.
    #[error("the address of a site has 1 to {ADDRESS_CHARS_MAX} characters on one line")]
    Address,
    /// How to find the gate.
    #[error("how to find the gate is told in at most {WAY_CHARS_MAX} characters on one line")]
    Way,
    /// Where it is on the map.
    #[error("a position is latitude and longitude in degrees, such as 30.2637, 120.1202")]
    Position,
    /// The name of a room.
    #[error("the name of a room has 1 to {ROOM_NAME_CHARS_MAX} characters on one line")]
    RoomName,
    /// The floor of a room.
    #[error("a floor has at most {FLOOR_CHARS_MAX} characters on one line")]
    Floor,
    /// What stands before its seats' numbers.
    #[error("what stands before the number of a seat has at most {PREFIX_CHARS_MAX} letters and digits")]
    Prefix,
    /// Where its seats are: not told in a way that is read.
    #[error("seats are told as 5x6 (rows x columns), as 7-8-8-7 (seats of each column), or row by row in letters")]
    Plan,
    /// Where its seats are: told, and impossible.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// How many seats stay empty.
    #[error("spare seats are a whole number, fewer than the room has seats")]
    Spare,
    /// Another one has the name.
    #[error("another one has this name")]
    NameTaken,
}

/// A site as it was entered. English may be empty: then the Chinese stands for it.
#[derive(Debug, Clone, Default)]
pub struct SiteForm<'a> {
    /// Its name in Chinese.
    pub name_zh: &'a str,
    /// Its name in English.
    pub name_en: &'a str,
    /// Its address in Chinese.
    pub address_zh: &'a str,
    /// Its address in English.
    pub address_en: &'a str,
    /// How to find the gate, in Chinese; may be empty.
    pub way_zh: &'a str,
    /// How to find the gate, in English.
    pub way_en: &'a str,
    /// Latitude and longitude with a comma between; may be empty.
    pub position: &'a str,
}

/// A room as it was entered.
#[derive(Debug, Clone, Default)]
pub struct RoomForm<'a> {
    /// Its name within the site.
    pub name: &'a str,
    /// On which floor; may be empty.
    pub floor: &'a str,
    /// Where its seats are, as [`layout`] reads it.
    pub layout: &'a str,
    /// How they are numbered.
    pub order: SeatOrder,
    /// Which of them are used.
    pub spacing: Spacing,
    /// What stands before their numbers.
    pub prefix: &'a str,
    /// Whether it is reached without steps.
    pub step_free: bool,
    /// Whether a lift goes there.
    pub has_lift: bool,
    /// How many of them stay empty; empty where the rules of a sitting say so.
    pub spare_seats: &'a str,
}

impl SiteForm<'_> {
    /// The site, or what is wrong with it.
    ///
    /// # Errors
    /// Every [`RoomFault`] that there is.
    pub fn check(&self, id: SiteId) -> Result<Site, Vec<RoomFault>> {
        let mut faults = Vec::new();
        let mut text = |zh: &str, en: &str, least: usize, most: usize, fault: RoomFault| {
            let en = if en.trim().is_empty() { zh } else { en };
            if !is_line(zh, least, most) || !is_line(en, least, most) {
                faults.push(fault);
            }
            Text { zh: zh.trim().to_owned(), en: en.trim().to_owned() }
        };
        let name = text(self.name_zh, self.name_en, 1, SITE_NAME_CHARS_MAX, RoomFault::SiteName);
        let address = text(self.address_zh, self.address_en, 1, ADDRESS_CHARS_MAX, RoomFault::Address);
        let way = text(self.way_zh, self.way_en, 0, WAY_CHARS_MAX, RoomFault::Way);
        let position = match self.position.trim() {
            "" => None,
            text => {
                let read = position(text);
                if read.is_none() {
                    faults.push(RoomFault::Position);
                }
                read
            }
        };
        if faults.is_empty() { Ok(Site { id, name, address, way, position }) } else { Err(faults) }
    }
}

impl RoomForm<'_> {
    /// The room, or what is wrong with it.
    ///
    /// # Errors
    /// Every [`RoomFault`] that there is.
    pub fn check(&self, id: RoomId, site: SiteId) -> Result<Room, Vec<RoomFault>> {
        let mut faults = Vec::new();
        let (name, floor, prefix) = (self.name.trim(), self.floor.trim(), self.prefix.trim());
        if !is_line(name, 1, ROOM_NAME_CHARS_MAX) {
            faults.push(RoomFault::RoomName);
        }
        if !is_line(floor, 0, FLOOR_CHARS_MAX) {
            faults.push(RoomFault::Floor);
        }
        if prefix.chars().count() > PREFIX_CHARS_MAX || !prefix.chars().all(char::is_alphanumeric) {
            faults.push(RoomFault::Prefix);
        }
        let layout = layout(self.layout).map_err(|fault| faults.push(fault)).ok();
        let spare_seats = match self.spare_seats.trim() {
            "" => Some(None),
            text => text.parse().ok().map(Some),
        };
        let plan = layout.map(|layout| Plan {
            id: id.0.to_string(),
            layout,
            order: self.order,
            spacing: self.spacing,
            prefix: prefix.to_owned(),
            step_free: self.step_free,
            spare_seats: spare_seats.flatten(),
        });
        let too_many = |plan: &Plan| plan.spare_seats.is_some_and(|spare| usize::from(spare) >= plan.seats().len());
        if spare_seats.is_none() || plan.as_ref().is_some_and(too_many) {
            faults.push(RoomFault::Spare);
        }
        match plan {
            Some(plan) if faults.is_empty() => {
                let (name, floor, has_lift) = (name.to_owned(), floor.to_owned(), self.has_lift);
                Ok(Room { id, site, name, floor, has_lift, plan })
            }
            _ => Err(faults),
        }
    }
}

/// One line of so many characters.
fn is_line(text: &str, least: usize, most: usize) -> bool {
    let text = text.trim();
    (least..=most).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

fn position(text: &str) -> Option<Position> {
    let (latitude, longitude) = text.split_once([',', '，'])?;
    let (latitude, longitude): (f64, f64) = (latitude.trim().parse().ok()?, longitude.trim().parse().ok()?);
    let is_there = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
    is_there.then_some(Position { latitude, longitude })
}

/// Where the seats of a room are: `5x6` is rows × columns, `7-8-8-7` the seats of each column from the left, everything else is
/// letters row by row from the front, each row on a line of its own or behind a `/`: `o` a seat, `w` one that a wheelchair
/// reaches, `x` one that is not used, `_` none.
///
/// # Errors
/// [`RoomFault::Plan`] and [`RoomFault::Layout`].
pub fn layout(text: &str) -> Result<Layout, RoomFault> {
    let text = text.trim();
    let number = |text: &str| text.trim().parse::<usize>().map_err(|_| RoomFault::Plan);
    if text.is_empty() {
        return Err(RoomFault::Plan);
    }
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        let rows = text.split(['\n', '/']).map(|row| row.trim().to_ascii_lowercase());
        return Ok(Layout::try_from(rows.collect::<Vec<String>>())?);
    }
    if let Some((rows, columns)) = text.split_once(['x', 'X', '×', '*', '＊']) {
        return Ok(Layout::grid(number(rows)?, number(columns)?)?);
    }
    let columns: Vec<&str> = text.split(['-', '–', '—', '－']).collect();
    if columns.len() > COLUMNS_MAX {
        return Err(LayoutError::TooLarge.into());
    }
    // A number alone may be meant as anything.
    if columns.len() < 2 {
        return Err(RoomFault::Plan);
    }
    let columns = columns.into_iter().map(number).collect::<Result<Vec<usize>, _>>()?;
    Ok(Layout::columns(&columns)?)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn rows(text: &str) -> Vec<String> {
        layout(text).unwrap_or_else(|fault| panic!("{text}: {fault}")).into()
    }

    #[test]
    fn seats_are_told_in_three_ways() {
        for text in ["2x3", "2 × 3", "2*3", " 2X3 "] {
            assert_eq!(rows(text), ["ooo", "ooo"], "{text}");
        }
        assert_eq!(rows("2-1-2"), ["ooo", "o_o"]);
        assert_eq!(rows("2－1–2"), ["ooo", "o_o"]);
        for text in ["ow_\nxoo", "OW_/XOO", "ow_\r\n xoo"] {
            assert_eq!(rows(text), ["ow_", "xoo"], "{text}");
        }
        assert_eq!(Vec::from(layout("7-8-8-7").unwrap()).concat().matches('o').count(), 30);
        for text in ["", " ", "5x", "x6x", "7-8-", "5y6", "30", "99999999999999999999x2"] {
            assert!(layout(text).is_err(), "{text}");
        }
        assert_eq!(layout("5x60"), Ok(Layout::grid(5, 60).unwrap()));
        assert_eq!(layout("200x200"), Err(RoomFault::Layout(LayoutError::TooLarge)));
        assert_eq!(layout("o?"), Err(RoomFault::Layout(LayoutError::Letter { row: 1, letter: '?' })));
        assert_eq!(layout("_x"), Err(RoomFault::Layout(LayoutError::NoSeat)));
        assert_eq!(layout(&["1"; 101].join("-")), Err(RoomFault::Layout(LayoutError::TooLarge)));
    }

    #[test]
    fn every_fault_of_a_room_is_told_at_once() {
        let (id, site) = (RoomId(Uuid::from_u128(1)), SiteId(Uuid::from_u128(2)));
        let good = RoomForm { name: "302", layout: "5x6", prefix: "H", spare_seats: "2", ..RoomForm::default() };
        let room = good.check(id, site).unwrap();
        assert_eq!((room.plan.id.clone(), room.plan.spare_seats), (id.0.to_string(), Some(2)));
        let floor = "九".repeat(21);
        let bad =
            RoomForm { name: " ", floor: &floor, layout: "5", prefix: "H-", spare_seats: "two", ..RoomForm::default() };
        let faults = [RoomFault::RoomName, RoomFault::Floor, RoomFault::Prefix, RoomFault::Plan, RoomFault::Spare];
        assert_eq!(bad.check(id, site), Err(faults.to_vec()));
        for (spare, is_good) in [("29", true), ("30", false), ("-1", false), ("70000", false)] {
            assert_eq!(RoomForm { spare_seats: spare, ..good.clone() }.check(id, site).is_ok(), is_good, "{spare}");
        }
    }

    #[test]
    fn a_site_has_name_address_and_perhaps_a_position() {
        let id = SiteId(Uuid::from_u128(2));
        let good = SiteForm { name_zh: "临江大学东校区", address_zh: "学府路 1 号", ..SiteForm::default() };
        assert_eq!(good.check(id).unwrap().name.en, "临江大学东校区");
        for text in ["30.2637, 120.1202", "30.2637，120.1202"] {
            let site = SiteForm { position: text, ..good.clone() }.check(id).unwrap();
            assert_eq!(site.position, Some(Position { latitude: 30.2637, longitude: 120.1202 }));
        }
        for text in ["30.2637", "91, 0", "0, 181", "NaN, 0", "a, b"] {
            let site = SiteForm { position: text, ..good.clone() }.check(id);
            assert_eq!(site, Err(vec![RoomFault::Position]), "{text}");
        }
        let none = SiteForm { way_zh: "a\nb", ..SiteForm::default() }.check(id);
        assert_eq!(none, Err(vec![RoomFault::SiteName, RoomFault::Address, RoomFault::Way]));
    }
}

//! A list of rooms as a file (CSV, whatever a spreadsheet wrote): all of it or nothing, each fault with its line; the same file
//! twice changes nothing.

use std::collections::{HashMap, HashSet};

use seating::{SeatOrder, Spacing};
use uuid::Uuid;

use super::form::{RoomForm, SiteForm};
use super::sites::ROOMS_MAX;
use super::{RoomError, Rooms, store};
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::permits::{Right, Scope, demand};
use crate::desk::staff::StaffMember;
use crate::exams::definition::DefinitionError;
use crate::exams::definition::source::decoded_text;
use crate::exams::definition::table::{Row, Shape, parse};
use crate::model::actor::Actor;
use crate::model::clock;
use crate::model::room::{Room, RoomId, Site, SiteId};

/// Largest file, in bytes.
pub const LIST_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Most sites that can be in use at once; the list of sites has as many.
const SITES_MAX: i64 = 500;

const SHAPE: Shape = Shape {
    file: "rooms.csv",
    columns: &[
        "site",
        "name",
        "layout",
        "floor",
        "order",
        "spacing",
        "prefix",
        "step_free",
        "lift",
        "spare_seats",
        "site_en",
        "address",
        "address_en",
    ],
    needed: 3,
    rows_max: 20_000,
    is_open: false,
    words: &WORDS,
};

/// What a sheet of rooms may say.
const WORDS: [(&str, &str); 17] = [
    ("考点", "site"),
    ("考点名称", "site"),
    ("考场", "name"),
    ("考场名称", "name"),
    ("教室", "name"),
    ("座位", "layout"),
    ("座位图", "layout"),
    ("座位布局", "layout"),
    ("楼层", "floor"),
    ("编号顺序", "order"),
    ("间隔", "spacing"),
    ("座位号前缀", "prefix"),
    ("无障碍", "step_free"),
    ("电梯", "lift"),
    ("备用座位", "spare_seats"),
    ("地址", "address"),
    ("考点英文名", "site_en"),
];

const ORDERS: [(&str, SeatOrder); 7] = [
    ("", SeatOrder::Serpentine),
    ("s", SeatOrder::Serpentine),
    ("s形", SeatOrder::Serpentine),
    ("columns", SeatOrder::Columns),
    ("按列", SeatOrder::Columns),
    ("rows", SeatOrder::Rows),
    ("按行", SeatOrder::Rows),
];
const SPACINGS: [(&str, Spacing); 7] = [
    ("", Spacing::Dense),
    ("dense", Spacing::Dense),
    ("不隔", Spacing::Dense),
    ("checkered", Spacing::Checkered),
    ("隔位", Spacing::Checkered),
    ("alternate", Spacing::AlternateColumns),
    ("隔列", Spacing::AlternateColumns),
];
const YES_OR_NO: [(&str, bool); 7] =
    [("", false), ("no", false), ("否", false), ("无", false), ("yes", true), ("是", true), ("有", true)];

/// What a list of rooms did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RoomsImported {
    /// Sites that were made.
    pub sites: u64,
    /// Rooms that were made.
    pub added: u64,
    /// Rooms that are others now.
    pub changed: u64,
    /// Rooms that were as the list says.
    pub same: u64,
}

/// A line that is right by itself.
struct Line {
    line: u64,
    /// The site as the line says; made when there is none of that name.
    site: Option<Site>,
    site_name: String,
    room: Room,
}

impl Rooms {
    /// Reads a list of rooms and makes or changes them; sites that have an address in the list are made.
    ///
    /// # Errors
    /// [`RoomError::List`] with every line that cannot be, and then nothing was changed; [`RoomError::Forbidden`] and
    /// [`RoomError::Store`].
    pub async fn import(&self, member: &StaffMember, bytes: &[u8]) -> Result<RoomsImported, RoomError> {
        demand(member, Right::ArrangeSeats, Scope::Everything)?;
        self.import_as(&Actor::Staff(member.id), bytes).await
    }

    /// The same at the command line, where whoever may run it may do everything.
    ///
    /// # Errors
    /// As [`Self::import`].
    pub async fn import_here(&self, bytes: &[u8]) -> Result<RoomsImported, RoomError> {
        self.import_as(&Actor::System, bytes).await
    }

    async fn import_as(&self, actor: &Actor, bytes: &[u8]) -> Result<RoomsImported, RoomError> {
        let lines = read(bytes).map_err(RoomError::List)?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let known = store::sites::all(&transaction, SITES_MAX).await?;
        let mut sites: HashMap<String, SiteId> =
            known.into_iter().map(|stored| (stored.site.name.zh.clone(), stored.site.id)).collect();
        let mut rooms: HashMap<(SiteId, String), Room> = HashMap::new();
        for site in lines.iter().filter_map(|line| sites.get(&line.site_name)).collect::<HashSet<_>>() {
            let there = store::rooms::of_site(&transaction, *site, ROOMS_MAX).await?;
            rooms.extend(there.into_iter().map(|stored| ((*site, stored.room.name.clone()), stored.room)));
        }
        let (mut faults, mut done, now) = (Vec::new(), RoomsImported::default(), clock::now());
        for Line { line, site, site_name, mut room } in lines {
            let fault = |message: &str| DefinitionError { file: SHAPE.file, line, message: message.to_owned() };
            room.site = match (sites.get(&site_name).copied(), site) {
                (Some(id), _) => id,
                (None, Some(site)) => {
                    store::sites::put(&transaction, &site).await?;
                    sites.insert(site_name, site.id);
                    done.sites += 1;
                    site.id
                }
                (None, None) => {
                    faults.push(fault("site: there is none of this name: make it first, or give its `address`"));
                    continue;
                }
            };
            if let Some(before) = rooms.get(&(room.site, room.name.clone())) {
                room.id = before.id;
                room.plan.id = before.plan.id.clone();
                if *before == room {
                    done.same += 1;
                    continue;
                }
                let is_other = before.plan != room.plan;
                if is_other && store::seat_assignments::is_sat_in_after(&transaction, room.id, now).await? {
                    faults.push(fault(
                        "layout: places in this room are published, and its seats stay until that sitting",
                    ));
                    continue;
                }
                done.changed += 1;
            } else {
                done.added += 1;
            }
            store::rooms::put(&transaction, &room).await?;
        }
        if !faults.is_empty() {
            return Err(RoomError::List(faults));
        }
        if (done.sites, done.added, done.changed) != (0, 0, 0) {
            let detail = format!("+{} sites, +{} rooms, {} changed", done.sites, done.added, done.changed);
            let entry = Entry::new(actor.clone(), AuditAction::ImportedRooms, "rooms");
            entry.detail(detail.as_str()).write(&transaction).await?;
        }
        transaction.commit().await?;
        Ok(done)
    }
}

fn read(bytes: &[u8]) -> Result<Vec<Line>, Vec<DefinitionError>> {
    let whole = |message: String| vec![DefinitionError { file: SHAPE.file, line: 1, message }];
    if bytes.len() > LIST_BYTES_MAX {
        return Err(whole(format!("has more than {LIST_BYTES_MAX} bytes")));
    }
    let text = decoded_text(bytes.to_vec()).map_err(whole)?;
    let (mut faults, mut seen) = (Vec::new(), HashSet::new());
    let lines = parse(&SHAPE, &text, &mut faults, |row, faults| {
        let line = read_line(row, faults)?;
        if !seen.insert((line.site_name.clone(), line.room.name.clone())) {
            faults.push(row.fault(format!("the room `{}` is there twice", line.room.name)));
            return None;
        }
        Some(line)
    });
    if lines.is_empty() && faults.is_empty() {
        faults.extend(whole("there is no room in it".to_owned()));
    }
    if faults.is_empty() { Ok(lines) } else { Err(faults) }
}

fn read_line(row: &Row<'_>, faults: &mut Vec<DefinitionError>) -> Option<Line> {
    let (site_name, address) = (row.field("site"), row.field("address"));
    let order = row.read("order", faults, |cell| known(&ORDERS, cell));
    let spacing = row.read("spacing", faults, |cell| known(&SPACINGS, cell));
    let step_free = row.read("step_free", faults, |cell| known(&YES_OR_NO, cell));
    let has_lift = row.read("lift", faults, |cell| known(&YES_OR_NO, cell));
    let form = RoomForm {
        name: row.field("name"),
        floor: row.field("floor"),
        layout: row.field("layout"),
        order: order.unwrap_or_default(),
        spacing: spacing.unwrap_or_default(),
        prefix: row.field("prefix"),
        step_free: step_free.unwrap_or_default(),
        has_lift: has_lift.unwrap_or_default(),
        spare_seats: row.field("spare_seats"),
    };
    let mut checked = |result: Result<(), Vec<_>>| {
        result.map_err(|found: Vec<super::form::RoomFault>| {
            faults.extend(found.into_iter().map(|fault| row.fault(fault.to_string())));
        })
    };
    let site_form = SiteForm {
        name_zh: site_name,
        name_en: row.field("site_en"),
        // Of a site that is there nothing but its name is read.
        address_zh: if address.is_empty() { site_name } else { address },
        address_en: row.field("address_en"),
        ..SiteForm::default()
    };
    let mut site = None;
    let is_site = checked(site_form.check(SiteId(Uuid::now_v7())).map(|read| site = Some(read)));
    let mut room = None;
    let is_room = checked(form.check(RoomId(Uuid::now_v7()), SiteId(Uuid::nil())).map(|read| room = Some(read)));
    is_site.and(is_room).ok()?;
    (order.is_some() && spacing.is_some() && step_free.is_some() && has_lift.is_some()).then_some(())?;
    let site = site.filter(|_| !address.is_empty());
    Some(Line { line: row.line, site, site_name: site_name.to_owned(), room: room? })
}

/// What a cell means, by the words that are known.
fn known<T: Copy>(words: &[(&str, T)], cell: &str) -> Result<T, String> {
    let plain = cell.to_lowercase();
    let found = words.iter().find(|(word, _)| *word == plain).map(|(_, value)| *value);
    let all = || words.iter().map(|(word, _)| *word).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(", ");
    found.ok_or_else(|| format!("`{cell}` is none of {}", all()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<String> {
        let faults = read(text.as_bytes()).map(|_| ()).unwrap_err();
        faults.iter().map(DefinitionError::to_string).collect()
    }

    #[test]
    fn a_list_is_read_as_spreadsheets_write_it() {
        let text = "考点,考场,座位,楼层,编号顺序,无障碍,备用座位\n东校区,302,7-8-8-7,3,按列,是,2\n东校区,303,5x6,,,,\n";
        for bytes in [text.as_bytes().to_vec(), encoding_rs::GB18030.encode(text).0.into_owned()] {
            let lines = read(&bytes).unwrap();
            assert_eq!(lines.len(), 2);
            let plan = &lines[0].room.plan;
            assert_eq!((plan.order, plan.step_free, plan.spare_seats), (SeatOrder::Columns, true, Some(2)));
            assert_eq!((lines[1].room.plan.seats().len(), &lines[1].room.name[..]), (30, "303"));
            assert!(lines[0].site.is_none(), "a site without an address is not made");
        }
    }

    #[test]
    fn every_fault_has_its_line() {
        let told =
            faults("site,name,layout,order,lift\na,1,5x6,zigzag,maybe\na,,5,s,no\nb,2,o?,s,no\nb,3,5x6,,\nb,3,5x6,,\n");
        let lines: Vec<&str> = told.iter().map(|fault| fault.split(' ').next().unwrap()).collect();
        assert_eq!(
            lines,
            ["rooms.csv:2:", "rooms.csv:2:", "rooms.csv:3:", "rooms.csv:3:", "rooms.csv:4:", "rooms.csv:6:"],
            "{told:#?}"
        );
        assert!(faults("site,name\n")[0].contains("`layout` is missing"));
        assert!(faults("site,name,layout\n")[0].contains("no room"));
        assert!(faults("PK\u{3}\u{4}")[0].contains("workbook"));
    }
}

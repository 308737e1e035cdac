//! A list of rooms as a file (CSV or a workbook, whatever a spreadsheet wrote): all of it or nothing, each fault with its cell;
//! the same file twice changes nothing. Rooms that are not in it stay as they are.

use std::collections::{HashMap, HashSet};
use std::io::{Cursor, Read, Seek};

use deadpool_postgres::GenericClient;
use seating::{SeatOrder, Spacing};
use uuid::Uuid;

use super::form::{RoomFault, RoomForm, SiteForm};
use super::{RoomError, Rooms, store};
use crate::desk::audit::{AuditAction, Entry};
use crate::exams::definition::DefinitionError;
use crate::exams::definition::people_file::{Line, PeopleRead};
use crate::exams::definition::table::{Row, Shape, stream};
use crate::exams::definition::wrong::Wrong;
use crate::model::actor::Actor;
use crate::model::clock;
use crate::model::room::{Room, RoomId, Site, SiteId};
use crate::store::StoreError;

/// Largest file, in bytes.
pub const LIST_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Most sites that can be in use at once; the list of sites has as many.
const SITES_MAX: i64 = 500;
/// Most rooms of one site that are compared with a list: more than its page shows, and as many as a list has lines.
const ROOMS_READ_MAX: i64 = 20_000;

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
pub(crate) struct RoomLine {
    line: u64,
    /// In which columns its site and its layout stand.
    places: [Option<u16>; 2],
    /// The site as the line says; made when there is none of that name.
    site: Option<Site>,
    site_name: String,
    room: Room,
}

/// What is there and what a list would make of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bringing {
    /// It is held against what is there, and nothing is written.
    Compared,
    /// It is written.
    Written,
}

impl Rooms {
    /// Reads a list of rooms and makes or changes them, at the command line, where whoever may run it may do everything; sites
    /// that have an address in the list are made.
    ///
    /// # Errors
    /// [`RoomError::List`] with everything that is wrong, and then nothing was changed; and [`RoomError::Store`].
    pub async fn import_here(&self, bytes: &[u8]) -> Result<RoomsImported, RoomError> {
        if bytes.len() > LIST_BYTES_MAX {
            let message = format!("has more than {LIST_BYTES_MAX} bytes");
            return Err(RoomError::List(vec![DefinitionError::new(SHAPE.file, 1, message)]));
        }
        let (mut faults, mut lines) = (Vec::new(), Vec::new());
        let read = read(Cursor::new(bytes), &mut faults, |line| {
            lines.extend(line.found);
            true
        });
        if read.lines == 0 && faults.is_empty() {
            faults.push(DefinitionError::of_cell(SHAPE.file, 1, None, Wrong::Nothing));
        }
        if !faults.is_empty() {
            return Err(RoomError::List(faults));
        }
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let (done, faults) = bring(&transaction, lines, Bringing::Written).await?;
        if !faults.is_empty() {
            return Err(RoomError::List(faults));
        }
        write_down(&transaction, Actor::System, &done).await?;
        transaction.commit().await?;
        Ok(done)
    }
}

/// Writes down what a list did, in the transaction that did it; one that did nothing is nothing to tell of.
pub(crate) async fn write_down(
    transaction: &impl GenericClient,
    by: Actor,
    done: &RoomsImported,
) -> Result<(), StoreError> {
    if (done.sites, done.added, done.changed) == (0, 0, 0) {
        return Ok(());
    }
    let detail = format!("+{} sites, +{} rooms, {} changed", done.sites, done.added, done.changed);
    Entry::new(by, AuditAction::ImportedRooms, "rooms").detail(detail.as_str()).write(transaction).await
}

/// Brings rooms to what the lines say, or tells what that would do; and what is wrong with them as things stand. Where
/// anything is, the caller takes back what was written.
pub(crate) async fn bring(
    client: &impl GenericClient,
    lines: Vec<RoomLine>,
    how: Bringing,
) -> Result<(RoomsImported, Vec<DefinitionError>), StoreError> {
    let known = store::sites::all(client, None, SITES_MAX).await?;
    let mut sites: HashMap<String, SiteId> =
        known.into_iter().map(|stored| (stored.site.name.zh.clone(), stored.site.id)).collect();
    let mut rooms: HashMap<(SiteId, String), Room> = HashMap::new();
    for site in lines.iter().filter_map(|line| sites.get(&line.site_name)).collect::<HashSet<_>>() {
        let there = store::rooms::of_site(client, *site, ROOMS_READ_MAX).await?;
        rooms.extend(there.into_iter().map(|stored| ((*site, stored.room.name.clone()), stored.room)));
    }
    let (mut faults, mut done, now) = (Vec::new(), RoomsImported::default(), clock::now());
    for RoomLine { line, places: [site_at, layout_at], site, site_name, mut room } in lines {
        let fault = |place: Option<u16>, name, wrong| {
            DefinitionError::of_cell(SHAPE.file, line, place.map(|place| (place, name)), wrong)
        };
        room.site = match (sites.get(&site_name).copied(), site) {
            (Some(id), _) => id,
            (None, Some(site)) => {
                if how == Bringing::Written && !store::sites::put(client, &site).await? {
                    faults.push(fault(site_at, "site", Wrong::ManySites));
                    break;
                }
                sites.insert(site_name, site.id);
                done.sites += 1;
                site.id
            }
            (None, None) => {
                faults.push(fault(site_at, "site", Wrong::NoSite { site: site_name }));
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
            if is_other && store::seat_assignments::is_sat_in_after(client, room.id, now).await? {
                faults.push(fault(layout_at, "layout", Wrong::SatIn));
                continue;
            }
            done.changed += 1;
        } else {
            done.added += 1;
        }
        if how == Bringing::Written && !store::rooms::put(client, &room).await? {
            // The database takes nothing more of this transaction.
            faults.push(fault(None, "name", RoomFault::NameTaken.into()));
            break;
        }
    }
    Ok((done, faults))
}

/// Reads a list; `take` gets every line, wrong ones among them, and says whether to go on.
pub(crate) fn read(
    source: impl Read + Seek,
    faults: &mut Vec<DefinitionError>,
    mut take: impl FnMut(Line<'_, RoomLine>) -> bool,
) -> PeopleRead {
    let (mut seen, mut lines) = (HashSet::new(), 0);
    let table = stream(&SHAPE, source, faults, |row, faults| {
        lines += 1;
        let before = faults.len();
        let read = if row.is_odd { None } else { read_line(row, faults) };
        let found = read.filter(|line| {
            let is_new = seen.insert((line.site_name.clone(), line.room.name.clone()));
            if !is_new {
                faults.push(row.wrong("name", Wrong::RoomTwice { room: line.room.name.clone() }));
            }
            is_new && faults.len() == before
        });
        take(Line { row, found, faults })
    });
    let (sheet, other_sheets) = table.map_or((None, 0), |table| (table.sheet, table.others.len() as u64));
    PeopleRead { lines, sheet, other_sheets }
}

fn read_line(row: &Row<'_>, faults: &mut Vec<DefinitionError>) -> Option<RoomLine> {
    let (site_name, address) = (row.field("site"), row.field("address"));
    let order = row.meant("order", faults, |cell| known(&ORDERS, cell));
    let spacing = row.meant("spacing", faults, |cell| known(&SPACINGS, cell));
    let step_free = row.meant("step_free", faults, |cell| known(&YES_OR_NO, cell));
    let has_lift = row.meant("lift", faults, |cell| known(&YES_OR_NO, cell));
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
        result.map_err(|found: Vec<RoomFault>| {
            faults.extend(found.into_iter().map(|fault| row.wrong(column_of(&fault), fault.into())));
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
    let places = [row.place("site"), row.place("layout")];
    Some(RoomLine { line: row.line, places, site, site_name: site_name.to_owned(), room: room? })
}

/// In which column stands what is wrong.
fn column_of(fault: &RoomFault) -> &'static str {
    match fault {
        RoomFault::SiteName => "site",
        RoomFault::Address | RoomFault::Way | RoomFault::Position => "address",
        RoomFault::RoomName | RoomFault::NameTaken => "name",
        RoomFault::Floor => "floor",
        RoomFault::Prefix => "prefix",
        RoomFault::Plan | RoomFault::Layout(_) => "layout",
        RoomFault::Spare => "spare_seats",
    }
}

/// What a cell means, by the words that are known.
fn known<T: Copy>(words: &[(&str, T)], cell: &str) -> Result<T, Wrong> {
    let plain = cell.to_lowercase();
    let found = words.iter().find(|(word, _)| *word == plain).map(|(_, value)| *value);
    let all = || words.iter().map(|(word, _)| *word).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(", ");
    found.ok_or_else(|| Wrong::Choice { cell: cell.to_owned(), all: all() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bytes: &[u8]) -> (Vec<RoomLine>, Vec<String>) {
        let (mut lines, mut faults) = (Vec::new(), Vec::new());
        read(Cursor::new(bytes), &mut faults, |line| {
            lines.extend(line.found);
            true
        });
        (lines, faults.iter().map(DefinitionError::to_string).collect())
    }

    fn faults(text: &str) -> Vec<String> {
        lines(text.as_bytes()).1
    }

    #[test]
    fn a_list_is_read_as_spreadsheets_write_it() {
        let text = "考点,考场,座位,楼层,编号顺序,无障碍,备用座位\n东校区,302,7-8-8-7,3,按列,是,2\n东校区,303,5x6,,,,\n";
        for bytes in [text.as_bytes().to_vec(), encoding_rs::GB18030.encode(text).0.into_owned()] {
            let (lines, faults) = lines(&bytes);
            assert_eq!((lines.len(), &faults[..]), (2, &[][..]));
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
        assert!(faults("PK\u{3}\u{4}")[0].contains("workbook"));
    }
}

//! What devices scanned: kept once each, judged anew, and held against what other devices let in. All scans of a request are
//! written in one transaction, or none: then the device sends them again.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use ticketcode::{PublicKeys, Tag};

use super::store::scans::{self, Inside, KnownScan, NewScan};
use super::{CheckIn, CheckInError, Open, snapshot};
use crate::desk::staff::StaffMember;
use crate::model::clock;
use crate::model::room::checkin::{DeviceId, Entrance, Scan, ScanAnswer, ScanId, ScanRefusal, ScanState, Shown};
use crate::model::room::ticket::{TicketNumber, TicketSerial};
use crate::rooms::store::tickets::doors::{self, AtAnyDoor};
use crate::rules::admission::{Door, Known, Place, Presented, judge};

/// Most scans of one request.
pub const SCANS_MAX: usize = 100;
/// So long a request waits for its turn; the device sends the same again.
const TURN_MAX: Duration = Duration::from_secs(10);
/// Most scans of one entrance.
const OF_SITE_MAX: i64 = 200_000;
/// Longest text of a code that is kept.
const SHOWN_CHARS_MAX: usize = 256;
/// The year 2200 begins so many seconds after 1970: no device is later.
const SECONDS_MAX: i64 = 7_258_118_400;
/// Without being told since when, a device hears what became void within so long.
const VOID_SINCE: SignedDuration = SignedDuration::from_hours(24);

/// What became of scans that were sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uploaded {
    /// One answer to each scan, in their order.
    pub answers: Vec<ScanAnswer>,
    /// How many people were let in at the entrance, by all devices.
    pub people_in: u64,
    /// Tickets of the sitting that let nobody in since the device's snapshot.
    pub void: Vec<TicketSerial>,
}

/// A scan with what its code says and what is known of its ticket.
struct Looked<'a> {
    scan: &'a Scan,
    presented: Presented,
    ticket: Option<&'a AtAnyDoor>,
}

/// What one request brings, and what was there before.
struct Bringing<'a> {
    entrance: &'a Entrance,
    device: DeviceId,
    door: Door,
    received_at: Timestamp,
    /// Scans that were kept before.
    known: HashMap<ScanId, KnownScan>,
    /// By whom somebody was let in with a ticket, those of this request among them.
    inside: HashMap<TicketSerial, Inside>,
    /// How many more may be kept.
    room_for: i64,
}

impl CheckIn {
    /// Keeps what a device scanned at the entrance, at most [`SCANS_MAX`]; each scan once, however often it comes. `since` is
    /// when the device's snapshot was made.
    ///
    /// # Errors
    /// [`CheckInError::Forbidden`], [`CheckInError::Unknown`], [`CheckInError::TooMany`], [`CheckInError::Busy`] and
    /// [`CheckInError::Store`].
    pub async fn upload(
        &self,
        member: &StaffMember,
        entrance: &Entrance,
        device: DeviceId,
        scans: &[Scan],
        since: Option<Timestamp>,
    ) -> Result<Uploaded, CheckInError> {
        if scans.len() > SCANS_MAX {
            return Err(CheckInError::TooMany);
        }
        let open = self.open(member, entrance).await?;
        let keys: PublicKeys = self.tickets.public_keys(&entrance.exam).await?.into_iter().collect();
        let presented: Vec<Presented> = scans.iter().map(|scan| presented(&keys, &scan.shown)).collect();
        let received_at = clock::now();
        // Before a connection is taken: those that wait for others of their sitting must not hold all that there are.
        let turn = tokio::time::timeout(TURN_MAX, self.uploads.acquire()).await.map_err(|_| CheckInError::Busy)?;
        let _turn = turn.map_err(|_| CheckInError::Busy)?;
        let mut client = self.database.client().await?;
        let room_for = OF_SITE_MAX - scans::count(&client, entrance).await?;
        let transaction = client.transaction().await?;
        let of = (&entrance.exam, &entrance.sitting);
        scans::lock(&transaction, of.0, of.1).await?;
        let (serials, numbers) = asked(scans, &presented);
        let tickets = doors::shown(&transaction, &entrance.exam, &serials, &numbers).await?;
        let ids: Vec<ScanId> = scans.iter().map(|scan| scan.id).collect();
        let known = scans::known(&transaction, &ids).await?;
        let concerned = known.values().filter_map(|known| known.serial).chain(tickets.iter().map(|one| one.serial));
        let concerned: Vec<TicketSerial> = concerned.collect();
        let inside = scans::inside(&transaction, of, &concerned).await?;
        let door = door(entrance, &open);
        let mut bringing = Bringing { entrance, device, door, received_at, known, inside, room_for };
        let looked: Vec<Looked<'_>> = scans
            .iter()
            .zip(presented)
            .map(|(scan, presented)| Looked { scan, presented, ticket: ticket_of(&tickets, scan, &presented) })
            .collect();
        let (new, states) = bringing.sort(&looked);
        scans::insert(&transaction, entrance, (device, member.id, received_at), &new).await?;
        transaction.commit().await?;
        let people_in = scans::count_let_in(&client, entrance).await?;
        let answers = scans.iter().zip(states).zip(&looked);
        let answers = answers.map(|((scan, state), looked)| bringing.answer(scan.id, state, looked)).collect();
        let since = since.unwrap_or(received_at - VOID_SINCE);
        let void = doors::revoked(&client, of, since, snapshot::VOID_MAX).await?;
        Ok(Uploaded { answers, people_in: u64::try_from(people_in).unwrap_or_default(), void })
    }
}

/// As the doors of the entrance judge.
fn door(entrance: &Entrance, open: &Open) -> Door {
    Door {
        exam: Tag::of(entrance.exam.as_str()),
        sitting: Tag::of(entrance.sitting.as_str()),
        times: open.times,
        elsewhere: open.elsewhere.iter().map(|room| room.number).collect::<BTreeSet<u16>>(),
    }
}

fn presented(keys: &PublicKeys, shown: &Shown) -> Presented {
    match shown {
        Shown::Code(code) => Presented::Code(keys.verify(code)),
        Shown::Number(_) | Shown::Serial(_) => Presented::Named,
    }
}

/// Under what the tickets are looked for.
fn asked(scans: &[Scan], presented: &[Presented]) -> (Vec<TicketSerial>, Vec<TicketNumber>) {
    let (mut serials, mut numbers) = (Vec::new(), Vec::new());
    for (scan, presented) in scans.iter().zip(presented) {
        match (presented, &scan.shown) {
            (Presented::Code(Ok(entry)), _) => serials.push(TicketSerial(entry.serial)),
            (Presented::Named, Shown::Serial(serial)) => serials.push(*serial),
            (Presented::Named, Shown::Number(number)) => numbers.push(number.clone()),
            (Presented::Code(Err(_)), _) | (Presented::Named, Shown::Code(_)) => {}
        }
    }
    (serials, numbers)
}

/// The ticket that was shown; `None` for what is none of the exam.
fn ticket_of<'a>(tickets: &'a [AtAnyDoor], scan: &Scan, presented: &Presented) -> Option<&'a AtAnyDoor> {
    tickets.iter().find(|ticket| match (presented, &scan.shown) {
        (Presented::Code(Ok(entry)), _) => ticket.serial.0 == entry.serial,
        (Presented::Named, Shown::Serial(serial)) => ticket.serial == *serial,
        (Presented::Named, Shown::Number(number)) => ticket.number.as_ref() == Some(number),
        (Presented::Code(Err(_)), _) | (Presented::Named, Shown::Code(_)) => false,
    })
}

impl Bringing<'_> {
    /// Tells scans that are new from those that are not, and from those that cannot be kept; judges the new ones in their order.
    fn sort<'a>(&mut self, looked: &[Looked<'a>]) -> (Vec<NewScan<'a>>, Vec<ScanState>) {
        let (mut new, mut states, mut seen) = (Vec::new(), Vec::with_capacity(looked.len()), HashSet::new());
        for one in looked {
            let Looked { scan, ticket, .. } = one;
            let state = match self.known.get(&scan.id) {
                Some(known) if known.is_of(self.entrance) && known.device == self.device => ScanState::Known,
                Some(_) => ScanState::Refused(ScanRefusal::Taken),
                None if seen.contains(&scan.id) => ScanState::Known,
                None if !is_storable(scan) => ScanState::Refused(ScanRefusal::Malformed),
                None if self.room_for <= 0 => ScanState::Refused(ScanRefusal::Full),
                None => ScanState::Stored,
            };
            states.push(state);
            if state != ScanState::Stored {
                continue;
            }
            seen.insert(scan.id);
            self.room_for -= 1;
            new.push(self.judged(one));
            if let Some(ticket) = ticket.filter(|_| scan.act.is_entry()) {
                self.inside.entry(ticket.serial).or_default().add(self.device, scan.verdict);
            }
        }
        (new, states)
    }

    /// A scan with what we say of it.
    fn judged<'a>(&self, looked: &Looked<'a>) -> NewScan<'a> {
        let Looked { scan, presented, ticket } = looked;
        let at = scan.happened_at(self.received_at);
        let known = ticket.map(|ticket| self.known_of(ticket));
        let shown = match &scan.shown {
            Shown::Code(text) => Some(text.as_str()),
            Shown::Number(number) => Some(number.as_str()),
            Shown::Serial(_) => None,
        };
        NewScan {
            id: scan.id,
            serial: ticket.map(|ticket| ticket.serial),
            shown: shown.filter(|_| ticket.is_none()),
            room: scan.room,
            at,
            device_at: scan.at,
            sent_at: scan.sent_at,
            device_verdict: scan.verdict,
            verdict: judge(&self.door, presented, known.as_ref(), scan.room, at),
            act: scan.act,
        }
    }

    fn known_of(&self, ticket: &AtAnyDoor) -> Known {
        let place = match ticket.place {
            _ if ticket.sitting != self.entrance.sitting => Place::OtherSitting,
            Some((room, site)) if site == self.entrance.site => Place::Room(room),
            Some(_) | None => Place::OtherSite,
        };
        let is_in = self.inside.get(&ticket.serial).is_some_and(|inside| inside.is_by(self.device));
        // Whoever gave the place up comes in nowhere.
        let is_void = ticket.is_void || ticket.place.is_none();
        Known { place, generation: ticket.generation, is_void, is_in }
    }

    /// Whether somebody else may have come in with the same ticket is told of whatever is kept.
    fn answer(&self, id: ScanId, state: ScanState, looked: &Looked<'_>) -> ScanAnswer {
        let serial = match state {
            ScanState::Refused(_) => None,
            ScanState::Stored => looked.ticket.map(|ticket| ticket.serial),
            ScanState::Known => {
                let before = self.known.get(&id).and_then(|known| known.serial);
                before.or_else(|| looked.ticket.map(|ticket| ticket.serial))
            }
        };
        let inside = serial.and_then(|serial| self.inside.get(&serial));
        let is_conflict = looked.scan.act.is_entry() && inside.is_some_and(Inside::is_conflict);
        ScanAnswer { id, state, is_conflict }
    }
}

/// Can the database keep it? Clocks of devices say anything.
fn is_storable(scan: &Scan) -> bool {
    let years = |at: Timestamp| (0..SECONDS_MAX).contains(&at.as_second());
    let is_text = |text: &str| text.chars().count() <= SHOWN_CHARS_MAX && !text.contains(char::is_control);
    let is_shown = match &scan.shown {
        Shown::Code(code) => is_text(code),
        Shown::Number(_) | Shown::Serial(_) => true,
    };
    years(scan.at)
        && years(scan.sent_at)
        && is_shown
        && scan.room.is_none_or(|room| room > 0 && i16::try_from(room).is_ok())
}

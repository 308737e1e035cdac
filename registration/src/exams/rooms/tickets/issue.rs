//! Issuing tickets, one for each sitting of an order; anew when what stands on one is something else by now.

use aws_lc_rs::rand;
use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::ids::SittingId;
use serde::Serialize;
use ticketcode::{Entry, KeyId, SigningKey, Tag};

use crate::application::accommodations::granted_of;
use crate::exams::store::exam_sittings;
use crate::model::clock;
use crate::model::exam::{Exam, ExamSitting};
use crate::model::exam_rules::AccommodationKind;
use crate::model::order::Order;
use crate::model::room::SeatPlace;
use crate::model::room::ticket::{Admission, Generation, Ticket, TicketNumber, TicketSerial};
use crate::outbox::messages::{self, About, MessageKind};
use crate::rooms::store::seat_assignments;
use crate::rooms::store::tickets::{self as rows, Issued, StoredTicket};
use crate::rooms::tickets::holder::KnownHolder;
use crate::rooms::tickets::{TicketError, Tickets, keys};
use crate::rules::tickets::{self, TicketRefusal, Times};
use crate::seats::store::orders;
use crate::store::StoreError;

/// So often all is read when something changes again and again while a ticket is issued; then the job goes on.
const READINGS_MAX: usize = 3;
/// So often another random number is tried, should one be taken.
const NUMBER_TRIES: usize = 5;

/// What stands on a ticket, and makes it another one when it changes.
#[derive(Serialize)]
struct Printed<'a> {
    name: Option<&'a str>,
    document: Option<&'a str>,
    photo: Option<String>,
    site: (&'a str, &'a str),
    room: &'a str,
    room_number: u16,
    seat: u16,
    label: &'a str,
    starts_at: Timestamp,
    /// Left out where there is none: what was issued before anybody asked for any says the same as ever.
    #[serde(skip_serializing_if = "<[AccommodationKind]>::is_empty")]
    granted: &'a [AccommodationKind],
}

/// All that one ticket is made of.
struct Making<'a> {
    exam: &'a Exam,
    order: &'a Order,
    sitting: &'a ExamSitting,
    place: &'a SeatPlace,
    holder: &'a KnownHolder,
    granted: &'a [AccommodationKind],
    /// When it is issued.
    at: Timestamp,
}

/// What tickets of an order are made of, besides its exam.
#[derive(PartialEq)]
struct Facts {
    places: Vec<SeatPlace>,
    holder: KnownHolder,
    granted: Vec<AccommodationKind>,
}

impl Tickets {
    /// The order's tickets as they are now, in the order of its sittings.
    pub(super) async fn issued(&self, exam: &Exam, order: &Order) -> Result<Vec<Admission>, TicketError> {
        let (mut order, mut readings) = (order.clone(), 0);
        loop {
            let at = clock::now();
            let application = self.applications.get(order.account, &exam.id).await?;
            tickets::check(exam, &order, &application.review, at)?;
            let facts = self.facts(exam, &order).await?;
            let (admissions, is_written) = self.issue_all_of(exam, &order, &facts, at).await?;
            if !is_written {
                return Ok(admissions);
            }
            // What was written is marked as stale until all has been read again: whatever changed in between had its own mark
            // taken away by the writing. Should we die here, the job goes on.
            let again = orders::get(&self.database.client().await?, order.id).await?;
            let again = again.ok_or(StoreError::Corrupt("an order that is gone"))?.view(clock::now());
            if again.account != order.account {
                return Err(TicketRefusal::NotConfirmed.into());
            }
            let is_same = self.facts(exam, &again).await? == facts;
            let client = self.database.client().await?;
            if is_same && self.knows_starts(&client, exam, &again).await? {
                rows::settle(&client, order.id, at).await?;
                return Ok(admissions);
            }
            drop(client);
            readings += 1;
            if readings == READINGS_MAX {
                return Ok(admissions);
            }
            order = again;
        }
    }

    /// Has this process heard when the order's sittings begin, as it was last imported?
    async fn knows_starts(&self, client: &impl GenericClient, exam: &Exam, order: &Order) -> Result<bool, StoreError> {
        let starts = exam_sittings::starts(client, &exam.id).await?;
        let is_known = |id: &SittingId| starts.get(id) == exam.sitting(id).map(|sitting| &sitting.starts_at);
        Ok(order.sittings.iter().all(|seat| is_known(&seat.sitting)))
    }

    async fn facts(&self, exam: &Exam, order: &Order) -> Result<Facts, StoreError> {
        Ok(Facts {
            places: self.rooms.places_of(order.id).await?,
            holder: self.holder(exam, order.account).await?,
            granted: self.granted(exam, order).await?,
        })
    }

    /// Whether anything was written, beside the tickets.
    async fn issue_all_of(
        &self,
        exam: &Exam,
        order: &Order,
        Facts { places, holder, granted }: &Facts,
        at: Timestamp,
    ) -> Result<(Vec<Admission>, bool), TicketError> {
        let (mut admissions, mut is_any_written) = (Vec::with_capacity(order.sittings.len()), false);
        for seat in &order.sittings {
            let place = places.iter().find(|place| place.sitting == seat.sitting);
            admissions.push(match (place, exam.sitting(&seat.sitting)) {
                (Some(place), Some(sitting)) => {
                    let making = Making { exam, order, sitting, place, holder, granted, at };
                    let (ticket, is_written) = self.issue(&making).await?;
                    is_any_written |= is_written;
                    Admission::Ticket(Box::new(ticket))
                }
                (None, _) | (_, None) => Admission::NotArranged(seat.sitting.clone()),
            });
        }
        Ok((admissions, is_any_written))
    }

    /// What was granted to whoever has the order.
    async fn granted(&self, exam: &Exam, order: &Order) -> Result<Vec<AccommodationKind>, StoreError> {
        if exam.rules.accommodations.kinds.is_empty() {
            return Ok(Vec::new());
        }
        let client = self.database.client().await?;
        let granted = granted_of(&client, &self.vault, &exam.id, &[order.id]).await?;
        Ok(granted.into_values().next().unwrap_or_default())
    }

    /// The ticket for one place: the one that there is, if it still says what it should; and whether it was written.
    async fn issue(&self, making: &Making<'_>) -> Result<(Ticket, bool), TicketError> {
        let Making { exam, order, sitting, place, at, .. } = *making;
        let fingerprint = self.fingerprint(making)?;
        let which = (&exam.id, &sitting.id, order.id);
        let mut client = self.database.client().await?;
        let found = rows::get(&client, which).await?;
        if let Some(found) = found.filter(|found| found.is_current(&fingerprint)) {
            return Ok((ticket(found, making)?, false));
        }
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        // Whoever opens the page twice at once gets one ticket; the row need not be there to be waited for.
        orders::lock(&transaction, order.account, &exam.id).await?;
        // Whoever is publishing other places is waited for: a ticket that is not there yet has nothing to be marked on.
        seat_assignments::wait_for(&transaction, which).await?;
        let before = rows::get(&transaction, which).await?;
        // Of what is over nobody needs another one.
        let is_over = Times::granted(exam, sitting, making.granted).ends() < at;
        let is_kept = |found: &StoredTicket| found.says(&fingerprint) || (is_over && found.is_whole());
        if let Some(found) = before.clone().filter(is_kept) {
            rows::mark(&transaction, which, at).await?;
            transaction.commit().await.map_err(StoreError::from)?;
            return Ok((ticket(found, making)?, true));
        }
        let serial = match &before {
            Some(before) => before.serial,
            None => rows::next_serial(&transaction).await?,
        };
        let number = self.number(&transaction, making, before.as_ref()).await?;
        let generation = before.as_ref().map_or(1, |before| before.generation.saturating_add(1));
        let key = keys::in_use(&self.vault, &transaction, &exam.id).await?;
        let code = signed(&key, making, serial, generation);
        let issued = Issued { serial, number: number.as_str(), generation, fingerprint: &fingerprint, code: &code, at };
        rows::put(&transaction, which, &issued).await?;
        // Whoever got another place since was told so when it was published.
        if before.is_some_and(|before| before.is_shown && place.assigned_at <= before.issued_at) {
            let about = About::order(order.id);
            let kind = MessageKind::TicketChanged;
            messages::add_about(&transaction, order.account, Some(&exam.id), kind, &about, at).await?;
        }
        transaction.commit().await.map_err(StoreError::from)?;
        let stored = rows::get(&client, which).await?.ok_or(StoreError::Corrupt("a ticket that was just issued"))?;
        Ok((ticket(stored, making)?, true))
    }

    /// Of all that stands on it, so that nobody without the vault's key can try values out.
    fn fingerprint(&self, making: &Making<'_>) -> Result<[u8; 32], StoreError> {
        let Making { sitting, place, holder, granted, .. } = making;
        let printed = Printed {
            name: holder.name.as_ref().map(|name| name.expose()),
            document: holder.document.as_ref().map(|document| document.expose()),
            photo: holder.photo.map(|photo| photo.to_string()),
            site: (&place.site.name.zh, &place.site.address.zh),
            room: &place.room_name,
            room_number: place.room_number,
            seat: place.seat,
            label: &place.label,
            starts_at: sitting.starts_at,
            granted,
        };
        let text = serde_json::to_vec(&printed).map_err(|_| StoreError::Corrupt("what stands on a ticket"))?;
        Ok(self.vault.index_of_bytes("ticket.printed", &text))
    }

    /// The number: the one that it had where chance made it, else that of the place, which whoever had the place before
    /// has no more.
    async fn number(
        &self,
        transaction: &impl GenericClient,
        making: &Making<'_>,
        before: Option<&StoredTicket>,
    ) -> Result<TicketNumber, TicketError> {
        let Making { exam, order, sitting, place, .. } = *making;
        let (pattern, seat) = (&exam.rules.ticket.number, (place.room_number, place.seat));
        let none = || TicketError::NoNumber(sitting.id.clone());
        if !pattern.is_random() {
            let number = tickets::number(exam, sitting, seat, &[]).ok_or_else(none)?;
            let which = (&exam.id, &sitting.id, order.id);
            // Two that sit in the same seat at other times would have it both: then the pattern is at fault.
            let is_free = rows::take_number(transaction, which, number.as_str()).await?;
            return if is_free { Ok(number) } else { Err(none()) };
        }
        if let Some(kept) = before.and_then(|before| before.number.clone()) {
            return Ok(kept);
        }
        for _ in 0..NUMBER_TRIES {
            // A few letters more than are needed in the end: some bytes are of no use.
            let mut random = vec![0; pattern.random_bytes() + 16];
            rand::fill(&mut random).expect("the system has random bytes");
            let Some(number) = tickets::number(exam, sitting, seat, &random) else { continue };
            if !rows::has_number(transaction, &exam.id, number.as_str()).await? {
                return Ok(number);
            }
        }
        Err(none())
    }
}

/// What the code says.
fn signed(key: &SigningKey, making: &Making<'_>, serial: TicketSerial, generation: u16) -> String {
    let Making { exam, sitting, place, granted, .. } = making;
    let (not_before, not_after) = Times::granted(exam, sitting, granted).good();
    key.sign(&Entry {
        // The key puts in its own.
        key: KeyId(0),
        exam: Tag::of(exam.id.as_str()),
        sitting: Tag::of(sitting.id.as_str()),
        serial: serial.0,
        room: place.room_number,
        seat: place.seat,
        not_before,
        not_after,
        generation,
    })
}

fn ticket(stored: StoredTicket, making: &Making<'_>) -> Result<Ticket, StoreError> {
    let Making { place, holder, granted, .. } = *making;
    Ok(Ticket {
        sitting: place.sitting.clone(),
        number: stored.number.ok_or(StoreError::Corrupt("a ticket without its number"))?,
        serial: stored.serial,
        generation: Generation(stored.generation),
        issued_at: stored.issued_at,
        code: stored.code,
        place: place.clone(),
        holder: holder.clone().into(),
        granted: granted.to_vec(),
        printed: stored.printed_generation.map(Generation),
    })
}

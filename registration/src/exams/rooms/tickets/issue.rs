//! Issuing tickets, one for each sitting of an order; anew when what stands on one is something else by now.

use aws_lc_rs::rand;
use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use serde::Serialize;
use ticketcode::{Entry, KeyId, SigningKey, Tag};

use crate::model::clock;
use crate::model::exam::{Exam, ExamSitting};
use crate::model::order::Order;
use crate::model::room::SeatPlace;
use crate::model::room::ticket::{Admission, Generation, Ticket, TicketNumber, TicketSerial};
use crate::outbox::messages::{self, About, MessageKind};
use crate::rooms::store::tickets::{self as rows, Issued, StoredTicket};
use crate::rooms::tickets::holder::KnownHolder;
use crate::rooms::tickets::{TicketError, Tickets, keys};
use crate::rules::tickets::{self, Times};
use crate::seats::store::orders;
use crate::store::StoreError;

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
}

/// All that one ticket is made of.
struct Making<'a> {
    exam: &'a Exam,
    order: &'a Order,
    sitting: &'a ExamSitting,
    place: &'a SeatPlace,
    holder: &'a KnownHolder,
}

impl Tickets {
    /// The order's tickets as they are now, in the order of its sittings.
    pub(super) async fn issued(&self, exam: &Exam, order: &Order) -> Result<Vec<Admission>, TicketError> {
        let application = self.applications.get(order.account, &exam.id).await?;
        tickets::check(exam, order, &application.review, clock::now())?;
        let places = self.rooms.places_of(order.id).await?;
        let holder = self.holder(exam, order.account).await?;
        let mut admissions = Vec::with_capacity(order.sittings.len());
        for seat in &order.sittings {
            let place = places.iter().find(|place| place.sitting == seat.sitting);
            admissions.push(match (place, exam.sitting(&seat.sitting)) {
                (Some(place), Some(sitting)) => {
                    let making = Making { exam, order, sitting, place, holder: &holder };
                    Admission::Ticket(Box::new(self.issue(&making).await?))
                }
                (None, _) | (_, None) => Admission::NotArranged(seat.sitting.clone()),
            });
        }
        Ok(admissions)
    }

    /// The ticket for one place: the one that there is, if it still says what it should.
    async fn issue(&self, making: &Making<'_>) -> Result<Ticket, TicketError> {
        let Making { exam, order, sitting, place, holder } = *making;
        let fingerprint = self.fingerprint(making)?;
        let which = (&exam.id, &sitting.id, order.id);
        let mut client = self.database.client().await?;
        let found = rows::get(&client, which).await?;
        if let Some(found) = found.filter(|found| found.is_current(&fingerprint)) {
            return Ok(ticket(found, place, holder)?);
        }
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        // Whoever opens the page twice at once gets one ticket; the row need not be there to be waited for.
        orders::lock(&transaction, order.account, &exam.id).await?;
        let before = rows::get(&transaction, which).await?;
        if let Some(found) = before.clone().filter(|found| found.says(&fingerprint)) {
            rows::settle(&transaction, which).await?;
            transaction.commit().await.map_err(StoreError::from)?;
            return Ok(ticket(found, place, holder)?);
        }
        let now = clock::now();
        let serial = match &before {
            Some(before) => before.serial,
            None => rows::next_serial(&transaction).await?,
        };
        let number = self.number(&transaction, making, before.as_ref()).await?;
        let generation = before.as_ref().map_or(1, |before| before.generation.saturating_add(1));
        let key = keys::in_use(&self.vault, &transaction, &exam.id).await?;
        let code = signed(&key, making, serial, generation);
        let issued =
            Issued { serial, number: number.as_str(), generation, fingerprint: &fingerprint, code: &code, now };
        rows::put(&transaction, which, &issued).await?;
        // Whoever got another place since was told so when it was published.
        if before.is_some_and(|before| before.is_shown && place.assigned_at <= before.issued_at) {
            let about = About::order(order.id);
            let kind = MessageKind::TicketChanged;
            messages::add_about(&transaction, order.account, Some(&exam.id), kind, &about, now).await?;
        }
        transaction.commit().await.map_err(StoreError::from)?;
        let stored = rows::get(&client, which).await?.ok_or(StoreError::Corrupt("a ticket that was just issued"))?;
        Ok(ticket(stored, place, holder)?)
    }

    /// Of all that stands on it, so that nobody without the vault's key can try values out.
    fn fingerprint(&self, making: &Making<'_>) -> Result<[u8; 32], StoreError> {
        let Making { sitting, place, holder, .. } = making;
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
    let Making { exam, sitting, place, .. } = making;
    let (not_before, not_after) = Times::of(exam, sitting).good();
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

fn ticket(stored: StoredTicket, place: &SeatPlace, holder: &KnownHolder) -> Result<Ticket, StoreError> {
    Ok(Ticket {
        sitting: place.sitting.clone(),
        number: stored.number.ok_or(StoreError::Corrupt("a ticket without its number"))?,
        serial: stored.serial,
        generation: Generation(stored.generation),
        issued_at: stored.issued_at,
        code: stored.code,
        place: place.clone(),
        holder: holder.clone().into(),
        printed: stored.printed_generation.map(Generation),
    })
}

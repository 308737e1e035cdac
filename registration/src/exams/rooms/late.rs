//! Those who are confirmed after places were published: each gets a seat that is free, by the rule of `seating`, and nobody moves.
//! Whoever had given up a place and is confirmed again gets it back: nobody sits there meanwhile.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use reservation::ids::{ExamId, SittingId};
use seating::record::Late;
use seating::{Assigned, Examinee, Input, Plan, seat_late};

use super::arranging::off_the_runtime;
use super::examinees::examinees;
use super::public::with_late;
use super::store::arrangements::{self, Waiting};
use super::store::seat_assignments::{self, NewPlace};
use super::{Rooms, subject};
use crate::desk::audit::{AuditAction, Entry};
use crate::model::actor::Actor;
use crate::model::clock;
use crate::model::ids::AccountId;
use crate::model::order::OrderId;
use crate::model::room::RoomId;
use crate::store::StoreError;

/// Most people of all sittings in one round, and most of one sitting: a large one is searched through for each.
const WAITING_MAX: i64 = 500;
const OF_ONE_MAX: usize = 50;
/// In every so many rounds all confirmed orders are looked at; in the others only those of lately, which costs next to nothing.
const ALL_EVERY: u32 = 60;

/// What this process remembers from round to round.
#[derive(Default)]
pub(super) struct Rounds {
    count: u32,
    /// Sittings that had no seat for somebody, since all were last looked at.
    full: HashSet<(ExamId, SittingId)>,
}

/// Who is to be seated in a published sitting.
struct Coming {
    input: Input,
    plan: Plan,
    people: Vec<Examinee>,
}

impl Rooms {
    /// Gives everybody who has been confirmed since a free seat. What the job does.
    pub(crate) async fn seat_late(&self) -> Result<(), StoreError> {
        self.refresh_draws().await?;
        let (recent, full) = self.next_round();
        let client = self.database.client().await?;
        if !recent {
            seat_assignments::give_up_ended(&client, None, clock::now()).await?;
        }
        let waiting = arrangements::waiting(&client, clock::now(), recent, &full, WAITING_MAX).await?;
        drop(client);
        let mut by_sitting: HashMap<(ExamId, SittingId), Vec<(OrderId, AccountId)>> = HashMap::new();
        for Waiting { exam, sitting, order, account } in waiting {
            by_sitting.entry((exam, sitting)).or_default().push((order, account));
        }
        let mut failed = Ok(());
        for ((exam, sitting), mut orders) in by_sitting {
            orders.truncate(OF_ONE_MAX);
            // One sitting that cannot be worked on keeps none of the others.
            let done = self.seat_in(&exam, &sitting, &orders).await;
            if let Err(error) = &done {
                tracing::warn!(%exam, %sitting, %error, "late candidates could not be seated");
            }
            failed = failed.and(done);
        }
        failed
    }

    /// Whether only those of lately are looked at, and which sittings not at all.
    fn next_round(&self) -> (bool, Vec<(ExamId, SittingId)>) {
        let mut rounds = self.rounds.lock().expect("nothing panics while the rounds are held");
        let recent = !rounds.count.is_multiple_of(ALL_EVERY);
        rounds.count = rounds.count.wrapping_add(1);
        if !recent {
            rounds.full.clear();
        }
        (recent, rounds.full.iter().cloned().collect())
    }

    async fn seat_in(
        &self,
        exam: &ExamId,
        sitting: &SittingId,
        orders: &[(OrderId, AccountId)],
    ) -> Result<(), StoreError> {
        let client = self.database.client().await?;
        let ids: Vec<OrderId> = orders.iter().map(|(order, _)| *order).collect();
        seat_assignments::take_back(&client, (exam, sitting), &ids).await?;
        let Some((generation, record, late)) = arrangements::record(&client, exam, sitting).await? else {
            return Ok(());
        };
        let record = off_the_runtime(move || with_late(&record, &late)).await??;
        let count = u32::try_from(record.late.len()).unwrap_or(u32::MAX);
        let people = examinees(&client, &self.vault, exam, &record.input.rules, orders).await?;
        drop(client);
        let seating = off_the_runtime(move || {
            let (input, plan) = record.now();
            seated(Coming { input, plan, people })
        });
        let (coming, late, is_full) = seating.await??;
        if is_full {
            tracing::warn!(%exam, %sitting, "no seat is left for a late candidate: the sitting needs more rooms");
            let mut rounds = self.rounds.lock().expect("nothing panics while the rounds are held");
            rounds.full.insert((exam.clone(), sitting.clone()));
        }
        if late.is_empty() {
            return Ok(());
        }
        self.write_late((exam, sitting), (generation, count), &coming, &late).await
    }

    async fn write_late(
        &self,
        of: (&ExamId, &SittingId),
        (generation, count): (u32, u32),
        coming: &Coming,
        late: &[Late],
    ) -> Result<(), StoreError> {
        let now = clock::now();
        let places = places(coming, late, now)?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let known = arrangements::lock(&transaction, of.0, of.1).await?;
        // Another process was at it: the next round looks again.
        if known.and_then(|known| Some((known.generation, known.published?.late))) != Some((generation, count)) {
            return Ok(());
        }
        seat_assignments::insert(&transaction, of, &places).await?;
        seat_assignments::give_up_ended(&transaction, Some(of), now).await?;
        arrangements::add_late(&transaction, of, late).await?;
        let (subject, detail) = (subject(of.0, of.1), places.len().to_string());
        let entry = Entry::new(Actor::System, AuditAction::SeatedLate, &subject);
        entry.detail(detail.as_str()).write(&transaction).await?;
        transaction.commit().await?;
        metrics::counter!("registration_places_late_total").increment(places.len() as u64);
        Ok(())
    }
}

/// The places of those who came late, as rows.
fn places(coming: &Coming, late: &[Late], now: Timestamp) -> Result<Vec<NewPlace>, StoreError> {
    let corrupt = || StoreError::Corrupt("a place of a late candidate");
    let place = |assigned: &Assigned| {
        // Rooms are numbered from 1 in the order of the record.
        let at = coming.input.rooms.iter().position(|room| room.id == assigned.room).ok_or_else(corrupt)?;
        Ok(NewPlace {
            order: assigned.id.parse().map_err(|_| corrupt())?,
            room: RoomId(assigned.room.parse().map_err(|_| corrupt())?),
            room_number: u16::try_from(at + 1).map_err(|_| corrupt())?,
            seat: assigned.seat,
            label: coming.input.rooms[at].label(assigned.seat),
            assigned_at: now,
        })
    };
    late.iter().filter_map(|late| late.assigned.as_ref()).map(place).collect()
}

/// Seats one after the other; whether somebody found no seat, now or when the places were published.
fn seated(mut coming: Coming) -> Result<(Coming, Vec<Late>, bool), StoreError> {
    let known: HashSet<String> = coming.input.examinees.iter().map(|known| known.id.clone()).collect();
    let (mut late, mut is_full) = (Vec::new(), false);
    for examinee in std::mem::take(&mut coming.people) {
        if known.contains(&examinee.id) {
            is_full |= coming.plan.unplaced.contains(&examinee.id);
            continue;
        }
        let assigned = seat_late(&coming.input, &coming.plan, &examinee);
        match assigned.map_err(|_| StoreError::Corrupt("the record of a draw"))? {
            None => is_full = true,
            Some(assigned) => {
                coming.input.examinees.push(examinee.clone());
                coming.plan.seats.push(assigned.clone());
                late.push(Late { examinee, assigned: Some(assigned) });
            }
        }
    }
    Ok((coming, late, is_full))
}

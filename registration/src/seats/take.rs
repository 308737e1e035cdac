//! Taking seats, the two writes: the engine's hold, then the order's row. A hold whose row was never written is found
//! and recovered here.

mod offered;

use std::time::Duration;

use deadpool_postgres::{GenericClient, Transaction};
use jiff::{SignedDuration, Timestamp};
use reservation::engine::waiting_room::{Admission, TurnState};
use reservation::engine::{HoldError, Taken};
use reservation::hold::Hold;
use reservation::ids::{ExamId, SittingId};
use reservation::waiting_room::pass::Pass;

use super::error::OrderError;
use super::{OPEN_MAX, Orders, deadline};
use crate::model::clock;
use crate::model::exam::{Exam, ExamSitting, Window};
use crate::model::exam_rules::{PartId, TaskKind};
use crate::model::facts::EligibilityState;
use crate::model::ids::AccountId;
use crate::model::order::{Order, OrderId, OrderSitting};
use crate::payments::moves;
use crate::people::accounts::Network;
use crate::rules::choosing;
use crate::seats::store;
use crate::seats::store::orders::change;
use crate::seats::store::orders::change::Inserted;
use crate::seats::store::orders::{StoredOrder, StoredState};
use crate::store::StoreError;

/// How many order numbers are drawn: of 2^40 numbers two are hardly ever the same.
const DRAWS_MAX: usize = 4;
/// Most sittings of a group that are asked for an orphaned hold.
const PROBES_MAX: usize = 64;
/// A hold without a row is an orphan after this time: whoever took it has long had the answer, or will never have it.
const ORPHAN_AGE_MIN: SignedDuration = SignedDuration::from_secs(10);
/// A new hold that is shorter than a whole one by this was had before: nobody gives a seat back and takes it again any faster.
const SHORTER_MIN: SignedDuration = SignedDuration::from_millis(100);
/// How long a request that is still writing is waited for.
const YOUNG_WAIT: Duration = Duration::from_millis(150);

/// Whose seats in which exam: what the steps of one taking share.
pub(super) struct Taking<'a> {
    pub(super) account: AccountId,
    pub(super) page: &'a Exam,
    pub(super) part: &'a PartId,
    /// When the account was bound to a person, where the exam asks for that: the order stands only under that binding.
    pub(super) bound_at: Option<Timestamp>,
    /// From which network they are asked for, where that counts: only seats that the candidate had none of before.
    pub(super) network: Option<Network>,
}

/// The unpaid order whose row a new one takes the place of, or goes into.
#[derive(Clone, Copy)]
pub(super) enum Replaced<'a> {
    /// Its seats lapsed; the same were taken anew.
    Lapsed(&'a StoredOrder),
    /// Its seats were given for others, and it goes on under its number.
    Exchanged(&'a StoredOrder),
}

impl Orders {
    /// Takes the seats and writes the row. `old` is the unpaid order for the same sittings, if there is one. While a
    /// waiting room is on, only whom it admits gets new seats: the room is asked here, so that any device of the account
    /// will do, and whoever has no place takes one.
    pub(super) async fn take(
        &self,
        taking: &Taking<'_>,
        choice: &[&ExamSitting],
        old: Option<&StoredOrder>,
    ) -> Result<Option<StoredOrder>, OrderError> {
        let ids: Vec<SittingId> = choice.iter().map(|sitting| sitting.id.clone()).collect();
        let candidate = taking.account.candidate_id();
        let pass = match old {
            Some(_) => None,
            None => self.pass(taking).await?,
        };
        let admission = if old.is_some() { Admission::Exempt } else { Admission::Pass(pass.as_ref()) };
        let taken = match self.engine.hold(&taking.page.id, &candidate, &ids, admission).await {
            // Without an order, the group can only be taken by a hold whose row was never written.
            Err(HoldError::GroupTaken(sitting)) if old.is_none() => {
                let look_again = self.recover(taking, &sitting).await?;
                return if look_again { Ok(None) } else { Err(OrderError::GroupTaken(sitting)) };
            }
            // An exchange died before it wrote its row, or is just about to.
            Err(HoldError::GroupTaken(sitting)) => {
                let look_again = match old {
                    Some(old) => self.is_lost(old).await?,
                    None => false,
                };
                return if look_again { Ok(None) } else { Err(OrderError::GroupTaken(sitting)) };
            }
            other => other?,
        };
        let order = new_order(taking, choice, &taken);
        match old {
            Some(old) if old.sittings == order.sittings => Ok(Some(old.clone())),
            Some(old) => self.write(taking, order, Some(Replaced::Lapsed(old))).await,
            None => {
                let written = self.write(taking, order, None).await?;
                if written.is_some() && !were_given_back(taking, &taken) {
                    self.count_given(taking, taken.holds.len());
                }
                Ok(written)
            }
        }
    }

    /// Counts seats of a new order by the network that they were asked for from.
    fn count_given(&self, taking: &Taking<'_>, seats: usize) {
        if let Some(network) = &taking.network {
            self.exams.wall.seats_given(&taking.page.id, &network.0, seats);
        }
    }

    /// The candidate's pass, where one is needed.
    pub(super) async fn pass(&self, taking: &Taking<'_>) -> Result<Option<Pass>, OrderError> {
        if taking.page.window(clock::now()) != Window::Open {
            // The engine says so, whoever asks.
            return Ok(None);
        }
        let position = self.engine.take_position(&taking.page.id, &taking.account.candidate_id(), None).await?;
        match position.state {
            TurnState::Open => Ok(None),
            TurnState::Admitted { pass, .. } => Ok(Some(pass)),
            TurnState::Waiting { .. } | TurnState::Nowhere => Err(OrderError::NotAdmitted),
        }
    }

    /// Writes a new order's row, in place of an old one or into it. `None`: the candidate has another live order by
    /// now.
    pub(super) async fn write(
        &self,
        taking: &Taking<'_>,
        mut order: StoredOrder,
        old: Option<Replaced<'_>>,
    ) -> Result<Option<StoredOrder>, OrderError> {
        // Asked before the transaction, which has a connection of its own.
        let eligibility = match order.is_sole {
            true => None,
            false => Some(self.applications.facts(taking.account, taking.page, &[]).await?.eligibility),
        };
        for _ in 0..DRAWS_MAX {
            let mut client = self.database.client().await?;
            let transaction = client.transaction().await.map_err(StoreError::from)?;
            let may_write = match old {
                None => true,
                Some(Replaced::Lapsed(old)) => change::lapse(&transaction, old, false).await?,
                Some(Replaced::Exchanged(old)) => change::exchange(&transaction, old, &order).await?,
            };
            if !may_write {
                break;
            }
            if let Some(Replaced::Exchanged(old)) = old {
                // A payment that began while the engine was asked: what it is for is what it costs.
                if old.amount != order.amount && moves::binds(&transaction, old.id).await? {
                    drop(transaction);
                    drop(client);
                    self.yield_to_other(&order).await?;
                    return Err(OrderError::Paying(old.id));
                }
                transaction.commit().await.map_err(StoreError::from)?;
                return Ok(Some(order));
            }
            if let Some(eligibility) = &eligibility
                && !still_fits(&transaction, taking, &order, eligibility).await?
            {
                break;
            }
            match change::insert(&transaction, &order, taking.bound_at).await? {
                Inserted::Yes => {
                    transaction.commit().await.map_err(StoreError::from)?;
                    return Ok(Some(order));
                }
                Inserted::NumberTaken => order.id = random_number(),
                Inserted::OtherLive => break,
                Inserted::Unbound => {
                    drop(transaction);
                    drop(client);
                    self.yield_to_other(&order).await?;
                    return Err(OrderError::Blocked(TaskKind::Eligibility));
                }
            }
        }
        self.yield_to_other(&order).await
    }

    /// Another request of the candidate wrote its row first: seats that are not in it go back.
    pub(super) async fn yield_to_other(&self, order: &StoredOrder) -> Result<Option<StoredOrder>, OrderError> {
        let open = store::orders::open(&self.database.client().await?, order.account, &order.exam, OPEN_MAX).await?;
        let is_kept = |seat: &OrderSitting| open.iter().any(|other| !other.seats_owed && other.sittings.contains(seat));
        for seat in order.sittings.iter().filter(|seat| !is_kept(seat)) {
            self.engine.release(&order.exam, &seat.hold).await?;
        }
        Ok(None)
    }

    /// Finds the hold of a request that died before it wrote its row, and writes it: asked sitting by sitting, the
    /// engine gives the group's holder the same hold again. One that is young may belong to a request that is still
    /// writing, perhaps with other sittings besides. True when it is worth looking again.
    pub(super) async fn recover(&self, taking: &Taking<'_>, taken: &SittingId) -> Result<bool, OrderError> {
        let (page, candidate) = (taking.page, taking.account.candidate_id());
        let group = page.sitting(taken).and_then(|sitting| sitting.group.as_ref());
        let in_group = page.sittings.iter().filter(|sitting| group.is_some() && sitting.group.as_ref() == group);
        for sitting in in_group.take(PROBES_MAX) {
            let probe = [sitting.id.clone()];
            match self.engine.hold(&page.id, &candidate, &probe, Admission::Exempt).await {
                Ok(found) if found.is_new => {
                    // The orphan has just ended, and this is a seat that nobody asked for.
                    for hold in &found.holds {
                        self.engine.release(&page.id, &hold.id).await?;
                    }
                    return Ok(false);
                }
                Ok(found) if found.server_time < deadline(&found.holds) - page.hold + ORPHAN_AGE_MIN => {
                    tokio::time::sleep(YOUNG_WAIT).await;
                    return Ok(true);
                }
                Ok(found) => {
                    self.write(taking, new_order(taking, &[sitting], &found), None).await?;
                    return Ok(true);
                }
                Err(HoldError::GroupTaken(_) | HoldError::Full { .. } | HoldError::Begun { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(false)
    }
}

/// Did the candidate give these back a moment ago? Whoever takes a seat again has it no longer than the one before.
fn were_given_back(taking: &Taking<'_>, taken: &Taken) -> bool {
    taken.is_new && deadline(&taken.holds) + SHORTER_MIN < taken.server_time + taking.page.hold
}

/// Is the choice still right beside the other orders, now that nobody else changes them? A subject that it needs may
/// have been dropped since it was checked. Holds the lock until the transaction ends.
async fn still_fits(
    transaction: &Transaction<'_>,
    taking: &Taking<'_>,
    order: &StoredOrder,
    eligibility: &EligibilityState,
) -> Result<bool, StoreError> {
    store::orders::lock(transaction, order.account, &order.exam).await?;
    let live = live_orders(transaction, order).await?;
    let choice: Vec<&ExamSitting> =
        order.sittings.iter().filter_map(|seat| taking.page.sitting(&seat.sitting)).collect();
    let others: Vec<&Order> = live.iter().filter(|other| !has_all(other, order)).collect();
    Ok(choosing::check(taking.page, eligibility, &others, &choice, clock::now()).is_ok())
}

/// The candidate's live orders of an order's exam, as they stand in this transaction.
pub(super) async fn live_orders(transaction: &Transaction<'_>, order: &StoredOrder) -> Result<Vec<Order>, StoreError> {
    live_orders_of(transaction, order.account, &order.exam).await
}

/// The same by account and exam.
pub(super) async fn live_orders_of(
    client: &impl GenericClient,
    account: AccountId,
    exam: &ExamId,
) -> Result<Vec<Order>, StoreError> {
    let open = store::orders::open(client, account, exam, OPEN_MAX).await?;
    let views = open.into_iter().filter(|order| !order.seats_owed).map(|order| order.view(clock::now()));
    Ok(views.filter(|order| order.state.is_live()).collect())
}

/// Has this order all the seats of that one? Then both are the same request, told twice.
fn has_all(other: &Order, order: &StoredOrder) -> bool {
    order.sittings.iter().all(|seat| other.sittings.iter().any(|had| had.hold == seat.hold))
}

pub(super) fn new_order(taking: &Taking<'_>, choice: &[&ExamSitting], taken: &Taken) -> StoredOrder {
    let seat = |(sitting, hold): (&&ExamSitting, &Hold)| OrderSitting {
        sitting: sitting.id.clone(),
        hold: hold.id.clone(),
        fee: sitting.fee,
    };
    let expires_at = deadline(&taken.holds);
    StoredOrder {
        id: random_number(),
        account: taking.account,
        exam: taking.page.id.clone(),
        part: taking.part.clone(),
        is_sole: !taking.page.is_many(taking.part),
        sittings: choice.iter().zip(&taken.holds).map(seat).collect(),
        amount: choice.iter().map(|sitting| sitting.fee).sum(),
        state: StoredState::Unpaid,
        expires_at,
        lapses_at: expires_at + taking.page.grace,
        created_at: clock::now(),
        submitted_at: None,
        decided_at: None,
        paid_at: None,
        decided: None,
        reason: None,
        refusals: 0,
        mend_until: None,
        seats_owed: false,
        pending_picture_at: None,
        choice_until: None,
        school_until: None,
        is_paid_by_school: false,
    }
}

pub(super) fn random_number() -> OrderId {
    // The last 62 bits of a version 4 UUID are random.
    let (_, bits) = uuid::Uuid::new_v4().as_u64_pair();
    OrderId::from_bits(bits)
}

//! Arranging a sitting: its seed is drawn and promised, and the plan is looked at as often as one likes. Arranging anew draws
//! another seed first, so that nobody can choose by what is known already.

use std::collections::{HashMap, HashSet};

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use reservation::ids::{ExamId, SittingId};
use seating::{Assigned, Input, InputError, Lots, Plan, Rules, Seed, Violation, arrange_aside, violations};

use super::examinees::examinees;
use super::sitting::{SittingRoom, rooms_of};
use super::store::arrangements::NewSeed;
use super::store::seat_assignments::{self, Had};
use super::{Rooms, demand_sitting, store, subject};
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::permits::Forbidden;
use crate::desk::staff::StaffMember;
use crate::model::clock;
use crate::model::ids::AccountId;
use crate::model::order::OrderId;
use crate::model::room::arrangement::{Arrangement, Stage};
use crate::seats::store::orders::confirmed;
use crate::store::StoreError;

/// Why nothing was arranged. Refusals first (staff can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum ArrangeError {
    /// They may not do this.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// There is no such sitting, or nobody has set up how it is arranged.
    #[error("there is no such sitting, or it is not set up: save its rules first")]
    Unknown,
    /// It has no rooms.
    #[error("the sitting has no rooms: choose them first")]
    NoRooms,
    /// It has begun.
    #[error("the sitting has begun: its places stay")]
    Begun,
    /// Its places are published.
    #[error("the places are published: arrange the sitting anew first")]
    Published,
    /// Its places are frozen.
    #[error("the places are frozen, and are not arranged anew")]
    Frozen,
    /// People, rooms or rules are others than were looked at.
    #[error("people, rooms or rules have changed since: look again")]
    Changed,
    /// Others sit elsewhere by it, and nobody has agreed to that.
    #[error("{0} people would sit elsewhere: agree to that, or leave it")]
    Moves(usize),
    /// It cannot be arranged at all.
    #[error(transparent)]
    Input(#[from] InputError),
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<tokio_postgres::Error> for ArrangeError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Store(error.into())
    }
}

/// A plan that is looked at before it is published.
#[derive(Debug, Clone)]
pub struct Draft {
    /// How the sitting is arranged.
    pub arrangement: Arrangement,
    /// Its rooms, by number.
    pub rooms: Vec<SittingRoom>,
    /// Who is arranged in which rooms by which rules.
    pub input: Input,
    /// Who would sit where.
    pub plan: Plan,
    /// What of the rules is not kept.
    pub violations: Vec<Violation>,
    /// How many people have a published place, and would have another one.
    pub moves: usize,
    /// Stands for all of it: what is published is what was looked at.
    pub token: String,
}

/// All that a plan follows from, as it is now.
pub(super) struct Prepared {
    pub(super) arrangement: Arrangement,
    pub(super) rooms: Vec<SittingRoom>,
    pub(super) seed: Seed,
    /// By which those are seated who need something, and their companions; never published.
    pub(super) lots: Lots,
    pub(super) input: Input,
    pub(super) orders: Vec<(OrderId, AccountId)>,
    /// Published places, by order.
    pub(super) had: HashMap<OrderId, Had>,
}

impl Rooms {
    /// Sets the rules of a sitting. The first time its seed is drawn, and its commitment is public from then on.
    ///
    /// # Errors
    /// [`ArrangeError::Published`] and [`ArrangeError::Frozen`] while places are; [`ArrangeError::Input`] for rules that
    /// contradict each other; [`ArrangeError::Forbidden`], [`ArrangeError::Unknown`] and [`ArrangeError::Store`].
    pub async fn set_rules(
        &self,
        member: &StaffMember,
        exam: &ExamId,
        sitting: &SittingId,
        rules: &Rules,
    ) -> Result<(), ArrangeError> {
        demand_sitting(&self.exams, member, exam, sitting)?;
        self.exams.get(exam).and_then(|page| page.sitting(sitting).cloned()).ok_or(ArrangeError::Unknown)?;
        let empty = |rules: Rules| Input { sitting: sitting.to_string(), rules, rooms: vec![], examinees: vec![] };
        empty(rules.clone()).check()?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let before = store::arrangements::lock(&transaction, exam, sitting).await?;
        before.as_ref().map_or(Ok(()), must_be_open)?;
        let subject = subject(exam, sitting);
        match before {
            Some(_) => store::arrangements::set_rules(&transaction, (exam, sitting), &json(rules)?).await?,
            None => self.draw_seed(&transaction, (exam, sitting), rules, member).await?,
        }
        let detail = json(rules)?;
        let entry = Entry::by_staff(member.id, AuditAction::SetRules, &subject);
        entry.detail(detail.as_str()).write(&transaction).await?;
        transaction.commit().await?;
        self.arranged.write().expect("nothing panics while the exams are held").insert(exam.clone());
        Ok(())
    }

    /// Begins to arrange a published sitting anew: another seed is drawn and promised. What is published stands until it is
    /// published again.
    ///
    /// # Errors
    /// [`ArrangeError::Frozen`]; [`ArrangeError::Begun`]; [`ArrangeError::Unknown`] when nothing is published; [`ArrangeError::Forbidden`] and
    /// [`ArrangeError::Store`].
    pub async fn begin_anew(
        &self,
        member: &StaffMember,
        exam: &ExamId,
        sitting: &SittingId,
    ) -> Result<(), ArrangeError> {
        demand_sitting(&self.exams, member, exam, sitting)?;
        self.must_be_ahead(exam, sitting, clock::now())?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let before = store::arrangements::lock(&transaction, exam, sitting).await?.ok_or(ArrangeError::Unknown)?;
        match before.stage() {
            Stage::SetUp => return Err(ArrangeError::Unknown),
            Stage::Frozen => return Err(ArrangeError::Frozen),
            // Another tab did.
            Stage::Anew => return Ok(()),
            Stage::Published => {}
        }
        self.draw_seed(&transaction, (exam, sitting), &before.rules, member).await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn draw_seed(
        &self,
        transaction: &deadpool_postgres::Transaction<'_>,
        (exam, sitting): (&ExamId, &SittingId),
        rules: &Rules,
        member: &StaffMember,
    ) -> Result<(), StoreError> {
        let seed = Seed::draw();
        let (commitment, context) = (seed.commitment(), seed_context(exam, sitting));
        let sealed = self.vault.seal(&context, String::from(seed).as_bytes());
        let (rules, at) = (json(rules)?, clock::now());
        let new = NewSeed { rules: &rules, commitment: &commitment, seed: &sealed, at };
        store::arrangements::set_seed(transaction, (exam, sitting), &new).await?;
        let subject = subject(exam, sitting);
        let entry = Entry::by_staff(member.id, AuditAction::DrewSeed, &subject);
        entry.detail(commitment.as_str()).write(transaction).await
    }

    /// Once a sitting has begun its places stay: nothing is drawn that could not be published.
    pub(super) fn must_be_ahead(&self, exam: &ExamId, sitting: &SittingId, now: Timestamp) -> Result<(), ArrangeError> {
        let page = self.exams.get(exam).ok_or(ArrangeError::Unknown)?;
        match page.sitting(sitting).ok_or(ArrangeError::Unknown)?.has_begun(now) {
            true => Err(ArrangeError::Begun),
            false => Ok(()),
        }
    }

    /// Who would sit where if it were published now. Nothing changes, and the seed is not told.
    ///
    /// # Errors
    /// [`ArrangeError::NoRooms`], [`ArrangeError::Published`], [`ArrangeError::Frozen`], [`ArrangeError::Input`];
    /// [`ArrangeError::Forbidden`], [`ArrangeError::Unknown`] and [`ArrangeError::Store`].
    pub async fn preview(
        &self,
        member: &StaffMember,
        exam: &ExamId,
        sitting: &SittingId,
    ) -> Result<Draft, ArrangeError> {
        demand_sitting(&self.exams, member, exam, sitting)?;
        let Prepared { arrangement, rooms, seed, lots, input, had, .. } = self.prepare(exam, sitting).await?;
        let token = token(&input, &arrangement)?;
        let drawn = off_the_runtime(move || {
            let plan = arrange_aside(&input, &seed, &lots)?;
            let found = violations(&input, &plan).map_err(|_| StoreError::Corrupt("an arrangement"))?;
            Ok::<_, ArrangeError>((input, plan, found))
        });
        let (input, plan, violations) = drawn.await??;
        let moves = moved(&had, &plan).len();
        Ok(Draft { arrangement, rooms, input, plan, violations, moves, token })
    }

    /// The secret seeds that belong to a promised one: nobody without the vault's key knows them, nobody chooses them, and they
    /// are kept nowhere.
    pub(super) fn lots(&self, exam: &ExamId, sitting: &SittingId, commitment: &str) -> Lots {
        let seats = self.vault.index("seating.aside", &format!("{exam}\0{sitting}\0{commitment}"));
        Lots { companions: self.vault.index("seating.companions", exam.as_str()).into(), seats: seats.into() }
    }

    /// Reads all that a plan of the sitting follows from.
    pub(super) async fn prepare(&self, exam: &ExamId, sitting: &SittingId) -> Result<Prepared, ArrangeError> {
        let client = self.database.client().await?;
        let arrangement = store::arrangements::get(&client, exam, sitting).await?.ok_or(ArrangeError::Unknown)?;
        must_be_open(&arrangement)?;
        let rooms = rooms_of(&client, exam, sitting, &arrangement.rules).await?;
        if rooms.is_empty() {
            return Err(ArrangeError::NoRooms);
        }
        let sealed = store::arrangements::seed(&client, exam, sitting).await?.ok_or(ArrangeError::Unknown)?;
        let plain = self.vault.open(&seed_context(exam, sitting), &sealed).map_err(StoreError::from)?;
        let seed = String::from_utf8(plain).ok().and_then(|text| text.parse().ok());
        let seed = seed.ok_or(StoreError::Corrupt("the seed of an arrangement"))?;
        let lots = self.lots(exam, sitting, &arrangement.commitment);
        let orders = confirmed::in_sitting(&client, exam, sitting).await?;
        let examinees = examinees(&client, &self.vault, exam, &arrangement.rules, &orders).await?;
        let had = seat_assignments::all(&client, exam, sitting).await?;
        let plans = rooms.iter().map(|room| room.room.plan.clone()).collect();
        let (sitting, rules) = (sitting.to_string(), arrangement.rules.clone());
        let input = Input { sitting, rules, rooms: plans, examinees };
        input.check()?;
        Ok(Prepared { arrangement, rooms, seed, lots, input, orders, had })
    }
}

fn must_be_open(arrangement: &Arrangement) -> Result<(), ArrangeError> {
    match arrangement.stage() {
        Stage::SetUp | Stage::Anew => Ok(()),
        Stage::Published => Err(ArrangeError::Published),
        Stage::Frozen => Err(ArrangeError::Frozen),
    }
}

/// A draw of 100,000 takes seconds of computing: not on a thread that answers requests.
pub(super) async fn off_the_runtime<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| StoreError::Corrupt("an arrangement that ends its draw"))
}

fn json(rules: &Rules) -> Result<String, StoreError> {
    serde_json::to_string(rules).map_err(|_| StoreError::Corrupt("rules that are no JSON"))
}

/// For what a seed is sealed: it opens nowhere else.
fn seed_context(exam: &ExamId, sitting: &SittingId) -> String {
    format!("arrangement.seed {exam} {sitting}")
}

pub(super) fn token(input: &Input, arrangement: &Arrangement) -> Result<String, StoreError> {
    let all = serde_json::to_vec(&(input, &arrangement.commitment, arrangement.generation));
    let all = all.map_err(|_| StoreError::Corrupt("an arrangement that is no JSON"))?;
    Ok(URL_SAFE_NO_PAD.encode(digest(&SHA256, &all)))
}

/// Whoever has a published place, has not given it up, and has another one by this plan, or none.
pub(super) fn moved(had: &HashMap<OrderId, Had>, plan: &Plan) -> HashSet<OrderId> {
    let mut moved: HashSet<OrderId> = had.iter().filter(|(_, had)| !had.is_given_up).map(|(order, _)| *order).collect();
    for Assigned { id, room, seat } in &plan.seats {
        let Ok(order) = id.parse::<OrderId>() else { continue };
        if had.get(&order).is_some_and(|had| had.seat == *seat && had.room.0.to_string() == *room) {
            moved.remove(&order);
        }
    }
    moved
}

//! The queues as they move, for pages that follow them. All who follow share one look at the store every
//! [`FOLLOW_EVERY`], and none is taken while nobody does: a case opens with every hand-in, and a word by Postgres for each
//! would have all of their transactions wait for each other.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

use super::{Cases, Counts};
use crate::desk::case::{CaseId, CaseKind};
use crate::desk::permits::{Right, permits_somewhere};
use crate::desk::staff::StaffMember;
use crate::desk::store;
use crate::desk::store::cases::claims::StoredMove;
use crate::model::actor::Within;
use crate::model::clock;
use crate::model::ids::StaffId;
use crate::store::StoreError;

/// Between two looks of a process at the queues.
pub const FOLLOW_EVERY: Duration = Duration::from_millis(400);
/// Longest time that a page waits for something to move; then it asks again. A server that stops waits no longer for it.
const FOLLOW_MAX: Duration = Duration::from_secs(5);
/// How long it is told that a case has ended: longer than a page that is looked at asks for nothing.
const ENDED_FOR: SignedDuration = SignedDuration::from_secs(60);
/// So many different reaches are remembered before those are forgotten that nobody asks for at the moment.
const REACHES_MAX: usize = 64;
/// Most claims, and most ended cases, of which is told.
const MOVES_MAX: i64 = 500;

/// What somebody does with a case, or did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// Which case it is.
    pub case: CaseId,
    /// Who works on it: whether it is whoever asks, and their login name. `None`: it was decided or taken back.
    pub by: Option<(bool, String)>,
}

/// How the queues stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moves {
    /// Another one when anything else is another; the same in every process.
    pub revision: u64,
    /// Who works on what, and what ended within the last minute.
    pub moves: Vec<Move>,
    /// How many wait.
    pub waiting: u64,
    /// How many of them nobody works on.
    pub free: u64,
}

/// The looks that are shared, each by all whose reach is the same.
#[derive(Default)]
pub(crate) struct Following(Mutex<HashMap<Within, Arc<Mutex<Option<Looked>>>>>);

/// The queues at one moment.
#[derive(Clone)]
struct Looked {
    at: Instant,
    seen: Arc<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    revision: u64,
    moves: Vec<StoredMove>,
    counts: Counts,
    /// What waits for somebody else's opinion than theirs.
    given: Vec<(CaseKind, StaffId, u64)>,
}

impl Cases {
    /// How the queues of these kinds stand, as soon as that is another revision than the `known` one, and at the latest after
    /// five seconds. Kinds that they may not see are left out.
    pub async fn follow(
        &self,
        member: &StaffMember,
        kinds: &[CaseKind],
        known: Option<u64>,
    ) -> Result<Moves, StoreError> {
        let may_see = |kind: &&CaseKind| permits_somewhere(member, Right::See(**kind));
        let kinds: Vec<CaseKind> = kinds.iter().filter(may_see).copied().collect();
        let (ends, within) = (Instant::now() + FOLLOW_MAX, member.reach.candidates());
        loop {
            let looked = self.looked(&within).await?;
            let seen = &looked.seen;
            if known != Some(seen.revision) || Instant::now() >= ends {
                return Ok(moves(seen, &kinds, member.id));
            }
            sleep_until((looked.at + FOLLOW_EVERY).min(ends)).await;
        }
    }

    /// The newest look; one that is too old is taken anew, by one for all who wait for it.
    async fn looked(&self, within: &Within) -> Result<Looked, StoreError> {
        let mut all = self.following.0.lock().await;
        // What nobody has asked for lately is not kept: a look of theirs is taken anew.
        if all.len() >= REACHES_MAX {
            all.retain(|_, look| Arc::strong_count(look) > 1);
        }
        let shared = all.entry(within.clone()).or_default().clone();
        drop(all);
        let mut newest = shared.lock().await;
        if let Some(looked) = newest.as_ref().filter(|looked| looked.at.elapsed() < FOLLOW_EVERY) {
            return Ok(looked.clone());
        }
        let (at, now) = (Instant::now(), clock::now());
        let client = self.database.client().await?;
        let moves = store::cases::claims::moves(&client, now, now - ENDED_FOR, within, MOVES_MAX).await?;
        let counts: Counts = store::cases::counts(&client, within).await?.into_iter().collect();
        let given = store::case_opinions::given(&client, now, within).await?;
        let seen = Seen { revision: revision(&moves, &counts), moves, counts, given };
        let looked = Looked { at, seen: Arc::new(seen) };
        *newest = Some(looked.clone());
        Ok(looked)
    }
}

/// What one of those who follow is told.
fn moves(seen: &Seen, kinds: &[CaseKind], member: StaffId) -> Moves {
    let theirs = seen.moves.iter().filter(|one| kinds.contains(&one.kind));
    let claimed = theirs.clone().filter(|one| one.by.is_some()).count() as u64;
    let told = |one: &StoredMove| Move {
        case: one.id,
        by: one.by.as_ref().map(|(staff, name)| (*staff == member, name.clone())),
    };
    let given = seen.given.iter().filter(|(kind, staff, _)| kinds.contains(kind) && *staff == member);
    let waiting = given.fold(seen.counts.of(kinds), |waiting, (.., given)| waiting.saturating_sub(*given));
    Moves { revision: seen.revision, moves: theirs.map(told).collect(), waiting, free: waiting.saturating_sub(claimed) }
}

/// The order in which claims are read changes with every renewal, and nobody sees that.
fn revision(moves: &[StoredMove], counts: &Counts) -> u64 {
    let mut sorted: Vec<_> = moves.iter().map(|one| (one.id, &one.by)).collect();
    sorted.sort_by_key(|(id, _)| *id);
    let mut hasher = DefaultHasher::new();
    sorted.hash(&mut hasher);
    for kind in CaseKind::ALL {
        counts.of(&[kind]).hash(&mut hasher);
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_revision_tells_of_what_pages_show_and_of_nothing_else() {
        let staff = |number| StaffId(Uuid::from_u128(number));
        let by = |id, who: u128| StoredMove {
            id: CaseId(id),
            kind: CaseKind::Payment,
            by: Some((staff(who), format!("staff-{who}"))),
        };
        let counts = |count| [(CaseKind::Payment, count)].into_iter().collect::<Counts>();
        let usual = revision(&[by(1, 1), by(2, 2)], &counts(5));
        assert_eq!(usual, revision(&[by(2, 2), by(1, 1)], &counts(5)), "the order is nothing that anybody sees");
        let ended = StoredMove { by: None, ..by(1, 1) };
        for other in [
            revision(&[by(1, 2), by(2, 2)], &counts(5)),
            revision(&[by(1, 1)], &counts(5)),
            revision(&[ended.clone(), by(2, 2)], &counts(5)),
            revision(&[by(1, 1), by(2, 2)], &counts(4)),
        ] {
            assert_ne!(usual, other);
        }
        let given = vec![(CaseKind::Payment, staff(1), 1), (CaseKind::Form, staff(2), 1)];
        let seen = Seen { revision: usual, moves: vec![by(1, 1), by(2, 2), ended], counts: counts(5), given };
        let told = moves(&seen, &[CaseKind::Payment], staff(2));
        assert_eq!((told.waiting, told.free), (5, 3));
        assert_eq!(told.moves[1].by, Some((true, "staff-2".to_owned())));
        assert_eq!(told.moves[2].by, None);
        let first = moves(&seen, &[CaseKind::Payment], staff(1));
        assert_eq!((first.waiting, first.free), (4, 2), "what waits for somebody else is not theirs");
        let other = moves(&seen, &[CaseKind::Form], staff(2));
        assert_eq!((other.waiting, other.free, other.moves), (0, 0, Vec::new()));
    }
}

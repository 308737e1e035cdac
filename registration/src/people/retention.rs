//! How long what is personal of candidates is kept: a rule that staff set, what it would let go and has let go, accounts that are kept
//! in spite of it, and the job that carries it out. Without a rule nothing ever goes.
//!
//! In reading order: `rule`, `set`, `holds`, `round`; `store/retention/due.rs` says who is due, `gone.rs` beside it what goes. docs/privacy.md
//! says what stays, and for how long.

pub mod holds;
mod round;
pub mod rule;
mod set;
mod store;

use std::sync::{Arc, RwLock};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

pub use round::Gone;
pub use rule::{KeptRule, Years};

use crate::desk::permits::{Forbidden, Right, Scope, demand};
use crate::desk::staff::StaffMember;
use crate::model::clock;
use crate::people::accounts::AccountNumber;
use crate::pictures::files::PictureFiles;
use crate::store::{Database, StoreError};
use store::retention::due;

/// Most accounts that are counted: more are said to be more.
pub const COUNTED_MAX: i64 = 10_000;
/// How far ahead is looked.
const AHEAD: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Why nothing was changed or counted. Refusals first (staff can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum RetentionError {
    /// This member of staff may not do it.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// Somebody else has changed the rule meanwhile.
    #[error("somebody else has changed the rule meanwhile: look at it again")]
    Changed,
    /// There is no such account, or nothing is left of it.
    #[error("there is no such account, or it was forgotten already")]
    Unknown,
    /// The text is no reason.
    #[error("a reason has 1 to {} characters on one line", holds::REASON_CHARS_MAX)]
    Reason,
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An account that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Which account it is.
    pub account: AccountNumber,
    /// Why, as staff wrote it.
    pub reason: String,
    /// The login name of whoever keeps it.
    pub by_name: String,
    /// Since when it is kept.
    pub at: Timestamp,
}

/// How many accounts a rule lets go; each at most [`COUNTED_MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// Those that are due today.
    pub now: i64,
    /// Those that are due within thirty days, with those of today, if nothing happens until then.
    pub soon: i64,
}

/// How many accounts were forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forgotten {
    /// All that ever were.
    pub ever: i64,
    /// Within the last thirty days.
    pub lately: i64,
}

/// The door. Cloning is a few reference counts.
#[derive(Clone)]
pub struct Retention {
    database: Database,
    files: PictureFiles,
    kept: Arc<RwLock<Arc<KeptRule>>>,
    /// When the job was through last.
    walked_at: Arc<Mutex<Option<Timestamp>>>,
}

impl Retention {
    pub(crate) fn new(database: Database, files: PictureFiles) -> Self {
        Self { database, files, kept: Arc::default(), walked_at: Arc::default() }
    }

    /// How many accounts a rule of so many years would let go.
    ///
    /// # Errors
    /// [`RetentionError::Forbidden`] and [`RetentionError::Store`].
    pub async fn due(&self, member: &StaffMember, years: Years) -> Result<Due, RetentionError> {
        demand(member, Right::SetRetention, Scope::Everything)?;
        let (client, now) = (self.database.client().await?, clock::now());
        Ok(Due {
            now: due::count(&client, years.before(now), COUNTED_MAX).await?,
            soon: due::count(&client, years.before(now + AHEAD), COUNTED_MAX).await?,
        })
    }

    /// How many accounts were forgotten.
    ///
    /// # Errors
    /// [`RetentionError::Forbidden`] and [`RetentionError::Store`].
    pub async fn forgotten(&self, member: &StaffMember) -> Result<Forgotten, RetentionError> {
        demand(member, Right::SetRetention, Scope::Everything)?;
        let (ever, lately) = due::count_forgotten(&self.database.client().await?, clock::now() - AHEAD).await?;
        Ok(Forgotten { ever, lately })
    }
}

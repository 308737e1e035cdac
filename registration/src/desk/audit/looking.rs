//! What others ask of the audit: what was done to something, who looked at it, and whether two could be one.

use deadpool_postgres::GenericClient;
use jiff::{SignedDuration, Timestamp};

use crate::desk::audit::AuditAction;
use crate::desk::store::audit;
use crate::desk::store::audit::StoredLine;
use crate::model::actor::Actor;
use crate::model::clock;
use crate::model::ids::StaffId;
use crate::store::StoreError;

/// Most lines of a history.
pub const HISTORY_MAX: usize = 50;

/// Something that was done, for pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// When it was done, on our clock; pages show it in China's time.
    pub at: Timestamp,
    /// Who did it, and not whom it was done to.
    pub actor: Actor,
    /// The login name, where staff did it.
    pub staff_name: Option<String>,
    /// What was done, to the subject whose history it is.
    pub action: AuditAction,
    /// Which picture, or which hand-in, it was about; `None` in lines of before that was written down.
    pub seen: Option<String>,
    /// Why, or what else there is to say.
    pub detail: Option<String>,
}

/// Has this member of staff looked at exactly that?
pub(crate) async fn has_looked(
    client: &impl GenericClient,
    staff: StaffId,
    look: &AuditAction,
    subject: &str,
    seen: &str,
) -> Result<bool, StoreError> {
    audit::has_looked(client, staff, look.as_str(), subject, seen).await
}

/// The same of a look since then, at something of a subject.
pub(crate) async fn has_looked_since(
    client: &impl GenericClient,
    staff: StaffId,
    look: &AuditAction,
    of: (&str, &str),
    since: Timestamp,
) -> Result<bool, StoreError> {
    audit::has_looked_since(client, staff, look.as_str(), of, since).await
}

/// What makes an account somebody's who does not say so: who invited a member, or let them in anew.
const TIES: [AuditAction; 5] = [
    AuditAction::StaffAdded,
    AuditAction::StaffInvited,
    AuditAction::StaffLinkMade,
    AuditAction::StaffFactorReset,
    AuditAction::StaffEnabled,
];
/// So long one who made another's account is not a second person beside it.
const TIED_FOR: SignedDuration = SignedDuration::from_hours(90 * 24);

/// Could the two be one person? Somebody could have both accounts, who has made them, or let them in anew, within ninety days, or
/// those that did: one of the two, or a third. What two must agree to, these two do not.
pub(crate) async fn could_be_one(
    client: &impl GenericClient,
    one: StaffId,
    other: StaffId,
) -> Result<bool, StoreError> {
    let ties = TIES.each_ref().map(AuditAction::as_str);
    Ok(one == other || audit::have_one_behind(client, (one, other), &ties, clock::now() - TIED_FOR).await?)
}

/// Has one of the two made the other's account, or let it in anew, within ninety days? Less than [`could_be_one`]: whom the same
/// administrator has invited have not.
pub(crate) async fn has_let_in(client: &impl GenericClient, one: StaffId, other: StaffId) -> Result<bool, StoreError> {
    let ties = TIES.each_ref().map(AuditAction::as_str);
    audit::are_tied(client, (one, other), &ties, clock::now() - TIED_FOR).await
}

/// What was done to something, the newest first, at most [`HISTORY_MAX`] lines.
pub(crate) async fn history(client: &impl GenericClient, subject: &str) -> Result<Vec<AuditEntry>, StoreError> {
    let limit = i64::try_from(HISTORY_MAX).expect("a small constant");
    let entry = |line: StoredLine| {
        let StoredLine { at, actor, staff_name, action, seen, detail } = line;
        let (action, detail) = AuditAction::of(action, detail);
        AuditEntry { at, actor, staff_name, action, seen, detail }
    };
    Ok(audit::of(client, subject, limit).await?.into_iter().map(entry).collect())
}

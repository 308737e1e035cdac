//! The audit: who did what to what, what they saw, and why. One way to write a line, one to read them.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;

use crate::desk::store::audit;
use crate::desk::store::audit::{NewLine, StoredLine};
use crate::model::actor::Actor;
use crate::model::clock;
use crate::model::ids::StaffId;
use crate::store::StoreError;

/// Most lines of a history.
pub const HISTORY_MAX: usize = 50;

/// What was done. The words are those that the store has for it, in four dialects, each as old as what it speaks of.
#[derive(Debug, Clone, PartialEq, Eq, strum::AsRefStr, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum AuditAction {
    /// Looked at the page that shows a whole document number.
    LookedAtPerson,
    /// Looked at the picture of a payment, an identity or a face.
    LookedAtPicture,
    /// Confirmed a payment, an identity or a face.
    Confirmed,
    /// Refused a payment, an identity or a face; the detail is why.
    Refused,
    /// Looked at a form.
    #[strum(serialize = "application.look")]
    LookedAtForm,
    /// Looked at a form's photo.
    #[strum(serialize = "application.photo")]
    LookedAtPhoto,
    /// Let a form pass.
    #[strum(serialize = "application.pass")]
    PassedForm,
    /// Refused a form; the detail is why.
    #[strum(serialize = "application.refuse")]
    RefusedForm,
    /// Looked at the request to review an earlier score.
    #[strum(serialize = "score_review.look")]
    LookedAtScore,
    /// Let a request to review an earlier score pass: its subjects are the candidate's to choose.
    #[strum(serialize = "score_review.pass")]
    PassedScore,
    /// Refused a request to review an earlier score; the detail is why.
    #[strum(serialize = "score_review.refuse")]
    RefusedScore,
    /// Looked at a request for accommodations.
    #[strum(serialize = "accommodation.look")]
    LookedAtAccommodation,
    /// Looked at a proof of a request for accommodations.
    #[strum(serialize = "accommodation.proof")]
    LookedAtProof,
    /// Decided on a request for accommodations; the detail is why something was not granted.
    #[strum(serialize = "accommodation.decide")]
    DecidedAccommodation,
    /// Looked at who an account says to be.
    LookedAtAccount,
    /// Moved an account's registration away; the detail is the other account's number.
    AccountMovedTo,
    /// Moved another account's registration here; the detail is that account's number.
    AccountMovedFrom,
    /// Corrected who an account says to be; the detail is what, and why.
    AccountCorrected,
    /// Told a candidate a code for another password.
    AccountCodeTold,
    /// Somebody became a member of staff; the detail is what they may do.
    #[strum(serialize = "staff.added")]
    StaffAdded,
    /// Gave money back that came by no channel; what was seen is the refund's number.
    #[strum(serialize = "refund.by_hand")]
    RefundedByHand,
    /// Agreed that somebody else gave money back by hand; what was seen is the refund's number.
    #[strum(serialize = "refund.by_hand_agree")]
    AgreedToHand,
    /// Took back that money was given back by hand; what was seen is the refund's number.
    #[strum(serialize = "refund.by_hand_undo")]
    TookHandBack,
    /// Nobody agreed to a refund in time; the detail is how much it was.
    #[strum(serialize = "refund.expire")]
    RefundExpired,
    /// Began a school's payment for many candidates; what was seen is its number.
    #[strum(serialize = "group.begun")]
    GroupBegun,
    /// Looked through candidates whom a school may pay for; the detail is which ones.
    #[strum(serialize = "group.look")]
    LookedAtGroup,
    /// Took off a school's payment what could not be paid for.
    #[strum(serialize = "group.left_out")]
    GroupLeftOut,
    /// Began to pay for a school's list by a channel; the detail is which.
    #[strum(serialize = "group.paying")]
    GroupPaying,
    /// Looked through invoices, whose titles and tax numbers are whole; the detail is which ones.
    #[strum(serialize = "invoice.list")]
    LookedAtInvoices,
    /// Took invoices out as a file; the detail is which ones.
    #[strum(serialize = "invoice.export")]
    ExportedInvoices,
    /// Looked at the document of an invoice.
    #[strum(serialize = "invoice.look")]
    LookedAtInvoice,
    /// Handed an invoice back; the detail is of how much.
    #[strum(serialize = "invoice.hand_back")]
    HandedBackInvoice,
    /// Handed a credit note back; the detail is of how much.
    #[strum(serialize = "invoice.hand_back_credit")]
    HandedBackCredit,
    /// Let the orders of a school's payment go again.
    #[strum(serialize = "group.released")]
    GroupReleased,
    /// Wrote down that a school's transfer has come.
    #[strum(serialize = "group.received")]
    GroupReceived,
    /// A member of staff signed in.
    #[strum(serialize = "staff.signed_in")]
    StaffSignedIn,
    /// A sign-in with that name was refused.
    #[strum(serialize = "staff.refused")]
    StaffRefused,
    /// A member of staff ended every sign-in of theirs.
    #[strum(serialize = "staff.signed_out")]
    StaffSignedOut,
    /// A member of staff got another password.
    #[strum(serialize = "staff.password")]
    StaffPassword,
    /// A member of staff was kept out.
    #[strum(serialize = "staff.disabled")]
    StaffDisabled,
    /// A member of staff was let in again.
    #[strum(serialize = "staff.enabled")]
    StaffEnabled,
    /// Looked through payments; the detail is which ones.
    #[strum(serialize = "money.list")]
    LookedAtPayments,
    /// Looked at everything about one payment.
    #[strum(serialize = "money.look")]
    LookedAtPayment,
    /// Looked at the books.
    #[strum(serialize = "money.books")]
    LookedAtBooks,
    /// Looked at what people must see to, or at what reconciliation found of a day.
    #[strum(serialize = "money.open")]
    LookedAtOpenMoney,
    /// Took payments or findings out as a file; the detail is which ones and how many.
    #[strum(serialize = "money.export")]
    ExportedMoney,
    /// Wanted a refund; the detail is how much, and why.
    #[strum(serialize = "refund.want")]
    WantedRefund,
    /// Agreed to a refund that somebody else wanted.
    #[strum(serialize = "refund.agree")]
    AgreedToRefund,
    /// Withdrew a refund that waited for a second person.
    #[strum(serialize = "refund.withdraw")]
    WithdrewRefund,
    /// Had a refund sent again.
    #[strum(serialize = "refund.again")]
    SentRefundAgain,
    /// Had a channel asked after a payment.
    #[strum(serialize = "money.ask")]
    AskedChannel,
    /// Had the bill of a day fetched.
    #[strum(serialize = "bill.fetch")]
    FetchedBill,
    /// Brought the bill of a day as a file; the detail is its hash and its size.
    #[strum(serialize = "bill.import")]
    ImportedBill,
    /// Saw to a finding of reconciliation; the detail is what was done.
    #[strum(serialize = "finding.close")]
    ClosedFinding,
    /// Made a site, or changed one.
    #[strum(serialize = "site.save")]
    SavedSite,
    /// Took a site out of use.
    #[strum(serialize = "site.retire")]
    RetiredSite,
    /// Made a room, or changed one.
    #[strum(serialize = "room.save")]
    SavedRoom,
    /// Took a room out of use.
    #[strum(serialize = "room.retire")]
    RetiredRoom,
    /// Made and changed rooms by a list; the detail is how many.
    #[strum(serialize = "room.import")]
    ImportedRooms,
    /// Chose the rooms of a sitting; the detail is how many.
    #[strum(serialize = "sitting.rooms")]
    ChoseRooms,
    /// Set how many seats of a sitting are given out, from its rooms; the detail is before and after.
    #[strum(serialize = "sitting.capacity")]
    SetCapacity,
    /// Had a seed drawn for a sitting; the detail is its commitment.
    #[strum(serialize = "arrangement.seed")]
    DrewSeed,
    /// Changed the rules by which a sitting is arranged.
    #[strum(serialize = "arrangement.rules")]
    SetRules,
    /// Published who sits where; the detail is how many, and how many of them moved.
    #[strum(serialize = "arrangement.publish")]
    PublishedPlaces,
    /// Froze who sits where.
    #[strum(serialize = "arrangement.freeze")]
    FrozePlaces,
    /// Gave places to those who were confirmed later; the detail is how many.
    #[strum(serialize = "arrangement.late")]
    SeatedLate,
    /// What a later version writes down, by its name.
    #[strum(default, transparent)]
    Other(String),
}

impl AuditAction {
    /// Its word in the store.
    pub fn as_str(&self) -> &str {
        self.as_ref()
    }

    /// What a line says: the version before wrote some details behind the action, after a blank.
    fn of(word: String, detail: Option<String>) -> (Self, Option<String>) {
        let known = |word: &str| word.parse().ok().filter(|action| !matches!(action, Self::Other(_)));
        if let Some(action) = known(&word) {
            return (action, detail);
        }
        match word.split_once(' ').and_then(|(word, rest)| Some((known(word)?, rest.to_owned()))) {
            Some((action, rest)) => (action, detail.or(Some(rest))),
            None => (Self::Other(word), detail),
        }
    }
}

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

/// A line to be written: who did what to what.
pub(crate) struct Entry<'a> {
    actor: Actor,
    action: AuditAction,
    subject: &'a str,
    at: Option<Timestamp>,
    seen: Option<&'a str>,
    detail: Option<&'a str>,
}

impl<'a> Entry<'a> {
    pub(crate) fn new(actor: Actor, action: AuditAction, subject: &'a str) -> Self {
        Self { actor, action, subject, at: None, seen: None, detail: None }
    }

    /// A line of what a member of staff did.
    pub(crate) fn by_staff(staff: StaffId, action: AuditAction, subject: &'a str) -> Self {
        Self::new(Actor::Staff(staff), action, subject)
    }

    /// When it was done, where that is not now.
    pub(crate) fn at(self, at: Timestamp) -> Self {
        Self { at: Some(at), ..self }
    }

    /// Which picture, or which hand-in, was seen.
    pub(crate) fn seen(self, seen: &'a str) -> Self {
        Self { seen: Some(seen), ..self }
    }

    /// Why it was done, or what else there is to say.
    pub(crate) fn detail(self, detail: impl Into<Option<&'a str>>) -> Self {
        Self { detail: detail.into(), ..self }
    }

    /// Writes it, in the transaction of what was done.
    pub(crate) async fn write(self, client: &impl GenericClient) -> Result<(), StoreError> {
        let Self { actor, action, subject, at, seen, detail } = self;
        let at = at.unwrap_or_else(clock::now);
        let line = NewLine { at, actor: &actor, action: action.as_str(), subject, seen, detail };
        audit::insert(client, &line).await
    }
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

#[cfg(test)]
mod tests;

//! Decisions whose time to be taken back is over: they are carried out at their desks, as whoever decided would have.

use deadpool_postgres::GenericClient;
use jiff::SignedDuration;

use crate::desk::audit::{AuditAction, Entry};
use crate::desk::case::Subject;
use crate::desk::cases::{CaseError, Cases, Decider, Note};
use crate::desk::forms::{FormKey, Forms};
use crate::desk::payments::{DecisionError, Reviews};
use crate::desk::people::IdentityReviews;
use crate::desk::scores::{ScoreKey, Scores};
use crate::desk::staff::Staff;
use crate::desk::store::case_opinions;
use crate::desk::store::cases::noted;
use crate::desk::store::cases::noted::StoredNote;
use crate::model::actor::Actor;
use crate::model::clock;
use crate::store::{Database, StoreError};

/// Most that are carried out in one round.
const ROUND_MAX: i64 = 100;
/// When what a store could not do is tried again.
const AGAIN: SignedDuration = SignedDuration::from_secs(5);

/// The desks at which they are carried out.
pub(crate) struct Desks {
    database: Database,
    cases: Cases,
    staff: Staff,
    reviews: Reviews,
    people: IdentityReviews,
    forms: Forms,
    scores: Scores,
}

/// Why a decision was not carried out.
enum Failed {
    /// A store did not do its part.
    Now(StoreError),
    /// It does not fit any more, for this reason: the word that the audit has for it.
    Ever(&'static str),
}

/// Whoever decided is no member of staff any more.
const STAFF_GONE: &str = "staff_gone";
/// What was handed in is another thing by now.
const MOVED: &str = "moved";
/// The seat that was confirmed is gone.
const SEAT_GONE: &str = "seat_gone";
/// What is stored cannot be read.
const UNREADABLE: &str = "unreadable";

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        match error {
            // It is so the next time, too.
            StoreError::Corrupt(_) => Self::Ever(UNREADABLE),
            error => Self::Now(error),
        }
    }
}

impl From<CaseError> for Failed {
    fn from(error: CaseError) -> Self {
        match error {
            CaseError::Store(error) => error.into(),
            CaseError::Busy => Self::Now(StoreError::Pool(error.to_string())),
            CaseError::Forbidden(_) => Self::Ever("forbidden"),
            CaseError::NotWaiting | CaseError::ToBeNoted => Self::Ever(MOVED),
            CaseError::NotLooked => Self::Ever("not_looked"),
            CaseError::Claimed(_) => Self::Ever("claimed"),
            CaseError::Changed => Self::Ever("changed"),
            CaseError::OtherAccount => Self::Ever("other_account"),
            CaseError::Reason(_) => Self::Ever(UNREADABLE),
        }
    }
}

impl From<DecisionError> for Failed {
    fn from(error: DecisionError) -> Self {
        match error {
            DecisionError::Store(error) => error.into(),
            // The order's job goes on with it.
            DecisionError::Unavailable(why) => Self::Now(StoreError::Pool(why)),
            DecisionError::Forbidden(_) => Self::Ever("forbidden"),
            DecisionError::UnknownOrder
            | DecisionError::NotWaiting(_)
            | DecisionError::OtherPicture
            | DecisionError::ToBeNoted => Self::Ever(MOVED),
            DecisionError::NotLooked => Self::Ever("not_looked"),
            DecisionError::Claimed(_) => Self::Ever("claimed"),
            DecisionError::NeedsFirst(_) => Self::Ever("needs_first"),
            DecisionError::SeatGone(_) => Self::Ever(SEAT_GONE),
            DecisionError::Reason(_) => Self::Ever(UNREADABLE),
        }
    }
}

impl Desks {
    pub(crate) fn of(
        cases: &Cases,
        staff: &Staff,
        (reviews, people): (&Reviews, &IdentityReviews),
        (forms, scores): (&Forms, &Scores),
    ) -> Box<Self> {
        Box::new(Self {
            database: cases.database.clone(),
            cases: cases.clone(),
            staff: staff.clone(),
            reviews: reviews.clone(),
            people: people.clone(),
            forms: forms.clone(),
            scores: scores.clone(),
        })
    }

    /// Until something is to be carried out at once.
    pub(super) async fn woken(&self) {
        self.cases.wake.notified().await;
    }

    /// Lets first opinions stand for which nobody gave another in time.
    pub(super) async fn let_opinions_stand(&self) -> Result<(), StoreError> {
        self.cases.let_opinions_stand().await
    }

    /// Carries out what is due. What does not fit any more goes back to its queue, and that is written down.
    pub(super) async fn carry_out(&self) -> Result<(), StoreError> {
        let client = self.database.client().await?;
        let due = noted::due(&client, clock::now(), ROUND_MAX).await?;
        drop(client);
        for one in due {
            match self.decide(&one).await {
                Ok(()) => {}
                Err(Failed::Now(error)) => {
                    tracing::warn!(case = one.id.0, %error, "a decision waits for a store");
                    let client = self.database.client().await?;
                    noted::put_off(&client, (one.id, one.until), clock::now() + AGAIN).await?;
                }
                Err(Failed::Ever(why)) => self.drop_it(&one, why).await?,
            }
        }
        Ok(())
    }

    async fn drop_it(&self, one: &StoredNote, why: &'static str) -> Result<(), StoreError> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        if noted::forget(&transaction, one.id, one.until).await? {
            tracing::warn!(case = one.id.0, why, "a decision did not fit any more; its case waits again");
            write_dropped(&transaction, &one.subject, why).await?;
            // What could not be carried out is no opinion, either.
            case_opinions::take_out(&transaction, one.id, one.staff).await?;
        }
        Ok(transaction.commit().await?)
    }

    async fn decide(&self, one: &StoredNote) -> Result<(), Failed> {
        let member = self.staff.member(one.staff).await?.ok_or(Failed::Ever(STAFF_GONE))?;
        let note = self.cases.open_note(one.id, &one.sealed).ok_or(Failed::Ever(UNREADABLE))?;
        if self.cases.put_by(&member, one, &note).await? {
            return Ok(());
        }
        let done = self.at_its_desk(&one.subject, Decider::of_note(&member, one.id, one.until), &note).await;
        let Err(Failed::Ever(why)) = done else { return done };
        if self.is_noted(one).await? {
            return done;
        }
        // Another process was faster, or it was taken back at that moment: nothing is left to do. Where the seat is gone, it
        // was carried out, and the order waits again.
        if why == SEAT_GONE {
            let client = self.database.client().await?;
            write_dropped(&client, &one.subject, why).await?;
        }
        Ok(())
    }

    async fn is_noted(&self, one: &StoredNote) -> Result<bool, StoreError> {
        noted::is_there(&self.database.client().await?, one.id, one.until).await
    }

    async fn at_its_desk(&self, subject: &Subject, decider: Decider<'_>, note: &Note) -> Result<(), Failed> {
        let (refusal, other) = (note.decided.reason(), |_| Failed::Ever(MOVED));
        match subject {
            Subject::Payment(order) => {
                let look = note.version.parse().map_err(|_| other(()))?;
                let done = match refusal {
                    None => self.reviews.confirm(decider, *order, &look).await,
                    Some(why) => self.reviews.refuse(decider, *order, &look, why).await,
                };
                match done {
                    // The confirmation is noted with the order, and another job goes on with it.
                    Ok(_) | Err(DecisionError::Unavailable(_)) => Ok(()),
                    Err(error) => Err(error.into()),
                }
            }
            Subject::Identity(_) | Subject::Face(..) => {
                let picture = note.version.parse().map_err(|_| other(()))?;
                match refusal {
                    None => Ok(self.people.confirm(decider, subject, picture).await?),
                    Some(why) => Ok(self.people.refuse(decider, subject, picture, why).await?),
                }
            }
            Subject::Form(exam, account) => {
                let version = note.version.parse().map_err(|_| other(()))?;
                let key = FormKey { exam: exam.clone(), account: *account, version };
                Ok(self.forms.decide(decider, &key, refusal).await?)
            }
            Subject::Score(exam, account) => {
                let micros = note.version.parse().map_err(|_| other(()))?;
                let requested_at = jiff::Timestamp::from_microsecond(micros).map_err(|_| other(()))?;
                let key = ScoreKey { exam: exam.clone(), account: *account, requested_at };
                Ok(self.scores.decide(decider, &key, refusal).await?)
            }
            Subject::Accommodation(..) => Err(other(())),
        }
    }
}

/// Writes down that a decision was not carried out, and why.
async fn write_dropped(client: &impl GenericClient, subject: &Subject, why: &'static str) -> Result<(), StoreError> {
    let about = subject.to_string();
    Entry::new(Actor::System, AuditAction::DroppedDecision, &about).detail(why).write(client).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_only_too_much_at_once_is_tried_again() {
        assert!(matches!(Failed::from(CaseError::Busy), Failed::Now(_)));
        assert!(matches!(Failed::from(CaseError::NotWaiting), Failed::Ever(MOVED)));
    }
}

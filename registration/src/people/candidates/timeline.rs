//! What has happened to a candidate, on one time line: what they did, what was decided, what was paid and sent, and what staff
//! did. Read from the tables that remember it, a page at a time.

use deadpool_postgres::GenericClient;

use super::event::{Event, Place, Source};
use super::store::candidate_events;
use super::{CandidateError, Looking};
use crate::desk::audit::AuditAction;
use crate::desk::case::{Case, CaseKind, Subject};
use crate::desk::permits::{Right, permits_somewhere};
use crate::model::actor::Actor;
use crate::model::ids::{AccountId, StaffId};

/// Events of one page.
pub const EVENTS_PAGE: usize = 50;
/// Most looks that a page lists.
pub const LOOKS_MAX: usize = 20;

/// What of the audit is a look at the candidate's data, and no act. Pages list these by themselves.
pub(super) fn looks() -> [&'static str; 11] {
    [
        "looked_at_person",
        "looked_at_picture",
        "application.look",
        "application.photo",
        "score_review.look",
        "accommodation.look",
        "accommodation.proof",
        "looked_at_account",
        "money.look",
        "candidate.look",
        "candidate.show",
    ]
}

/// The events of an account from a place on, and where they go on; `None`: that was all.
pub(super) async fn events(
    client: &impl GenericClient,
    looking: &Looking<'_>,
    account: AccountId,
    from: Option<Place>,
) -> Result<(Vec<Event>, Option<Place>), CandidateError> {
    let names = looking.names();
    let limit = i64::try_from(EVENTS_PAGE + 1).expect("a small constant");
    let mut events = candidate_events::of_account(client, account.0, names.as_deref(), from, &looks(), limit).await?;
    let goes_on = events.len() > EVENTS_PAGE;
    events.truncate(EVENTS_PAGE);
    let next = behind(&events, from).filter(|_| goes_on);
    Ok((events, next))
}

/// The place behind these events, which begin at `from`.
fn behind(events: &[Event], from: Option<Place>) -> Option<Place> {
    let at = events.last()?.at;
    let same = events.iter().rev().take_while(|event| event.at == at).count();
    // A page that is all of one moment goes on where it began.
    let before = from.filter(|place| place.at == at && same == events.len()).map_or(0, |place| place.skip);
    Some(Place { at, skip: u16::try_from(same).unwrap_or(u16::MAX).saturating_add(before) })
}

/// Who looked at the candidate's data last.
pub(super) async fn looked(
    client: &impl GenericClient,
    looking: &Looking<'_>,
    account: AccountId,
) -> Result<Vec<Event>, CandidateError> {
    let (names, limit) = (looking.names(), i64::try_from(LOOKS_MAX).expect("a small constant"));
    Ok(candidate_events::audited(client, account.0, names.as_deref(), &looks(), limit).await?)
}

/// May whoever looks see this event? What was decided of a case only those who may see cases of its kind, money only those who may
/// see money; and what is of no exam is not for whoever works for some exams alone: who somebody was verified to be.
pub(super) fn is_theirs(event: &Event, looking: &Looking<'_>) -> bool {
    let may = |right| permits_somewhere(looking.member, right);
    let of_exam = looking.exams.is_none() || event.exam.is_some();
    let about = event.about.as_deref().unwrap_or_default();
    match (event.source, about.parse::<Subject>()) {
        (Source::Payment | Source::Refund, _) => may(Right::SeeMoney),
        (Source::Identity, _) => of_exam,
        // Of an order there is more than its case.
        (Source::Audit, Ok(Subject::Payment(_))) => true,
        (Source::Case | Source::Audit, Ok(subject)) => of_exam && may(Right::See(subject.kind())),
        (Source::Case, Err(_)) => of_exam && CaseKind::ALL.into_iter().all(|kind| may(Right::See(kind))),
        (Source::Audit, Err(_)) => !about.starts_with("payment.") || may(Right::SeeMoney),
        _ => true,
    }
}

/// Does it tell what somebody else did with one of these cases, of which a second opinion may be asked? Whoever gives it is to
/// know nothing of the first one.
pub(super) fn is_hint(event: &Event, untold: &[&Case], member: StaffId) -> bool {
    let is_others = match event.actor {
        Some(Actor::Staff(staff)) => staff != member,
        Some(Actor::System) => action(event) == AuditAction::SecondOpinion,
        _ => false,
    };
    let is_of = |case: &&&Case| {
        event.about.as_deref() == Some(case.subject.to_string().as_str()) && event.at >= case.waiting_since
    };
    event.source == Source::Audit && is_others && untold.iter().any(|case| is_of(&case))
}

/// What a line of the audit says was done.
pub fn action(event: &Event) -> AuditAction {
    event.word.parse().unwrap_or_else(|_| AuditAction::Other(event.word.clone()))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use reservation::ids::ExamId;
    use uuid::Uuid;

    use super::*;
    use crate::desk::case::CaseId;
    use crate::model::actor::{Reach, Role, StaffMember};
    use crate::people::candidates::event::PlaceError;

    fn event(seconds: i64) -> Event {
        Event {
            at: Timestamp::from_second(seconds).unwrap(),
            source: Source::Account,
            word: "made".to_owned(),
            exam: None,
            about: None,
            actor: None,
            staff_name: None,
            detail: None,
            until: None,
            amount: None,
        }
    }

    #[test]
    fn what_somebody_sees_of_a_time_line_is_what_their_role_may_see() {
        let exam: ExamId = "ce".parse().unwrap();
        let exams = [exam.clone()];
        let of = |source, about: &str, exam: Option<&ExamId>| {
            let (about, exam) = (Some(about.to_owned()), exam.cloned());
            Event { source, about, exam, ..event(1) }
        };
        let nobody = "00000000-0000-0000-0000-000000000007";
        let all = [
            of(Source::Case, &format!("accommodation ce {nobody}"), Some(&exam)),
            of(Source::Audit, &format!("accommodation ce {nobody}"), Some(&exam)),
            of(Source::Case, &format!("identity.{nobody}"), None),
            of(Source::Identity, "bureau", None),
            of(Source::Payment, "7", Some(&exam)),
            of(Source::Refund, "7", Some(&exam)),
            of(Source::Audit, "payment.7", Some(&exam)),
            of(Source::Order, "7", Some(&exam)),
            of(Source::Audit, nobody, None),
        ];
        for (role, exams, expected) in [
            (Role::Administrator, None, "111111111"),
            (Role::Auditor, None, "111111111"),
            (Role::Registrar, None, "111100011"),
            (Role::Finance, None, "000111111"),
            (Role::Reviewer, Some(&exams[..]), "110000011"),
            (Role::Finance, Some(&exams[..]), "000011111"),
        ] {
            let id = StaffId(Uuid::from_u128(9));
            let (name, reach) = ("li.min".to_owned(), Reach::default());
            let member = StaffMember { id, name, role, reach, session_epoch: 0, disabled_at: None };
            let looking = Looking { member: &member, exams };
            let seen = all.each_ref().map(|event| if is_theirs(event, &looking) { '1' } else { '0' });
            assert_eq!(seen.iter().collect::<String>(), expected, "{role:?} {exams:?}");
        }
    }

    #[test]
    fn a_page_goes_on_behind_the_last_event_also_where_many_are_of_one_moment() {
        let place = |at: i64, skip| Place { at: Timestamp::from_second(at).unwrap(), skip };
        assert_eq!(behind(&[], None), None);
        assert_eq!(behind(&[event(9), event(7)], None), Some(place(7, 1)));
        assert_eq!(behind(&[event(9), event(7), event(7)], None), Some(place(7, 2)));
        assert_eq!(behind(&[event(7), event(7)], Some(place(7, 3))), Some(place(7, 5)));
        assert_eq!(behind(&[event(7), event(5)], Some(place(7, 3))), Some(place(5, 1)));
        let last = place(7, 2);
        assert_eq!(last.to_string().parse(), Ok(last));
        for bad in ["", "7", "7.", ".7", "x.1", "7.-1", "99999999999999999999.1"] {
            assert_eq!(bad.parse::<Place>(), Err(PlaceError), "{bad}");
        }
    }

    #[test]
    fn what_others_did_with_a_case_that_may_get_a_second_opinion_is_no_news() {
        let [me, other] = [7, 8].map(|id| StaffId(Uuid::from_u128(id)));
        let subject = Subject::Identity(AccountId(Uuid::from_u128(1)));
        let case = Case {
            id: CaseId(1),
            exam: None,
            account: AccountId(Uuid::from_u128(1)),
            subject: subject.clone(),
            version: String::new(),
            waiting_since: Timestamp::from_second(5).unwrap(),
            due: Timestamp::from_second(9).unwrap(),
            claim: None,
            opinions: Vec::new(),
            noted: None,
            closed: None,
        };
        let done = |actor, action: AuditAction| Event {
            source: Source::Audit,
            about: Some(subject.to_string()),
            actor: Some(actor),
            word: action.as_ref().to_owned(),
            ..event(5)
        };
        let theirs = done(Actor::Staff(other), AuditAction::LookedAtPicture);
        assert!(is_hint(&theirs, &[&case], me));
        assert!(is_hint(&done(Actor::System, AuditAction::SecondOpinion), &[&case], me));
        for (told, why) in [
            (done(Actor::Staff(me), AuditAction::LookedAtPicture), "their own"),
            (done(Actor::System, AuditAction::LookedAtPicture), "nobody's opinion"),
            (Event { actor: None, ..theirs.clone() }, "nobody's"),
            (Event { source: Source::Case, ..theirs.clone() }, "what was decided is told"),
            (Event { about: Some("another".to_owned()), ..theirs.clone() }, "of another case"),
            (Event { at: Timestamp::from_second(4).unwrap(), ..theirs.clone() }, "of what waited before"),
        ] {
            assert!(!is_hint(&told, &[&case], me), "{why}");
        }
        assert!(!is_hint(&theirs, &[], me), "of which no second opinion is asked");
    }

    #[test]
    fn every_look_is_a_word_of_the_audit() {
        for word in looks() {
            assert!(!matches!(word.parse(), Ok(AuditAction::Other(_)) | Err(_)), "{word}");
        }
    }
}

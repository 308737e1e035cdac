//! What of who somebody is staff confirmed in person: noted beside what else proves it, so that just that can be taken back.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::ids::ExamId;

use super::{card_word, read_way, way_name};
use crate::model::exam_rules::{CardCheck, IdentityWay};
use crate::model::ids::{AccountId, StaffId};
use crate::people::store::identities::{StoredIdentity, in_person as stored};
use crate::people::store::{face_checks, identities};
use crate::pictures::store::identity_pictures;
use crate::store::StoreError;

/// Notes that what proves it now, and did not when it stood as `before`, was confirmed in person. The caller has locked the identity.
pub(crate) async fn note(
    transaction: &impl GenericClient,
    account: AccountId,
    before: &StoredIdentity,
    now: Timestamp,
) -> Result<(), StoreError> {
    let known = if before.state == "verified" { words(before) } else { Vec::new() };
    let Some(after) = identities::get(transaction, account.0).await? else { return Ok(()) };
    let proved: Vec<&str> = words(&after).into_iter().filter(|word| !known.contains(word)).collect();
    stored::note(transaction, account.0, &proved, now).await
}

/// Takes back all that was confirmed in person, faces as well. Whoever is proved otherwise, too, stays verified by that; whoever is not
/// proves anew who they are, and shows every face anew. The exams whose face was confirmed in person. The caller has locked the account
/// and its identity, which is verified and stands as `before`.
pub(crate) async fn take_back(
    transaction: &impl GenericClient,
    before: &StoredIdentity,
    by: (StaffId, &str),
    now: Timestamp,
) -> Result<Vec<ExamId>, StoreError> {
    let account = before.account;
    let exams = face_checks::take_all_in_person_back(transaction, account, by, now).await?;
    let kept = besides(&words(before), &before.in_person);
    if let Some((way, also_by)) = kept.split_first()
        && read_way(way).is_some()
    {
        stored::keep_ways(transaction, account, (way.as_str(), also_by), by).await?;
        return Ok(exams);
    }
    stored::refuse_verified(transaction, account, by, now).await?;
    let mut pictures = face_checks::forget(transaction, account).await?;
    pictures.extend([before.picture, before.more_picture, before.card_back].into_iter().flatten());
    identity_pictures::drop(transaction, &pictures).await?;
    Ok(exams)
}

/// The words of what proves it.
fn words(stored: &StoredIdentity) -> Vec<&str> {
    stored.way.iter().chain(&stored.also_by).map(String::as_str).collect()
}

/// What proves it besides, a way first where there is one.
fn besides(all: &[&str], in_person: &[String]) -> Vec<String> {
    let in_person = |word: &&&str| in_person.iter().any(|known| known == **word);
    let mut kept: Vec<String> = all.iter().filter(|word| !in_person(word)).map(|word| (*word).to_owned()).collect();
    // Whoever decided on a card after it was shown in person had that card before them: its way was noted once.
    let card = way_name(IdentityWay::Card);
    let has = |word: &str| kept.iter().any(|known| known == word);
    let is_decided = |by: CardCheck| card_word(IdentityWay::Card, by).is_some_and(has);
    if !has(card) && [CardCheck::Vendor, CardCheck::Staff].into_iter().any(is_decided) {
        kept.push(card.to_owned());
    }
    kept.sort_by_key(|word| read_way(word).is_none());
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_proved_otherwise_stays_proved() {
        for (all, in_person, kept) in [
            (&["card", "card_staff"][..], &["card", "card_staff"][..], &[][..]),
            (&["manual"], &["manual"], &[]),
            (&["card", "card_staff"], &["card_staff"], &["card"]),
            (&["liveness", "card", "card_staff"], &["card", "card_staff"], &["liveness"]),
            (&["card", "card_staff", "liveness"], &["card", "card_staff"], &["liveness"]),
            // The vendor's word on the same card came afterwards, and the way stood already.
            (&["card", "card_staff", "card_vendor"], &["card", "card_staff"], &["card", "card_vendor"]),
            (&["liveness", "manual"], &[], &["liveness", "manual"]),
        ] {
            let in_person: Vec<String> = in_person.iter().map(|word| (*word).to_owned()).collect();
            assert_eq!(besides(all, &in_person), kept, "{all:?} {in_person:?}");
        }
    }
}

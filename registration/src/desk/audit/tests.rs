//! Every word of the audit stays what it means, whichever version wrote it.

use super::*;

/// Every word that any version has written.
const WORDS: [&str; 112] = [
    "exam.draft_begin",
    "exam.draft_change",
    "exam.draft_drop",
    "exam.apply",
    "exam.open",
    "exam.close",
    "exam.export",
    "case.second_opinion",
    "candidate.find",
    "candidate.look",
    "candidate.show",
    "candidate.note",
    "candidate.strike",
    "answered_inquiry",
    "webhook.made",
    "webhook.changed",
    "webhook.secret",
    "webhook.enabled",
    "webhook.disabled",
    "webhook.again",
    "key.made",
    "key.rotated",
    "key.revoked",
    "key.refused",
    "imprint.change",
    "audit.search",
    "checkin.snapshot",
    "checkin.photos",
    "checkin.attendance",
    "checkin.export",
    "checkin.doubt",
    "checkin.look",
    "checkin.sign",
    "checkin.assign",
    "checkin.dismiss",
    "case.note",
    "accommodation.look",
    "accommodation.proof",
    "accommodation.decide",
    "looked_at_person",
    "looked_at_picture",
    "confirmed",
    "refused",
    "application.look",
    "application.photo",
    "application.pass",
    "application.refuse",
    "score_review.look",
    "score_review.pass",
    "score_review.refuse",
    "looked_at_account",
    "account_moved_to",
    "account_moved_from",
    "account_corrected",
    "account_code_told",
    "refund.by_hand",
    "refund.by_hand_agree",
    "refund.by_hand_undo",
    "refund.expire",
    "group.look",
    "group.left_out",
    "group.paying",
    "invoice.list",
    "invoice.export",
    "invoice.look",
    "invoice.hand_back",
    "invoice.hand_back_credit",
    "bill.import",
    "group.begun",
    "group.released",
    "group.received",
    "staff.signed_in",
    "staff.refused",
    "staff.signed_out",
    "staff.password",
    "staff.disabled",
    "staff.enabled",
    "staff.factor",
    "staff.factor_refused",
    "staff.recovered",
    "staff.enrolled",
    "staff.passkey_removed",
    "staff.recovery_codes",
    "staff.factor_reset",
    "staff.session_ended",
    "staff.invited",
    "staff.link",
    "staff.joined",
    "money.list",
    "money.look",
    "money.books",
    "money.open",
    "money.export",
    "refund.want",
    "refund.agree",
    "refund.withdraw",
    "refund.again",
    "money.ask",
    "bill.fetch",
    "finding.close",
    "site.save",
    "site.retire",
    "room.save",
    "room.retire",
    "room.import",
    "sitting.rooms",
    "sitting.capacity",
    "arrangement.seed",
    "arrangement.rules",
    "arrangement.publish",
    "arrangement.freeze",
    "arrangement.late",
];

#[test]
fn words_of_the_store_stay_and_are_read_back() {
    for word in WORDS {
        let (action, detail) = AuditAction::of(word.to_owned(), None);
        assert!(!matches!(action, AuditAction::Other(_)), "{word}");
        assert_eq!((action.as_str(), detail), (word, None));
    }
    let (action, detail) = AuditAction::of("snoozed".to_owned(), None);
    assert_eq!((action.as_str(), action.clone(), detail), ("snoozed", AuditAction::Other("snoozed".into()), None));
}

#[test]
fn what_the_version_before_wrote_behind_an_action_is_its_detail() {
    let read = |word: &str| AuditAction::of(word.to_owned(), None);
    assert_eq!(read("account_moved_to F19F"), (AuditAction::AccountMovedTo, Some("F19F".to_owned())));
    let corrected = (AuditAction::AccountCorrected, Some("name document: 核对 原件".to_owned()));
    assert_eq!(read("account_corrected name document: 核对 原件"), corrected);
    assert_eq!(read("something else"), (AuditAction::Other("something else".to_owned()), None));
}

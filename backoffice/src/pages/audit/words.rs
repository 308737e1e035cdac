//! What the words of the audit are called.

use pagekit::words::{Words, key};
use registration::desk::audit::AuditAction;

/// Every word that this version writes, in the order in which they can be chosen.
pub(crate) const ACTIONS: [(&str, &str); 144] = [
    ("webhook.made", key("audit-did-webhook-made")),
    ("webhook.changed", key("audit-did-webhook-changed")),
    ("webhook.secret", key("audit-did-webhook-secret")),
    ("webhook.enabled", key("audit-did-webhook-enabled")),
    ("webhook.disabled", key("audit-did-webhook-disabled")),
    ("webhook.again", key("audit-did-webhook-again")),
    ("key.made", key("audit-did-key-made")),
    ("key.rotated", key("audit-did-key-rotated")),
    ("key.revoked", key("audit-did-key-revoked")),
    ("key.refused", key("audit-did-key-refused")),
    ("looked_at_person", key("audit-did-looked-at-person")),
    ("looked_at_picture", key("audit-did-looked-at-picture")),
    ("confirmed", key("audit-did-confirmed")),
    ("refused", key("audit-did-refused")),
    ("application.look", key("audit-did-application-look")),
    ("application.photo", key("audit-did-application-photo")),
    ("application.pass", key("audit-did-application-pass")),
    ("application.refuse", key("audit-did-application-refuse")),
    ("score_review.look", key("audit-did-score-review-look")),
    ("score_review.pass", key("audit-did-score-review-pass")),
    ("score_review.refuse", key("audit-did-score-review-refuse")),
    ("accommodation.look", key("audit-did-accommodation-look")),
    ("accommodation.proof", key("audit-did-accommodation-proof")),
    ("accommodation.decide", key("audit-did-accommodation-decide")),
    ("looked_at_account", key("audit-did-looked-at-account")),
    ("account_moved_to", key("audit-did-account-moved-to")),
    ("account_moved_from", key("audit-did-account-moved-from")),
    ("account_corrected", key("audit-did-account-corrected")),
    ("account_signed_out", key("audit-did-account-signed-out")),
    ("account_code_told", key("audit-did-account-code-told")),
    ("staff.added", key("audit-did-staff-added")),
    ("staff.signed_in", key("audit-did-staff-signed-in")),
    ("staff.refused", key("audit-did-staff-refused")),
    ("staff.signed_out", key("audit-did-staff-signed-out")),
    ("staff.password", key("audit-did-staff-password")),
    ("staff.disabled", key("audit-did-staff-disabled")),
    ("staff.enabled", key("audit-did-staff-enabled")),
    ("money.list", key("audit-did-money-list")),
    ("money.look", key("audit-did-money-look")),
    ("money.books", key("audit-did-money-books")),
    ("money.open", key("audit-did-money-open")),
    ("money.export", key("audit-did-money-export")),
    ("money.ask", key("audit-did-money-ask")),
    ("refund.want", key("audit-did-refund-want")),
    ("refund.agree", key("audit-did-refund-agree")),
    ("refund.withdraw", key("audit-did-refund-withdraw")),
    ("refund.again", key("audit-did-refund-again")),
    ("refund.expire", key("audit-did-refund-expire")),
    ("refund.by_hand", key("audit-did-refund-by-hand")),
    ("refund.by_hand_agree", key("audit-did-refund-by-hand-agree")),
    ("refund.by_hand_undo", key("audit-did-refund-by-hand-undo")),
    ("bill.fetch", key("audit-did-bill-fetch")),
    ("bill.import", key("audit-did-bill-import")),
    ("finding.close", key("audit-did-finding-close")),
    ("group.begun", key("audit-did-group-begun")),
    ("group.look", key("audit-did-group-look")),
    ("group.left_out", key("audit-did-group-left-out")),
    ("group.paying", key("audit-did-group-paying")),
    ("group.released", key("audit-did-group-released")),
    ("group.received", key("audit-did-group-received")),
    ("invoice.list", key("audit-did-invoice-list")),
    ("invoice.export", key("audit-did-invoice-export")),
    ("invoice.look", key("audit-did-invoice-look")),
    ("invoice.hand_back", key("audit-did-invoice-hand-back")),
    ("invoice.hand_back_credit", key("audit-did-invoice-hand-back-credit")),
    ("site.save", key("audit-did-site-save")),
    ("site.retire", key("audit-did-site-retire")),
    ("room.save", key("audit-did-room-save")),
    ("room.retire", key("audit-did-room-retire")),
    ("room.import", key("audit-did-room-import")),
    ("sitting.rooms", key("audit-did-sitting-rooms")),
    ("sitting.capacity", key("audit-did-sitting-capacity")),
    ("arrangement.seed", key("audit-did-arrangement-seed")),
    ("arrangement.rules", key("audit-did-arrangement-rules")),
    ("arrangement.publish", key("audit-did-arrangement-publish")),
    ("arrangement.freeze", key("audit-did-arrangement-freeze")),
    ("arrangement.late", key("audit-did-arrangement-late")),
    ("papers.print", key("audit-did-papers-print")),
    ("checkin.snapshot", key("audit-did-checkin-snapshot")),
    ("checkin.photos", key("audit-did-checkin-photos")),
    ("checkin.attendance", key("audit-did-checkin-attendance")),
    ("checkin.export", key("audit-did-checkin-export")),
    ("checkin.doubt", key("audit-did-checkin-doubt")),
    ("checkin.look", key("audit-did-checkin-look")),
    ("checkin.sign", key("audit-did-checkin-sign")),
    ("checkin.assign", key("audit-did-checkin-assign")),
    ("checkin.dismiss", key("audit-did-checkin-dismiss")),
    ("staff.factor", key("staff-did-show")),
    ("staff.factor_refused", key("staff-did-show-wrong")),
    ("staff.recovered", key("staff-did-recover")),
    ("staff.enrolled", key("staff-did-enrol")),
    ("staff.passkey_removed", key("staff-did-passkey")),
    ("staff.recovery_codes", key("staff-did-codes")),
    ("staff.factor_reset", key("staff-did-reset")),
    ("staff.session_ended", key("staff-did-session")),
    ("staff.invited", key("staff-did-invited")),
    ("staff.link", key("staff-did-link")),
    ("staff.joined", key("staff-did-join")),
    ("staff_signed_in_by_provider", key("staff-did-provider")),
    ("staff_refused_by_provider", key("staff-did-provider-wrong")),
    ("staff_provider_linked", key("staff-did-link-provider")),
    ("staff_provider_unlinked", key("staff-did-unlink-provider")),
    ("staff.duty", key("audit-did-staff-duty")),
    ("approval.ask", key("audit-did-approval-ask")),
    ("approval.agree", key("audit-did-approval-agree")),
    ("approval.refuse", key("audit-did-approval-refuse")),
    ("approval.withdraw", key("audit-did-approval-withdraw")),
    ("case.take_over", key("audit-did-case-take-over")),
    ("case.note", key("audit-did-case-note")),
    ("case.take_back", key("audit-did-case-take-back")),
    ("case.dropped", key("audit-did-case-dropped")),
    ("case.second_opinion", key("audit-did-case-second-opinion")),
    ("card.unsure", key("audit-did-card-unsure")),
    ("face.consent", key("audit-did-face-consent")),
    ("face.withdraw", key("audit-did-face-withdraw")),
    ("face.in_person", key("audit-did-face-in-person")),
    ("face.in_person_undo", key("audit-did-face-in-person-undo")),
    ("import.bring", key("audit-did-import-bring")),
    ("import.look", key("audit-did-import-look")),
    ("import.take", key("audit-did-import-take")),
    ("import.want", key("audit-did-import-want")),
    ("import.apply", key("audit-did-import-apply")),
    ("import.drop", key("audit-did-import-drop")),
    ("list.export", key("audit-did-list-export")),
    ("exam.draft_begin", key("exam-did-begin")),
    ("exam.draft_change", key("exam-did-change")),
    ("exam.draft_drop", key("exam-did-drop")),
    ("exam.apply", key("exam-did-apply")),
    ("exam.open", key("exam-did-open")),
    ("exam.close", key("exam-did-close")),
    ("exam.export", key("exam-did-export")),
    ("imprint.change", key("audit-did-imprint-change")),
    ("retention.set", key("audit-did-retention-set")),
    ("retention.forgot", key("audit-did-retention-forgot")),
    ("retention.forgot_lists", key("audit-did-retention-forgot-lists")),
    ("retention.hold", key("audit-did-retention-hold")),
    ("retention.let_go", key("audit-did-retention-let-go")),
    ("audit.search", key("audit-did-audit-search")),
    ("candidate.find", key("audit-did-candidate-find")),
    ("candidate.look", key("audit-did-candidate-look")),
    ("candidate.show", key("audit-did-candidate-show")),
    ("candidate.note", key("audit-did-candidate-note")),
    ("candidate.strike", key("audit-did-candidate-strike")),
    ("answered_inquiry", key("audit-did-inquiry-answer")),
];

/// The key of what was done; nothing for a later version's word.
pub(crate) fn did(action: &AuditAction) -> Option<&'static str> {
    ACTIONS.iter().find(|(word, _)| *word == action.as_str()).map(|(_, key)| *key)
}

/// What was done; a later version's word shows as it is written down.
pub(crate) fn action(w: Words, action: &AuditAction) -> String {
    did(action).map_or_else(|| action.as_str().to_owned(), |key| w.t(key).into_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use strum::VariantNames;

    use super::*;

    #[test]
    fn every_word_of_the_audit_is_called_something() {
        let written: BTreeSet<_> = AuditAction::VARIANTS.iter().copied().filter(|word| *word != "other").collect();
        let called: BTreeSet<_> = ACTIONS.iter().map(|(word, _)| *word).collect();
        assert_eq!(written, called);
        assert_eq!(called.len(), ACTIONS.len());
    }
}

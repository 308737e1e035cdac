//! The pages on which administrators mend accounts, from made-up values.

/// Finding candidates, and a page about each.
pub(super) mod candidates;

use jiff::Timestamp;
use maud::Markup;
use pagekit::words::Words;
use registration::model::document::{Document, DocumentKind};
use registration::model::facts::IdentityState;
use registration::model::ids::AccountId;
use registration::people::accounts::Account;
use uuid::Uuid;

use crate::accounts::correct::{Correction, Entered, Outcome, body};
use crate::accounts::{Found, rebind};

pub(super) fn all(w: Words, now: Timestamp) -> [(&'static str, Markup); 7] {
    let moved = rebind::Outcome::Done(w.t("rebind-same").into());
    let entered = Entered {
        name: "阿卜杜热西提·买买提依明·艾合买提江".to_owned(),
        kind: "passport".to_owned(),
        ..Entered::default()
    };
    let mended = found(now);
    let mend = Correction::Mend { found: &mended, entered: &entered };
    let told = ["correct-done", "correct-done-login", "correct-done-prove"].map(|key| w.t(key).into_owned());
    let several = [mended.account.clone(), mended.account.clone()];
    let code =
        [w.with("correct-code", &[("code", "402 917".into())]), w.t("correct-code-how")].map(|text| text.into_owned());
    let side = || rebind::Side { found: found(now), orders: Vec::new() };
    let both = rebind::Outcome::Look(Box::new([side(), side()]));
    [
        ("rebind-look", rebind::body(w, &rebind::Entered::default(), &both)),
        ("rebind", rebind::body(w, &rebind::Entered::default(), &moved)),
        ("correct", body(w, &Correction::Ask { typed: "" }, &Outcome::Nothing)),
        ("correct-mend", body(w, &mend, &Outcome::Refused(w.t("correct-taken").into_owned()))),
        ("correct-choose", body(w, &Correction::Choose { accounts: &several }, &Outcome::Nothing)),
        ("correct-code", body(w, &mend, &Outcome::Done(code.to_vec()))),
        ("correct-done", body(w, &Correction::Ask { typed: "" }, &Outcome::Done(told.to_vec()))),
    ]
}

fn found(now: Timestamp) -> Found {
    let id = AccountId(Uuid::from_u128(7));
    let account = Account {
        id,
        number: id.into(),
        name: "阿卜杜热西提·买买提依明·艾合买提江".parse().ok(),
        document: Document::parse(DocumentKind::ResidentId, "11010519491231002X").ok(),
        username: None,
        email: "zhang.wei@example.edu".parse().ok(),
        email_verified_at: None,
        mobile: "13912345678".parse().ok(),
        mobile_verified_at: None,
        session_epoch: 0,
        display: None,
        created_at: now,
    };
    Found { account, identity: IdentityState::Verified { at: now }, is_login: true }
}

//! The ways to prove who one is, in words.

use pagekit::words::Words;
use registration::model::exam_rules::IdentityWay;

/// The name of a way, as its button says it.
pub(crate) fn way_name(w: Words, way: IdentityWay) -> String {
    match way {
        IdentityWay::Card => w.t("identity-way-card"),
        IdentityWay::Liveness => w.t("identity-way-liveness"),
        IdentityWay::Manual => w.t("identity-way-manual"),
    }
    .into_owned()
}

/// What somebody needs for a way, in a sentence below its button.
pub(crate) fn way_hint(w: Words, way: IdentityWay) -> String {
    match way {
        IdentityWay::Card => w.t("identity-way-card-hint"),
        IdentityWay::Liveness => w.t("identity-way-liveness-hint"),
        IdentityWay::Manual => w.t("identity-way-manual-hint"),
    }
    .into_owned()
}

//! Every refusal of the real-name check in words.

use http::StatusCode;
use pagekit::words::Words;
use registration::people::identity::{CardRefusal, CardSide, IdentityError, LivenessRefusal, LivenessStatus};
use registration::pictures::kept::{DraftError, Slot};

use crate::failure::Failure;
use crate::pages::identity::said;
use crate::view::form::FieldError;
use crate::words::document::kind_name;
use crate::words::picture::picture_fault;

/// The status of a refusal, and what the candidate reads where.
pub(crate) fn refusal(w: Words, error: IdentityError) -> Result<(StatusCode, FieldError), Failure> {
    let (status, field, text) = match error {
        IdentityError::Store(error) | IdentityError::Draft(DraftError::Store(error)) => return Err(error.into()),
        IdentityError::Draft(DraftError::Picture(error)) => {
            (StatusCode::UNPROCESSABLE_ENTITY, "", picture_fault(w, error))
        }
        IdentityError::Draft(DraftError::Busy) | IdentityError::Busy => {
            (StatusCode::SERVICE_UNAVAILABLE, "", w.t("identity-busy").into_owned())
        }
        IdentityError::Unavailable(why) => {
            tracing::warn!(why, "an identity check is away");
            (StatusCode::SERVICE_UNAVAILABLE, "", w.t("identity-unavailable").into_owned())
        }
        IdentityError::NoSuchWay => (StatusCode::CONFLICT, "", w.t("identity-unavailable").into_owned()),
        IdentityError::AlreadyVerified => (StatusCode::CONFLICT, "", w.t("identity-verified-what").into_owned()),
        IdentityError::NoConsent => (StatusCode::CONFLICT, "", w.t("identity-consent-error").into_owned()),
        IdentityError::NoFaceConsent => {
            (StatusCode::UNPROCESSABLE_ENTITY, "face_consent", w.t("face-consent-error").into_owned())
        }
        IdentityError::NotDeclared => (StatusCode::CONFLICT, "", w.t("identity-not-declared").into_owned()),
        IdentityError::DocumentIsLogin => (StatusCode::CONFLICT, "number", w.t("identity-number-locked").into_owned()),
        IdentityError::DeclarationChanged => (StatusCode::CONFLICT, "", w.t("identity-changed").into_owned()),
        IdentityError::WrongDocument(kind) => {
            let text = w.with("identity-wrong-document", &[("kind", kind_name(w, kind).into())]);
            (StatusCode::CONFLICT, "", text.into_owned())
        }
        IdentityError::Missing(slot) => {
            (StatusCode::UNPROCESSABLE_ENTITY, slot.as_str(), w.t("identity-picture-missing").into_owned())
        }
        IdentityError::Card(refusal) => {
            let (field, text) = card_fault(w, refusal);
            (StatusCode::UNPROCESSABLE_ENTITY, field, text)
        }
        IdentityError::TriesUsed(most) => (
            StatusCode::TOO_MANY_REQUESTS,
            "",
            w.with("identity-tries-used", &[("count", u32::from(most).into())]).into_owned(),
        ),
        IdentityError::OtherAccount => (StatusCode::CONFLICT, "", w.t("identity-other-account").into_owned()),
    };
    Ok((status, said(field, text)))
}

/// The same on the page of the way by card: of a name that is not sure, whom to ask where the exam has no way by staff.
pub(crate) fn card_refusal(
    w: Words,
    error: IdentityError,
    has_manual: bool,
) -> Result<(StatusCode, FieldError), Failure> {
    let is_unsure = matches!(error, IdentityError::Card(CardRefusal::NameUnsure));
    let (status, mut said) = refusal(w, error)?;
    if is_unsure && !has_manual {
        said.text = w.t("card-error-name-unsure-office").into_owned();
    }
    Ok((status, said))
}

fn card_fault(w: Words, refusal: CardRefusal) -> (&'static str, String) {
    let field = |side| if side == CardSide::Front { Slot::CardFront.as_str() } else { Slot::CardBack.as_str() };
    let (field, text) = match refusal {
        CardRefusal::NoCard(side) => (field(side), w.t("card-error-none")),
        CardRefusal::Blurred(side) => (field(side), w.t("card-error-blurred")),
        CardRefusal::WrongSide(CardSide::Front) => (Slot::CardFront.as_str(), w.t("card-error-not-front")),
        CardRefusal::WrongSide(CardSide::Back) => (Slot::CardBack.as_str(), w.t("card-error-not-back")),
        CardRefusal::Swapped => (Slot::CardFront.as_str(), w.t("card-error-swapped")),
        CardRefusal::Unreadable(side) => (field(side), w.t("card-error-unreadable")),
        CardRefusal::NotOriginal(side) => (field(side), w.t("card-error-copy")),
        CardRefusal::Expired => (Slot::CardBack.as_str(), w.t("card-error-expired")),
        CardRefusal::Name => ("", w.t("card-error-name")),
        CardRefusal::NameUnsure => ("", w.t("card-error-name-unsure")),
        CardRefusal::Number => ("", w.t("card-error-number")),
        CardRefusal::NameAndNumber => ("", w.t("card-error-both")),
        CardRefusal::NotTogether => ("", w.t("card-error-not-together")),
    };
    (field, text.into_owned())
}

/// Why the newest check on a vendor's page failed, if it did.
pub(crate) fn liveness_fault(w: Words, status: LivenessStatus) -> Option<String> {
    let LivenessStatus::Failed(refusal) = status else { return None };
    let text = match refusal {
        LivenessRefusal::Mismatch => w.t("liveness-error-mismatch"),
        LivenessRefusal::Spoof => w.t("liveness-error-spoof"),
        LivenessRefusal::NotSame => w.t("liveness-error-not-same"),
        LivenessRefusal::NoRecord => w.t("liveness-error-no-record"),
        LivenessRefusal::Cancelled => w.t("liveness-error-cancelled"),
        LivenessRefusal::Taken => w.t("identity-other-account"),
        LivenessRefusal::Changed => w.t("identity-changed"),
        LivenessRefusal::Other => w.t("liveness-error-other"),
    };
    Some(text.into_owned())
}

#[cfg(test)]
mod tests {
    use pagekit::language::Language;

    use super::*;
    use crate::catalogue::words;

    #[test]
    fn c4_nobody_is_sent_to_staff_where_the_exam_has_no_way_by_them() {
        let said = |has_manual| {
            let unsure = IdentityError::Card(CardRefusal::NameUnsure);
            card_refusal(words(Language::Zh), unsure, has_manual).ok().unwrap().1.text
        };
        assert!(said(true).contains("人工通道"), "{}", said(true));
        assert!(!said(false).contains("人工通道") && said(false).contains("联系考务人员"), "{}", said(false));
    }
}

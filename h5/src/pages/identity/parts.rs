//! What the pages of the real-name check share: the person, the states, and every refusal in words.

use axum::extract::Multipart;
use http::StatusCode;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::document::{Document, DocumentError, DocumentKind, Sex};
use registration::identity::{
    CardRefusal, CardSide, IdentityError, LivenessRefusal, LivenessStanding, PORTRAIT_PIXELS,
};
use registration::identity_pictures::{DraftError, Slot};
use registration::pictures::{PICTURE_BYTES_MAX, PictureError};
use registration::steps::IdentityState;

use super::state::state_waits;
use super::{View, said};
use crate::failure::Failure;
use crate::request::sent::picture::{PicturePart, read};
use crate::view::facts::{facts, person_name};
use crate::view::form::FieldError;
use crate::view::form::picture_tile::{PictureTile, Shrunk, fields, picture_tile};
use crate::view::icons::{Icon, icon};
use crate::view::notice::{Tone, notice, tag};

/// What 居民身份证 and the others are called.
pub(crate) fn kind_name(w: Words, kind: DocumentKind) -> String {
    match kind {
        DocumentKind::ResidentId => w.t("document-resident-id"),
        DocumentKind::HkMacauPermit => w.t("document-hk-macau-permit"),
        DocumentKind::TaiwanPermit => w.t("document-taiwan-permit"),
        DocumentKind::Passport => w.t("document-passport"),
        DocumentKind::HongKongId => w.t("document-hong-kong-id"),
        DocumentKind::MacauId => w.t("document-macau-id"),
        DocumentKind::ForeignResidentId => w.t("document-foreign-resident-id"),
    }
    .into_owned()
}

/// What is wrong with a number.
pub(crate) fn document_fault(w: Words, kind: DocumentKind, error: DocumentError) -> String {
    match error {
        DocumentError::Length => w.t("document-error-length"),
        DocumentError::Character => w.t("document-error-character"),
        DocumentError::Place => w.t("document-error-place"),
        DocumentError::BirthDate => w.t("document-error-date"),
        DocumentError::Check => w.t("document-error-check"),
        DocumentError::ForeignResident => w.t("field-document-foreign"),
        DocumentError::Form(_) => w.with("document-error-form", &[("kind", kind_name(w, kind).into())]),
    }
    .into_owned()
}

/// Kind, number, and what the number says of its holder.
pub(crate) fn document_facts(w: Words, document: &Document) -> Markup {
    facts(&document_rows(w, document).iter().map(|(label, value)| (label.as_str(), value.clone())).collect::<Vec<_>>())
}

fn document_rows(w: Words, document: &Document) -> Vec<(String, Markup)> {
    let mut rows = vec![
        (w.t("identity-kind").into_owned(), html! { (kind_name(w, document.kind())) }),
        (w.t("identity-number").into_owned(), html! { (document.masked()) }),
    ];
    if let (Some(born), Some(sex)) = (document.birth_date(), document.sex()) {
        let sex = if sex == Sex::Male { w.t("sex-male") } else { w.t("sex-female") };
        rows.push((w.t("identity-born").into_owned(), html! { (when::date(w.language, born)) }));
        rows.push((w.t("identity-sex").into_owned(), html! { (sex) }));
    }
    rows
}

/// Waiting, refused or verified: what happened, and what to do.
pub(crate) fn state_part(w: Words, view: &View<'_>) -> Markup {
    let again = format!("{}&again=on", view.from.to(""));
    let mut rows = Vec::new();
    if let Some(person) = &view.standing.person {
        rows.push((w.t("identity-name").into_owned(), person_name(person.name.expose())));
        rows.extend(document_rows(w, &person.document));
    }
    let rows: Vec<(&str, Markup)> = rows.iter().map(|(label, value)| (label.as_str(), value.clone())).collect();
    html! {
        @match &view.standing.state {
            IdentityState::None => {}
            IdentityState::Waiting { since } => {
                (notice(Tone::Plain, &w.t("identity-waiting-what"), &html! {
                    p { (w.with("identity-waiting-since", &[("when", when::near(w.language, *since, view.now).into())])) }
                    p { (w.t("identity-waiting-how")) }
                }))
                (state_waits(w, &view.standing.state))
                (facts(&rows))
                p { a class="button second" href=(again) { (w.t("identity-waiting-again")) } }
            }
            IdentityState::Refused { reason } => {
                (notice(Tone::Bad, &w.t("identity-refused-what"), &html! {
                    p class="reason" { (w.with("identity-refused-reason", &[("reason", reason.as_str().into())])) }
                }))
                (facts(&rows))
                p { a class="button" href=(again) { (w.t("identity-refused-again")) } }
            }
            IdentityState::Verified { at } => {
                (notice(Tone::Good, &w.t("identity-verified-what"), &html! {
                    p { (w.with("identity-verified-at", &[("when", when::near(w.language, *at, view.now).into())])) }
                }))
                (facts(&rows))
                @if view.standing.has_portrait {
                    figure class="portrait" {
                        // The part of a card that has the face, in the shape that is cut.
                        img src="/me/identity/portrait.jpg" alt=(w.t("identity-portrait-alt")) width=(PORTRAIT_PIXELS.0) height=(PORTRAIT_PIXELS.1);
                        figcaption { (w.t("identity-portrait")) }
                    }
                }
                @if view.is_guest_phone {
                    p { (w.t("identity-back-to-computer")) }
                } @else {
                    p { a class="button" href=(view.from.next()) { (w.t("identity-go-on")) } }
                }
            }
        }
    }
}

/// 已实名 or not, as a line of 个人中心.
pub(crate) fn identity_part(w: Words, state: &IdentityState) -> Markup {
    let (tone, word, go) = match state {
        IdentityState::None => (Tone::Care, w.t("me-identity-none"), w.t("me-identity-begin")),
        IdentityState::Waiting { .. } => (Tone::Plain, w.t("me-identity-waiting"), w.t("me-identity-look")),
        IdentityState::Refused { .. } => (Tone::Bad, w.t("me-identity-refused"), w.t("identity-refused-again")),
        IdentityState::Verified { .. } => (Tone::Good, w.t("me-identity-verified"), w.t("me-identity-look")),
    };
    html! {
        section id="identity" {
            h2 { (w.t("identity-title")) }
            dl class="rows" {
                div { dt { (w.t("me-identity-state")) } dd { (tag(tone, &word)) } dd class="row-do" { a href="/me/identity?next=/me" { (go) (icon(Icon::Chevron)) } } }
            }
        }
    }
}

/// The tile of a picture of somebody or of their document.
pub(crate) fn identity_tile(
    w: Words,
    slot: &str,
    legend: &str,
    hint: &str,
    is_here: bool,
    error: Option<&str>,
) -> Markup {
    let put = format!("/me/identity/pictures/{slot}");
    let shown_at = format!("{put}.jpg");
    let tile = PictureTile {
        id: slot,
        fields: fields(slot),
        put: &put,
        legend,
        hint,
        accept: "image/*",
        shrunk: Shrunk::Photo,
        bytes_max: PICTURE_BYTES_MAX,
        here: is_here.then_some(&shown_at),
        upload: None,
        error,
    };
    picture_tile(w, &tile)
}

/// What a form of pictures brought, by slot: at most one each.
pub(crate) async fn parts_of(mut form: Multipart, slots: &[Slot]) -> Result<Vec<(Slot, PicturePart)>, Failure> {
    const PARTS_MAX: usize = 12;
    let mut found: Vec<(Slot, PicturePart)> = Vec::new();
    for _ in 0..PARTS_MAX {
        let Some(field) = form.next_field().await.map_err(|error| crate::request::sent::picture::refusal(&error))?
        else {
            break;
        };
        let name = field.name().unwrap_or_default().to_owned();
        let slot = slots.iter().find(|slot| fields(slot.as_str()).contains(&name)).copied();
        let part = read(field).await?;
        if let Some(slot) = slot.filter(|slot| part != PicturePart::Nothing && !found.iter().any(|(s, _)| s == slot)) {
            found.push((slot, part));
        }
    }
    Ok(found)
}

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
        IdentityError::NoClaim => (StatusCode::CONFLICT, "", w.t("identity-no-claim").into_owned()),
        IdentityError::DocumentIsLogin => (StatusCode::CONFLICT, "number", w.t("identity-number-locked").into_owned()),
        IdentityError::ClaimChanged => (StatusCode::CONFLICT, "", w.t("identity-changed").into_owned()),
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
        CardRefusal::Number => ("", w.t("card-error-number")),
        CardRefusal::NameAndNumber => ("", w.t("card-error-both")),
    };
    (field, text.into_owned())
}

/// What is wrong with a file.
pub(crate) fn picture_fault(w: Words, error: PictureError) -> String {
    match error {
        PictureError::TooLarge { limit_bytes } => {
            w.with("tile-too-large", &[("limit", (limit_bytes / (1024 * 1024)).into())])
        }
        PictureError::NotAPicture => w.t("upload-not-a-picture"),
        PictureError::Heic => w.t("tile-heic"),
        PictureError::Damaged => w.t("tile-damaged"),
        PictureError::TooManyPixels { .. } | PictureError::TooLong { .. } => w.t("tile-too-many-pixels"),
        PictureError::TooSmall { width, height } => {
            w.with("upload-too-small", &[("width", width.into()), ("height", height.into())])
        }
        PictureError::Blank => w.t("tile-blank"),
    }
    .into_owned()
}

/// Why the newest check on a vendor's page failed, if it did.
pub(crate) fn liveness_fault(w: Words, standing: LivenessStanding) -> Option<String> {
    let LivenessStanding::Failed(refusal) = standing else { return None };
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

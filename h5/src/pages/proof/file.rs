//! The proof of registration as a PDF, with the code and the address at which others check it.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use pagekit::language::Language;
use pagekit::when;
use registration::model::order::OrderState;
use registration::rooms::tickets::TicketError;
use registration::rules::tickets::Times;

use crate::failure::Failure;
use crate::printing::{not_printed, told};
use crate::request::order::find_now;
use crate::request::signed_in::SignedIn;
use crate::words::document::document_name;
use crate::words::ticket::{begins, subject};

pub(crate) async fn pdf(
    candidate: SignedIn,
    Path(order): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let (order, exam) = find_now(&candidate.app, &candidate.account, &order).await?;
    let outside = &candidate.app.outside;
    let printing = outside.printing.clone().ok_or(Failure::NotFound)?;
    if order.state != OrderState::Confirmed {
        return Err(Failure::NotFound);
    }
    let proof = match outside.registration.tickets.proof(&exam, &order).await {
        Ok(proof) => proof,
        Err(TicketError::Refused(_)) => return Err(Failure::NotFound),
        Err(TicketError::NoNumber(_)) => return Err(Failure::Broken),
        Err(TicketError::Store(error)) => return Err(error.into()),
    };
    let photo = match proof.holder.has_photo {
        true => outside.registration.tickets.photo(&exam, order.account).await?,
        false => None,
    };
    let w = candidate.words;
    let site = candidate.app.base_url(&headers);
    let document = proof.holder.document.as_ref();
    let text = |text: &registration::model::text::Text| w.pick(&text.zh, &text.en).to_owned();
    let sittings = order.sittings.iter().map(|seat| {
        let sitting = exam.sitting(&seat.sitting);
        papers::ProofSitting {
            subject: subject(w, &exam, seat),
            sitting: sitting.map(|sitting| text(&sitting.venue)).unwrap_or_default(),
            start: sitting.map(|sitting| begins(w, &Times::of(&exam, sitting))).unwrap_or_default(),
            state: w.t("order-confirmed").into_owned(),
        }
    });
    let paper = papers::Proof {
        language: match w.language {
            Language::Zh => papers::Language::Zh,
            Language::En => papers::Language::En,
        },
        made_at: proof.made_at,
        exam: text(&exam.title),
        organiser: text(&exam.organiser),
        number: order.id.to_string(),
        name: proof.holder.name.as_ref().map(|name| name.expose().to_owned()).unwrap_or_default(),
        document_kind: document.map(|document| document_name(w, document)).unwrap_or_default(),
        document: document.map(|document| document.masked()).unwrap_or_default(),
        sittings: sittings.collect(),
        issued: when::date(w.language, when::civil(proof.made_at).date()),
        check_at: format!("{}/check", site.trim_start_matches("https://").trim_start_matches("http://")),
        check_code: proof.code.to_string(),
        photo,
        code: Some(format!("{site}/check/{}", proof.code.as_str())),
        ..papers::Proof::default()
    };
    let printed = printing.proof(paper).await.map_err(not_printed)?;
    told(&order, &printed.missing);
    let headers = [
        (CONTENT_TYPE, "application/pdf".to_owned()),
        (CACHE_CONTROL, "private, no-store".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"registration-{}.pdf\"", order.id)),
    ];
    Ok((headers, printed.pdf).into_response())
}

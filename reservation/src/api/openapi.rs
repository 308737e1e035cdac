//! The OpenAPI 3.1 document, made from the routes' own annotations.

use std::sync::LazyLock;

use bytes::Bytes;
use http::{Response, StatusCode};
use utoipa::openapi::RefOr;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use crate::api::{ApiBody, json, problem, routes, wire};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Seathold reservation API",
        description = "Holds exam seats: take, release, freeze, confirm. Errors are RFC 9457 problem documents with a stable `code`.",
        license(name = "Apache-2.0"),
    ),
    paths(
        routes::put_exam::put_exam,
        routes::put_sitting::put_sitting,
        routes::list_sittings::list_sittings,
        routes::sitting_events::sitting_events,
        routes::get_waiting_room::get_waiting_room,
        routes::post_place::post_place,
        routes::post_hold::post_hold,
        routes::get_hold::get_hold,
        routes::delete_hold::delete_hold,
        routes::freeze_hold::freeze_hold,
        routes::confirm_hold::confirm_hold,
        routes::health::health,
        routes::health::ready,
        routes::metrics::metrics,
    ),
    components(schemas(
        wire::PutExam,
        wire::ExamView,
        wire::PutSitting,
        wire::SittingView,
        wire::waiting_room::WaitingRoomView,
        wire::waiting_room::PostPlace,
        wire::waiting_room::PlaceView,
        wire::PostHold,
        wire::HoldView,
        wire::HoldsView,
        wire::ConfirmHold,
        problem::Problem,
    )),
    modifiers(&Keys, &Problems)
)]
struct Document;

struct Keys;

impl Modify for Keys {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "An API key. One of the scope `hold` has candidates and holds of its own: those of other keys and of the \
                 site do not exist for it. Keys of one name share theirs, so that one can take over from another. `admin` \
                 includes `hold` and `metrics`, and sees everybody's.",
            ))
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("key", SecurityScheme::Http(scheme));
    }
}

/// Every failure is a problem document; the routes name its schema alone.
struct Problems;

impl Modify for Problems {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let items = document.paths.paths.values_mut();
        let operations = items.flat_map(|item| [&mut item.get, &mut item.put, &mut item.post, &mut item.delete]);
        for operation in operations.flatten() {
            for (status, response) in &mut operation.responses.responses {
                let RefOr::T(response) = response else { continue };
                if status.starts_with(['4', '5'])
                    && let Some(content) = response.content.swap_remove("application/json")
                {
                    response.content.insert("application/problem+json".to_owned(), content);
                }
            }
        }
    }
}

static TEXT: LazyLock<Bytes> =
    LazyLock::new(|| Bytes::from(Document::openapi().to_pretty_json().expect("the document is plain data")));

/// The document.
pub(super) fn answer() -> Response<ApiBody> {
    json::text_answer(StatusCode::OK, TEXT.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::router::ROUTES;
    use std::collections::BTreeSet;

    #[test]
    fn the_document_and_the_routes_are_the_same() {
        let document: serde_json::Value = serde_json::from_slice(&TEXT).unwrap();
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
        let mut documented = BTreeSet::new();
        for (path, operations) in document["paths"].as_object().unwrap() {
            for (method, operation) in operations.as_object().unwrap() {
                let needs_key = operation["security"].as_array().is_some_and(|list| !list.is_empty());
                let name = operation["operationId"].as_str().unwrap();
                for (status, response) in operation["responses"].as_object().unwrap() {
                    let kinds: Vec<_> =
                        response["content"].as_object().into_iter().flatten().map(|(kind, _)| kind).collect();
                    let is_failure = status.starts_with(['4', '5']);
                    assert!(!is_failure || kinds == ["application/problem+json"], "{name} {status}: {kinds:?}");
                }
                documented.insert((method.to_uppercase(), path.clone(), name.to_owned(), needs_key));
            }
        }
        let routed: BTreeSet<_> = ROUTES
            .iter()
            .filter(|route| route.operation != "openapi")
            .map(|route| {
                (route.method.to_string(), route.path.to_owned(), route.operation.to_owned(), route.scope.is_some())
            })
            .collect();
        assert_eq!(documented, routed);
    }
}

//! The OpenAPI 3.1 document, made from the routes' own annotations.

use std::sync::LazyLock;

use bytes::Bytes;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use crate::api::router::Paths;
use crate::api::wire::NAME_PATTERN;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Seathold reservation API",
        description = "Holds exam seats: take, release, freeze, confirm. Errors are RFC 9457 problem documents with a stable `code`.",
        license(name = "Apache-2.0"),
    ),
    modifiers(&Keys)
)]
struct Document;

struct Keys;

impl Modify for Keys {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "An API key. Its scopes say what it may do: `read` looks at holds, `hold` takes positions and seats and gives them \
                 back, `confirm` freezes and confirms, `metrics` reads `/metrics`, and `admin` does all of that and changes exams. \
                 `hold` and `confirm` include `read`. A key without `admin` has candidates and holds of its own: those of \
                 other keys and of the site do not exist for it. Keys of one name share theirs, so that one can take over from \
                 another. A key may be for some exams only; of others it hears `forbidden`.",
            ))
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("key", SecurityScheme::Http(scheme));
    }
}

/// Whatever needs a key may hear that this one may not: the routes need not say it one by one.
fn say_forbidden(document: &mut utoipa::openapi::OpenApi) {
    let items = document.paths.paths.values_mut();
    let operations = items.flat_map(|item| [&mut item.get, &mut item.put, &mut item.post, &mut item.delete]);
    for operation in operations.flatten().filter(|operation| operation.security.is_some()) {
        let Some(RefOr::T(unauthorized)) = operation.responses.responses.get("401") else { continue };
        let mut forbidden = unauthorized.clone();
        forbidden.description = "`forbidden`: the key has not this scope, or is for other exams".to_owned();
        operation.responses.responses.insert("403".to_owned(), RefOr::T(forbidden));
    }
}

/// Every failure is a problem document; the routes name its schema alone.
fn name_problems(document: &mut utoipa::openapi::OpenApi) {
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

/// An exam and a sitting in a path are names; the routes name the parameter alone. What is no name is not there.
fn say_names(document: &mut utoipa::openapi::OpenApi) {
    let items = document.paths.paths.values_mut();
    let operations = items.flat_map(|item| [&mut item.get, &mut item.put, &mut item.post, &mut item.delete]);
    let parameters = operations.flatten().filter_map(|operation| operation.parameters.as_mut()).flatten();
    for parameter in parameters {
        let RefOr::T(parameter) = parameter else { continue };
        let is_name = ["exam", "sitting"].contains(&parameter.name.as_str());
        if let Some(RefOr::T(Schema::Object(schema))) = &mut parameter.schema
            && is_name
        {
            schema.pattern = Some(NAME_PATTERN.to_owned());
        }
    }
}

static TEXT: LazyLock<Bytes> = LazyLock::new(|| {
    let mut document = Document::openapi().merge_from(Paths::openapi());
    say_forbidden(&mut document);
    name_problems(&mut document);
    say_names(&mut document);
    Bytes::from(document.to_pretty_json().expect("the document is plain data"))
});

/// The document as JSON.
pub(super) fn text() -> Bytes {
    TEXT.clone()
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
                let scope = operation["security"][0]["key"][0].as_str().map(str::to_owned);
                assert_eq!(scope.is_some(), operation["responses"].as_object().unwrap().contains_key("401"));
                let name = operation["operationId"].as_str().unwrap();
                for (status, response) in operation["responses"].as_object().unwrap() {
                    let kinds: Vec<_> =
                        response["content"].as_object().into_iter().flatten().map(|(kind, _)| kind).collect();
                    let is_failure = status.starts_with(['4', '5']);
                    assert!(!is_failure || kinds == ["application/problem+json"], "{name} {status}: {kinds:?}");
                }
                documented.insert((method.to_uppercase(), path.clone(), name.to_owned(), scope));
            }
        }
        let routed: BTreeSet<_> = ROUTES
            .iter()
            .map(|route| {
                let scope = route.scope.map(|scope| scope.as_str().to_owned());
                (route.method.to_string(), route.path.to_owned(), route.operation.to_owned(), scope)
            })
            .collect();
        assert_eq!(documented, routed);
    }

    #[test]
    fn the_document_says_how_names_are_written_and_what_comes_back() {
        let document: serde_json::Value = serde_json::from_slice(&TEXT).unwrap();
        let operations = document["paths"].as_object().unwrap().values().filter_map(|path| path.as_object());
        let parameters =
            operations.flat_map(|path| path.values()).filter_map(|operation| operation["parameters"].as_array());
        let mut names = 0;
        for parameter in parameters.flatten().filter(|parameter| parameter["name"] != "hold") {
            assert_eq!(parameter["schema"]["pattern"], NAME_PATTERN, "{parameter}");
            names += 1;
        }
        assert!(names > 10, "{names}");
        let schemas = &document["components"]["schemas"];
        let sittings = &schemas["PostHold"]["properties"]["sittings"];
        assert_eq!(sittings["items"]["pattern"], NAME_PATTERN);
        assert_eq!((sittings["minItems"].as_u64(), sittings["maxItems"].as_u64()), (Some(1), Some(16)));
        assert_eq!(sittings["uniqueItems"], true);
        let rate = &schemas["RoomSettings"]["properties"]["admit_per_second"];
        let rates = (rate["minimum"].as_u64(), rate["maximum"].as_u64());
        assert_eq!(rates, (Some(1), Some(u64::from(crate::waiting_room::ADMIT_PER_SECOND_MAX))));
        // What is taken has no `id` and takes nothing else: what is answered is said apart.
        let (view, taken) = (&schemas["ExamView"]["properties"], &schemas["PutExam"]["properties"]);
        assert!(view["id"].is_object() && taken["id"].is_null());
        for field in taken.as_object().unwrap().keys() {
            assert!(view[field].is_object(), "{field}");
        }
    }
}

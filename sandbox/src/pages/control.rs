//! `/control`: how the services are to fail, as a form for people and as JSON for tests.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use maud::html;
use serde_json::{Map, Value, json};

use super::layout;
use crate::desk::Desk;
use crate::digests::pairs;
use crate::faults::{FAILS, Order, SERVICES, word};

pub(crate) async fn show(State(desk): State<Arc<Desk>>) -> Html<String> {
    let faults = desk.faults.all();
    let page = layout(
        "故障",
        None,
        &html! {
            h1 { "故障 Failures" }
            p class="hint" { "让某个服务在接下来的几次调用中失败。"
                span lang="en" { " Makes a service fail at its next calls." }
                " " a href="/pay/conduct" { "支付渠道的行为在这里 Payment channels misbehave here" } }
            @if !faults.is_empty() {
                ul class="messages" { @for (service, fail, times) in &faults {
                    li { strong { (word(service)) } " · " (word(fail)) " × " (times) }
                } }
            }
            form method="post" {
                div class="field" { label for="service" { "服务 Service" }
                    select id="service" name="service" { @for service in SERVICES { option { (word(&service)) } } } }
                div class="field" { label for="fail" { "故障 Failure" }
                    select id="fail" name="fail" {
                        option value="" { "正常 none" }
                        @for fail in FAILS { option { (word(&fail)) } }
                    } }
                div class="field" { label for="times" { "次数 Times" }
                    div class="input" { input id="times" name="times" type="number" value="1" min="1" max="1000"; } }
                button class="button" { "设置 Set" }
            }
        },
    );
    Html(page.into_string())
}

pub(crate) async fn set(State(desk): State<Arc<Desk>>, headers: HeaderMap, body: Bytes) -> Response {
    let is_form = headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form"));
    let order = if is_form { of_form(&body) } else { serde_json::from_slice(&body).unwrap_or_default() };
    if !is_form && order.get("channel").is_some() {
        return match super::pay::conduct::apply(&desk, order) {
            Ok(()) => Json(json!({ "ok": true })).into_response(),
            Err(error) => {
                (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "error": error.to_string() }))).into_response()
            }
        };
    }
    match serde_json::from_value::<Order>(order) {
        Ok(order) => {
            desk.faults.set(&order);
            if is_form { Redirect::to("/control").into_response() } else { Json(json!({ "ok": true })).into_response() }
        }
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "error": error.to_string() }))).into_response(),
    }
}

fn of_form(body: &[u8]) -> Value {
    let values = pairs(&String::from_utf8_lossy(body)).into_iter().filter(|(_, value)| !value.is_empty());
    let typed = |name: &str, value: String| match value.parse::<u32>() {
        Ok(number) if name == "times" => number.into(),
        _ => Value::from(value),
    };
    Value::Object(values.map(|(name, value)| (name.clone(), typed(&name, value))).collect::<Map<_, _>>())
}

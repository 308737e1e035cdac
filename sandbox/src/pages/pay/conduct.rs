//! `/pay/conduct`: how a channel is to behave, as JSON for tests and for people. `/control` takes the same.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use maud::html;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::desk::Desk;
use crate::digests::pairs;
use crate::pages::layout;
use crate::pay::conduct::Conduct;
use crate::pay::trade::{CHANNELS, Channel};

/// What is sent: the channel, and beside it what is to be otherwise than well.
#[derive(Debug, Deserialize)]
pub(crate) struct Order {
    channel: Channel,
    /// What the merchant has there, in fen; absent is as much as is needed.
    #[serde(default)]
    balance_fen: Option<u64>,
    /// The channels' clock goes so much forward.
    #[serde(default)]
    advance_ms: u64,
    #[serde(flatten)]
    conduct: Map<String, Value>,
}

pub(crate) async fn show(State(desk): State<Arc<Desk>>) -> Html<String> {
    let page = layout(
        "渠道行为",
        None,
        &html! {
            h1 { "渠道行为 Conduct" }
            p class="hint" { "让支付渠道丢通知、重复通知、不回答、收错金额、退款变慢。{} 是一切正常。"
                span lang="en" { " Lets a channel lose or repeat news, stay silent, take a wrong sum, be slow. {} is good conduct." } }
            @for channel in CHANNELS {
                form method="post" {
                    h2 { (channel.name()) }
                    input type="hidden" name="channel" value=(crate::faults::word(&channel));
                    div class="field" {
                        label for={ "conduct-" (crate::faults::word(&channel)) } { "行为 JSON" }
                        textarea id={ "conduct-" (crate::faults::word(&channel)) } name="conduct" rows="14" spellcheck="false" {
                            (serde_json::to_string_pretty(&desk.pay.conduct(channel)).unwrap_or_default()) }
                    }
                    button class="button" { "设置 Set" }
                }
            }
        },
    );
    Html(page.into_string())
}

pub(crate) async fn set(State(desk): State<Arc<Desk>>, headers: HeaderMap, body: Bytes) -> Response {
    let is_form = headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form"));
    let order = if is_form { of_form(&body) } else { serde_json::from_slice(&body).unwrap_or_default() };
    match apply(&desk, order) {
        Ok(()) if is_form => Redirect::to("/pay/conduct").into_response(),
        Ok(()) => Json(json!({ "ok": true })).into_response(),
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "error": error.to_string() }))).into_response(),
    }
}

/// Does what is sent; `/control` hands what is about a channel on to here.
pub(crate) fn apply(desk: &Desk, order: Value) -> Result<(), serde_json::Error> {
    let order: Order = serde_json::from_value(order)?;
    let conduct: Conduct = serde_json::from_value(Value::Object(order.conduct))?;
    desk.pay.behave(order.channel, conduct);
    desk.pay.set_balance(order.channel, order.balance_fen);
    if order.advance_ms > 0 {
        desk.pay.advance(std::time::Duration::from_millis(order.advance_ms));
    }
    Ok(())
}

fn of_form(body: &[u8]) -> Value {
    let values: Vec<(String, String)> = pairs(&String::from_utf8_lossy(body));
    let value = |wanted: &str| values.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
    let mut order: Value = serde_json::from_str(value("conduct").unwrap_or_default()).unwrap_or_default();
    if let (Some(order), Some(channel)) = (order.as_object_mut(), value("channel")) {
        order.insert("channel".to_owned(), channel.into());
    }
    order
}

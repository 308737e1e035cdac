//! Reads a request's body as strictly as WeChat Pay: no field that is not documented, no `null`, nothing empty.

use serde_json::{Map, Value};

use super::authorization::{Problem, problem, wrong_field};
use crate::vendors::call::Call;

pub(crate) fn object(call: &Call) -> Result<Value, Problem> {
    if !call.header("content-type").starts_with("application/json") {
        return Err(problem(400, "PARAM_ERROR", "Http头Content-Type必须是application/json"));
    }
    match serde_json::from_slice(&call.body) {
        Ok(value @ Value::Object(_)) => Ok(value),
        _ => Err(problem(400, "PARAM_ERROR", "请求体不是合法的JSON")),
    }
}

/// The fields under `name` (none is the body itself), all of which must be among `known`.
pub(crate) fn fields<'a>(body: &'a Value, name: &str, known: &[&str]) -> Result<&'a Map<String, Value>, Problem> {
    let value = if name.is_empty() { Some(body) } else { body.get(name) };
    let fields = value.and_then(Value::as_object).ok_or_else(|| wrong_field("body", name, "缺少必填字段"))?;
    for (field, value) in fields {
        if !known.contains(&field.as_str()) {
            return Err(problem(400, "PARAM_ERROR", format!("非法的额外参数：{field}")));
        }
        if value.is_null() || value.as_str() == Some("") {
            return Err(wrong_field("body", field, "不能为空"));
        }
    }
    Ok(fields)
}

/// A text that must be there, of so many characters.
pub(crate) fn text<'a>(fields: &'a Map<String, Value>, name: &str, chars_max: usize) -> Result<&'a str, Problem> {
    optional(fields, name, chars_max)?.ok_or_else(|| wrong_field("body", name, "缺少必填字段"))
}

pub(crate) fn optional<'a>(
    fields: &'a Map<String, Value>,
    name: &str,
    chars_max: usize,
) -> Result<Option<&'a str>, Problem> {
    match fields.get(name) {
        None => Ok(None),
        Some(Value::String(text)) if text.chars().count() <= chars_max => Ok(Some(text)),
        Some(Value::String(_)) => Err(wrong_field("body", name, "字符数超过最大值")),
        Some(_) => Err(wrong_field("body", name, "类型应为字符串")),
    }
}

/// Reads whole fen.
pub(crate) fn fen(fields: &Map<String, Value>, name: &str) -> Result<u64, Problem> {
    let value = fields.get(name).ok_or_else(|| wrong_field("body", name, "缺少必填字段"))?;
    let amount = value.as_u64().filter(|amount| (1..=100_000_000_000).contains(amount));
    amount.ok_or_else(|| wrong_field("body", name, "应为大于0的整数，单位为分"))
}

/// An address for news: of the web, and without a query.
pub(crate) fn notify_url(url: &str) -> Result<(), Problem> {
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    if is_web && !url.contains(['?', '#']) {
        return Ok(());
    }
    Err(wrong_field("body", "notify_url", "必须为可访问的URL，不能携带参数"))
}

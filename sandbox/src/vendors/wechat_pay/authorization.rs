//! Who asks: `Authorization` over the raw bytes of the request, and the reasons to refuse one.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::pay::keys::{WECHAT_MERCHANT, WECHAT_MERCHANT_SERIAL};
use crate::pay::rsa::{Key, is_signed};
use crate::vendors::call::Call;

const SCHEME: &str = "WECHATPAY2-SHA256-RSA2048 ";
const SECONDS_MAX: i64 = 300;

/// Why WeChat Pay does not do it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Problem {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) detail: Option<Value>,
}

pub(crate) fn problem(status: u16, code: &'static str, message: impl Into<String>) -> Problem {
    Problem { status, code, message: message.into(), detail: None }
}

/// A field of the body, the query or the path is wrong.
pub(crate) fn wrong_field(location: &str, field: &str, issue: &str) -> Problem {
    Problem {
        status: 400,
        code: "PARAM_ERROR",
        message: format!("输入源“/{location}/{field}”映射到字段“{field}”校验失败：{issue}"),
        detail: Some(
            json!({ "location": location, "field": format!("/{location}/{field}"), "issue": issue, "value": "" }),
        ),
    }
}

fn unsigned(message: &str, issue: &str) -> Problem {
    let detail = json!({ "location": "authorization", "field": "signature", "issue": issue });
    Problem { status: 401, code: "SIGN_ERROR", message: message.into(), detail: Some(detail) }
}

/// The fields of the header, in whatever order they are.
fn field<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    header.split(',').find_map(|pair| {
        let (known, value) = pair.trim().split_once('=')?;
        let value = value.trim().strip_prefix('"')?.strip_suffix('"')?;
        (known.trim() == name && !value.is_empty()).then_some(value)
    })
}

/// Is the request the merchant's, as it came?
pub(crate) fn check(call: &Call) -> Result<(), Problem> {
    if call.header("accept").is_empty() || call.header("user-agent").is_empty() {
        return Err(problem(400, "PARAM_ERROR", "Http头缺少Accept或User-Agent"));
    }
    let header = call.header("authorization");
    let Some(fields) = header.strip_prefix(SCHEME) else {
        return Err(unsigned(
            "Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》",
            "sign not match",
        ));
    };
    let names = ["mchid", "serial_no", "nonce_str", "timestamp", "signature"];
    let [Some(merchant), Some(serial), Some(nonce), Some(timestamp), Some(signature)] =
        names.map(|name| field(fields, name))
    else {
        return Err(unsigned("Http头Authorization认证信息不完整", "sign not match"));
    };
    if merchant != WECHAT_MERCHANT {
        return Err(unsigned("商户号不存在", "mchid not exist"));
    }
    if serial != WECHAT_MERCHANT_SERIAL {
        return Err(unsigned("商户证书序列号有误", "serial_no not match"));
    }
    let at = timestamp.parse::<i64>().ok();
    let drift = at.map(|at| Timestamp::now().as_second().saturating_sub(at).saturating_abs());
    if drift.is_none_or(|drift| drift > SECONDS_MAX) {
        return Err(unsigned("Http头Authorization中的timestamp与发起请求的时间不得超过5分钟", "timestamp expired"));
    }
    let path = call.uri.path_and_query().map_or("/", |path| path.as_str());
    let mut text = format!("{}\n{path}\n{timestamp}\n{nonce}\n", call.method).into_bytes();
    text.extend_from_slice(&call.body);
    text.push(b'\n');
    if !is_signed(Key::WechatMerchant, &text, signature) {
        return Err(unsigned("签名错误，请检查后再试", "sign not match"));
    }
    Ok(())
}

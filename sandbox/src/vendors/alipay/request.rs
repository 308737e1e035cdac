//! A request to Alipay's gateway: query and form together, in the charset that it names, its signature, and every reason
//! to refuse it before its business is looked at.

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde_json::Value;

use crate::digests::percent_decoded;
use crate::pay::clock::china_zone;
use crate::pay::keys::{ALIPAY_APP, ALIPAY_APP_CERT_SN, ALIPAY_ROOT_CERT_SN};
use crate::pay::rsa::{Key, is_signed};
use crate::vendors::call::Call;

/// A clock that is in another zone is to be found.
const TIMESTAMP_SECONDS_MAX: i64 = 15 * 60;
const PARAMETERS_MAX: usize = 100;
/// What the sandbox can do.
pub(crate) const METHODS: [&str; 7] = [
    "alipay.trade.wap.pay",
    "alipay.trade.precreate",
    "alipay.trade.query",
    "alipay.trade.close",
    "alipay.trade.refund",
    "alipay.trade.fastpay.refund.query",
    "alipay.data.dataservice.bill.downloadurl.query",
];

/// Why Alipay does not do it: `code`, `sub_code`, `sub_msg`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: &'static str,
    pub(crate) sub_code: &'static str,
    pub(crate) sub_msg: &'static str,
}

/// The business of it failed.
pub(crate) fn business(sub_code: &'static str, sub_msg: &'static str) -> Refusal {
    Refusal { code: "40004", sub_code, sub_msg }
}

fn missing(sub_code: &'static str) -> Refusal {
    Refusal { code: "40001", sub_code, sub_msg: "缺少必选参数" }
}

fn invalid(sub_code: &'static str, sub_msg: &'static str) -> Refusal {
    Refusal { code: "40002", sub_code, sub_msg }
}

/// The parameters as they came, decoded once.
#[derive(Debug, Clone)]
pub(crate) struct Parameters {
    /// Bytes: what is signed is not always UTF-8.
    pairs: Vec<(String, Vec<u8>)>,
    pub(crate) is_gbk: bool,
}

impl Parameters {
    /// Query and form together; SDKs split them differently.
    pub(crate) fn of(call: &Call) -> Self {
        let query = call.uri.query().unwrap_or_default().as_bytes();
        let is_form = call.header("content-type").starts_with("application/x-www-form-urlencoded");
        let form: &[u8] = if is_form { &call.body } else { &[] };
        let all = query.split(|byte| *byte == b'&').chain(form.split(|byte| *byte == b'&'));
        let pairs = all.filter(|pair| !pair.is_empty()).take(PARAMETERS_MAX).map(|pair| {
            let at = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
            let value = percent_decoded(pair.get(at + 1..).unwrap_or_default());
            (String::from_utf8_lossy(&percent_decoded(&pair[..at])).into_owned(), value)
        });
        let mut parameters = Self { pairs: pairs.collect(), is_gbk: false };
        let charset = parameters.text("charset").to_ascii_lowercase();
        parameters.is_gbk = matches!(charset.as_str(), "gbk" | "gb2312" | "gb18030");
        parameters
    }

    /// The parameter's text; an absent one is empty.
    pub(crate) fn text(&self, name: &str) -> String {
        let Some((_, value)) = self.pairs.iter().find(|(known, _)| known == name) else { return String::new() };
        if self.is_gbk {
            return encoding_rs::GB18030.decode_without_bom_handling(value).0.into_owned();
        }
        String::from_utf8_lossy(value).into_owned()
    }

    /// `biz_content`, or the parameters themselves: some SDKs of old sent each by itself.
    pub(crate) fn business(&self) -> Result<Value, Refusal> {
        let content = self.text("biz_content");
        let value = serde_json::from_str::<Value>(&content);
        match value {
            Ok(value @ Value::Object(_)) => Ok(value),
            _ => Err(invalid("isv.invalid-parameter", "biz_content 不是合法的 JSON")),
        }
    }

    /// What is signed: everything but the signature that has a value, in the order of the names.
    fn signed(&self) -> Vec<u8> {
        let mut pairs: Vec<_> = self.pairs.iter().filter(|(name, value)| name != "sign" && !value.is_empty()).collect();
        pairs.sort_unstable();
        let parts: Vec<Vec<u8>> =
            pairs.iter().map(|(name, value)| [name.as_bytes(), b"=", value.as_slice()].concat()).collect();
        parts.join(&b'&')
    }

    /// Is it the merchant's, and may it be asked?
    pub(crate) fn check(&self, is_certificate_mode: bool) -> Result<(), Refusal> {
        let required = [
            ("app_id", "isv.missing-app-id"),
            ("method", "isv.missing-method"),
            ("sign_type", "isv.missing-signature-type"),
            ("sign", "isv.missing-signature"),
            ("timestamp", "isv.missing-timestamp"),
            ("version", "isv.missing-version"),
            ("charset", "isv.missing-charset"),
        ];
        for (name, sub_code) in required {
            if self.text(name).is_empty() {
                return Err(missing(sub_code));
            }
        }
        if self.text("app_id") != ALIPAY_APP {
            return Err(invalid("isv.invalid-app-id", "无效的AppID参数"));
        }
        if !METHODS.contains(&self.text("method").as_str()) {
            return Err(invalid("isv.invalid-method", "不存在的方法名"));
        }
        if self.text("sign_type") != "RSA2" {
            return Err(invalid("isv.invalid-signature-type", "无效的签名类型"));
        }
        if !["utf-8", "gbk", "gb2312", "gb18030"].contains(&self.text("charset").to_ascii_lowercase().as_str()) {
            return Err(invalid("isv.invalid-charset", "编码错误"));
        }
        if !is_signed(Key::AlipayApp, &self.signed(), &self.text("sign")) {
            return Err(invalid("isv.invalid-signature", "验签出错，建议检查签名字符串或签名私钥与应用公钥是否匹配"));
        }
        self.check_certificates(is_certificate_mode)?;
        if self.text("version") != "1.0" {
            return Err(invalid("isv.invalid-version", "无效的版本号"));
        }
        let format = self.text("format");
        if !format.is_empty() && !format.eq_ignore_ascii_case("json") {
            return Err(invalid("isv.invalid-format", "无效的数据格式"));
        }
        let at = DateTime::strptime("%Y-%m-%d %H:%M:%S", self.text("timestamp")).ok();
        let at = at.and_then(|at| at.to_zoned(china_zone()).ok()).map(|at| at.timestamp());
        if at.is_none_or(|at| Timestamp::now().duration_since(at).as_secs().abs() > TIMESTAMP_SECONDS_MAX) {
            return Err(invalid("isv.invalid-timestamp", "非法的时间戳参数"));
        }
        Ok(())
    }

    /// With certificates, both numbers belong under the signature, and must be the right ones.
    fn check_certificates(&self, is_certificate_mode: bool) -> Result<(), Refusal> {
        let is_wanted = is_certificate_mode || self.has_certificates();
        if is_wanted && self.text("app_cert_sn") != ALIPAY_APP_CERT_SN {
            return Err(invalid("isv.invalid-app-cert-sn", "应用公钥证书序列号错误"));
        }
        if is_wanted && self.text("alipay_root_cert_sn") != ALIPAY_ROOT_CERT_SN {
            return Err(invalid("isv.invalid-alipay-root-cert-sn", "支付宝根证书序列号错误"));
        }
        Ok(())
    }

    /// Does the merchant work with certificates?
    pub(crate) fn has_certificates(&self) -> bool {
        !self.text("app_cert_sn").is_empty() || !self.text("alipay_root_cert_sn").is_empty()
    }
}

//! A merchant with its keys, who calls both channels by hand and listens to what they tell.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey};
use axum::Router;
use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, StatusCode, Uri};
use jiff::{Timestamp, tz};
use sandbox::{Channel, Sandbox, Trade};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// Something that a channel told.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

#[derive(Debug, Default)]
struct Ear {
    heard: Mutex<Vec<Heard>>,
    /// The next answers; then it is content.
    answers: Mutex<VecDeque<(u16, &'static str)>>,
}

pub(crate) struct Merchant {
    pub(crate) sandbox: Sandbox,
    pub(crate) client: reqwest::Client,
    pub(crate) variables: BTreeMap<&'static str, String>,
    pub(crate) site: String,
    ear: Arc<Ear>,
}

async fn listen(State(ear): State<Arc<Ear>>, uri: Uri, headers: HeaderMap, body: Bytes) -> (StatusCode, &'static str) {
    ear.heard.lock().unwrap().push(Heard { path: uri.path().to_owned(), headers, body });
    let (status, text) = ear.answers.lock().unwrap().pop_front().unwrap_or((200, "success"));
    (StatusCode::from_u16(status).unwrap(), text)
}

impl Merchant {
    pub(crate) async fn open() -> Self {
        let sandbox = Sandbox::start("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let ear = Arc::new(Ear::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let site = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(listen).with_state(Arc::clone(&ear));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        let variables = sandbox.variables().into_iter().collect();
        Self { sandbox, client: client.build().unwrap(), variables, site, ear }
    }

    pub(crate) fn variable(&self, name: &str) -> &str {
        &self.variables[name]
    }

    /// Its next answers to news.
    pub(crate) fn will_answer(&self, answers: &[(u16, &'static str)]) {
        self.ear.answers.lock().unwrap().extend(answers);
    }

    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.ear.heard.lock().unwrap().clone()
    }

    /// Waits until so many news have come.
    pub(crate) async fn hears(&self, count: usize) -> Vec<Heard> {
        for _ in 0..500 {
            if self.heard().len() >= count {
                return self.heard();
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("heard {} news of {count}: {:?}", self.heard().len(), self.sandbox.pay().deliveries());
    }

    pub(crate) fn trade(&self, channel: Channel, number: &str) -> Trade {
        self.sandbox.pay().trade(channel, number).unwrap()
    }

    // Alipay ------------------------------------------------------------------------------------------------------

    /// The parameters of a call, signed.
    pub(crate) fn alipay_call(&self, method: &str, business: &Value) -> Vec<(String, String)> {
        let now = Timestamp::now().to_zoned(tz::TimeZone::fixed(tz::offset(8)));
        let pairs = [
            ("app_id", self.variable("SEATHOLD_ALIPAY_APP_ID").to_owned()),
            ("method", method.to_owned()),
            ("format", "JSON".to_owned()),
            ("charset", "utf-8".to_owned()),
            ("sign_type", "RSA2".to_owned()),
            ("timestamp", now.strftime("%Y-%m-%d %H:%M:%S").to_string()),
            ("version", "1.0".to_owned()),
            ("notify_url", format!("{}/alipay", self.site)),
            ("return_url", format!("{}/back?of=alipay", self.site)),
            ("biz_content", business.to_string()),
        ];
        pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    pub(crate) fn alipay_signed(&self, mut pairs: Vec<(String, String)>) -> Vec<(String, String)> {
        pairs.sort();
        let signed = pairs.iter().filter(|(_, value)| !value.is_empty());
        let text = signed.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
        let signature = sign(self.variable("SEATHOLD_ALIPAY_APP_KEY"), text.as_bytes());
        pairs.push(("sign".to_owned(), signature));
        pairs
    }

    pub(crate) fn alipay_address(&self, pairs: &[(String, String)]) -> String {
        format!("{}?{}", self.variable("SEATHOLD_ALIPAY_GATEWAY_URL"), form(pairs))
    }

    /// Posts a call and checks the signature of its answer.
    pub(crate) async fn alipay(&self, method: &str, business: Value) -> Value {
        let pairs = self.alipay_signed(self.alipay_call(method, &business));
        let text = self.alipay_text(&pairs).await;
        self.alipay_opened(method, &text)
    }

    pub(crate) async fn alipay_text(&self, pairs: &[(String, String)]) -> String {
        let call = self.client.post(self.variable("SEATHOLD_ALIPAY_GATEWAY_URL")).body(form(pairs));
        let answer = call.header("Content-Type", "application/x-www-form-urlencoded").send().await.unwrap();
        answer.text().await.unwrap()
    }

    /// What is in the envelope, once its signature was found to be Alipay's over exactly its characters.
    pub(crate) fn alipay_opened(&self, method: &str, text: &str) -> Value {
        let start = format!("{{\"{}_response\":", method.replace('.', "_"));
        let rest = text.strip_prefix(&start).unwrap_or_else(|| panic!("another envelope: {text}"));
        let (inner, signature) = rest.rsplit_once(",\"sign\":\"").unwrap_or_else(|| panic!("no signature: {text}"));
        let inner = inner.split(",\"alipay_cert_sn\":").next().unwrap();
        let is_signed =
            is_signed(self.variable("SEATHOLD_ALIPAY_PUBLIC_KEY"), inner.as_bytes(), signature.trim_end_matches("\"}"));
        assert!(is_signed, "the signature is not Alipay's: {text}");
        assert!(!inner.replace("\\/", "").contains('/'), "a slash is not escaped: {inner}");
        serde_json::from_str(inner).unwrap()
    }

    /// News of Alipay's, its signature checked.
    pub(crate) fn alipay_news(&self, heard: &Heard) -> Option<BTreeMap<String, String>> {
        let pairs: BTreeMap<String, String> = url::form_urlencoded::parse(&heard.body).into_owned().collect();
        let signed = pairs.iter().filter(|(name, _)| !["sign", "sign_type"].contains(&name.as_str()));
        let text = signed.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
        let key = self.variable("SEATHOLD_ALIPAY_PUBLIC_KEY");
        is_signed(key, text.as_bytes(), &pairs["sign"]).then_some(pairs)
    }

    pub(crate) fn wap(&self, business: &Value) -> String {
        self.alipay_address(&self.alipay_signed(self.alipay_call("alipay.trade.wap.pay", business)))
    }

    // WeChat Pay --------------------------------------------------------------------------------------------------

    pub(crate) fn authorization(&self, method: &str, path: &str, body: &str) -> String {
        let at = Timestamp::now().as_second();
        let nonce = "a1b2c3d4e5f6";
        let text = format!("{method}\n{path}\n{at}\n{nonce}\n{body}\n");
        let signature = sign(self.variable("SEATHOLD_WECHAT_PAY_KEY"), text.as_bytes());
        let (merchant, serial) =
            (self.variable("SEATHOLD_WECHAT_PAY_MCHID"), self.variable("SEATHOLD_WECHAT_PAY_SERIAL"));
        format!(
            "WECHATPAY2-SHA256-RSA2048 nonce_str=\"{nonce}\",mchid=\"{merchant}\",timestamp=\"{at}\",\
             signature=\"{signature}\",serial_no=\"{serial}\""
        )
    }

    pub(crate) fn wechat_request(&self, method: &str, path: &str, body: &str) -> reqwest::RequestBuilder {
        let url = format!("{}{path}", self.variable("SEATHOLD_WECHAT_PAY_API_URL"));
        let call = self.client.request(method.parse().unwrap(), url).body(body.to_owned());
        let call = call.header("Authorization", self.authorization(method, path, body));
        let call = call.header("Accept", "application/json").header("User-Agent", "tests");
        let call = call.header("Wechatpay-Serial", self.variable("SEATHOLD_WECHAT_PAY_PUBLIC_KEY_ID"));
        if body.is_empty() { call } else { call.header("Content-Type", "application/json") }
    }

    /// Calls and checks the signature of the answer.
    pub(crate) async fn wechat(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = self.wechat_request(method, path, &body).send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let bytes = answer.bytes().await.unwrap();
        assert!(self.is_wechats(&headers, &bytes), "{method} {path}: the signature is not WeChat Pay's");
        assert!(headers.contains_key("request-id"));
        (status, if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() })
    }

    pub(crate) fn is_wechats(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        let header = |name: &str| headers.get(name).map_or("", |value| value.to_str().unwrap());
        let key = if header("wechatpay-serial") == self.variable("SEATHOLD_WECHAT_PAY_PUBLIC_KEY_ID") {
            self.variable("SEATHOLD_WECHAT_PAY_PUBLIC_KEY").to_owned()
        } else {
            include_str!("../../../assets/pay/wechat_platform.pub").to_owned()
        };
        let head = format!("{}\n{}\n", header("wechatpay-timestamp"), header("wechatpay-nonce"));
        let text = [head.as_bytes(), body, b"\n"].concat();
        header("wechatpay-signature-type") == "WECHATPAY2-SHA256-RSA2048"
            && is_signed(&key, &text, header("wechatpay-signature"))
    }

    pub(crate) fn order(&self, number: &str, amount_fen: u64) -> Value {
        json!({
            "appid": self.variable("SEATHOLD_WECHAT_PAY_APPID"), "mchid": self.variable("SEATHOLD_WECHAT_PAY_MCHID"),
            "description": "考试报名费", "out_trade_no": number, "notify_url": format!("{}/wechat", self.site),
            "amount": { "total": amount_fen, "currency": "CNY" },
            "scene_info": { "payer_client_ip": "127.0.0.1", "h5_info": { "type": "Wap" } },
        })
    }

    pub(crate) fn native(&self, number: &str, amount_fen: u64) -> Value {
        let mut order = self.order(number, amount_fen);
        order.as_object_mut().unwrap().remove("scene_info");
        order
    }

    /// What is encrypted in news of WeChat Pay's.
    pub(crate) fn opened(&self, resource: &Value) -> Value {
        use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
        let key = UnboundKey::new(&AES_256_GCM, self.variable("SEATHOLD_WECHAT_PAY_API_V3_KEY").as_bytes()).unwrap();
        let text = |name: &str| resource[name].as_str().unwrap().to_owned();
        let nonce = Nonce::try_assume_unique_for_key(text("nonce").as_bytes()).unwrap();
        let mut bytes = STANDARD.decode(text("ciphertext")).unwrap();
        let aad = Aad::from(text("associated_data").into_bytes());
        let plain = LessSafeKey::new(key).open_in_place(nonce, aad, &mut bytes).unwrap();
        serde_json::from_slice(plain).unwrap_or_else(|_| String::from_utf8_lossy(plain).into_owned().into())
    }
}

pub(crate) fn der(pem: &str) -> Vec<u8> {
    let text: String = pem.lines().filter(|line| !line.starts_with("---")).collect();
    STANDARD.decode(text).unwrap()
}

pub(crate) fn sign(pem: &str, text: &[u8]) -> String {
    let pair = KeyPair::from_pkcs8(&der(pem)).unwrap();
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text, &mut signature).unwrap();
    STANDARD.encode(signature)
}

pub(crate) fn is_signed(pem: &str, text: &[u8], signature: &str) -> bool {
    let Ok(signature) = STANDARD.decode(signature) else { return false };
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der(pem)).verify(text, &signature).is_ok()
}

pub(crate) fn form(pairs: &[(String, String)]) -> String {
    pairs.iter().fold(String::new(), |mut out, (name, value)| {
        let joint = if out.is_empty() { "" } else { "&" };
        let value: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
        let _ = write!(out, "{joint}{name}={value}");
        out
    })
}

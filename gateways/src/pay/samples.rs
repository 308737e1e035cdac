//! For tests: settings with the keys of `tests/keys`, charges, the channel's own signatures, and a server that answers
//! what it is told to.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::charge::{Charge, Surface};
use super::remark::{Gravity, Remark};
use crate::keys::PrivateKey;
use crate::keys::digests::sha256_hex;
use crate::settings::Variables;

pub(crate) const MERCHANT: &str = include_str!("../../tests/keys/merchant.pem");
pub(crate) const MERCHANT_PKCS1: &str = include_str!("../../tests/keys/merchant_pkcs1.pem");
pub(crate) const MERCHANT_PUBLIC: &str = include_str!("../../tests/keys/merchant_public.pem");
pub(crate) const MERCHANT_CERT: &str = include_str!("../../tests/keys/merchant_cert.pem");
pub(crate) const VENDOR: &str = include_str!("../../tests/keys/vendor.pem");
pub(crate) const VENDOR_PUBLIC: &str = include_str!("../../tests/keys/vendor_public.pem");
pub(crate) const VENDOR_CERT: &str = include_str!("../../tests/keys/vendor_cert.pem");
pub(crate) const ROOTS: &str = include_str!("../../tests/keys/roots.pem");
pub(crate) const ENDED_CERT: &str = include_str!("../../tests/keys/ended_cert.pem");
pub(crate) const NUMBER: &str = "0195f3a1b2c37d4e8f90112233445566";
pub(crate) const REFUND: &str = "0195f3a1b2c37d4e8f90aabbccddeeff";
pub(crate) const NOTIFY: &str = "https://exam.example/pay/notify";

/// The vectors in `tests/vectors`, made with the vendors' own libraries.
pub(crate) fn vectors(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

pub(crate) fn alipay() -> Variables {
    Variables::default().with([
        ("SEATHOLD_ALIPAY_APP_ID", "2021000000000001"),
        ("SEATHOLD_ALIPAY_SELLER_ID", "2088000000000001"),
        ("SEATHOLD_ALIPAY_APP_KEY", MERCHANT_PKCS1),
        ("SEATHOLD_ALIPAY_PUBLIC_KEY", VENDOR_PUBLIC),
    ])
}

pub(crate) fn alipay_by_certificates() -> Variables {
    alipay().with([
        ("SEATHOLD_ALIPAY_PUBLIC_KEY", ""),
        ("SEATHOLD_ALIPAY_APP_CERT", MERCHANT_CERT),
        ("SEATHOLD_ALIPAY_CERT", VENDOR_CERT),
        ("SEATHOLD_ALIPAY_ROOT_CERT", ROOTS),
    ])
}

pub(crate) const MERCHANT_SERIAL: &str = "5157F09EFDC096DE15EBE81A47057A7200000001";
pub(crate) const VENDOR_SERIAL: &str = "6157F09EFDC096DE15EBE81A47057A7200000002";
pub(crate) const KEY_ID: &str = "PUB_KEY_ID_0119000000012026112800000001";
pub(crate) const API_V3_KEY: &str = "0123456789abcdef0123456789abcdef";

/// Both kinds of WeChat Pay's keys at once.
pub(crate) fn wechat_pay() -> Variables {
    Variables::default().with([
        ("SEATHOLD_WECHAT_PAY_MCHID", "1900000001"),
        ("SEATHOLD_WECHAT_PAY_APPID", "wx8888888888888888"),
        ("SEATHOLD_WECHAT_PAY_KEY", MERCHANT),
        ("SEATHOLD_WECHAT_PAY_SERIAL", MERCHANT_SERIAL),
        ("SEATHOLD_WECHAT_PAY_API_V3_KEY", API_V3_KEY),
        ("SEATHOLD_WECHAT_PAY_PUBLIC_KEY", VENDOR_PUBLIC),
        ("SEATHOLD_WECHAT_PAY_PUBLIC_KEY_ID", KEY_ID),
        ("SEATHOLD_WECHAT_PAY_PLATFORM_CERT", VENDOR_CERT),
    ])
}

pub(crate) const UNIONPAY_CERT: &str = include_str!("../../tests/keys/unionpay/cert.pem");
pub(crate) const UNIONPAY_TEST_CERT: &str = include_str!("../../tests/keys/unionpay/test_cert.pem");
pub(crate) const UNIONPAY_OTHER_CERT: &str = include_str!("../../tests/keys/unionpay/other_cert.pem");
pub(crate) const UNIONPAY_STRAY_MIDDLE: &str = include_str!("../../tests/keys/unionpay/stray_middle.pem");
pub(crate) const UNIONPAY_MERCHANT: &str = "777290058167151";

pub(crate) fn unionpay() -> Variables {
    Variables::default().with([
        ("SEATHOLD_UNIONPAY_MERCHANT_ID", UNIONPAY_MERCHANT),
        ("SEATHOLD_UNIONPAY_KEY", MERCHANT),
        ("SEATHOLD_UNIONPAY_CERT", MERCHANT_CERT),
        ("SEATHOLD_UNIONPAY_MIDDLE_CERT", include_str!("../../tests/keys/unionpay/middle.pem")),
        ("SEATHOLD_UNIONPAY_ROOT_CERT", include_str!("../../tests/keys/unionpay/root.pem")),
    ])
}

/// The pairs of a message of UnionPay's with its certificate and its signature.
pub(crate) fn by_unionpay(mut fields: BTreeMap<String, String>, certificate: &str) -> BTreeMap<String, String> {
    fields.remove("signature");
    fields.insert("signPubKeyCert".into(), certificate.trim_end().replace('\n', "\r\n"));
    let text: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let signature = by_vendor(sha256_hex(text.join("&").as_bytes()).as_bytes());
    fields.insert("signature".into(), signature);
    fields
}

/// Signed by the channel.
pub(crate) fn by_vendor(message: &[u8]) -> String {
    PrivateKey::of(&Variables::default().with([("KEY", VENDOR)]), "KEY").unwrap().sign(message)
}

pub(crate) fn charge(surface: Surface) -> Charge<'static> {
    Charge {
        number: NUMBER,
        amount_fen: 8800,
        subject: "全国大学英语四级考试/笔试",
        expires_at: Timestamp::now() + SignedDuration::from_mins(15),
        payer_ip: IpAddr::from([203, 0, 113, 9]),
        surface,
        notify_url: NOTIFY,
        return_url: "https://exam.example/orders/1",
    }
}

/// The settings of faults, in the order in which they were found.
pub(crate) fn faults(remarks: &[Remark]) -> Vec<&'static str> {
    remarks.iter().filter(|remark| remark.gravity == Gravity::Fault).map(|remark| remark.setting).collect()
}

/// A request that came.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) method: String,
    /// Path and query, as they came.
    pub(crate) target: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

/// A status, headers and a body.
pub(crate) type Told = (u16, Vec<(String, String)>, Vec<u8>);

/// A server on this machine, until the test ends.
pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    /// Answers each request with what `tell` makes of it and of how many came before.
    pub(crate) async fn of(tell: impl Fn(usize, &Seen) -> Told + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let all = seen.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let Some(request) = request_of(&mut stream).await else { continue };
                let before = all.lock().unwrap().len();
                let (status, headers, body) = tell(before, &request);
                all.lock().unwrap().push(request);
                let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
                let length = if status == 204 { String::new() } else { format!("content-length: {}\r\n", body.len()) };
                let head = format!("HTTP/1.1 {status} x\r\n{headers}{length}connection: close\r\n\r\n");
                let _ = stream.write_all(&[head.as_bytes(), &body].concat()).await;
            }
        });
        Self { url, seen }
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

async fn request_of(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let mut lines = head.lines();
            let mut first = lines.next()?.split(' ');
            let headers: BTreeMap<String, String> = lines
                .filter_map(|line| line.split_once(": "))
                .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
                .collect();
            let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
            if bytes.len() >= end + 4 + length {
                let body = String::from_utf8_lossy(&bytes[end + 4..]).into_owned();
                return Some(Seen { method: first.next()?.into(), target: first.next()?.into(), headers, body });
            }
        }
        let mut chunk = [0; 4096];
        match stream.read(&mut chunk).await {
            Ok(count) if count > 0 => bytes.extend_from_slice(&chunk[..count]),
            _ => return None,
        }
    }
}

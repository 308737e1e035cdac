//! Bills of a day, of both channels.

use std::io::Read as _;
use std::time::Duration;

use flate2::read::{DeflateDecoder, GzDecoder};
use jiff::{Timestamp, tz};
use sandbox::{AnswerTwist, Call, Channel, Conduct, Wrong};
use serde_json::{Value, json};

use super::merchant::Merchant;

const BILL: &str = "alipay.data.dataservice.bill.downloadurl.query";

fn today(merchant: &Merchant) -> String {
    merchant.sandbox.pay().now().to_zoned(tz::TimeZone::fixed(tz::offset(8))).date().to_string()
}

/// The files of a zip whose names say nothing of their encoding.
fn unzipped(mut bytes: &[u8]) -> Vec<(String, String)> {
    let text = |bytes: &[u8]| encoding_rs::GB18030.decode(bytes).0.into_owned();
    let mut files = Vec::new();
    while bytes.starts_with(b"PK\x03\x04") {
        let word = |at: usize| usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]));
        let (packed, name, extra) = (word(18) + (word(20) << 16), word(26), word(28));
        let start = 30 + name + extra;
        let mut plain = Vec::new();
        DeflateDecoder::new(&bytes[start..start + packed]).read_to_end(&mut plain).unwrap();
        assert_eq!(plain.len(), word(22) + (word(24) << 16));
        files.push((text(&bytes[30..30 + name]), text(&plain)));
        bytes = &bytes[start + packed..];
    }
    assert!(bytes.starts_with(b"PK\x01\x02") && bytes.windows(4).any(|at| at == b"PK\x05\x06"));
    files
}

#[tokio::test]
async fn alipays_bill_is_a_zip_of_tables() {
    let merchant = Merchant::open().await;
    let pay = merchant.sandbox.pay();
    let day = today(&merchant);
    let asked = json!({ "bill_type": "trade", "bill_date": day });
    for (number, amount) in [("BILL1", "88.00"), ("BILL2", "12.34")] {
        let order = json!({ "out_trade_no": number, "total_amount": amount, "subject": "考试,报名费" });
        merchant.alipay("alipay.trade.precreate", order).await;
        pay.pay(Channel::Alipay, number).unwrap();
    }
    let refund = json!({ "out_trade_no": "BILL1", "refund_amount": "30.00", "out_request_no": "RF1" });
    merchant.alipay("alipay.trade.refund", refund).await;
    assert_eq!(merchant.alipay(BILL, asked.clone()).await["sub_code"], "isp.bill_not_exist", "the day is not over");
    pay.advance(Duration::from_hours(24));
    let url = merchant.alipay(BILL, asked).await["bill_download_url"].as_str().unwrap().to_owned();
    let answer = merchant.client.get(&url).send().await.unwrap();
    let files = unzipped(&answer.bytes().await.unwrap());
    assert_eq!(files.len(), 2);
    assert!(files[0].0.ends_with("_业务明细.csv") && files[1].0.ends_with("(汇总).csv"), "{}", files[0].0);
    let rows: Vec<Vec<&str>> = files[0]
        .1
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split(',').map(str::trim).collect())
        .collect();
    assert_eq!((rows[0].len(), rows[0][0], rows[0][11]), (25, "支付宝交易号", "订单金额（元）"));
    assert!(rows.iter().all(|row| row.len() == 25), "{rows:?}");
    let told: Vec<_> = rows[1..].iter().map(|row| (row[1], row[2], row[11], row[21])).collect();
    assert_eq!(told.len(), 3);
    assert!(told.contains(&("BILL1", "交易", "88.00", "")) && told.contains(&("BILL2", "交易", "12.34", "")));
    assert!(told.contains(&("BILL1", "退款", "-30.00", "RF1")));
    assert!(files[0].1.contains("#交易合计：2笔，商家实收共100.34元"));
    assert_eq!(merchant.client.get(format!("{url}0")).send().await.unwrap().status(), 403);
    let none = json!({ "bill_type": "trade", "bill_date": "2020-01-01" });
    assert_eq!(merchant.alipay(BILL, none).await["sub_code"], "isp.bill_not_exist");
}

#[tokio::test]
async fn wechats_bill_wants_its_own_authorization_and_is_not_signed() {
    let merchant = Merchant::open().await;
    let pay = merchant.sandbox.pay();
    let day = today(&merchant);
    pay.behave(Channel::WechatPay, Conduct { refund_ms: 200 * 3_600_000, ..Default::default() });
    merchant.wechat("POST", "/v3/pay/transactions/native", merchant.native("BILL001", 8_800)).await;
    pay.pay(Channel::WechatPay, "BILL001").unwrap();
    let refund = json!({ "out_trade_no": "BILL001", "out_refund_no": "RF1", "amount": { "refund": 3_000, "total": 8_800, "currency": "CNY" } });
    merchant.wechat("POST", "/v3/refund/domestic/refunds", refund).await;
    let path = format!("/v3/bill/tradebill?bill_date={day}&bill_type=ALL");
    assert_eq!(merchant.wechat("GET", &path, Value::Null).await.1["code"], "INVALID_REQUEST", "the day is not over");
    // The next day, before and after ten.
    let now = Timestamp::now().to_zoned(tz::TimeZone::fixed(tz::offset(8)));
    let midnight = now.tomorrow().unwrap().start_of_day().unwrap().timestamp();
    let until = u64::try_from(midnight.duration_since(pay.now()).as_secs()).unwrap();
    pay.advance(Duration::from_secs(until + 9 * 3_600));
    assert_eq!(merchant.wechat("GET", &path, Value::Null).await.1["code"], "STATEMENT_CREATING");
    pay.advance(Duration::from_hours(2));
    for tar in ["", "&tar_type=GZIP"] {
        let (status, told) = merchant.wechat("GET", &format!("{path}{tar}"), Value::Null).await;
        assert_eq!((status, &told["hash_type"]), (200, &json!("SHA1")));
        let url = told["download_url"].as_str().unwrap();
        assert_eq!(
            merchant
                .client
                .get(url)
                .header("User-Agent", "tests")
                .header("Accept", "*/*")
                .send()
                .await
                .unwrap()
                .status(),
            401
        );
        let path = url.strip_prefix(merchant.variable("SEATHOLD_WECHAT_PAY_API_URL")).unwrap();
        let answer = merchant.wechat_request("GET", path, "").send().await.unwrap();
        assert!(!answer.headers().contains_key("wechatpay-signature"), "this one answer is not signed");
        let bytes = answer.bytes().await.unwrap();
        let mut plain = Vec::new();
        if tar.is_empty() {
            plain.extend_from_slice(&bytes)
        } else {
            GzDecoder::new(&bytes[..]).read_to_end(&mut plain).unwrap();
        }
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, &plain);
        let digest = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        assert_eq!(told["hash_value"], digest);
        let text = String::from_utf8(plain).unwrap();
        let rows: Vec<Vec<&str>> =
            text.lines().map(|line| line.split(',').map(|value| value.trim_start_matches('`')).collect()).collect();
        assert_eq!((rows.len(), rows[0].len(), rows[1].len()), (5, 27, 27), "{text}");
        let paid = rows[1..3].iter().find(|row| row[9] == "SUCCESS").unwrap();
        assert_eq!((paid[6], paid[12]), ("BILL001", "88.00"));
        let back = rows[1..3].iter().find(|row| row[9] == "REFUND").unwrap();
        assert_eq!((back[15], back[16], back[19]), ("RF1", "30.00", "PROCESSING"), "a snapshot");
        assert_eq!(rows[4][..3], ["2", "88.00", "30.00"]);
    }
    // A test of whether signatures are looked at comes even there.
    let (_, told) = merchant.wechat("GET", &path, Value::Null).await;
    let url = told["download_url"].as_str().unwrap().to_owned();
    let answers = vec![Wrong { call: Some(Call::BillFile), twist: AnswerTwist::Probe, is_undone: false }];
    pay.behave(Channel::WechatPay, Conduct { answers, ..Default::default() });
    let answer =
        merchant.wechat_request("GET", url.strip_prefix(merchant.variable("SEATHOLD_WECHAT_PAY_API_URL")).unwrap(), "");
    let answer = answer.send().await.unwrap();
    assert!(answer.headers()["wechatpay-signature"].to_str().unwrap().starts_with("WECHATPAY/SIGNTEST/"));
    let (_, none) = merchant.wechat("GET", "/v3/bill/tradebill?bill_date=2020-01-01", Value::Null).await;
    assert_eq!(none["code"], "NO_STATEMENT_EXIST");
}

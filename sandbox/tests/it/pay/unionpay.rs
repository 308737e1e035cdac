//! UnionPay's gateway, by messages that are signed here.

use std::collections::BTreeMap;

use jiff::{Timestamp, tz};
use sandbox::{Channel, Conduct, TradeState};

use super::merchant::{Merchant, form, is_signed, sign};

const QUERY: &str = "gateway/api/queryTrans.do";
const BACK: &str = "gateway/api/backTransReq.do";
const FRONT: &str = "gateway/api/frontTransReq.do";

type Fields = BTreeMap<String, String>;

fn fields(pairs: &[(&str, &str)]) -> Fields {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn time(minutes: i64) -> String {
    let at = Timestamp::now() + jiff::SignedDuration::from_mins(minutes);
    at.to_zoned(tz::TimeZone::fixed(tz::offset(8))).strftime("%Y%m%d%H%M%S").to_string()
}

fn digest(fields: &Fields) -> String {
    let unsigned = fields.iter().filter(|(name, _)| *name != "signature");
    let text = unsigned.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn signed(merchant: &Merchant, kind: &str, more: &[(&str, &str)]) -> Fields {
    let mut all = fields(&[
        ("version", "5.1.0"),
        ("encoding", "UTF-8"),
        ("signMethod", "01"),
        ("txnType", kind),
        ("txnSubType", if kind == "01" { "01" } else { "00" }),
        ("bizType", "000201"),
        ("accessType", "0"),
        ("merId", merchant.variable("SEATHOLD_UNIONPAY_MERCHANT_ID")),
        ("certId", "68759585097"),
    ]);
    all.extend(fields(more));
    let signature = sign(merchant.variable("SEATHOLD_UNIONPAY_KEY"), digest(&all).as_bytes());
    all.insert("signature".into(), signature);
    all
}

async fn sent(merchant: &Merchant, path: &str, fields: &Fields) -> (u16, String) {
    let pairs: Vec<_> = fields.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    let call = merchant.client.post(format!("{}{path}", merchant.sandbox.url())).body(form(&pairs));
    let answer = call.header("Content-Type", "application/x-www-form-urlencoded").send().await.unwrap();
    let status = answer.status().as_u16();
    let location = answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned());
    (status, location.unwrap_or(answer.text().await.unwrap()))
}

/// An answer's pairs, which are not encoded.
async fn told(merchant: &Merchant, path: &str, fields: &Fields) -> Fields {
    let (status, text) = sent(merchant, path, fields).await;
    assert_eq!(status, 200, "{text}");
    text.split('&').map(|pair| pair.split_once('=').unwrap()).map(|(name, value)| (name.into(), value.into())).collect()
}

fn is_unionpays(fields: &Fields) -> bool {
    let public = include_str!("../../../assets/pay/unionpay/gateway.pub");
    is_signed(public, digest(fields).as_bytes(), &fields["signature"])
}

fn order(merchant: &Merchant, sent_at: &str, more: &[(&str, &str)]) -> Fields {
    let site = &merchant.site;
    let (front, back, ends) = (format!("{site}/back"), format!("{site}/notify"), time(15));
    let own = [
        ("channelType", "08"),
        ("orderId", "ORDER0001"),
        ("txnTime", sent_at),
        ("txnAmt", "8800"),
        ("currencyCode", "156"),
        ("frontUrl", &front),
        ("backUrl", &back),
        ("payTimeout", &ends),
        ("reqReserved", &ends),
    ];
    signed(merchant, "01", &[own.as_slice(), more].concat())
}

#[tokio::test]
async fn an_order_is_paid_at_a_bank_and_its_way_back_is_signed() {
    let merchant = Merchant::open().await;
    let now = time(0);
    let query = signed(&merchant, "00", &[("orderId", "ORDER0001"), ("txnTime", &now)]);
    assert_eq!(told(&merchant, QUERY, &query).await["respCode"], "34");
    // Without a bank there is a list; the bank of the order is its page at once.
    let (status, path) = sent(&merchant, FRONT, &order(&merchant, &now, &[])).await;
    assert_eq!(status, 303);
    let page = async |path: &str| {
        let url = format!("{}{path}", merchant.sandbox.url().trim_end_matches('/'));
        merchant.client.get(url).send().await.unwrap().text().await.unwrap()
    };
    let list = page(&path).await;
    assert!(list.contains("选择付款银行") && list.contains("?bank=CMB") && !list.contains("value=\"pay\""), "{list}");
    assert!(page(&format!("{path}?bank=CMB")).await.contains("招商银行"));
    let (_, path) = sent(&merchant, FRONT, &order(&merchant, &now, &[("issInsCode", "ICBC")])).await;
    let bank = page(&path).await;
    assert!(bank.contains("中国工商银行") && bank.contains("沙盒") && bank.contains("¥88.00"), "{bank}");
    let answer = told(&merchant, QUERY, &query).await;
    assert!(is_unionpays(&answer) && answer["origRespCode"] == "05", "{answer:?}");
    let url = format!("{}{path}", merchant.sandbox.url().trim_end_matches('/'));
    let paid = merchant.client.post(url).body("wish=pay").send().await.unwrap();
    let policy = paid.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains(&format!("form-action 'self' {};", merchant.site)), "{policy}");
    let text = paid.text().await.unwrap();
    let field = |input: &str, name: &str| {
        input.split_once(&format!("{name}=\"")).unwrap().1.split('"').next().unwrap().to_owned()
    };
    let back: Fields = text
        .split("<input type=\"hidden\" ")
        .skip(1)
        .map(|input| (field(input, "name"), field(input, "value")))
        .collect();
    assert!(is_unionpays(&back) && back["respCode"] == "00" && back["txnAmt"] == "8800", "{back:?}");
    let answer = told(&merchant, QUERY, &query).await;
    assert_eq!((answer["origRespCode"].as_str(), &answer["queryId"]), ("00", &back["queryId"]));
    let other = signed(&merchant, "00", &[("orderId", "ORDER0001"), ("txnTime", &time(1))]);
    assert_eq!(told(&merchant, QUERY, &other).await["respCode"], "34", "another time is another order");
    let (status, page) = sent(&merchant, FRONT, &order(&merchant, &now, &[])).await;
    assert!(status == 400 && page.contains("重复交易"), "{page}");
}

#[tokio::test]
async fn what_is_not_the_merchants_is_refused() {
    let merchant = Merchant::open().await;
    let now = time(0);
    let good = signed(&merchant, "00", &[("orderId", "ORDER0001"), ("txnTime", &now)]);
    for (name, value, code) in [
        ("orderId", "ORDER0002", "11"),
        ("certId", "1", "11"),
        ("merId", "777290000000002", "31"),
        ("version", "5.0.0", "10"),
        ("signMethod", "11", "10"),
        ("txnTime", "20261399999999", "10"),
        ("respCode", "", "10"),
    ] {
        let mut wrong = good.clone();
        wrong.insert(name.into(), value.into());
        let answer = told(&merchant, QUERY, &wrong).await;
        assert_eq!((answer["respCode"].as_str(), answer.contains_key("signature")), (code, code != "11"), "{name}");
    }
    for name in good.keys() {
        let mut less = good.clone();
        less.remove(name);
        let answer = told(&merchant, QUERY, &less).await;
        assert!(["10", "11", "13", "31", "32"].contains(&answer["respCode"].as_str()), "{name}: {answer:?}");
    }
    for wrong in
        [("currencyCode", "840"), ("txnAmt", "88.00"), ("txnAmt", "0"), ("issInsCode", "NOBANK"), ("orderId", "short")]
    {
        let (status, page) = sent(&merchant, FRONT, &order(&merchant, &now, &[wrong])).await;
        assert!(status == 400 && page.contains("订单有误"), "{wrong:?}: {page}");
    }
    assert!(merchant.sandbox.pay().trades().is_empty());
}

#[tokio::test]
async fn a_refund_is_one_refund_and_is_told_when_it_is_done() {
    let merchant = Merchant::open().await;
    let pay = merchant.sandbox.pay();
    pay.behave(Channel::Unionpay, Conduct { refund_ms: 50, hurry: 5_000, ..Conduct::default() });
    let now = time(0);
    sent(&merchant, FRONT, &order(&merchant, &now, &[])).await;
    pay.pay(Channel::Unionpay, "ORDER0001").unwrap();
    merchant.hears(1).await;
    let reference = merchant.trade(Channel::Unionpay, "ORDER0001").reference.unwrap();
    let site = format!("{}/refunds", merchant.site);
    let refund = |number: &str, of: &str, amount: &str| {
        let own = [("orderId", number), ("txnTime", &now), ("origQryId", of), ("txnAmt", amount), ("backUrl", &site)];
        signed(&merchant, "04", &own)
    };
    for (number, of, amount, code) in [
        ("REFUND001", "nothing", "3000", "35"),
        ("REFUND001", &reference, "8801", "36"),
        ("REFUND001", &reference, "3000", "00"),
        ("REFUND001", &reference, "3000", "12"),
        ("REFUND002", &reference, "5801", "36"),
    ] {
        assert_eq!(told(&merchant, BACK, &refund(number, of, amount)).await["respCode"], code, "{number} {amount}");
    }
    let news = merchant.hears(2).await[1].clone();
    let news: Fields = url::form_urlencoded::parse(&news.body).into_owned().collect();
    assert!(is_unionpays(&news), "{news:?}");
    let said = ["txnType", "orderId", "reqReserved", "txnAmt"].map(|name| news[name].as_str());
    assert_eq!(said, ["04", "REFUND001", "ORDER0001", "3000"]);
    let query = signed(&merchant, "00", &[("orderId", "REFUND001"), ("txnTime", &now)]);
    assert_eq!(told(&merchant, QUERY, &query).await["origRespCode"], "00");
    assert_eq!(merchant.trade(Channel::Unionpay, "ORDER0001").state, TradeState::Paid);
}

//! Calls as they go out, and what is made of what comes back.

use jiff::civil::date;
use url::form_urlencoded;

use super::*;
use crate::pay::channel::Channel;
use crate::pay::samples::{
    self, NOTIFY, NUMBER, REFUND, Seen, Server, Told, UNIONPAY_MERCHANT, UNIONPAY_TEST_CERT, by_unionpay, charge,
};
use crate::pay::status::Paid;

type Texts = BTreeMap<String, String>;

fn channel(url: &str) -> Channel {
    let urls = ["GATEWAY", "CASHIER", "FILE"].map(|name| (format!("SEATHOLD_UNIONPAY_{name}_URL"), url.to_owned()));
    Channel::unionpay(UnionPayConfig::of(&samples::unionpay().with(urls)).unwrap())
}

fn form_of(seen: &Seen) -> Texts {
    form_urlencoded::parse(seen.body.as_bytes()).into_owned().collect()
}

/// Signed as UnionPay signs, and not encoded.
fn answer(fields: &[(&str, &str)]) -> Told {
    let common = [("version", "5.1.0"), ("signMethod", "01"), ("encoding", "UTF-8"), ("merId", UNIONPAY_MERCHANT)];
    let fields = common.iter().chain(fields).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let fields = by_unionpay(fields, UNIONPAY_TEST_CERT);
    let pairs: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    (200, Vec::new(), pairs.join("&").into_bytes())
}

/// What a query of the payment says, and of the refund.
fn of_query(seen: &Seen, code: &str) -> Told {
    let form = form_of(seen);
    let time = form["txnTime"].as_str();
    let is_refund = form["orderId"] == REFUND;
    answer(&[
        ("respCode", "00"),
        ("origRespCode", code),
        ("orderId", &form["orderId"]),
        ("txnTime", time),
        ("txnType", if is_refund { "04" } else { "01" }),
        ("txnAmt", if is_refund { "3000" } else { "8800" }),
        ("currencyCode", "156"),
        ("queryId", "782504020713350674028"),
        ("traceTime", "0402071405"),
    ])
}

fn paid() -> PaymentStatus {
    PaymentStatus::Paid(Paid {
        reference: "782504020713350674028".into(),
        amount_fen: 8_800,
        at: Some("2025-04-01T23:14:05Z".parse().unwrap()),
        payer: None,
    })
}

fn refund() -> RefundOrder<'static> {
    RefundOrder {
        number: REFUND,
        payment: NUMBER,
        total_fen: 8_800,
        amount_fen: 3_000,
        reason: "座位已满",
        notify_url: NOTIFY,
    }
}

fn onward(bank: Option<&str>) -> Onward<'_> {
    Onward { return_url: "https://exam.example/pay/bank/back/1", bank }
}

async fn form(channel: &Channel, call: &OrderCall, bank: Option<&str>) -> Form {
    match channel.begin(call, &onward(bank)).await.unwrap() {
        Start::Send(form) => form,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_form_carries_the_order_and_is_the_same_any_number_of_times() {
    let channel = Channel::unionpay(UnionPayConfig::of(&samples::unionpay()).unwrap());
    let at: Timestamp = "2100-01-01T00:00:59.9Z".parse().unwrap();
    let call = channel.prepare(&Charge { expires_at: at, ..charge(Surface::Phone) }).unwrap();
    assert_eq!(call.product, "frontTransReq");
    let sent = form(&channel, &call, Some("icbc")).await;
    assert_eq!(sent, form(&channel, &call, Some("icbc")).await);
    assert_eq!(sent.url, "https://gateway.95516.com/gateway/api/frontTransReq.do");
    assert_eq!(sent.origins(), ["https://gateway.95516.com", "https://cashier.95516.com"]);
    let fields: Texts = sent.fields.into_iter().collect();
    let wanted = [
        ("accessType", "0"),
        ("backUrl", NOTIFY),
        ("bizType", "000201"),
        ("channelType", "08"),
        ("currencyCode", "156"),
        ("encoding", "UTF-8"),
        ("frontUrl", "https://exam.example/pay/bank/back/1"),
        ("issInsCode", "ICBC"),
        ("merId", UNIONPAY_MERCHANT),
        ("orderId", NUMBER),
        ("payTimeout", "21000101080059"),
        ("reqReserved", "21000101080059"),
        ("riskRateInfo", "{commodityName=全国大学英语四级考试/笔试}"),
        ("signMethod", "01"),
        ("txnAmt", "8800"),
        ("txnSubType", "01"),
        ("txnTime", "20250402071335"),
        ("txnType", "01"),
        ("version", "5.1.0"),
    ];
    let wanted: Texts = wanted.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let plain = fields.iter().filter(|(name, _)| !["certId", "signature"].contains(&name.as_str()));
    assert_eq!(plain.map(|(name, value)| (name.clone(), value.clone())).collect::<Texts>(), wanted);
    let any = form(&channel, &call, None).await;
    assert!(any.bank.is_none() && any.fields.iter().all(|(name, _)| name != "issInsCode"));
    assert!(matches!(channel.begin(&call, &onward(Some("mybank"))).await, Err(PayError::Refused(_))));
    let desk = channel.prepare(&charge(Surface::Desk)).unwrap();
    assert!(desk.body.contains(r#""channelType":"07""#), "{}", desk.body);
}

#[tokio::test]
async fn what_cannot_be_asked_for_is_refused_before_it_is_stored() {
    let channel = Channel::unionpay(UnionPayConfig::of(&samples::unionpay()).unwrap());
    let good = charge(Surface::Phone);
    let wrong = [
        Charge { number: "0195f3a1b2c34d4e8f90112233445566", ..good },
        Charge { number: "0195f3a1-b2c3-7d4e", ..good },
        Charge { amount_fen: 0, ..good },
        Charge { expires_at: Timestamp::now() + jiff::SignedDuration::from_secs(30), ..good },
        Charge { subject: "{[&=]}", ..good },
        Charge { notify_url: "https://exam.example/notify?order=1", ..good },
    ];
    for charge in wrong {
        assert!(matches!(channel.prepare(&charge), Err(PayError::Refused(_))), "{charge:?}");
    }
    let other = OrderCall { product: "h5".into(), body: "{}".into() };
    assert!(matches!(channel.begin(&other, &onward(None)).await, Err(PayError::Refused(_))));
    let listed: Vec<_> = channel.banks().iter().map(|bank| bank.word).collect();
    assert!(listed.contains(&"icbc") && listed.len() <= 20, "{listed:?}");
}

#[tokio::test]
async fn a_query_names_number_and_time_and_every_answer_has_one_meaning() {
    let server = Server::of(|before, seen| of_query(seen, ["00", "A6", "05", "61", "42"][before.min(4)])).await;
    let channel = channel(&server.url);
    for wanted in [paid(), paid(), PaymentStatus::Waiting, PaymentStatus::Waiting, PaymentStatus::Closed] {
        assert_eq!(channel.query(NUMBER).await, Ok(wanted));
    }
    let sent = form_of(&server.seen()[0]);
    assert_eq!(server.seen()[0].target, "/gateway/api/queryTrans.do");
    let said: Vec<_> =
        ["txnType", "txnSubType", "bizType", "orderId", "txnTime"].map(|name| sent[name].as_str()).into();
    assert_eq!(said, ["00", "00", "000201", NUMBER, "20250402071335"]);
    assert!(sent.contains_key("certId") && sent.contains_key("signature"));
    // What cannot be closed is asked after.
    assert_eq!(channel.close(NUMBER).await, Ok(PaymentStatus::Closed));
}

#[tokio::test]
async fn what_is_not_clearly_said_is_unclear() {
    let unclear = |word: &str| Err(PayError::Unclear(word.to_owned()));
    let server = Server::of(|before, seen| {
        let (ours, time) = (NUMBER, "20250402071335");
        match before {
            0 => answer(&[("respCode", "34")]),
            1 => answer(&[("respCode", "06")]),
            2 => answer(&[("respCode", "36")]),
            3 => answer(&[("respCode", "00"), ("origRespCode", "00"), ("orderId", "other"), ("txnTime", time)]),
            4 => answer(&[
                ("respCode", "00"),
                ("origRespCode", "00"),
                ("orderId", ours),
                ("txnTime", time),
                ("txnType", "31"),
            ]),
            5 => {
                let (_, headers, body) = of_query(seen, "00");
                (200, headers, String::from_utf8(body).unwrap().replace("8800", "8801").into_bytes())
            }
            6 => (200, Vec::new(), b"respCode=11&respMsg=x".to_vec()),
            7 => (302, vec![("location".into(), "http://127.0.0.1:1/".into())], Vec::new()),
            _ => (502, Vec::new(), b"<html>".to_vec()),
        }
    })
    .await;
    let channel = channel(&server.url);
    let wanted = [
        Ok(PaymentStatus::NotThere),
        unclear("06"),
        Err(PayError::Refused("36".into())),
        unclear("an answer about another order"),
        unclear("an answer about something else than a payment"),
        unclear("the signature is not UnionPay's"),
        Err(PayError::Refused("11".into())),
        unclear("http 302"),
        unclear("http 502"),
    ];
    for told in wanted {
        assert_eq!(channel.query(NUMBER).await, told);
    }
    assert!(matches!(channel.query("of no time").await, Err(PayError::Refused(_))));
}

#[tokio::test]
async fn a_refund_names_both_orders_and_is_done_only_when_it_is_said_so() {
    let server = Server::of(|_, seen| {
        let form = form_of(seen);
        match (seen.target.as_str(), form["orderId"].as_str()) {
            ("/gateway/api/backTransReq.do", _) => answer(&[("respCode", "00"), ("orderId", REFUND), ("queryId", "1")]),
            (_, number) => of_query(seen, if number == NUMBER { "00" } else { "05" }),
        }
    })
    .await;
    let channel = channel(&server.url);
    assert_eq!(channel.refund(&refund()).await, Ok(RefundStatus::Processing));
    let sent = form_of(&server.seen()[1]);
    let names = ["txnType", "txnSubType", "orderId", "origQryId", "txnAmt", "backUrl", "reqReserved"];
    let said: Vec<_> = names.map(|name| sent[name].as_str()).into();
    assert_eq!(said, ["04", "00", REFUND, "782504020713350674028", "3000", NOTIFY, NUMBER]);
}

#[tokio::test]
async fn refusals_of_refunds_that_say_what_is_are_told_apart() {
    let server = Server::of(|before, seen| match (seen.target.as_str(), form_of(seen)["orderId"].as_str()) {
        ("/gateway/api/backTransReq.do", _) => answer(&[("respCode", ["64", "61", "36", "04", "12"][before / 2])]),
        (_, REFUND) => of_query(seen, "00"),
        _ => of_query(seen, "00"),
    })
    .await;
    let channel = channel(&server.url);
    let at = Some("2025-04-01T23:14:05Z".parse().unwrap());
    let wanted = [
        Ok(RefundStatus::Short),
        Ok(RefundStatus::Abnormal),
        Err(PayError::Refused("36".into())),
        Err(PayError::Unclear("04".into())),
        Ok(RefundStatus::Done(at)),
    ];
    for told in wanted {
        assert_eq!(channel.refund(&refund()).await, told);
    }
    let unpaid = Server::of(|_, seen| of_query(seen, "05")).await;
    let refused = self::channel(&unpaid.url).refund(&refund()).await;
    assert!(matches!(refused, Err(PayError::Refused(_))), "{refused:?}");
    assert_eq!(unpaid.seen().len(), 1, "nothing is sent for what was not paid");
}

#[tokio::test]
async fn a_bill_that_is_not_there_says_so() {
    let server = Server::of(|before, _| match before {
        0 => answer(&[("respCode", "98")]),
        1 => answer(&[("respCode", "32")]),
        2 => answer(&[("respCode", "00"), ("fileContent", "eA==")]),
        _ => (500, Vec::new(), Vec::new()),
    })
    .await;
    let (channel, day) = (channel(&server.url), date(2026, 11, 28));
    assert_eq!(channel.bill(day).await, Err(BillError::NotThere));
    assert_eq!(channel.bill(day).await, Err(BillError::Refused("32".into())));
    assert!(matches!(channel.bill(day).await, Err(BillError::Changed(_))));
    assert_eq!(channel.bill(day).await, Err(BillError::Unclear("http 500".into())));
    let sent = form_of(&server.seen()[0]);
    let said: Vec<_> =
        ["txnType", "txnSubType", "bizType", "settleDate", "fileType"].map(|name| sent[name].as_str()).into();
    assert_eq!(said, ["76", "01", "000000", "1128", "00"]);
    assert_eq!(server.seen()[0].target, "/");
}

//! `alipay.trade.wap.pay`: no call but a page. Opening it makes no trade at Alipay; that comes when the buyer acts. And the
//! way back from it.

use axum::response::{Html, IntoResponse, Redirect, Response};
use http::StatusCode;
use jiff::Timestamp;

use super::notice::signature;
use super::request::{Parameters, Refusal};
use super::trade::Ordered;
use crate::desk::Desk;
use crate::digests::{percent_encoded, random};
use crate::pages;
use crate::pay::clock::written;
use crate::pay::keys::{ALIPAY_APP, ALIPAY_SELLER};
use crate::pay::trade::{Product, Trade, yuan};

pub(crate) fn open(desk: &Desk, parameters: &Parameters, checked: Result<(), Refusal>) -> Response {
    let offered = checked.and_then(|()| {
        let ordered = Ordered::read(parameters.business()?, Product::Wap, desk.pay.now())?;
        let code = random();
        ordered.offer(&desk.pay, Product::Wap, &code, parameters).map(|_| code)
    });
    match offered {
        Ok(code) => Redirect::to(&format!("/pay/{code}")).into_response(),
        Err(Refusal { sub_code, sub_msg, .. }) => {
            let words = format!("{sub_msg}（{sub_code}）。请回到请求来源地，重新发起请求。");
            let page =
                pages::till_message("支付宝：订单有误", &words, "The order was refused: go back and begin again.");
            (StatusCode::BAD_REQUEST, Html(page.into_string())).into_response()
        }
    }
}

/// The merchant's address with what Alipay signs for the way back. It proves nothing.
pub(crate) fn return_address(trade: &Trade) -> Option<String> {
    let back = trade.return_url.as_deref()?;
    let mut fields = vec![
        ("charset", "utf-8".to_owned()),
        ("out_trade_no", trade.number.clone()),
        ("method", "alipay.trade.wap.pay.return".to_owned()),
        ("total_amount", yuan(trade.told_fen())),
        ("trade_no", trade.reference.clone().unwrap_or_default()),
        ("auth_app_id", ALIPAY_APP.to_owned()),
        ("version", "1.0".to_owned()),
        ("app_id", ALIPAY_APP.to_owned()),
        ("sign_type", "RSA2".to_owned()),
        ("seller_id", ALIPAY_SELLER.to_owned()),
        ("timestamp", written(Timestamp::now())),
    ];
    fields.push(("sign", signature(&fields)));
    let pairs = fields.iter().map(|(name, value)| format!("{name}={}", percent_encoded(value)));
    let joint = if back.contains('?') { '&' } else { '?' };
    Some(format!("{back}{joint}{}", pairs.collect::<Vec<_>>().join("&")))
}

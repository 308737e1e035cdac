//! Asks Alipay and WeChat Pay everything that our clients ask, wherever the variables point, and prints the addresses that
//! payers would be sent to. What comes back does not matter: `ops/interop` has the vendors' own verifiers look at the requests.

use std::io::Write;

use gateways::Channel;
use gateways::alipay::AlipayConfig;
use gateways::pay::{Charge, Onward, RefundOrder, Start, Surface};
use gateways::settings::Variables;
use gateways::wechat_pay::WechatPayConfig;
use jiff::{SignedDuration, Timestamp};

const NUMBER: &str = "0195f3a1b2c37d4e8f90112233445566";
const REFUND: &str = "0195f3a1b2c37d4e8f90112233445577";
const SITE: &str = "https://exam.example";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let variables = Variables::of_environment();
    let channels =
        [Channel::alipay(AlipayConfig::of(&variables)?), Channel::wechat_pay(WechatPayConfig::of(&variables)?)];
    for channel in &channels {
        for surface in [Surface::Phone, Surface::Desk] {
            order(channel, surface).await?;
        }
        // Nobody answers as the channel would: each of these fails after it was sent.
        drop(channel.query(NUMBER).await);
        drop(channel.close(NUMBER).await);
        let notify_url = format!("{SITE}/pay/{}/notify", channel.word());
        let refund = RefundOrder {
            number: REFUND,
            payment: NUMBER,
            total_fen: 8_800,
            amount_fen: 3_000,
            reason: "座位已满 + \"A\"/B",
            notify_url: &notify_url,
        };
        drop(channel.refund(&refund).await);
        drop(channel.query_refund(REFUND, NUMBER).await);
        drop(channel.bill(jiff::civil::date(2026, 11, 28)).await);
    }
    Ok(())
}

async fn order(channel: &Channel, surface: Surface) -> Result<(), Box<dyn std::error::Error>> {
    let (notify_url, return_url) =
        (format!("{SITE}/pay/{}/notify", channel.word()), format!("{SITE}/orders/1/back?a=b&c=中"));
    let call = channel.prepare(&Charge {
        number: NUMBER,
        amount_fen: 8_800,
        subject: "全国大学英语四级考试 + 口试 \"A\" & 100%",
        expires_at: Timestamp::now() + SignedDuration::from_mins(30),
        payer_ip: [203, 0, 113, 7].into(),
        surface,
        notify_url: &notify_url,
        return_url: &return_url,
    })?;
    if let Ok(Start::Go { url, .. }) = channel.begin(&call, &Onward::to(&return_url)).await {
        writeln!(std::io::stdout(), "{url}")?;
    }
    Ok(())
}

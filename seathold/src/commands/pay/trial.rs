//! `seathold pay try`: 0.01 yuan there and back, with real money.

use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};
use std::{env, fs};

use anyhow::{Context, bail, ensure};
use gateways::Channel;
use gateways::pay::{Charge, Form, Onward, PayError, PaymentStatus, RefundOrder, RefundStatus, Start, Surface};
use jiff::{SignedDuration, Timestamp};
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;

use super::{notify_url, return_url};
use crate::cli::TryArgs;
use crate::outside::channels;
use crate::say;
use crate::secrets::new_trial_number;

/// Between two questions, and how long a refund may take.
const PAUSE: Duration = Duration::from_secs(2);
const REFUND_WAIT: Duration = Duration::from_secs(120);
/// How much the trial pays and gets back, in fen.
const FEN: u64 = 1;
/// What the payer reads.
const SUBJECT: &str = "支付自检，随即退款";
/// Channels take money a little longer than anybody waits, so that what is closed was not just paid.
const SPARE: SignedDuration = SignedDuration::from_mins(1);

/// Pays, waits, refunds. Fails unless the money came and went back.
pub(crate) async fn pay(args: &TryArgs) -> anyhow::Result<()> {
    let till = match (args.channel, &args.channels.pay[..]) {
        (Some(channel), _) => channel,
        (None, [only]) => *only,
        (None, _) => bail!("name the channel that is tried with --channel"),
    };
    let channel = channels(&[till])?.remove(0);
    let number = new_trial_number()?;
    let wait = Duration::from_secs(60 * u64::from(args.wait));
    let notify_url = notify_url(&args.public_url, &channel);
    let charge = Charge {
        number: &number,
        amount_fen: FEN,
        subject: SUBJECT,
        expires_at: Timestamp::now() + SignedDuration::try_from(wait)? + SPARE,
        payer_ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
        surface: Surface::Desk,
        notify_url: &notify_url,
        return_url: &return_url(&args.public_url),
    };
    say(&format!("payment {number}: ¥0.01 by {}", channel.word()));
    let call = channel.prepare(&charge).context("the payment cannot be asked for")?;
    let start =
        channel.begin(&call, &Onward::to(charge.return_url)).await.context("the channel did not take the order")?;
    show(&start, &number)?;
    if !is_paid(&channel, &number, wait).await? {
        bail!("nobody paid within {} minutes: the payment is closed", args.wait);
    }
    say("the money came");
    refund(&channel, &number, &notify_url).await
}

fn show(start: &Start, number: &str) -> anyhow::Result<()> {
    let text = match start {
        Start::Scan { code: text, .. } | Start::Go { url: text, .. } => text,
        Start::Send(form) => {
            let path = env::temp_dir().join(format!("{number}.html"));
            fs::write(&path, page(form)).with_context(|| format!("{} cannot be written", path.display()))?;
            say(&format!("open {} in a browser, press the button, and pay there", path.display()));
            return Ok(());
        }
    };
    let code = QrCode::new(text).context("the code is too long to be drawn")?;
    // Light on dark, as terminals are: a camera reads either.
    say(&code.render::<Dense1x2>().quiet_zone(true).build());
    say(&format!("scan this with the channel's app: {text}"));
    Ok(())
}

/// A page with the form, for a browser.
fn page(form: &Form) -> String {
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    let field = |(name, value): &(String, String)| {
        format!("<input type=\"hidden\" name=\"{}\" value=\"{}\">", escaped(name), escaped(value))
    };
    let fields: String = form.fields.iter().map(field).collect();
    let (title, url) = (SUBJECT, escaped(&form.url));
    format!(
        "<!doctype html><meta charset=\"utf-8\"><title>{title}</title><form method=\"post\" action=\"{url}\">{fields}<button>{title} \
         ¥0.01</button></form>\n"
    )
}

/// Waits for the money; closes what nobody has paid.
async fn is_paid(channel: &Channel, number: &str, wait: Duration) -> anyhow::Result<bool> {
    let began = Instant::now();
    while began.elapsed() < wait {
        match channel.query(number).await {
            Ok(PaymentStatus::Paid(paid)) => {
                ensure!(
                    paid.amount_fen == FEN,
                    "{} fen came in place of {FEN}: refund it in the console",
                    paid.amount_fen
                );
                return Ok(true);
            }
            Ok(PaymentStatus::Closed) => return Ok(false),
            Ok(PaymentStatus::NotThere | PaymentStatus::Waiting) => {}
            Err(error) => say(&format!("no clear answer, asked again: {error}")),
        }
        tokio::time::sleep(PAUSE).await;
    }
    match channel.close(number).await {
        Ok(PaymentStatus::Paid(_)) => Ok(true),
        Ok(_) => Ok(false),
        Err(error) => bail!("nobody knows whether {number} was paid ({error}): look it up in the console"),
    }
}

/// The money goes back: sent under one number, however often.
async fn refund(channel: &Channel, payment: &str, notify_url: &str) -> anyhow::Result<()> {
    let number = new_trial_number()?;
    say(&format!("refund {number}"));
    let order = RefundOrder { number: &number, payment, total_fen: FEN, amount_fen: FEN, reason: SUBJECT, notify_url };
    let began = Instant::now();
    let mut answer = channel.refund(&order).await;
    loop {
        match answer {
            Ok(RefundStatus::Done(_)) => {
                say("the money went back: paying works");
                return Ok(());
            }
            Ok(RefundStatus::Short) => {
                bail!("the account has too little available money: refund {payment} in the console when it has")
            }
            Ok(RefundStatus::Abnormal | RefundStatus::Closed) => {
                bail!("the channel cannot refund it: see to {payment} in the console")
            }
            Err(PayError::Refused(code)) => bail!("the refund was refused ({code}): refund {payment} in the console"),
            Ok(RefundStatus::NotThere | RefundStatus::Processing) | Err(PayError::Unclear(_)) => {}
        }
        if began.elapsed() > REFUND_WAIT {
            bail!("the refund {number} is still under way: look it up in the console tomorrow");
        }
        tokio::time::sleep(PAUSE).await;
        answer = match channel.query_refund(&number, payment).await {
            // It did not arrive: the same refund once more, which is one however often.
            Ok(RefundStatus::NotThere) => channel.refund(&order).await,
            other => other,
        };
    }
}

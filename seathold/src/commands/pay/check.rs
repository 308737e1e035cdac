//! `seathold pay check`: which key is which, whether they fit, and whether notifications would arrive.

use anyhow::bail;
use gateways::Channel;
use gateways::pay::{Gravity, PayError, PaymentStatus, Remark};

use super::reach::{Reached, reach};
use super::{notify_url, return_url};
use crate::cli::CheckArgs;
use crate::outside::channels;
use crate::say;
use crate::secrets::new_trial_number;
use crate::site_url::SiteUrl;

/// Looks, prints, and fails when payments would.
pub(crate) async fn check(args: &CheckArgs) -> anyhow::Result<()> {
    let (mut faults, mut seen) = (0, 0);
    for till in &args.channels.pay {
        let channel = match channels(&[*till]) {
            Ok(mut opened) => opened.remove(0),
            Err(error) => {
                line(till.method().into(), Gravity::Fault, &format!("{error:#}"));
                faults += 1;
                continue;
            }
        };
        let mut remarks = settings(&channel, args);
        if !args.offline {
            remarks.push(asked(&channel, &new_trial_number()?).await);
            remarks.extend(notified(&channel, args.public_url.as_ref()).await);
        }
        for (gravity, text) in &remarks {
            line(channel.word(), *gravity, text);
            seen += 1;
        }
        faults += remarks.iter().filter(|(gravity, _)| *gravity == Gravity::Fault).count();
    }
    match faults {
        0 => {
            say(&format!("{seen} lines, no fault: try it with real money by `seathold pay try`"));
            Ok(())
        }
        1 => bail!("1 fault: payments will fail until it is mended"),
        count => bail!("{count} faults: payments will fail until they are mended"),
    }
}

fn line(channel: &str, gravity: Gravity, text: &str) {
    let word = match gravity {
        Gravity::Fact => "fact",
        Gravity::Warning => "warning",
        Gravity::Fault => "fault",
    };
    say(&format!("{channel:<11} {word:<8} {text}"));
}

/// What can be seen without asking.
fn settings(channel: &Channel, args: &CheckArgs) -> Vec<(Gravity, String)> {
    let mut remarks = channel.check();
    let Some(site) = &args.public_url else {
        let told = remarks.into_iter().map(text_of);
        let unknown =
            "SEATHOLD_PUBLIC_URL is not set: the channel would not know whom to tell, nor where browsers come back.";
        return told.chain([(Gravity::Fault, unknown.to_owned())]).collect();
    };
    remarks.extend(channel.check_addresses(&notify_url(site, channel), &return_url(site)));
    let mut told: Vec<(Gravity, String)> = remarks.into_iter().map(text_of).collect();
    if site.is_https() && args.trusted_proxy.is_empty() {
        let text = "SEATHOLD_TRUSTED_PROXIES is not set: behind a proxy every payer seems to be at its address, and WeChat Pay \
                    refuses those of this machine and of private networks. Name the proxy.";
        told.push((Gravity::Warning, text.to_owned()));
    }
    told
}

fn text_of(remark: Remark) -> (Gravity, String) {
    (remark.gravity, format!("{} {}", remark.setting, remark.text))
}

/// Asks after a payment that does not exist: our signature is accepted, and the answer is the channel's, or one of the keys
/// is not what it should be.
async fn asked(channel: &Channel, number: &str) -> (Gravity, String) {
    match channel.query(number).await {
        Ok(PaymentStatus::NotThere) => {
            let text = "answered a signed question, and the answer was its own: the keys fit both ways.";
            (Gravity::Fact, text.to_owned())
        }
        Ok(other) => {
            (Gravity::Fault, format!("says that a payment that does not exist is {other:?}: whom does it ask?"))
        }
        Err(PayError::Refused(code)) => {
            let text = format!(
                "refused a signed question ({code}): our key, its number or the merchant's number is not the one \
                                that the console shows, or the product is not signed for."
            );
            (Gravity::Fault, text)
        }
        Err(PayError::Unclear(why)) => {
            let text = format!(
                "gave no answer that can be believed ({why}): the key by which we know it is not its own, or it \
                                cannot be reached from here."
            );
            (Gravity::Fault, text)
        }
    }
}

/// Would a notification arrive?
async fn notified(channel: &Channel, site: Option<&SiteUrl>) -> Option<(Gravity, String)> {
    let url = notify_url(site?, channel);
    Some(match reach(&url).await {
        Reached::Refused => (Gravity::Fact, format!("{url} takes notifications: a forged one was refused.")),
        Reached::Busy => (Gravity::Warning, format!("{url} is busy: try again when it is not.")),
        Reached::Other(status) => {
            let text = format!(
                "{url} answers {status} in place of 401: is the server running with this channel, and does a \
                                login page, a firewall or another program stand before this path?"
            );
            (Gravity::Fault, text)
        }
        Reached::Nobody(why) => {
            let text = format!(
                "{url} cannot be reached from here ({why}). From outside it must be: no login, no firewall, no \
                                limit by address, and a certificate that the world believes."
            );
            (Gravity::Warning, text)
        }
    })
}

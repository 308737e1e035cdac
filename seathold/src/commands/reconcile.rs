//! `seathold reconcile DAY`: the bill of a channel's day held against what we have.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail, ensure};
use gateways::Gateways;
use registration::Fen;
use registration::model::payment::Method;
use registration::reconciliation::{BillDay, Finding, FindingKind, Reconciliation, Sums};

use super::with_gateways;
use crate::cli::ReconcileArgs;
use crate::outside::{Till, channels};
use crate::say;

/// Largest file that is read: what a channel's bill may be.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Fetches or reads the bills, and prints what differs. Fails while anything is open.
pub(super) async fn reconcile(args: &ReconcileArgs) -> anyhow::Result<()> {
    let tills: Vec<Till> = match args.channel {
        Some(channel) => vec![channel],
        None => args.channels.pay.clone(),
    };
    ensure!(args.file.is_none() || tills.len() == 1, "a file is of one channel: name it with --channel");
    let file = args.file.as_deref().map(read).transpose()?;
    let gateways = Gateways { pay: channels(&tills)?, ..Gateways::default() };
    let open = with_gateways(&args.site, gateways, async |services| {
        let reconciliation = &services.registration.reconciliation;
        let mut open = 0;
        for till in &tills {
            let channel = till.method();
            let done = match &file {
                Some(file) => reconciliation.import(channel, args.day, file).await,
                None => reconciliation.fetch(channel, args.day).await,
            };
            let day = done.with_context(|| format!("{channel} of {} was not reconciled", args.day))?;
            open += told(reconciliation, &day).await?;
        }
        Ok(open)
    })
    .await?;
    match open {
        0 => Ok(()),
        1 => bail!("1 finding is open: have somebody of finance see to it"),
        count => bail!("{count} findings are open: have somebody of finance see to them"),
    }
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    let cannot = || format!("{} cannot be read", file.display());
    let length = fs::metadata(file).with_context(cannot)?.len();
    ensure!(length <= FILE_BYTES_MAX, "{} is too large for the bill of a day", file.display());
    fs::read(file).with_context(cannot)
}

/// Prints a day. How many findings are open.
async fn told(reconciliation: &Reconciliation, day: &BillDay) -> anyhow::Result<u64> {
    let ours = reconciliation.ours(day.channel, day.day).await?;
    say(&format!("{} {}", day.day, day.channel));
    say(&format!("  bill  {}, fee {}", sums(&day.sums), day.sums.fee));
    say(&format!("  ours  {}", sums(&ours)));
    let mut after = None;
    loop {
        let page = reconciliation.findings(day.channel, day.day, after).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        let open: Vec<&Finding> = page.iter().filter(|finding| finding.closed_at.is_none()).collect();
        for finding in &open {
            say(&format!("  {:<13} {}: {}", finding.kind, finding.subject, sentence(finding)));
        }
        if open.len() < page.len() {
            break;
        }
    }
    say(if day.open == 0 { "  bill and books agree" } else { "  bill and books differ" });
    Ok(day.open)
}

fn sums(sums: &Sums) -> String {
    let Sums { payments, paid, refunds, refunded, .. } = sums;
    format!("{payments} payments {paid}, {refunds} refunds {refunded}")
}

/// What was found, and what to do about it.
fn sentence(finding: &Finding) -> String {
    let amount = |amount: Option<Fen>| amount.map_or_else(|| "nothing".to_owned(), |amount| amount.to_string());
    let (ours, theirs) = (amount(finding.ours), amount(finding.theirs));
    let detail = finding.detail.as_deref().unwrap_or("-");
    match finding.kind {
        FindingKind::OursOnly => format!(
            "{ours} came here and is on no bill. Look it up in the channel's console; while it is not there, give no seat back"
        ),
        FindingKind::TheirsOnly => format!(
            "{theirs} is on the bill under {detail}, and none of ours. Find out which program took it; refund it in the console"
        ),
        FindingKind::Amount => {
            format!("the bill has {theirs}, we have {ours}. Look both up, then refund or ask for the rest")
        }
        FindingKind::State => {
            format!(
                "{theirs} came by the bill, and here the attempt is {detail}. Ask the channel after it on the finance page"
            )
        }
        FindingKind::Reference => format!("the channel's numbers differ ({detail}). Look both up in the console"),
        FindingKind::Midnight => match finding.theirs {
            None => format!("{ours} is near midnight. Reconcile {detail}, too, before it is called missing"),
            Some(_) => format!("{theirs} is on this bill, and here on {detail}. Look up when it was paid"),
        },
        FindingKind::RefundOurs => {
            format!("{ours} went back by our books, and is on no bill. Ask the channel after it")
        }
        FindingKind::RefundTheirs => {
            format!("{theirs} went back for {detail}, and not by us. Find out who refunded it in the console")
        }
        FindingKind::RefundAmount => format!("the bill has a refund of {theirs}, we have {ours}. Look both up"),
        FindingKind::RefundState => {
            format!(
                "{theirs} went back by the bill, and here the refund is {detail}. Ask the channel before refunding again"
            )
        }
    }
}

impl Till {
    /// The way in which money comes by it.
    pub fn method(self) -> Method {
        match self {
            Self::Alipay => Method::Alipay,
            Self::WechatPay => Method::WechatPay,
            Self::Unionpay => Method::Bank,
        }
    }
}

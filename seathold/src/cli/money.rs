//! What an operator may say about money: which channels there are, reconciliation, and the channels' own checks.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::civil::Date;

use super::SiteArgs;
use crate::outside::Till;
use crate::site_url::SiteUrl;

/// Which channels are configured. Their keys come from the environment, as for `seathold serve`.
#[derive(Debug, Clone, Args)]
pub struct ChannelArgs {
    /// Who takes money: `alipay,wechat-pay,unionpay`, as the server is told.
    #[arg(long, env = "SEATHOLD_PAY", value_name = "CHANNELS", value_delimiter = ',', required = true)]
    pub pay: Vec<Till>,
}

/// What can be done with the books.
#[derive(Debug, Subcommand)]
pub enum BooksCommand {
    /// Hold the journal against payments, refunds and seats.
    ///
    /// Prints what each account has (debits less credits) and whatever does not agree. Fails when anything does not. Nothing is
    /// changed.
    Check {
        /// Where the site keeps things.
        #[command(flatten)]
        site: SiteArgs,
    },
}

/// What is to be reconciled.
#[derive(Debug, Clone, Args)]
pub struct ReconcileArgs {
    /// The day, in China: 2026-11-28. Its bill is there from ten in the morning of the next day on.
    #[arg(value_name = "DAY")]
    pub day: Date,
    /// Only this channel; all of --pay unless given.
    #[arg(long, value_name = "CHANNEL")]
    pub channel: Option<Till>,
    /// The channel's file, as it was downloaded from its console and opened by nothing since: Alipay's zip or the CSV in it,
    /// WeChat Pay's CSV, UnionPay's zip. Without it the bill is fetched.
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Which channels there are.
    #[command(flatten)]
    pub channels: ChannelArgs,
    /// Where the site keeps things.
    #[command(flatten)]
    pub site: SiteArgs,
}

/// What can be done with payment channels.
#[derive(Debug, Subcommand)]
pub enum PayCommand {
    /// Look at the settings of the channels: which key is which, and what will not work.
    ///
    /// Then ask each channel after a payment that does not exist, which proves that its keys fit both ways, and look whether
    /// notifications would arrive. Fails when payments would. No money moves, and nothing is kept.
    Check(CheckArgs),
    /// Pay 0.01 yuan by a channel and get it back: the whole way, with real money.
    ///
    /// Shows a code to be scanned with the channel's app, waits for the money, and refunds it. Nothing is kept here, and
    /// reconciliation knows such payments by their numbers, which begin with `try`. Fails unless the money came and went back.
    Try(TryArgs),
}

/// What is checked.
#[derive(Debug, Clone, Args)]
pub struct CheckArgs {
    /// Which channels there are.
    #[command(flatten)]
    pub channels: ChannelArgs,
    /// How the world reaches the candidates' pages: channels tell it what was paid.
    #[arg(long, env = "SEATHOLD_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<SiteUrl>,
    /// The proxies in front of the site, as the server is told.
    #[arg(long, env = "SEATHOLD_TRUSTED_PROXIES", value_name = "NETWORK", value_delimiter = ',')]
    pub trusted_proxy: Vec<String>,
    /// Ask nobody: look at the settings only.
    #[arg(long)]
    pub offline: bool,
}

/// What is tried.
#[derive(Debug, Clone, Args)]
pub struct TryArgs {
    /// The channel; needed where --pay names several.
    #[arg(long, value_name = "CHANNEL")]
    pub channel: Option<Till>,
    /// Which channels there are.
    #[command(flatten)]
    pub channels: ChannelArgs,
    /// How the world reaches the candidates' pages. Its server may run meanwhile: it takes no notice of this payment.
    #[arg(long, env = "SEATHOLD_PUBLIC_URL", value_name = "URL")]
    pub public_url: SiteUrl,
    /// How long to wait for somebody to pay, in minutes.
    #[arg(long, value_name = "MINUTES", default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=30))]
    pub wait: u8,
}

//! A day of 10,000 payments, and WeChat Pay's bill of it: each hundredth line is of another sum, so that something is found.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use anyhow::ensure;
use registration::model::payment::Method;

use crate::programs::till::Till;

const LINES: u32 = 10_000;
const DAY: &str = "2020-06-01";
/// Every so many lines are of another sum.
const WRONG_EACH: u32 = 100;

/// How long reading, keeping and comparing takes.
pub(crate) async fn reconciled(till: &Till) -> anyhow::Result<Duration> {
    let day_of_ours = format!(
        "INSERT INTO registration.payments (id, method, amount_fen, state, created_at, received_at, received_fen, paid_at,
             reference, decided_kind, decided_id, decided_at)
         SELECT lpad(to_hex(n), 32, '0')::uuid, 'wechat_pay', 12000, 'received', at, at, 12000, at,
             '42' || lpad(n::text, 8, '0'), 'gateway', 'wechat_pay', at
         FROM generate_series(1, {LINES}) AS n, (SELECT '{DAY}T12:00:00+08:00'::timestamptz AS at) AS noon;
         ANALYZE registration.payments"
    );
    till.stores.pool().get().await?.batch_execute(&day_of_ours).await?;
    let file = bill();
    let began = Instant::now();
    let reconciliation = &till.registration.reconciliation;
    let told = Box::pin(reconciliation.import(Method::WechatPay, DAY.parse()?, file.as_bytes())).await?;
    let took = began.elapsed();
    let (lines, wrong) = (u64::from(LINES), u64::from(LINES / WRONG_EACH));
    ensure!(
        (told.sums.payments, told.open) == (lines, wrong),
        "of {lines} payments {wrong} should differ, not {} of {}",
        told.open,
        told.sums.payments
    );
    Ok(took)
}

/// WeChat Pay's file of the day, with the columns that are read.
fn bill() -> String {
    let mut text =
        "\u{feff}交易时间,微信订单号,商户订单号,交易状态,商户退款单号,手续费,订单金额,申请退款金额\r\n".to_owned();
    let mut sum = 0;
    for number in 1..=LINES {
        let fen = 12_000 + u32::from(number % WRONG_EACH == 0);
        sum += fen;
        let yuan = format!("{}.{:02}", fen / 100, fen % 100);
        let _ = write!(text, "`{DAY} 12:00:00,`42{number:08},`{number:032x},`SUCCESS,`,`0.72000,`{yuan},`0.00\r\n");
    }
    let sum = format!("{}.{:02}", sum / 100, sum % 100);
    let _ = write!(text, "总交易单数,订单总金额,申请退款总金额\r\n`{LINES},`{sum},`0.00\r\n");
    text
}

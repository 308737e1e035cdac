//! `/pay`: what the channels know and offer, newest first. A code that a real phone would scan is opened from here.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Html;
use maud::{Markup, html};

use crate::desk::Desk;
use crate::pages::layout;
use crate::pay::clock::china;
use crate::pay::trade::{Product, Refund, RefundState, Trade, TradeState, yuan};

const TRADES_SHOWN: usize = 100;

pub(crate) async fn show(State(desk): State<Arc<Desk>>) -> Html<String> {
    let trades = desk.pay.trades();
    let page = layout(
        "付款",
        Some("4"),
        &html! {
            h1 { "付款 Payments" }
            p class="hint" { "支付宝、微信支付和银联在沙盒里的账。没有真的付钱。"
                span lang="en" { " The books of the played channels. No money moves." }
                " " a href="/pay/conduct" { "渠道行为 Conduct" } " · " a href="/pay/books.json" { "books.json" } }
            @if trades.is_empty() {
                p class="hint" { "还没有。在考试网站上付款后，会出现在这里。" span lang="en" { " None yet." } }
            }
            ol class="messages" { @for trade in trades.iter().take(TRADES_SHOWN) { (one(trade)) } }
        },
    );
    Html(page.into_string())
}

fn one(trade: &Trade) -> Markup {
    let is_open = matches!(trade.state, TradeState::Offered | TradeState::Waiting);
    let code = trade.codes.last().map(|(code, _)| code).filter(|_| is_open);
    let action = match trade.product {
        Product::Precreate | Product::Native => "扫码打开 Open as if scanned",
        Product::Wap | Product::H5 | Product::Gateway => "打开付款页 Open its page",
    };
    html! {
        li {
            p class="hint" { (china(trade.created_at).strftime("%H:%M:%S").to_string()) " · " (trade.channel.name()) " · " (state(trade.state)) }
            h2 { "¥" (yuan(trade.told_fen())) " " (trade.subject) }
            p class="letter" { (trade.number) }
            @for refund in &trade.refunds { p class="hint" { (refunded(refund)) } }
            @if let Some(code) = code { p { a class="button second" href={ "/pay/" (code) } { (action) } } }
        }
    }
}

fn state(state: TradeState) -> &'static str {
    match state {
        TradeState::Offered => "未打开 offered",
        TradeState::Waiting => "待付款 waiting",
        TradeState::Paid => "已付款 paid",
        TradeState::Closed => "已关闭 closed",
        TradeState::Finished => "已完结 finished",
    }
}

fn refunded(refund: &Refund) -> String {
    let state = match refund.state {
        RefundState::Processing => "退款中 on its way",
        RefundState::Done => "已退款 refunded",
        RefundState::Abnormal => "退款异常 abnormal",
        RefundState::Closed => "退款关闭 closed",
    };
    format!("¥{} {state} · {}", yuan(refund.amount_fen), refund.reason)
}

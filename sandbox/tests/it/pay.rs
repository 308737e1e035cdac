//! The payment channels, asked by raw requests that are signed here: neither the sandbox's nor the clients' code signs.

mod alipay;
mod alipay_requests;
mod bills;
mod buyers;
mod clients;
mod merchant;
mod news;
mod twists;
mod unionpay;
mod wechat;
mod wechat_requests;

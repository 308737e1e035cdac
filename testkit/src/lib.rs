//! What tests stand on: private stores, a phone's browser, and the real binary, each started for one test and
//! gone with it. Everything here panics with a sentence instead of returning errors: a test has nobody to tell.
//!
//! In reading order: [`TestStores`], [`TestCluster`], [`RedisPair`], [`FaultyLine`],
//! [`ServedApp`], [`Caller`], [`Browser`].

mod app;
mod axe;
mod browser;
mod caller;
mod child;
mod cluster;
mod faulty_line;
mod old_chromium;
mod paths;
mod proxy;
mod redis_pair;
mod stores;
mod template;
mod vendors;
mod walker;
mod webkit;

pub use app::{AppOptions, Message, ServedApp};
pub use axe::accessibility_faults;
pub use browser::{Browser, BrowserOptions, Device};
pub use caller::{Answer, Caller};
pub use cluster::TestCluster;
pub use embedded::{Durability, Fsync};
pub use faulty_line::{FaultyLine, LineEnd};
pub use old_chromium::{OldChromium, OldVersion};
pub use proxy::Proxy;
pub use redis_pair::RedisPair;
pub use stores::{StoresOptions, TestStores};
pub use vendors::{CardScript, Vendors};
pub use walker::Walker;
pub use webkit::WebKit;

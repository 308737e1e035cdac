//! What tests stand on: private stores, a phone's browser, and the real binary, each started for one test and
//! gone with it. Everything here panics with a sentence instead of returning errors: a test has nobody to tell.
//!
//! In reading order: [`TestStores`], [`TestCluster`], [`RedisPair`], [`EncryptedStores`], [`FaultyLine`],
//! [`ServedApp`], [`Caller`], [`Browser`].

mod app_codes;
mod browsers;
mod child;
mod paths;
mod ports;
mod served;
mod stores;

pub use app_codes::app_code;
pub use browsers::axe::accessibility_faults;
pub use browsers::browser::{Browser, BrowserOptions, Device};
pub use browsers::code::scanned;
pub use browsers::driven::Driven;
pub use browsers::old_chromium::{OldChromium, OldVersion};
pub use browsers::walker::Walker;
pub use browsers::webkit::WebKit;
pub use embedded::{Durability, Fsync};
pub use ports::free_port;
pub use served::app::{AppOptions, Message, ServedApp};
pub use served::caller::{Answer, Caller};
pub use served::vendors::{CardScript, Vendors};
pub use stores::cluster::TestCluster;
pub use stores::encrypted::EncryptedStores;
pub use stores::faulty_line::{FaultyLine, LineEnd};
pub use stores::redis_pair::RedisPair;
pub use stores::{StoresOptions, TestStores};

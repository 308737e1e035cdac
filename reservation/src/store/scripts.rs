//! The Lua scripts, and why they are only ever called by hash.
//!
//! Redis forgets its scripts when it restarts. So "no such script" is a sure sign that the data may
//! have gone back in time, and it comes before anything was changed. They are loaded only after the
//! pool has been compared with the ledger, and on the very process that was compared.

use std::sync::LazyLock;

/// One script: its text and the SHA-1 that Redis knows it by.
pub struct Script {
    /// For metrics and messages.
    pub name: &'static str,
    text: String,
    sha: String,
}

impl Script {
    fn new(name: &'static str, text: String) -> Self {
        let sha = redis::Script::new(&text).get_hash().to_owned();
        Self { name, text, sha }
    }

    /// The text to load.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The hash to call it by.
    pub fn sha(&self) -> &str {
        &self.sha
    }
}

macro_rules! script {
    ($const:ident, $name:literal) => {
        #[doc = concat!("`store/lua/", $name, ".lua`, with the prelude before it.")]
        pub static $const: LazyLock<Script> = LazyLock::new(|| {
            let text = concat!(include_str!("lua/prelude.lua"), include_str!(concat!("lua/", $name, ".lua")));
            Script::new($name, text.to_owned())
        });
    };
}

script!(HOLD, "hold");
script!(EXCHANGE, "exchange");
script!(RELEASE, "release");
script!(FREEZE, "freeze");
script!(SETTLE, "settle");
script!(RESIZE, "resize");
script!(SWEEP, "sweep");
script!(WAIT, "waiting_list/wait");
script!(OFFER, "waiting_list/offer");

/// Every script that is called by hash.
pub fn all() -> [&'static Script; 9] {
    [&HOLD, &EXCHANGE, &RELEASE, &FREEZE, &SETTLE, &RESIZE, &SWEEP, &WAIT, &OFFER]
}

/// `store/lua/adopt.lua`: sent whole, because it runs before the others may be loaded.
pub const ADOPT: &str = include_str!("lua/adopt.lua");
/// `store/lua/fence.lua`: sent whole, likewise.
pub const FENCE: &str = include_str!("lua/fence.lua");
/// `store/lua/restore.lua`: sent whole, likewise.
pub const RESTORE: &str = include_str!("lua/restore.lua");
/// `store/lua/counts.lua`: sent whole, because it reads what nobody has compared yet.
pub const COUNTS: &str = include_str!("lua/counts.lua");
/// `store/lua/waiting_list/position.lua`: sent whole, because it changes nothing.
pub const POSITION: &str = include_str!("lua/waiting_list/position.lua");

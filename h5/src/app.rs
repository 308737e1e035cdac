//! What every handler can reach.

use std::sync::Arc;

use axum_extra::extract::cookie::Key;
use http::HeaderMap;
use http::header::HOST;
use httpkit::limits::Limits;
use jiff::Timestamp;
use pagekit::assets::Assets;
use pagekit::guard::OwnOrigin;
use registration::Registration;
use registration::model::ids::AccountId;
use registration::people::accounts::SessionId;
use registration::people::identity::HandoverToken;
use reservation::engine::Engine;

use crate::assets::assets;
use crate::printing::Printing;
use crate::request::cookies::Seal;
use crate::request::sent::once::Once;
use crate::shared_pages::SharedPages;

/// What the pages need from outside.
#[derive(Clone)]
pub struct H5State {
    /// Free seats, from memory.
    pub engine: Engine,
    /// Accounts, exams, orders.
    pub registration: Registration,
    /// How often whom may ask.
    pub limits: Limits,
    /// Encrypts the session cookie.
    pub cookie_key: Key,
    /// Where the world finds the site (`https://exam.example.edu`); absent: wherever it was asked.
    pub public_url: Option<String>,
    /// Whom candidates ask where no exam says it: a telephone number, an office.
    pub contact: Option<String>,
    /// Says on every page that nothing here is real.
    pub demo: bool,
    /// Where the demo shows the messages and letters that it would have sent.
    pub sandbox_url: Option<String>,
    /// Where tickets are printed; absent where no font here has Chinese: then they are shown, and not to be had as files.
    pub printing: Option<Printing>,
}

/// Whose identity page a phone may open, as long as which sign-in, and where it goes first.
pub(crate) type LetIn = (AccountId, Option<SessionId>, String);

/// The state of the router. Cloning is a reference count.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) outside: Arc<H5State>,
    pub(crate) assets: Arc<Assets>,
    pub(crate) shared: Arc<SharedPages>,
    /// The codes for phones that forms made, and what phones were let in for that used one.
    pub(crate) codes: Arc<Once<(HandoverToken, Timestamp)>>,
    pub(crate) let_in: Arc<Once<LetIn>>,
}

impl App {
    pub(crate) fn new(outside: H5State) -> Self {
        Self {
            outside: Arc::new(outside),
            assets: Arc::new(assets()),
            shared: Arc::default(),
            codes: Arc::default(),
            let_in: Arc::default(),
        }
    }

    /// Is the site served over TLS, so that cookies must be?
    pub(crate) fn is_secure(&self) -> bool {
        self.outside.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }

    /// Where the world finds the site: as configured, else as this request asked for it.
    pub(crate) fn base_url(&self, headers: &HeaderMap) -> String {
        match &self.outside.public_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("http://{}", headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default()),
        }
    }

    /// What cookies are sealed with.
    pub(crate) fn seal(&self) -> Seal {
        Seal { key: self.outside.cookie_key.clone(), is_secure: self.is_secure() }
    }

    pub(crate) fn own_origin(&self) -> OwnOrigin {
        OwnOrigin::of(self.outside.public_url.as_deref())
    }
}

//! Somebody who pays, as tests have it: opens what the merchant gave out, and presses a button. Over HTTP, as a browser.

use std::net::SocketAddr;
use std::time::Duration;

use gateways::pay::{Form, Start};
use reqwest::header::{CONTENT_TYPE, LOCATION, REFERER};
use reqwest::redirect::Policy;
use url::form_urlencoded::Serializer;

use crate::pay::conduct::PayTwist;

const CALL_LASTS: Duration = Duration::from_secs(10);
/// From the merchant's address to the page to pay on.
const STEPS_MAX: usize = 4;

/// Somebody with a browser and a phone.
#[derive(Debug, Clone)]
pub struct Buyer {
    http: SocketAddr,
    site: String,
    client: reqwest::Client,
}

/// A page to pay on that is open.
#[derive(Debug, Clone)]
pub struct Cashier {
    buyer: Buyer,
    url: String,
}

/// Why the buyer could not pay: the page's status and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turned {
    /// Of the page; none when there was no answer.
    pub status: Option<u16>,
    /// What it says, as HTML.
    pub page: String,
}

impl Buyer {
    pub(crate) fn new(http: SocketAddr, site: &str) -> Self {
        let client = reqwest::Client::builder().no_proxy().redirect(Policy::none()).timeout(CALL_LASTS).build();
        let client = client.expect("a plain client needs nothing of the machine");
        Self { http, site: site.to_owned(), client }
    }

    /// Goes where the merchant sends the browser, or scans what the merchant shows.
    ///
    /// # Errors
    ///
    /// When the channel shows something else than a page to pay on.
    pub async fn open(&self, start: &str) -> Result<Cashier, Turned> {
        let url = match start.strip_prefix("weixin://wxpay/bizpayurl?pr=") {
            Some(code) => format!("http://{}/pay/{code}", self.http),
            None => start.to_owned(),
        };
        self.arrive(url, None).await
    }

    /// The same by whichever way the merchant's client gave out.
    ///
    /// # Errors
    ///
    /// When the channel shows something else than a page to pay on.
    pub async fn go(&self, start: &Start) -> Result<Cashier, Turned> {
        match start {
            Start::Go { url: text, .. } | Start::Scan { code: text, .. } => self.open(text).await,
            Start::Send(form) => self.arrive(form.url.clone(), Some(form)).await,
        }
    }

    async fn arrive(&self, mut url: String, mut form: Option<&Form>) -> Result<Cashier, Turned> {
        for _ in 0..STEPS_MAX {
            let call = match form.take() {
                Some(form) => {
                    let body = Serializer::new(String::new()).extend_pairs(&form.fields).finish();
                    self.client.post(&url).header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body)
                }
                None => self.client.get(&url),
            };
            let answer = call.header(REFERER, &self.site).send().await.map_err(silent)?;
            let status = answer.status();
            let next = answer.headers().get(LOCATION).and_then(|next| next.to_str().ok()).map(str::to_owned);
            match next {
                Some(next) if status.is_redirection() && next.starts_with('/') => {
                    url = format!("http://{}{next}", self.http);
                }
                _ if status.is_success() => return Ok(Cashier { buyer: self.clone(), url }),
                _ => {
                    return Err(Turned {
                        status: Some(status.as_u16()),
                        page: answer.text().await.unwrap_or_default(),
                    });
                }
            }
        }
        Err(Turned { status: None, page: "it leads in a circle".into() })
    }
}

impl Cashier {
    /// Pays; where the browser goes afterwards, if anywhere.
    ///
    /// # Errors
    ///
    /// When the channel takes no money (any more).
    pub async fn pay(&self) -> Result<Option<String>, Turned> {
        self.wish("pay").await
    }

    /// Pays, and closes the window.
    ///
    /// # Errors
    ///
    /// When the channel takes no money (any more).
    pub async fn pay_and_close(&self) -> Result<(), Turned> {
        self.wish("pay_and_close").await.map(drop)
    }

    /// Pays another sum than is due, and closes the window.
    ///
    /// # Errors
    ///
    /// When the channel takes no money (any more).
    pub async fn pay_wrong(&self, twist: PayTwist) -> Result<(), Turned> {
        let wish = match twist {
            PayTwist::Less => "pay_less",
            PayTwist::More => "pay_more",
        };
        self.wish(wish).await.map(drop)
    }

    /// Logs in, and does not pay yet.
    ///
    /// # Errors
    ///
    /// When the channel takes no money (any more).
    pub async fn look(&self) -> Result<(), Turned> {
        self.wish("look").await.map(drop)
    }

    /// Goes back without paying.
    ///
    /// # Errors
    ///
    /// When the page is over.
    pub async fn leave(&self) -> Result<Option<String>, Turned> {
        self.wish("leave").await
    }

    async fn wish(&self, wish: &str) -> Result<Option<String>, Turned> {
        let call = self.buyer.client.post(&self.url).body(format!("wish={wish}"));
        let call = call.header("Content-Type", "application/x-www-form-urlencoded");
        let answer = call.send().await.map_err(silent)?;
        let (status, page) = (answer.status(), answer.text().await.map_err(silent)?);
        if !status.is_success() {
            return Err(Turned { status: Some(status.as_u16()), page });
        }
        // By itself, or by a form that carries what the channel signed.
        let by_form = page.split("class=\"back\" action=\"").nth(1);
        let back = page.split(";url=").nth(1).or(by_form).and_then(|rest| rest.split('"').next());
        Ok(back.map(|back| back.replace("&amp;", "&")))
    }
}

fn silent(error: reqwest::Error) -> Turned {
    Turned { status: None, page: error.to_string() }
}

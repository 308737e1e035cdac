//! Reading of Alipay's settings: who we are there, our key, and whose signatures we believe.

use std::collections::BTreeMap;

use url::Url;

use crate::http::Endpoint;
use crate::keys::{Certificate, PrivateKey, PublicKey};
use crate::settings::{SettingError, Variables, wrong};

pub(super) const GATEWAY_URL: &str = "SEATHOLD_ALIPAY_GATEWAY_URL";
pub(super) const APP_ID: &str = "SEATHOLD_ALIPAY_APP_ID";
pub(super) const SELLER_ID: &str = "SEATHOLD_ALIPAY_SELLER_ID";
pub(super) const APP_KEY: &str = "SEATHOLD_ALIPAY_APP_KEY";
pub(super) const PUBLIC_KEY: &str = "SEATHOLD_ALIPAY_PUBLIC_KEY";
pub(super) const APP_CERT: &str = "SEATHOLD_ALIPAY_APP_CERT";
pub(super) const CERT: &str = "SEATHOLD_ALIPAY_CERT";
pub(super) const ROOT_CERT: &str = "SEATHOLD_ALIPAY_ROOT_CERT";
const GATEWAY_DEFAULT: &str = "https://openapi.alipay.com/gateway.do";

/// What it needs to know.
#[derive(Debug, Clone)]
pub struct AlipayConfig {
    pub(super) gateway: Endpoint,
    pub(super) path: String,
    pub(super) app_id: String,
    pub(super) seller_id: String,
    pub(super) key: PrivateKey,
    pub(super) trust: Trust,
}

/// Whose signatures are Alipay's.
#[derive(Debug, Clone)]
pub(super) enum Trust {
    /// The key of the console.
    Key(PublicKey),
    /// Those of certificates, by their numbers.
    Certificates { app: Box<Certificate>, alipay: BTreeMap<String, Certificate>, roots: Vec<Certificate> },
}

impl AlipayConfig {
    /// Reads the variables of [`super`].
    pub fn of(variables: &Variables) -> Result<Self, SettingError> {
        let text = variables.or(GATEWAY_URL, GATEWAY_DEFAULT)?;
        let mut url =
            Url::parse(&text).map_err(|_| wrong(GATEWAY_URL, "is no address: write https://host/gateway.do"))?;
        let path = if url.path() == "/" { "/gateway.do".to_owned() } else { url.path().to_owned() };
        url.set_path("/");
        Ok(Self {
            gateway: Endpoint::parse(GATEWAY_URL, url.as_str())?,
            path,
            app_id: variables.required(APP_ID)?,
            seller_id: variables.required(SELLER_ID)?,
            key: PrivateKey::of(variables, APP_KEY)?,
            trust: trust_of(variables)?,
        })
    }
}

/// A console works by keys or by certificates, never by both.
fn trust_of(variables: &Variables) -> Result<Trust, SettingError> {
    let key = PublicKey::of(variables, PUBLIC_KEY)?;
    let app = Certificate::all_of(variables, APP_CERT)?.into_iter().next();
    match (key, app) {
        (Some(key), None) => Ok(Trust::Key(key)),
        (Some(_), Some(_)) => {
            Err(wrong(PUBLIC_KEY, format!("and {APP_CERT} are both set: keep the one of the console's mode")))
        }
        (None, None) => Err(SettingError::Missing(PUBLIC_KEY.to_owned())),
        (None, Some(app)) => {
            let missing = |name: &str| SettingError::Missing(name.to_owned());
            let alipay = Certificate::all_of(variables, CERT)?;
            let alipay: BTreeMap<_, _> =
                alipay.into_iter().filter(|one| one.key.is_some()).map(|one| (one.alipay_number(), one)).collect();
            let roots: Vec<_> =
                Certificate::all_of(variables, ROOT_CERT)?.into_iter().filter(|root| root.is_rsa_signed).collect();
            if alipay.is_empty() {
                return Err(missing(CERT));
            }
            if roots.is_empty() {
                return Err(missing(ROOT_CERT));
            }
            Ok(Trust::Certificates { app: Box::new(app), alipay, roots })
        }
    }
}

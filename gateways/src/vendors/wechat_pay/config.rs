//! Reading of WeChat Pay's settings: who we are there, our key, and whose signatures we believe.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};

use crate::http::Endpoint;
use crate::keys::{Certificate, PrivateKey, PublicKey};
use crate::settings::{SettingError, Variables, wrong};

pub(super) const API_URL: &str = "SEATHOLD_WECHAT_PAY_API_URL";
pub(super) const MCHID: &str = "SEATHOLD_WECHAT_PAY_MCHID";
pub(super) const APPID: &str = "SEATHOLD_WECHAT_PAY_APPID";
pub(super) const KEY: &str = "SEATHOLD_WECHAT_PAY_KEY";
pub(super) const SERIAL: &str = "SEATHOLD_WECHAT_PAY_SERIAL";
pub(super) const CERT: &str = "SEATHOLD_WECHAT_PAY_CERT";
pub(super) const API_V3_KEY: &str = "SEATHOLD_WECHAT_PAY_API_V3_KEY";
pub(super) const PUBLIC_KEY: &str = "SEATHOLD_WECHAT_PAY_PUBLIC_KEY";
pub(super) const PUBLIC_KEY_ID: &str = "SEATHOLD_WECHAT_PAY_PUBLIC_KEY_ID";
pub(super) const PLATFORM_CERT: &str = "SEATHOLD_WECHAT_PAY_PLATFORM_CERT";
pub(super) const VERIFY_WITH: &str = "SEATHOLD_WECHAT_PAY_VERIFY_WITH";
pub(super) const H5_DOMAIN: &str = "SEATHOLD_WECHAT_PAY_H5_DOMAIN";
pub(super) const REFUND_FROM: &str = "SEATHOLD_WECHAT_PAY_REFUND_FROM";
/// What the number of a public key begins with.
pub(super) const KEY_ID_PREFIX: &str = "PUB_KEY_ID_";

/// What it needs to know.
#[derive(Debug, Clone)]
pub struct WechatPayConfig {
    pub(super) api: Endpoint,
    pub(super) mchid: String,
    pub(super) appid: String,
    pub(super) key: PrivateKey,
    pub(super) serial: String,
    pub(super) own: Option<Certificate>,
    pub(super) api_v3_key: SecretString,
    pub(super) public_key: Option<(String, PublicKey)>,
    pub(super) platform: Vec<Certificate>,
    pub(super) verify_with: VerifyWith,
    pub(super) h5_domain: Option<String>,
    pub(super) refund_from: Option<String>,
}

/// Which of its keys WeChat Pay shall sign answers with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum VerifyWith {
    Key,
    Certificate,
}

impl WechatPayConfig {
    /// Reads the variables of [`super`].
    pub fn of(variables: &Variables) -> Result<Self, SettingError> {
        let own = Certificate::all_of(variables, CERT)?.into_iter().next();
        let serial = match (variables.optional(SERIAL)?, &own) {
            (Some(serial), _) => serial,
            (None, Some(certificate)) => certificate.serial_hex(),
            (None, None) => return Err(SettingError::Missing(SERIAL.to_owned())),
        };
        let api_v3_key = variables.secret(API_V3_KEY)?;
        if api_v3_key.expose_secret().len() != 32 {
            return Err(wrong(API_V3_KEY, "must have 32 characters: it is set in the console as APIv3密钥"));
        }
        let public_key = PublicKey::of(variables, PUBLIC_KEY)?;
        let public_key = match (public_key, variables.optional(PUBLIC_KEY_ID)?) {
            (Some(key), Some(id)) => Some((id, key)),
            (Some(_), None) => return Err(SettingError::Missing(PUBLIC_KEY_ID.to_owned())),
            (None, Some(_)) => return Err(SettingError::Missing(PUBLIC_KEY.to_owned())),
            (None, None) => None,
        };
        let verify_with = match (variables.optional(VERIFY_WITH)?.as_deref(), &public_key) {
            (Some("key"), None) => return Err(SettingError::Missing(PUBLIC_KEY.to_owned())),
            (Some("key") | None, Some(_)) => VerifyWith::Key,
            (Some("certificate") | None, _) => VerifyWith::Certificate,
            (Some(_), _) => return Err(wrong(VERIFY_WITH, "must be key or certificate")),
        };
        let refund_from = variables.optional(REFUND_FROM)?;
        if refund_from.as_deref().is_some_and(|from| !["AVAILABLE", "UNSETTLED"].contains(&from)) {
            return Err(wrong(REFUND_FROM, "must be AVAILABLE or UNSETTLED"));
        }
        Ok(Self {
            api: Endpoint::of(variables, API_URL, "https://api.mch.weixin.qq.com")?,
            mchid: variables.required(MCHID)?,
            appid: variables.required(APPID)?,
            key: PrivateKey::of(variables, KEY)?,
            serial,
            own,
            api_v3_key,
            public_key,
            platform: Certificate::all_of(variables, PLATFORM_CERT)?,
            verify_with,
            h5_domain: variables.optional(H5_DOMAIN)?,
            refund_from,
        })
    }

    /// The keys that are believed, by the numbers that WeChat Pay names them with. A number is opaque: some are
    /// hexadecimal and some are not.
    pub(super) fn keys(&self) -> BTreeMap<String, PublicKey> {
        let certificates = self.platform.iter().filter_map(|one| Some((one.serial_hex(), one.key.clone()?)));
        certificates.chain(self.public_key.clone()).collect()
    }
}

//! Reading of UnionPay's settings: who we are there, our key, and who vouches for whoever signs as UnionPay.

use jiff::Timestamp;

use super::banks::Banks;
use crate::http::Endpoint;
use crate::keys::{Certificate, PrivateKey};
use crate::settings::{SettingError, Variables, wrong};

pub(super) const MERCHANT_ID: &str = "SEATHOLD_UNIONPAY_MERCHANT_ID";
pub(super) const KEY: &str = "SEATHOLD_UNIONPAY_KEY";
pub(super) const CERT: &str = "SEATHOLD_UNIONPAY_CERT";
pub(super) const MIDDLE_CERT: &str = "SEATHOLD_UNIONPAY_MIDDLE_CERT";
pub(super) const ROOT_CERT: &str = "SEATHOLD_UNIONPAY_ROOT_CERT";
pub(super) const GATEWAY_URL: &str = "SEATHOLD_UNIONPAY_GATEWAY_URL";
pub(super) const CASHIER_URL: &str = "SEATHOLD_UNIONPAY_CASHIER_URL";
pub(super) const FILE_URL: &str = "SEATHOLD_UNIONPAY_FILE_URL";
const BANKS: &str = "SEATHOLD_UNIONPAY_BANKS";
pub(super) const GATEWAY_HOST: &str = "gateway.95516.com";
/// The third part of the name in a certificate of UnionPay's. The authority that vouches for it vouches for many others.
const SIGNER: &str = "中国银联股份有限公司";
/// The same on its test platform.
const TEST_SIGNER: &str = "00040000:SIGN";

/// What it needs to know.
#[derive(Debug, Clone)]
pub struct UnionPayConfig {
    pub(super) gateway: Endpoint,
    pub(super) cashier: Endpoint,
    pub(super) files: Endpoint,
    pub(super) merchant: String,
    pub(super) key: PrivateKey,
    pub(super) own: Box<Certificate>,
    pub(super) middles: Vec<Certificate>,
    pub(super) roots: Vec<Certificate>,
    pub(super) banks: Banks,
}

impl UnionPayConfig {
    /// Reads the variables of [`super`].
    pub fn of(variables: &Variables) -> Result<Self, SettingError> {
        let all = |name: &str| {
            let found = Certificate::all_of(variables, name)?;
            if found.is_empty() { Err(SettingError::Missing(name.to_owned())) } else { Ok(found) }
        };
        let (middles, roots) = (all(MIDDLE_CERT)?, all(ROOT_CERT)?);
        if let Some(stray) = middles.iter().find(|middle| !roots.iter().any(|root| middle.is_signed_by(root))) {
            let why = format!(
                "holds {}, for which nobody in {ROOT_CERT} vouches: take both of one environment",
                stray.subject
            );
            return Err(wrong(MIDDLE_CERT, why));
        }
        let banks = match variables.optional(BANKS)? {
            None => Banks::known(),
            Some(text) => Banks::read(&text).map_err(|part| {
                wrong(BANKS, format!("names {part}: write words like icbc,abc, or icbc=ICBC for another short name"))
            })?,
        };
        Ok(Self {
            gateway: Endpoint::of(variables, GATEWAY_URL, &format!("https://{GATEWAY_HOST}"))?,
            cashier: Endpoint::of(variables, CASHIER_URL, "https://cashier.95516.com")?,
            files: Endpoint::of(variables, FILE_URL, "https://filedownload.95516.com")?,
            merchant: variables.required(MERCHANT_ID)?,
            key: PrivateKey::of(variables, KEY)?,
            own: Box::new(all(CERT)?.remove(0)),
            middles,
            roots,
            banks,
        })
    }

    /// Is it a certificate by which UnionPay signs, now?
    pub(super) fn is_unionpays(&self, certificate: &Certificate, now: Timestamp) -> bool {
        let is_in_time = (certificate.begins_at..=certificate.ends_at).contains(&now);
        let name = signer_of(&certificate.subject);
        let is_it = name == Some(SIGNER) || (name == Some(TEST_SIGNER) && self.is_test());
        is_in_time && is_it && self.middles.iter().any(|middle| certificate.is_signed_by(middle))
    }

    /// Is it another platform than the one where money moves?
    pub(super) fn is_test(&self) -> bool {
        self.gateway.host() != GATEWAY_HOST
    }
}

/// `CN=041@8310000000083040@中国银联股份有限公司@00016495,OU=…`: the third part of the common name.
fn signer_of(subject: &str) -> Option<&str> {
    let name = subject.split(',').find_map(|part| part.strip_prefix("CN="))?;
    name.split('@').nth(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signers_name_is_the_third_part_of_the_common_name() {
        assert_eq!(signer_of("CN=041@83100000@中国银联股份有限公司@00016495,OU=Enterprises,C=cn"), Some(SIGNER));
        assert_eq!(signer_of("OU=中国银联股份有限公司,CN=041@1@另一家公司@2,C=cn"), Some("另一家公司"));
        assert_eq!(signer_of("O=a@b@中国银联股份有限公司,C=cn"), None);
    }
}

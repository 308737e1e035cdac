//! What an operator says of the identity provider: `SEATHOLD_OIDC_ISSUER`, `SEATHOLD_OIDC_CLIENT_ID` and
//! `SEATHOLD_OIDC_CLIENT_SECRET` as the provider gave them; `SEATHOLD_STAFF_URL`, how browsers reach the staff's pages;
//! `SEATHOLD_OIDC_NAME_ZH` and `SEATHOLD_OIDC_NAME_EN`, what people call it; `SEATHOLD_OIDC_SCOPES`;
//! `SEATHOLD_OIDC_NAME_CLAIM`, which claim is shown to people as who they are there; `SEATHOLD_OIDC_SECOND_FACTOR`, which claim
//! says that a second factor was shown.

use reqwest::Url;
use secrecy::SecretString;
use serde_json::{Map, Value};

use super::endpoint;
use crate::http::is_loopback;
use crate::settings::{SettingError, Variables, wrong};

/// Where the provider sends browsers back to, behind the address of the staff's pages.
pub const REDIRECT_PATH: &str = "/sign-in/provider/back";

const ISSUER: &str = "SEATHOLD_OIDC_ISSUER";
const SCOPES: &str = "SEATHOLD_OIDC_SCOPES";
const SECOND_FACTOR: &str = "SEATHOLD_OIDC_SECOND_FACTOR";
const STAFF_URL: &str = "SEATHOLD_STAFF_URL";
/// Longest name of a provider: it stands on a button.
const NAME_CHARS_MAX: usize = 40;

/// What people call a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderName {
    /// The name in Chinese: `统一身份认证`.
    pub zh: String,
    /// The same in English.
    pub en: String,
}

/// Which claim says that a second factor was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SecondFactorRule {
    claim: FactorClaim,
    /// One of them is enough.
    values: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FactorClaim {
    /// By which ways somebody was recognised (RFC 8176).
    Methods,
    /// How sure the provider is.
    Class,
}

/// How the provider is reached, and what is asked of it.
#[derive(Debug, Clone)]
pub struct OidcConfig {
    pub(super) issuer: String,
    pub(super) client: String,
    pub(super) secret: SecretString,
    pub(super) scopes: String,
    pub(super) site: String,
    pub(super) name: ProviderName,
    pub(super) name_claim: String,
    pub(super) second_factor: Option<SecondFactorRule>,
}

impl OidcConfig {
    /// Reads it from the variables.
    pub fn of(variables: &Variables) -> Result<Self, SettingError> {
        let issuer = variables.required(ISSUER)?;
        if endpoint(&issuer, true).is_none_or(|url| url.query().is_some()) {
            return Err(wrong(ISSUER, "must be the issuer's address, with https://; http is for this machine only"));
        }
        let scopes = variables.or(SCOPES, "openid profile")?;
        if !scopes.split(' ').any(|scope| scope == "openid") {
            return Err(wrong(SCOPES, "must have openid among its words"));
        }
        let rule = variables.optional(SECOND_FACTOR)?.map(|text| SecondFactorRule::parse(&text)).transpose()?;
        let name = |name: &str, usual: &str| {
            let text = variables.or(name, usual)?;
            let is_short = text.chars().count() <= NAME_CHARS_MAX;
            if is_short { Ok(text) } else { Err(wrong(name, "must have at most 40 letters: it stands on a button")) }
        };
        Ok(Self {
            issuer,
            client: variables.required("SEATHOLD_OIDC_CLIENT_ID")?,
            secret: variables.secret("SEATHOLD_OIDC_CLIENT_SECRET")?,
            scopes,
            site: site(&variables.required(STAFF_URL)?)?,
            name: ProviderName {
                zh: name("SEATHOLD_OIDC_NAME_ZH", "统一身份认证")?,
                en: name("SEATHOLD_OIDC_NAME_EN", "your institution")?,
            },
            name_claim: variables.or("SEATHOLD_OIDC_NAME_CLAIM", "preferred_username")?,
            second_factor: rule,
        })
    }

    /// Where the provider sends browsers back to: exactly as it is registered there.
    pub(super) fn redirect(&self) -> String {
        format!("{}{REDIRECT_PATH}", self.site)
    }

    /// Is the provider on this machine? Then so may be what it names.
    pub(super) fn is_local(&self) -> bool {
        Url::parse(&self.issuer).is_ok_and(|url| is_loopback(&url))
    }
}

impl SecondFactorRule {
    fn parse(text: &str) -> Result<Self, SettingError> {
        let why = "is written amr=mfa or acr=VALUE, several values with commas between them";
        let (claim, values) = text.split_once('=').ok_or_else(|| wrong(SECOND_FACTOR, why))?;
        let claim = match claim.trim() {
            "amr" => FactorClaim::Methods,
            "acr" => FactorClaim::Class,
            _ => return Err(wrong(SECOND_FACTOR, why)),
        };
        let values: Vec<String> =
            values.split(',').map(str::trim).filter(|value| !value.is_empty()).map(str::to_owned).collect();
        if values.is_empty() { Err(wrong(SECOND_FACTOR, why)) } else { Ok(Self { claim, values }) }
    }

    /// Which classes the provider is asked for, where the rule is about classes.
    pub(super) fn wanted(&self) -> Option<String> {
        (self.claim == FactorClaim::Class).then(|| self.values.join(" "))
    }

    /// Do these claims say it?
    pub(super) fn is_met(&self, claims: &Map<String, Value>) -> bool {
        let is_one = |value: &Value| value.as_str().is_some_and(|text| self.values.iter().any(|known| known == text));
        match self.claim {
            FactorClaim::Methods => match claims.get("amr") {
                Some(Value::Array(methods)) => methods.iter().any(is_one),
                _ => false,
            },
            FactorClaim::Class => claims.get("acr").is_some_and(is_one),
        }
    }
}

/// The address of the staff's pages as browsers write an origin.
fn site(text: &str) -> Result<String, SettingError> {
    let why = "must be how browsers reach the staff's pages: scheme, host and port, as in https://staff.example.edu";
    let url = Url::parse(text).map_err(|_| wrong(STAFF_URL, why))?;
    let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    if !is_bare || !matches!(url.scheme(), "http" | "https") {
        return Err(wrong(STAFF_URL, why));
    }
    Ok(url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn config(more: &[(&str, &str)]) -> Result<OidcConfig, SettingError> {
        let usual = [
            (ISSUER, "https://idp.example.edu/realms/staff"),
            ("SEATHOLD_OIDC_CLIENT_ID", "exam"),
            ("SEATHOLD_OIDC_CLIENT_SECRET", "s3cret-words"),
            (STAFF_URL, "https://staff.example.edu/"),
        ];
        OidcConfig::of(&Variables::default().with(usual).with(more.iter().copied()))
    }

    #[test]
    fn what_an_operator_says_is_checked_and_the_secret_is_not_shown() {
        let good = config(&[]).unwrap();
        assert_eq!(good.redirect(), "https://staff.example.edu/sign-in/provider/back");
        assert!(!format!("{good:?}").contains("s3cret-words"));
        for (name, value) in [
            (ISSUER, "http://idp.example.edu"),
            (ISSUER, "https://idp.example.edu/?x=1"),
            (ISSUER, "https://u@idp.example.edu"),
            (ISSUER, "idp.example.edu"),
            (SCOPES, "profile"),
            (SECOND_FACTOR, "mfa"),
            (SECOND_FACTOR, "amr="),
            (SECOND_FACTOR, "azp=mfa"),
            (STAFF_URL, "staff.example.edu"),
            (STAFF_URL, "https://staff.example.edu/desk"),
            (
                "SEATHOLD_OIDC_NAME_ZH",
                "统一身份认证统一身份认证统一身份认证统一身份认证统一身份认证统一身份认证统一身份认证",
            ),
        ] {
            let told = config(&[(name, value)]).unwrap_err().to_string();
            assert!(told.starts_with(&format!("{name} ")), "{value}: {told}");
        }
        assert!(config(&[(ISSUER, "http://127.0.0.1:9/x")]).unwrap().is_local());
    }

    #[test]
    fn a_second_factor_counts_where_the_named_claim_says_so() {
        let met = |rule: &str, claims: Value| {
            let Value::Object(claims) = claims else { panic!("claims are an object") };
            SecondFactorRule::parse(rule).unwrap().is_met(&claims)
        };
        assert!(met("amr=mfa", json!({"amr": ["pwd", "mfa"]})) && met("amr=hwk, mfa", json!({"amr": ["mfa"]})));
        assert!(met("acr=https://refeds.org/profile/mfa", json!({"acr": "https://refeds.org/profile/mfa"})));
        for (rule, claims) in [
            ("amr=mfa", json!({"amr": ["pwd"]})),
            ("amr=mfa", json!({"amr": "mfa"})),
            ("amr=mfa", json!({"acr": "mfa"})),
            ("acr=2", json!({"acr": 2})),
            ("acr=2", json!({"acr": "22"})),
            ("acr=2", json!({})),
        ] {
            assert!(!met(rule, claims.clone()), "{rule}: {claims}");
        }
        let wanted = |rule: &str| SecondFactorRule::parse(rule).unwrap().wanted();
        assert_eq!((wanted("acr=a,b").as_deref(), wanted("amr=mfa")), (Some("a b"), None));
    }
}

//! TC3-HMAC-SHA256: <https://cloud.tencent.com/document/api/382/52072>.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use secrecy::ExposeSecret;

use super::Credentials;
use crate::keys::digests::{hex, hmac_sha256, sha256_hex};

const ALGORITHM: &str = "TC3-HMAC-SHA256";

/// What a signature is made with, besides the request.
pub(crate) struct Signing<'a> {
    pub(crate) credentials: &'a Credentials,
    pub(crate) service: &'a str,
    pub(crate) now: Timestamp,
}

impl Signing<'_> {
    /// The header `Authorization` of a POST to `/` without a query. `signed` are the headers to sign, by name in
    /// order, names in lower case, and values as the vendor compares them (lower case for `x-tc-action`).
    pub(crate) fn authorization(&self, signed: &[(&str, &str)], body: &[u8]) -> String {
        let date = self.now.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d").to_string();
        let scope = format!("{date}/{}/tc3_request", self.service);
        let names = signed.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
        let text = format!(
            "{ALGORITHM}\n{}\n{scope}\n{}",
            self.now.as_second(),
            sha256_hex(canonical_request(signed, &names, body).as_bytes())
        );
        let key = format!("TC3{}", self.credentials.secret_key.expose_secret());
        let key = hmac_sha256(key.as_bytes(), date.as_bytes());
        let key = hmac_sha256(key.as_ref(), self.service.as_bytes());
        let key = hmac_sha256(key.as_ref(), b"tc3_request");
        let signature = hex(hmac_sha256(key.as_ref(), text.as_bytes()).as_ref());
        let id = &self.credentials.secret_id;
        format!("{ALGORITHM} Credential={id}/{scope}, SignedHeaders={names}, Signature={signature}")
    }
}

fn canonical_request(signed: &[(&str, &str)], names: &str, body: &[u8]) -> String {
    let headers: String = signed.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    format!("POST\n/\n\n{headers}\n{names}\n{}", sha256_hex(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = r#"{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}"#;
    const HOST: (&str, &str) = ("host", "cvm.tencentcloudapi.com");
    const TYPE: (&str, &str) = ("content-type", "application/json; charset=utf-8");

    fn signature(key: &str, signed: &[(&str, &str)]) -> String {
        let credentials =
            Credentials { secret_id: "AKID".into(), secret_key: key.to_owned().into(), region: String::new() };
        let now = Timestamp::from_second(1_551_113_065).unwrap();
        let signing = Signing { credentials: &credentials, service: "cvm", now };
        let authorization = signing.authorization(signed, BODY.as_bytes());
        assert!(
            authorization.starts_with("TC3-HMAC-SHA256 Credential=AKID/2019-02-25/cvm/tc3_request, SignedHeaders=")
        );
        authorization.split("Signature=").nth(1).unwrap().to_owned()
    }

    /// The example of the vendor's page, with the key of its older edition.
    #[test]
    fn the_published_example_is_reproduced() {
        let signature = signature("Gu5t9xGARNpq86cd98joQYCN3EXAMPLE", &[TYPE, HOST]);
        assert_eq!(signature, "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168");
    }

    /// The example of today's page, which also signs the action. Its key is masked, so the page's hash of the
    /// canonical request is compared, and the signature under the older key with the one that other hands computed.
    #[test]
    fn the_action_is_signed_in_lower_case() {
        let signed = [TYPE, HOST, ("x-tc-action", "describeinstances")];
        let request = canonical_request(&signed, "content-type;host;x-tc-action", BODY.as_bytes());
        let hash = sha256_hex(request.as_bytes());
        assert_eq!(hash, "7019a55be8395899b900fb5564e4200d984910f34794a27cb3fb7d10ff6a1e84");
        let signature = signature("Gu5t9xGARNpq86cd98joQYCN3EXAMPLE", &signed);
        assert_eq!(signature, "644be983de9a8a3f00db8eadaba61467c3b429e2215758ba897b738ca469fd26");
    }

    /// What Python's SDK (tencentcloud-sdk-python-common 3.1.195) sent to a server of ours.
    #[test]
    fn the_sdk_signs_alike() {
        let credentials = Credentials {
            secret_id: "AKIDexample".into(),
            secret_key: "secret-key-example".to_owned().into(),
            region: String::new(),
        };
        let now = Timestamp::from_second(1_795_342_180).unwrap();
        let body = br#"{"PhoneNumberSet": ["+8613800138000"], "SmsSdkAppId": "1400000000", "TemplateId": "1", "SignName": "\u8003\u52a1", "TemplateParamSet": ["135790"]}"#;
        let signed = [("content-type", "application/json"), ("host", "127.0.0.1:37633")];
        let authorization = Signing { credentials: &credentials, service: "sms", now }.authorization(&signed, body);
        assert_eq!(
            authorization,
            "TC3-HMAC-SHA256 Credential=AKIDexample/2026-11-22/sms/tc3_request, SignedHeaders=content-type;host, \
             Signature=d3aa6570d78c0356d4b3ce77b379f479261924b1288cb8fbc923a2d1062415a1"
        );
    }
}

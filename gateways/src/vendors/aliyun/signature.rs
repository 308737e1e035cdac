//! ACS3-HMAC-SHA256: <https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature>.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use secrecy::ExposeSecret;

use super::Credentials;
use crate::keys::digests::{hex, hmac_sha256, percent_encode, sha256_hex};

const ALGORITHM: &str = "ACS3-HMAC-SHA256";

/// What a signature is made with, besides the request.
pub(crate) struct Signing<'a> {
    pub(crate) credentials: &'a Credentials,
    pub(crate) now: Timestamp,
    pub(crate) nonce: &'a str,
}

/// A POST to `/`.
pub(crate) struct Call<'a> {
    pub(crate) host: &'a str,
    pub(crate) action: &'a str,
    pub(crate) version: &'a str,
    pub(crate) query: &'a [(&'a str, &'a str)],
    pub(crate) content_type: Option<&'a str>,
    pub(crate) body: &'a [u8],
}

/// The headers that the signature brings.
pub(crate) struct Signed {
    pub(crate) date: String,
    pub(crate) content_hash: String,
    pub(crate) authorization: String,
}

impl Signing<'_> {
    pub(crate) fn sign(&self, call: &Call<'_>) -> Signed {
        let date = self.now.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let content_hash = sha256_hex(call.body);
        let mut headers = vec![
            ("host", call.host),
            ("x-acs-action", call.action),
            ("x-acs-content-sha256", &content_hash),
            ("x-acs-date", &date),
            ("x-acs-signature-nonce", self.nonce),
            ("x-acs-version", call.version),
        ];
        headers.extend(call.content_type.map(|content_type| ("content-type", content_type)));
        let authorization = self.authorization(&mut headers, call.query);
        Signed { date, content_hash, authorization }
    }

    /// The header `Authorization` over these headers, one of which has the body's hash.
    fn authorization(&self, headers: &mut [(&str, &str)], query: &[(&str, &str)]) -> String {
        headers.sort_unstable();
        let content_hash =
            headers.iter().find(|(name, _)| *name == "x-acs-content-sha256").map_or("", |(_, hash)| hash);
        let names = headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
        let lines: String = headers.iter().map(|(name, value)| format!("{name}:{}\n", value.trim())).collect();
        let request = format!("POST\n/\n{}\n{lines}\n{names}\n{content_hash}", canonical_query(query));
        let text = format!("{ALGORITHM}\n{}", sha256_hex(request.as_bytes()));
        let secret = self.credentials.access_key_secret.expose_secret();
        let signature = hex(hmac_sha256(secret.as_bytes(), text.as_bytes()).as_ref());
        let id = &self.credentials.access_key_id;
        format!("{ALGORITHM} Credential={id},SignedHeaders={names},Signature={signature}")
    }
}

/// Names and values encoded after RFC 3986, in the order of the names.
pub(crate) fn canonical_query(query: &[(&str, &str)]) -> String {
    let mut pairs: Vec<(String, String)> =
        query.iter().map(|(name, value)| (percent_encode(name), percent_encode(value))).collect();
    pairs.sort_unstable();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the vendor's page.
    #[test]
    fn the_published_example_is_reproduced() {
        let credentials = Credentials {
            access_key_id: "YourAccessKeyId".into(),
            access_key_secret: "YourAccessKeySecret".to_owned().into(),
        };
        let signing = Signing {
            credentials: &credentials,
            now: "2023-10-26T10:22:32Z".parse().unwrap(),
            nonce: "3156853299f313e23d1673dc12e1703d",
        };
        let signed = signing.sign(&Call {
            host: "ecs.cn-shanghai.aliyuncs.com",
            action: "RunInstances",
            version: "2014-05-26",
            query: &[("RegionId", "cn-shanghai"), ("ImageId", "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd")],
            content_type: None,
            body: b"",
        });
        assert_eq!(signed.date, "2023-10-26T10:22:32Z");
        assert_eq!(
            signed.authorization,
            "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;\
             x-acs-date;x-acs-signature-nonce;x-acs-version,\
             Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
        );
    }

    /// What Python's SDK (alibabacloud-tea-openapi 0.4.6) sent to a server of ours; it signs more headers than we do.
    #[test]
    fn the_sdk_signs_alike() {
        let credentials =
            Credentials { access_key_id: "LTAIexample".into(), access_key_secret: "secret-example".to_owned().into() };
        let signing = Signing { credentials: &credentials, now: Timestamp::UNIX_EPOCH, nonce: "" };
        let common = [
            ("accept", "application/json"),
            ("host", "127.0.0.1:37633"),
            ("user-agent", "AlibabaCloud (Linux; x86_64) Python/3.11.7 Core/0.4.3 TeaDSL/2"),
            ("x-acs-credentials-provider", "static_ak"),
            ("x-acs-date", "2026-11-22T10:09:41Z"),
        ];
        let sends_sms = [
            ("x-acs-action", "SendSms"),
            ("x-acs-version", "2017-05-25"),
            ("x-acs-signature-nonce", "36452cbe2a84ef26bdc2d6c4b37c500b"),
            ("x-acs-content-sha256", &sha256_hex(b"")),
        ];
        let query = [
            ("PhoneNumbers", "13800138000"),
            ("SignName", "考务 办"),
            ("TemplateCode", "SMS_1"),
            ("TemplateParam", r#"{"code":"864209"}"#),
        ];
        let signed = signing.authorization(&mut [&common[..], &sends_sms].concat(), &query);
        assert!(signed.ends_with("Signature=62583f9c36a41da737effee3122203986cd8bab2e9112305846f304347b530b4"));
        let form = canonical_query(&[("ImageDataA", "YQ+/="), ("ImageDataB", "Yg==")]);
        let compares_faces = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("x-acs-action", "CompareFace"),
            ("x-acs-version", "2019-12-30"),
            ("x-acs-signature-nonce", "4920c98b3044b8390a05415edcb08f74"),
            ("x-acs-content-sha256", &sha256_hex(form.as_bytes())),
        ];
        let signed = signing.authorization(&mut [&common[..], &compares_faces].concat(), &[]);
        assert!(signed.ends_with("Signature=4ac82badcced2f657f8d221931b0df76d3370e3752dbb0f54b9604abccb0d080"));
    }

    #[test]
    fn a_query_is_encoded_and_sorted() {
        let query = canonical_query(&[("b", "张 三~*"), ("a", "x+y")]);
        assert_eq!(query, "a=x%2By&b=%E5%BC%A0%20%E4%B8%89~%2A");
    }
}

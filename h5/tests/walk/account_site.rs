//! A site that reaches people, with one exam per kind of account rules; what was sent is read at its sandbox.

use std::time::Duration;

use registration::people::accounts::AccountSettings;
use registration::secrets::captcha::answer;
use registration::secrets::vault::Vault;
use sandbox::Sandbox;

use crate::site::{Answer, Site, Visitor};

/// The site, its vault and its sandbox.
pub(crate) struct Reached {
    /// Boxed: whoever stops it would carry it.
    pub(crate) site: Box<Site>,
    vault: Vault,
    sandbox: Sandbox,
}

#[derive(serde::Deserialize)]
struct Message {
    to: String,
    text: String,
    #[serde(default)]
    values: Vec<String>,
}

/// The rules of the two exams besides the usual one, `names` and `letters`.
const NAMES: &str = "[account]\nlogin = \"username\"\nmobile = \"no\"\nagreement = true\n\
     [account.password]\nchars_min = 8\nchars_max = 18\nkinds_min = 2\n";
const LETTERS: &str = "[account]\nlogin = \"email\"\nmobile = \"no\"\ncaptcha = \"always\"\n\
     [account.password]\nchars_min = 6\nchars_max = 18\n";

impl Reached {
    pub(crate) async fn start() -> Self {
        let sandbox = Sandbox::start("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let hosts = ["https://exam.example.edu", "https://exam.example.com"].map(str::to_owned).to_vec();
        let settings = AccountSettings { mail_hosts: hosts, sms_per_day: 100, ..AccountSettings::default() };
        let site = Site::start_reached(sandbox.gateways().unwrap(), settings).await;
        site.add_exam("names", NAMES).await;
        site.add_exam("letters", LETTERS).await;
        let vault = site.vault();
        Self { site: Box::new(site), vault, sandbox }
    }

    async fn messages(&self, to: &str) -> Vec<Message> {
        let all = reqwest::get(format!("{}outbox.json", self.sandbox.url())).await.unwrap();
        let all: Vec<Message> = all.json().await.unwrap();
        all.into_iter().filter(|message| message.to.trim_start_matches("+86") == to).collect()
    }

    async fn newest(&self, to: &str, count: usize) -> Message {
        for _ in 0..400 {
            let mut sent = self.messages(to).await;
            if sent.len() >= count {
                return sent.swap_remove(0);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{count} messages to {to} never came");
    }

    /// The code of the newest message.
    pub(crate) async fn code(&self, mobile: &str, count: usize) -> String {
        let is_code = |value: &String| value.len() == 6 && value.bytes().all(|byte| byte.is_ascii_digit());
        for _ in 0..400 {
            let codes = self.messages(mobile).await.into_iter().filter_map(|message| message.values.into_iter().next());
            let codes: Vec<String> = codes.filter(is_code).collect();
            if codes.len() >= count {
                return codes[0].clone();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{count} codes to {mobile} never came");
    }

    /// The path of the newest letter's first link.
    pub(crate) async fn link(&self, email: &str, count: usize) -> String {
        let text = self.newest(email, count).await.text;
        let link = text.split("https://exam.example.edu").nth(1).unwrap_or_else(|| panic!("no link in {text}"));
        link.split_whitespace().next().unwrap().to_owned()
    }

    /// The fields of the captcha on a page, solved by the vault's key.
    pub(crate) fn solved(&self, page: &Answer) -> String {
        let rest = page.text.split("name=\"captcha_token\" value=\"").nth(1).unwrap_or_else(|| panic!("{}", page.text));
        let token = rest.split('"').next().unwrap();
        format!("captcha_token={token}&captcha={}", answer(&self.vault, token))
    }

    /// Everything that limits count was long ago.
    pub(crate) async fn forget_sendings(&self) {
        let sql = "UPDATE registration.account_sendings SET sent_at = sent_at - interval '2 days'";
        self.site.execute(sql).await;
    }

    pub(crate) fn visitor(&self) -> Visitor {
        self.site.visitor()
    }

    pub(crate) async fn stop(self) {
        self.site.registration.stop().await;
        self.sandbox.stop().await;
    }
}

//! A world that reaches people: a sandbox takes its codes and letters, and tests read them there.

use std::time::Duration;

use registration::Registration;
use registration::model::exam_rules::{AccountRules, CaptchaRule};
use registration::people::accounts::{AccountSettings, Accounts, Caller, NewAccount, SignUpForm, SignedUp};
use registration::secrets::captcha::{Answer, answer};
use registration::secrets::vault::Vault;
use sandbox::Sandbox;

use crate::world::{PASSWORD, Setup, World, document, open};

/// A world and its sandbox.
pub(crate) struct Reached {
    pub(crate) world: World,
    pub(crate) vault: Vault,
    sandbox: Sandbox,
}

/// What was sent.
#[derive(Debug, Clone, serde::Deserialize)]
pub(crate) struct Message {
    pub(crate) kind: String,
    pub(crate) to: String,
    pub(crate) text: String,
    #[serde(default)]
    pub(crate) values: Vec<String>,
}

impl Reached {
    pub(crate) async fn start() -> Self {
        Self::with_budget(20_000).await
    }

    pub(crate) async fn with_budget(sms_per_day: u32) -> Self {
        Self::with(AccountSettings { sms_per_day, ..AccountSettings::default() }).await
    }

    pub(crate) async fn with(settings: AccountSettings) -> Self {
        let sandbox = Sandbox::start("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let settings = AccountSettings { mail_hosts: hosts(), ..settings };
        let world =
            World::start_with(Setup { gateways: sandbox.gateways().unwrap(), ..Setup::default() }, settings).await;
        let vault = Vault::load_or_create(&world.stores.dir().join("vault-keys")).unwrap();
        Self { world, vault, sandbox }
    }

    /// Another process over the same stores, which reaches people in the same ways.
    pub(crate) async fn another(&self) -> Registration {
        let settings = AccountSettings { mail_hosts: hosts(), ..AccountSettings::default() };
        open(&self.world.stores, &self.world.engine, self.sandbox.gateways().unwrap(), settings).await
    }

    pub(crate) fn accounts(&self) -> &Accounts {
        &self.world.registration.accounts
    }

    /// A captcha that is solved by the vault's key.
    pub(crate) fn solved(&self) -> (String, String) {
        let token = self.accounts().captcha().token(jiff::Timestamp::now());
        let text = answer(&self.vault, &token);
        (token, text)
    }

    /// Everything that was sent to somebody, newest first.
    pub(crate) async fn sent_to(&self, to: &str) -> Vec<Message> {
        let url = format!("{}outbox.json", self.sandbox.url());
        let all: Vec<Message> = reqwest::get(url).await.unwrap().json().await.unwrap();
        all.into_iter().filter(|message| message.to.trim_start_matches("+86") == to).collect()
    }

    /// The newest message to somebody, when there are `count`.
    pub(crate) async fn message(&self, to: &str, count: usize) -> Message {
        for _ in 0..400 {
            let sent = self.sent_to(to).await;
            if sent.len() >= count {
                return sent[0].clone();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{count} messages to {to} never came: {:?}", self.sent_to(to).await);
    }

    /// The newest code that was sent, when there are `count`.
    pub(crate) async fn code(&self, mobile: &str, count: usize) -> String {
        for _ in 0..400 {
            let is_code = |value: &String| value.len() == 6 && value.bytes().all(|byte| byte.is_ascii_digit());
            let sent = self.sent_to(mobile).await;
            let codes: Vec<&String> = sent.iter().filter_map(|message| message.values.first()).collect();
            let codes: Vec<&String> = codes.into_iter().filter(|value| is_code(value)).collect();
            if codes.len() >= count {
                return codes[0].clone();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{count} codes to {mobile} never came: {:?}", self.sent_to(mobile).await);
    }

    /// Lets the next message to a mobile fail.
    pub(crate) async fn fail_next_message(&self) {
        self.fail_messages(1).await;
    }

    /// Lets the next messages to mobiles fail.
    pub(crate) async fn fail_messages(&self, times: u32) {
        self.fail("tencent.sms", times).await;
    }

    /// Lets the next letters fail.
    pub(crate) async fn fail_letters(&self, times: u32) {
        self.fail("smtp", times).await;
    }

    async fn fail(&self, service: &str, times: u32) {
        let order = serde_json::json!({ "service": service, "fail": "unavailable", "times": times });
        let answer = reqwest::Client::new().post(format!("{}control", self.sandbox.url())).json(&order).send().await;
        assert!(answer.unwrap().status().is_success());
    }

    /// The token in the newest letter.
    pub(crate) async fn token(&self, email: &str, count: usize) -> String {
        let letter = self.message(email, count).await;
        let rest = letter.text.split("token=").nth(1).unwrap_or_else(|| panic!("no link: {}", letter.text));
        rest.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect()
    }

    /// A candidate whose mobile is proved.
    pub(crate) async fn signed_up(&self, number: u32, mobile: &str) -> SignedUp {
        self.accounts().send_sign_up_code(&mobile.parse().unwrap(), &stranger()).await.unwrap();
        let code = self.code(mobile, 1).await;
        let new = NewAccount { shares_mobile: true, ..form(number, mobile, &code) };
        self.accounts().sign_up(new, &code, &stranger()).await.unwrap()
    }

    /// Lets everything that limits count be long ago.
    pub(crate) async fn forget_sendings(&self) {
        self.world.execute("UPDATE registration.account_sendings SET sent_at = sent_at - interval '2 days'").await;
    }

    /// Lets a day pass for all budgets.
    pub(crate) async fn next_day(&self) {
        for table in ["account_tries", "account_sending_days"] {
            self.world.execute(&format!("UPDATE registration.{table} SET day = day - 1")).await;
        }
    }

    pub(crate) async fn finish(self) {
        Box::pin(self.world.finish()).await;
        self.sandbox.stop().await;
    }
}

fn hosts() -> Vec<String> {
    ["https://exam.example.edu", "https://exam.example.com"].map(str::to_owned).to_vec()
}

pub(crate) fn stranger() -> Caller<'static> {
    Caller::stranger(CaptchaRule::Suspicion)
}

/// A caller with a captcha.
pub(crate) fn with<'a>((token, text): &'a (String, String)) -> Caller<'a> {
    Caller { captcha: Answer { token, text, sums: "" }, ..Caller::stranger(CaptchaRule::Always) }
}

/// The site's usual form.
pub(crate) fn form(number: u32, mobile: &str, code: &str) -> NewAccount {
    let document = document(number);
    let form =
        SignUpForm { name: "王芳", document: &document, mobile, code, password: PASSWORD, ..Default::default() };
    NewAccount::check(&form, &AccountRules::default(), true).unwrap()
}

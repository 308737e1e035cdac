//! The outside world: which vendor does what, by flag; with which keys, by environment or file, never by flag. In a
//! demo a sandbox stands for all of them, and without `--demo` nothing starts it.

pub(crate) mod lacking;

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use gateways::alipay::AlipayConfig;
use gateways::cards::local::LocalReader;
use gateways::cards::networks::NetworkReader;
use gateways::mail::MailConfig;
use gateways::oidc::{OidcConfig, REDIRECT_PATH};
use gateways::screenshots::local::LocalScreenshots;
use gateways::settings::{SettingError, Variables};
use gateways::unionpay::UnionPayConfig;
use gateways::webhooks::{WebhookRules, WebhookSender};
use gateways::wechat_pay::WechatPayConfig;
use gateways::{
    CardReader, Channel, FaceComparer, Gateways, IdentityProvider, Liveness, Mailer, ScreenshotReader, Sms,
    TwoElements, aliyun, tencent,
};
use sandbox::Sandbox;

use crate::site_url::SiteUrl;

/// Which vendor does what. What is not named is not offered; a demo names everything.
///
/// Keys and addresses come from the environment: `TENCENTCLOUD_…`, `ALIBABA_CLOUD_…`, `SEATHOLD_ALIPAY_…`,
/// `SEATHOLD_WECHAT_PAY_…`, `SEATHOLD_UNIONPAY_…` and `SEATHOLD_SMTP_PASSWORD`; the head of each file under
/// `gateways/src/vendors/` lists its own. Each may be given as `…_FILE`, too.
#[derive(Debug, Clone, Default, Args)]
pub struct OutsideArgs {
    /// Who sends codes to mobiles.
    #[arg(long, env = "SEATHOLD_SMS", value_name = "VENDOR")]
    pub sms: Option<Cloud>,
    /// Who reads identity cards; `local` when the networks, or tesseract and its Chinese, are installed.
    #[arg(long, env = "SEATHOLD_OCR", value_name = "VENDOR")]
    pub ocr: Option<Reader>,
    /// Where the networks are that read identity cards and pictures of orders on this machine; `models` in the data directory
    /// unless given. Without them tesseract reads, which knows fewer names.
    #[arg(long, env = "SEATHOLD_CARD_MODELS", value_name = "DIR")]
    pub card_models: Option<PathBuf>,
    /// Who compares faces.
    #[arg(long, env = "SEATHOLD_FACE_COMPARE", value_name = "VENDOR")]
    pub face_compare: Option<Cloud>,
    /// Who sees that a living person is in front of the camera.
    #[arg(long, env = "SEATHOLD_LIVENESS", value_name = "VENDOR")]
    pub liveness: Option<Checker>,
    /// Who knows which name and number belong together, for exams with `identity.card = "vendor"`.
    #[arg(long, env = "SEATHOLD_TWO_ELEMENTS", value_name = "VENDOR")]
    pub two_elements: Option<Cloud>,
    /// Who takes money, in the order in which they are offered: `alipay,wechat-pay,unionpay`.
    #[arg(long, env = "SEATHOLD_PAY", value_name = "CHANNELS", value_delimiter = ',')]
    pub pay: Vec<Till>,
    /// Where letters are handed in: `smtps://user@host`, `smtp://user@host` (STARTTLS), or `smtp://127.0.0.1:25`. The
    /// password is `SEATHOLD_SMTP_PASSWORD`.
    #[arg(long, env = "SEATHOLD_SMTP_URL", value_name = "URL")]
    pub smtp_url: Option<String>,
    /// The ports to which webhooks may go, with commas between them; 443 and 8443 unless given.
    #[arg(long, env = "SEATHOLD_WEBHOOK_PORTS", value_name = "PORTS", value_delimiter = ',')]
    pub webhook_ports: Vec<u16>,
    /// The identity provider (OpenID Connect) by which staff may sign in, too: its issuer, exactly as its tokens name it. What else
    /// it needs are `SEATHOLD_OIDC_CLIENT_ID`, `SEATHOLD_OIDC_CLIENT_SECRET` and the staff's address.
    #[arg(long, env = "SEATHOLD_OIDC_ISSUER", value_name = "URL")]
    pub oidc_issuer: Option<String>,
    /// How browsers reach the staff's pages: `https://staff.example.edu`. An identity provider sends them back there, to
    /// `/sign-in/provider/back`; it is asked for where there is one.
    #[arg(long, env = "SEATHOLD_STAFF_URL", value_name = "URL")]
    pub staff_url: Option<SiteUrl>,
    /// From whom letters are: `招生办 <exam@example.edu>`.
    #[arg(long, env = "SEATHOLD_MAIL_FROM", value_name = "ADDRESS")]
    pub mail_from: Option<String>,
}

/// Vendors of messages, of face comparison, and of names and numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Cloud {
    /// Tencent Cloud (腾讯云).
    Tencent,
    /// Alibaba Cloud (阿里云).
    Aliyun,
}

/// Readers of cards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Reader {
    /// Networks on this machine, or the program tesseract.
    Local,
    /// Tencent Cloud (腾讯云).
    Tencent,
    /// Alibaba Cloud (阿里云).
    Aliyun,
}

/// Vendors of liveness checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Checker {
    /// Tencent Cloud, in ordinary mobile browsers.
    Tencent,
    /// Tencent Cloud, inside WeChat.
    TencentWechat,
    /// Alibaba Cloud, in ordinary mobile browsers.
    Aliyun,
}

/// Which channels take payments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Till {
    /// Alipay (支付宝), directly.
    Alipay,
    /// WeChat Pay (微信支付), directly.
    WechatPay,
    /// Banks, through UnionPay's gateway.
    Unionpay,
}

/// The clients, and in a demo what they talk to.
pub struct Outside {
    /// The clients of third parties.
    pub gateways: Gateways,
    sandbox: Option<Sandbox>,
}

impl fmt::Debug for Outside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outside").field("sandbox", &self.sandbox_url()).finish_non_exhaustive()
    }
}

impl Outside {
    /// Configures everything; in a demo starts the sandbox, at this address, and points it all there. `staff_url`: where staff
    /// connect on this machine, to which a demo's identity provider sends them back.
    pub async fn open(args: &OutsideArgs, sandbox_listen: Option<SocketAddr>, staff_url: &str) -> anyhow::Result<Self> {
        let given_staff_url = args.staff_url.as_ref().map(|url| url.as_str().to_owned());
        let given = [
            ("SEATHOLD_SMTP_URL", &args.smtp_url),
            ("SEATHOLD_MAIL_FROM", &args.mail_from),
            ("SEATHOLD_OIDC_ISSUER", &args.oidc_issuer),
            ("SEATHOLD_STAFF_URL", &given_staff_url),
        ];
        let given = given.into_iter().filter_map(|(name, value)| Some((name, value.clone()?)));
        let variables = Variables::of_environment().with(given);
        let Some(listen) = sandbox_listen else {
            return Ok(Self { gateways: configured(args, &variables)?, sandbox: None });
        };
        let sandbox = Sandbox::start(listen).await;
        let sandbox = sandbox.with_context(|| format!("--sandbox-listen {listen} cannot be used"))?;
        // Nothing of the environment counts: a demo must never reach a real vendor.
        let staff_url = given_staff_url.as_deref().unwrap_or(staff_url);
        let variables = Variables::default().with(sandbox.variables()).with(sandbox.provider_variables());
        let variables = variables.with([("SEATHOLD_STAFF_URL", staff_url)]);
        let everything = OutsideArgs {
            sms: args.sms.or(Some(Cloud::Tencent)),
            ocr: args.ocr,
            card_models: args.card_models.clone(),
            face_compare: args.face_compare.or(Some(Cloud::Tencent)),
            liveness: args.liveness.or(Some(Checker::Tencent)),
            two_elements: args.two_elements.or(Some(Cloud::Tencent)),
            pay: if args.pay.is_empty() {
                vec![Till::Alipay, Till::WechatPay, Till::Unionpay]
            } else {
                args.pay.clone()
            },
            smtp_url: Some(variables.required("SEATHOLD_SMTP_URL")?),
            mail_from: None,
            oidc_issuer: None,
            staff_url: None,
            webhook_ports: args.webhook_ports.clone(),
        };
        let mut gateways = configured(&everything, &variables)?;
        if let Some(provider) = &gateways.provider {
            sandbox.provider().let_back_to(&format!("{}{REDIRECT_PATH}", provider.site()));
        }
        // What a demo tells may stay on this machine.
        gateways.webhooks = Some(WebhookSender::new(WebhookRules { may_stay_here: true, ..webhook_rules(args) }));
        Ok(Self { gateways, sandbox: Some(sandbox) })
    }

    /// Where the sandbox shows what was sent.
    pub fn sandbox_url(&self) -> Option<String> {
        self.sandbox.as_ref().map(Sandbox::url)
    }

    /// Ends the sandbox.
    pub async fn stop(self) {
        if let Some(sandbox) = self.sandbox {
            sandbox.stop().await;
        }
    }
}

fn configured(args: &OutsideArgs, variables: &Variables) -> anyhow::Result<Gateways> {
    let networks = networks(args.card_models.as_deref());
    Ok(Gateways {
        sms: args.sms.map(|vendor| sms(vendor, variables)).transpose().context("--sms")?,
        mail: has_mail(args, variables)?.then(|| mail(variables)).transpose().context("--smtp-url")?,
        cards: cards(args, variables, networks.as_ref()).context("--ocr")?,
        screenshots: screenshots(networks),
        faces: args.face_compare.map(|vendor| faces(vendor, variables)).transpose().context("--face-compare")?,
        liveness: args.liveness.map(|vendor| liveness(vendor, variables)).transpose().context("--liveness")?,
        two_elements: args
            .two_elements
            .map(|vendor| two_elements(vendor, variables))
            .transpose()
            .context("--two-elements")?,
        pay: args.pay.iter().map(|till| channel(*till, variables)).collect::<Result<_, _>>().context("--pay")?,
        webhooks: Some(WebhookSender::new(webhook_rules(args))),
        provider: provider(variables).context("--oidc-issuer")?,
    })
}

/// The identity provider of staff, where an issuer is named: by an argument, or by the path of a file.
fn provider(variables: &Variables) -> Result<Option<IdentityProvider>, SettingError> {
    if variables.optional("SEATHOLD_OIDC_ISSUER")?.is_none() {
        return Ok(None);
    }
    Ok(Some(IdentityProvider::new(OidcConfig::of(variables)?)))
}

fn webhook_rules(args: &OutsideArgs) -> WebhookRules {
    let usual = WebhookRules::default();
    let ports = if args.webhook_ports.is_empty() { usual.ports } else { args.webhook_ports.clone() };
    WebhookRules { ports, may_stay_here: false }
}

/// A server for letters may be named by the path of a file, too, of which the arguments know nothing.
fn has_mail(args: &OutsideArgs, variables: &Variables) -> Result<bool, SettingError> {
    Ok(args.smtp_url.is_some() || variables.optional("SEATHOLD_SMTP_URL")?.is_some())
}

/// Payment channels alone, with what the environment says of them: for commands.
pub fn channels(tills: &[Till]) -> anyhow::Result<Vec<Channel>> {
    let variables = Variables::of_environment();
    tills.iter().map(|till| channel(*till, &variables)).collect::<Result<_, _>>().context("--pay")
}

fn channel(till: Till, variables: &Variables) -> Result<Channel, SettingError> {
    Ok(match till {
        Till::Alipay => Channel::alipay(AlipayConfig::of(variables)?),
        Till::WechatPay => Channel::wechat_pay(WechatPayConfig::of(variables)?),
        Till::Unionpay => Channel::unionpay(UnionPayConfig::of(variables)?),
    })
}

fn sms(vendor: Cloud, variables: &Variables) -> Result<Sms, SettingError> {
    Ok(match vendor {
        Cloud::Tencent => Sms::tencent(tencent::sms::TencentSmsConfig::of(variables)?),
        Cloud::Aliyun => Sms::aliyun(aliyun::sms::AliyunSmsConfig::of(variables)?),
    })
}

fn mail(variables: &Variables) -> Result<Mailer, SettingError> {
    Mailer::new(&MailConfig::of(variables)?)
}

fn cards(
    args: &OutsideArgs,
    variables: &Variables,
    networks: Option<&NetworkReader>,
) -> anyhow::Result<Option<CardReader>> {
    Ok(match args.ocr {
        None => here(networks),
        Some(Reader::Local) => match here(networks) {
            Some(reader) => Some(reader),
            None => bail!("tesseract with the languages eng and chi_sim is missing: install it, then try again"),
        },
        Some(Reader::Tencent) => Some(CardReader::tencent(tencent::id_card_ocr::TencentOcrConfig::of(variables)?)),
        Some(Reader::Aliyun) => Some(CardReader::aliyun(aliyun::id_card_ocr::AliyunOcrConfig::of(variables)?)),
    })
}

/// The networks, loaded once for all that they read.
fn networks(models: Option<&Path>) -> Option<NetworkReader> {
    match NetworkReader::load(models?) {
        Ok(networks) => Some(networks),
        Err(why) => {
            tracing::warn!(%why, "cards and pictures of orders are read by tesseract, which knows fewer names");
            None
        }
    }
}

/// What reads cards on this machine: the networks, else tesseract.
fn here(networks: Option<&NetworkReader>) -> Option<CardReader> {
    match networks {
        Some(networks) => Some(CardReader::networks(networks.clone())),
        None => LocalReader::find().map(CardReader::local),
    }
}

/// What reads pictures of orders: the networks, else tesseract; staff do without either.
fn screenshots(networks: Option<NetworkReader>) -> Option<ScreenshotReader> {
    match networks {
        Some(networks) => Some(ScreenshotReader::networks(networks)),
        None => LocalScreenshots::find().map(ScreenshotReader::local),
    }
}

fn faces(vendor: Cloud, variables: &Variables) -> Result<FaceComparer, SettingError> {
    Ok(match vendor {
        Cloud::Tencent => FaceComparer::tencent(tencent::face_compare::TencentFaceConfig::of(variables)?),
        Cloud::Aliyun => FaceComparer::aliyun(aliyun::face_compare::AliyunFaceConfig::of(variables)?),
    })
}

fn liveness(vendor: Checker, variables: &Variables) -> Result<Liveness, SettingError> {
    Ok(match vendor {
        Checker::Tencent => Liveness::tencent_browser(tencent::kyc_browser::TencentKycConfig::of(variables)?),
        Checker::TencentWechat => Liveness::tencent_wechat(tencent::faceid::TencentFaceIdConfig::of(variables)?),
        Checker::Aliyun => Liveness::aliyun(aliyun::face_verify::AliyunFaceVerifyConfig::of(variables)?),
    })
}

fn two_elements(vendor: Cloud, variables: &Variables) -> Result<TwoElements, SettingError> {
    Ok(match vendor {
        Cloud::Tencent => TwoElements::tencent(tencent::two_elements::TencentTwoElementsConfig::of(variables)?),
        Cloud::Aliyun => TwoElements::aliyun(aliyun::two_elements::AliyunTwoElementsConfig::of(variables)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vendor_without_its_keys_is_named_with_what_is_missing() {
        let args = OutsideArgs { sms: Some(Cloud::Aliyun), ..OutsideArgs::default() };
        let told = format!("{:#}", configured(&args, &Variables::default()).unwrap_err());
        assert!(told.starts_with("--sms: ALIBABA_CLOUD_ACCESS_KEY_ID is not set"), "{told}");
    }

    #[test]
    fn without_the_networks_tesseract_reads_and_other_files_are_not_taken_for_them() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("PP-OCRv6_det_small.onnx"), "something else").unwrap();
        assert!(matches!(NetworkReader::load(dir.path()), Err(gateways::ModelsError::Other(_))));
        assert!(matches!(NetworkReader::load(&dir.path().join("no")), Err(gateways::ModelsError::Missing(..))));
        let args = OutsideArgs { card_models: Some(dir.path().into()), ..OutsideArgs::default() };
        let gateways = configured(&args, &Variables::default()).unwrap();
        assert!(gateways.cards.is_some() && gateways.screenshots.is_some(), "tesseract is installed");
    }

    #[test]
    fn nothing_is_offered_that_was_not_named() {
        let gateways = configured(&OutsideArgs::default(), &Variables::default()).unwrap();
        assert!(gateways.sms.is_none() && gateways.mail.is_none() && gateways.faces.is_none());
        assert!(gateways.liveness.is_none() && gateways.two_elements.is_none());
        assert!(gateways.pay.is_empty() && gateways.provider.is_none());
    }

    #[test]
    fn an_identity_provider_without_its_client_is_told_at_once() {
        let issuer = ("SEATHOLD_OIDC_ISSUER", "https://idp.example.edu");
        let told = |more: &[(&str, &str)]| {
            let variables = Variables::default().with([issuer]).with(more.iter().copied());
            format!("{:#}", configured(&OutsideArgs::default(), &variables).unwrap_err())
        };
        let missing = told(&[]);
        assert!(missing.starts_with("--oidc-issuer: SEATHOLD_OIDC_CLIENT_ID is not set"), "{missing}");
        let client = [("SEATHOLD_OIDC_CLIENT_ID", "exam"), ("SEATHOLD_OIDC_CLIENT_SECRET", "s3cret-words")];
        let missing = told(&client);
        assert!(missing.contains("SEATHOLD_STAFF_URL is not set") && !missing.contains("s3cret-words"), "{missing}");
    }
}

//! How one signs up: by what name, with what password, how a mobile number is proved.

use serde::{Deserialize, Serialize};

/// What the sign-up page asks for. The default is that of an exam on the phone: document number, mobile with a code,
/// password of 6 to 20 characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AccountRules {
    /// By which name one signs in.
    pub login: LoginKind,
    /// What may be a password.
    pub password: PasswordRules,
    /// Whether a mobile number is asked for, and proved.
    pub mobile: MobileRule,
    /// When a captcha is asked for.
    pub captcha: CaptchaRule,
    /// Must an agreement be ticked?
    pub agreement: bool,
}

impl Default for AccountRules {
    fn default() -> Self {
        Self {
            login: LoginKind::Document,
            password: PasswordRules::default(),
            mobile: MobileRule::Code,
            captcha: CaptchaRule::Suspicion,
            agreement: false,
        }
    }
}

/// By which name one signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoginKind {
    /// A name of one's own choice.
    Username,
    /// An e-mail address, to be verified.
    Email,
    /// The document number, which cannot be changed later.
    Document,
}

/// The least that a password must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PasswordRules {
    /// Fewest characters, at least 6.
    pub chars_min: u8,
    /// Most characters as the exam's handbook has it. Longer ones are taken all the same, up to 64.
    pub chars_max: u8,
    /// How many of digits, letters and symbols there must be, from 1 to 3.
    pub kinds_min: u8,
}

impl Default for PasswordRules {
    fn default() -> Self {
        Self { chars_min: 6, chars_max: 20, kinds_min: 1 }
    }
}

/// Whether a mobile number is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MobileRule {
    /// It is not asked for: whoever signs up is reached by letter, or not at all.
    No,
    /// It may be left out.
    Optional,
    /// It must be given and proved by an SMS code.
    Code,
}

/// When a captcha is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaptchaRule {
    /// After wrong passwords, or when an address asks often.
    Suspicion,
    /// Each time, whoever asks.
    Always,
}

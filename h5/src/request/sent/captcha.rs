//! What a form brings of its captcha, a picture that was read, or sums.

use registration::secrets::captcha::Answer;
use serde::Deserialize;

/// What a form brings of it.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct CaptchaFields {
    #[serde(default)]
    captcha_token: String,
    #[serde(default)]
    captcha: String,
    #[serde(default)]
    captcha_sums: String,
}

impl CaptchaFields {
    pub(crate) fn answer(&self) -> Answer<'_> {
        Answer { token: &self.captcha_token, text: &self.captcha, sums: &self.captcha_sums }
    }
}

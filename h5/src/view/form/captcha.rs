//! The captcha of a form: a picture to read or, for who cannot, a button that lets the device do sums instead.

use maud::{Markup, html};
use pagekit::words::Words;
use registration::captcha::{Answer, SUM_BITS, SUMS};
use serde::Deserialize;

use crate::view::form::{FieldError, error_of};
use crate::view::icons::{Icon, icon};

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

/// The field; nothing without a token.
pub(crate) fn captcha_part(w: Words, token: Option<&str>, errors: &[FieldError]) -> Markup {
    let Some(token) = token else { return html! {} };
    let error = error_of(errors, "captcha");
    let described = if error.is_some() { "captcha-hint captcha-error" } else { "captcha-hint" };
    html! {
        div class="field captcha" data-error[error.is_some()] {
            label for="captcha" { (w.t("captcha-label")) }
            p class="hint" id="captcha-hint" { (w.t("captcha-hint")) }
            @if let Some(error) = error { p class="error" id="captcha-error" { (icon(Icon::Cross)) span { (error) } } }
            div class="beside-input" {
                div class="input" {
                    input id="captcha" name="captcha" type="text" maxlength="12" autocomplete="off" autocapitalize="characters"
                        spellcheck="false" aria-invalid=[error.map(|_| "true")] aria-describedby=(described);
                }
                img src={ "/captcha/" (token) } width="160" height="56" alt=(w.t("captcha-alt"));
            }
            button type="button" class="text-button" hidden data-another="/captcha" { (w.t("captcha-another")) }
            // Whatever a page without a script could ask instead, a robot could read as well: no weaker way is offered.
            p class="hint no-script" { (w.t("captcha-no-script")) }
            input type="hidden" name="captcha_token" value=(token);
            input type="hidden" name="captcha_sums" value="";
            button type="button" class="text-button" hidden data-sums=(SUMS) data-bits=(SUM_BITS)
                data-busy=(w.t("captcha-sums-busy")) data-done=(w.t("captcha-sums-done")) { (w.t("captcha-sums")) }
        }
    }
}

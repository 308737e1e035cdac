//! The captcha of a form: a picture to read or, for who cannot, a button that lets the device do sums instead.

use maud::{Markup, html};
use pagekit::words::Words;
use registration::secrets::captcha::{CaptchaError, SUM_BITS, SUMS};

use crate::view::form::{FieldError, error_of};
use crate::view::icons::{Icon, icon};

/// The field; nothing without a token.
pub(crate) fn captcha_field(w: Words, token: Option<&str>, errors: &[FieldError]) -> Markup {
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

/// What is wrong with the captcha.
pub(crate) fn captcha_error(w: Words, error: CaptchaError) -> FieldError {
    let text = match error {
        CaptchaError::Missing => w.t("captcha-missing"),
        CaptchaError::Wrong => w.t("captcha-wrong"),
    };
    FieldError { field: "captcha".into(), text: text.into_owned() }
}

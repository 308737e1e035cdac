//! The captcha of a form: a picture to read or, for who cannot, a button that lets the device do sums instead.

use maud::{Markup, html};
use pagekit::words::Words;
use registration::secrets::captcha::{ANSWER_CHARS, CaptchaError, SUMS, Weight};

use crate::view::form::{FieldError, error_of};
use crate::view::icons::{Icon, icon};

/// The field; nothing without a token.
pub(crate) fn captcha_field(w: Words, token: Option<&str>, errors: &[FieldError]) -> Markup {
    let Some(token) = token else { return html! {} };
    let weight = Weight::of_token(token);
    let error = error_of(errors, "captcha");
    let described = if error.is_some() { "captcha-hint captcha-error" } else { "captcha-hint" };
    html! {
        div class="field captcha" data-error[error.is_some()] {
            @match weight.chars() {
                Some(chars) => {
                    label for="captcha" { (w.t("captcha-label")) }
                    p class="hint" id="captcha-hint" { (w.with("captcha-hint", &[("chars", chars.into())])) }
                    @if let Some(error) = error { (said(error)) }
                    div class="beside-input" {
                        div class="input" {
                            input id="captcha" name="captcha" type="text" maxlength="20" autocomplete="off"
                                autocapitalize="characters" spellcheck="false" aria-invalid=[error.map(|_| "true")]
                                aria-describedby=(described);
                        }
                        img src={ "/captcha/" (token) } width="160" height=(56 * (chars / ANSWER_CHARS))
                            alt=(w.with("captcha-alt", &[("chars", chars.into())]));
                    }
                    button type="button" class="text-button" hidden data-another={ "/captcha?weight=" (weight.number()) } {
                        (w.t("captcha-another"))
                    }
                    // Whatever a page without a script could ask instead, a robot could read as well: no weaker way is offered.
                    p class="hint no-script" { (w.t("captcha-no-script")) }
                }
                None => {
                    p { strong { (w.t("captcha-sums-label")) } }
                    p class="hint" id="captcha-hint" {
                        (if weight == Weight::LongSums { w.t("captcha-sums-hint-long") } else { w.t("captcha-sums-hint") })
                    }
                    @if let Some(error) = error { (said(error)) }
                    // A picture instead would be read by the robots that this is about: another way in is named.
                    p class="hint no-script" { (w.t("captcha-sums-no-script")) }
                }
            }
            input type="hidden" name="captcha_token" value=(token);
            input type="hidden" name="captcha_sums" value="";
            button type="button" id=[weight.chars().is_none().then_some("captcha")] class="text-button" hidden data-sums=(SUMS)
                data-bits=(weight.bits()) data-busy=(w.t("captcha-sums-busy")) data-done=(w.t("captcha-sums-done")) {
                @match weight.chars() { Some(_) => (w.t("captcha-sums")), None => (w.t("captcha-sums-begin")) }
            }
        }
    }
}

fn said(error: &str) -> Markup {
    html! { p class="error" id="captcha-error" { (icon(Icon::Cross)) span { (error) } } }
}

/// What is wrong with the captcha.
pub(crate) fn captcha_error(w: Words, error: CaptchaError) -> FieldError {
    let text = match error {
        CaptchaError::Missing => w.t("captcha-missing"),
        CaptchaError::Wrong | CaptchaError::Stale => w.t("captcha-wrong"),
        CaptchaError::Light => w.t("captcha-light"),
    };
    FieldError { field: "captcha".into(), text: text.into_owned() }
}

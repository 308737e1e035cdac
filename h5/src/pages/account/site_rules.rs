//! What the site asks of an account where no exam is named, although its exams differ: the strictest of all.

use std::sync::Arc;

use registration::accounts::AccountId;
use registration::exam_rules::{AccountRules, CaptchaRule, PasswordRules};
use registration::exams::{ExamPage, Window};
use registration::store::StoreError;
use reservation::ids::ExamId;

use super::Next;
use crate::app::App;
use crate::visit::Visit;

/// The rules that all exams share, if they do.
pub(crate) fn shared(app: &App) -> Option<AccountRules> {
    let exams = app.outside.registration.exams.list();
    let (first, rest) = exams.split_first()?;
    rest.iter().all(|exam| exam.rules.account == first.rules.account).then(|| first.rules.account.clone())
}

/// The exams from which somebody without an account chooses first, because each asks for another account; none when
/// there is nothing to choose.
pub(crate) fn choices(visit: &Visit, next: &Next) -> Vec<Arc<ExamPage>> {
    if next.exam(&visit.app).is_some() || shared(&visit.app).is_some() {
        return Vec::new();
    }
    let exams = visit.app.outside.registration.exams.list();
    exams.into_iter().filter(|exam| exam.window(visit.now) != Window::Closed).collect()
}

/// When signing in asks for a captcha: as the exam says, else whenever any exam would.
pub(crate) fn sign_in_captcha(app: &App, next: &Next) -> CaptchaRule {
    let is_always = |exam: &Arc<ExamPage>| exam.rules.account.captcha == CaptchaRule::Always;
    match next.exam(app) {
        Some(exam) => exam.rules.account.captcha,
        None if app.outside.registration.exams.list().iter().any(is_always) => CaptchaRule::Always,
        None => CaptchaRule::Suspicion,
    }
}

/// What may be a new password: as the exam says, else what every exam takes.
pub(crate) fn password_rules(app: &App, next: &Next) -> PasswordRules {
    match next.exam(app) {
        Some(exam) => exam.rules.account.password,
        None => strictest(app.outside.registration.exams.list().iter().map(|exam| exam.rules.account.password)),
    }
}

/// What may be the new password of this account: what every exam takes that it has applied to, else every exam.
pub(crate) async fn password_rules_of(visit: &Visit, account: AccountId) -> Result<PasswordRules, StoreError> {
    let registration = &visit.app.outside.registration;
    let mut ids: Vec<ExamId> = visit.orders.iter().map(|order| order.exam.clone()).collect();
    ids.extend(registration.applications.exams_of(account).await?);
    let applied: Vec<PasswordRules> =
        ids.iter().filter_map(|id| registration.exams.get(id)).map(|exam| exam.rules.account.password).collect();
    Ok(if applied.is_empty() { password_rules(&visit.app, &Next::default()) } else { strictest(applied.into_iter()) })
}

/// What all of these take; the usual rules when there is none of them, or nothing that all take.
fn strictest(rules: impl Iterator<Item = PasswordRules>) -> PasswordRules {
    let all = rules.reduce(|one, other| PasswordRules {
        chars_min: one.chars_min.max(other.chars_min),
        chars_max: one.chars_max.min(other.chars_max),
        kinds_min: one.kinds_min.max(other.kinds_min),
    });
    all.filter(|all| all.chars_min <= all.chars_max).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strictest_rule_is_what_all_take() {
        let rule = |chars_min, chars_max, kinds_min| PasswordRules { chars_min, chars_max, kinds_min };
        assert_eq!(strictest([rule(6, 20, 1), rule(8, 64, 2), rule(6, 18, 1)].into_iter()), rule(8, 18, 2));
        assert_eq!(strictest([rule(6, 8, 1), rule(10, 20, 1)].into_iter()), PasswordRules::default());
        assert_eq!(strictest(std::iter::empty()), PasswordRules::default());
    }
}

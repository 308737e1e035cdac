//! What candidates are told without asking: what staff decided, what time has ended, and what was changed of their
//! account, should it not have been them. In the words of a message of
//! twelve characters, which is what vendors allow; why it was decided is read after signing in.

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoticeKind {
    /// Staff verified an identity.
    IdentityPassed,
    /// Staff did not.
    IdentityRefused,
    /// Staff compared a face and said yes.
    FacePassed,
    /// Staff said no.
    FaceRefused,
    /// A registration form passed its review.
    FormPassed,
    /// It was refused.
    FormRefused,
    /// An earlier score makes further subjects eligible.
    ScorePassed,
    /// It does not.
    ScoreRefused,
    /// A payment was confirmed: the seat is the candidate's.
    OrderConfirmed,
    /// The picture of a payment was refused; the seat is kept for a while.
    OrderRefused,
    /// No picture of the payment was accepted, or none in time: the seat is given back.
    OrderCancelled,
    /// A seat that could be paid for hours long was not.
    OrderLapsed,
    /// A registration without any subject was deleted.
    RegistrationUnused,
    /// Staff corrected name or number of the account.
    AccountCorrected,
    /// Staff moved the registration from one account to another: both hear of it.
    RegistrationMoved,
    /// The password is another one.
    PasswordChanged,
    /// The mobile is another one.
    MobileChanged,
    /// The e-mail address is another one.
    EmailChanged,
    /// Another account has the same mobile now, and both get its messages.
    MobileShared,
    /// Another account asked for the person to whom this one is bound.
    BindingAsked,
}

impl NoticeKind {
    const ALL: [Self; 20] = [
        Self::IdentityPassed,
        Self::IdentityRefused,
        Self::FacePassed,
        Self::FaceRefused,
        Self::FormPassed,
        Self::FormRefused,
        Self::ScorePassed,
        Self::ScoreRefused,
        Self::OrderConfirmed,
        Self::OrderRefused,
        Self::OrderCancelled,
        Self::OrderLapsed,
        Self::RegistrationUnused,
        Self::AccountCorrected,
        Self::RegistrationMoved,
        Self::PasswordChanged,
        Self::MobileChanged,
        Self::EmailChanged,
        Self::MobileShared,
        Self::BindingAsked,
    ];

    /// As it is stored.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::IdentityPassed => "identity_passed",
            Self::IdentityRefused => "identity_refused",
            Self::FacePassed => "face_passed",
            Self::FaceRefused => "face_refused",
            Self::FormPassed => "form_passed",
            Self::FormRefused => "form_refused",
            Self::ScorePassed => "score_passed",
            Self::ScoreRefused => "score_refused",
            Self::OrderConfirmed => "order_confirmed",
            Self::OrderRefused => "order_refused",
            Self::OrderCancelled => "order_cancelled",
            Self::OrderLapsed => "order_lapsed",
            Self::RegistrationUnused => "registration_unused",
            Self::AccountCorrected => "account_corrected",
            Self::RegistrationMoved => "registration_moved",
            Self::PasswordChanged => "password_changed",
            Self::MobileChanged => "mobile_changed",
            Self::EmailChanged => "email_changed",
            Self::MobileShared => "mobile_shared",
            Self::BindingAsked => "binding_asked",
        }
    }

    /// As it was stored.
    pub(crate) fn of(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// What happened, in Chinese, at most twelve characters; and in English.
    pub(crate) fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::IdentityPassed => ("实名认证已通过", "Your identity has been verified"),
            Self::IdentityRefused => ("实名认证未通过", "Your identity could not be verified"),
            Self::FacePassed => ("人脸核验已通过", "Your face check has passed"),
            Self::FaceRefused => ("人脸核验未通过", "Your face check has not passed"),
            Self::FormPassed => ("报名资格审核已通过", "Your registration form has passed its review"),
            Self::FormRefused => ("报名资格审核未通过", "Your registration form was not accepted"),
            Self::ScorePassed => ("资格复核已通过", "The review of your earlier score has passed"),
            Self::ScoreRefused => ("资格复核未通过", "The review of your earlier score has not passed"),
            Self::OrderConfirmed => ("缴费已确认，报名成功", "Your payment is confirmed and you are registered"),
            Self::OrderRefused => ("缴费截图未通过审核", "The screenshot of your payment was not accepted"),
            Self::OrderCancelled => {
                ("截图未通过，报名已取消", "Your registration was cancelled: no screenshot of the payment was accepted")
            }
            Self::OrderLapsed => ("未缴费的科目已删除", "A subject that was not paid for has been deleted"),
            Self::RegistrationUnused => {
                ("未选科目，报名已删除", "Your registration was deleted because no subject was chosen")
            }
            Self::AccountCorrected => ("账号信息已由考务更正", "The examination office has corrected your account"),
            Self::RegistrationMoved => {
                ("报名已由考务转移账号", "The examination office has moved a registration to another account")
            }
            Self::PasswordChanged => ("登录密码已修改", "The password of your account has been changed"),
            Self::MobileChanged => ("账号手机号已更换", "The mobile number of your account has been changed"),
            Self::EmailChanged => ("账号邮箱已更换", "The e-mail address of your account has been changed"),
            Self::MobileShared => ("手机号被另一账号共用", "Another account now shares your mobile number"),
            Self::BindingAsked => {
                ("有人申请绑定您的学籍", "Somebody else asked for the record that your account is bound to")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read_back_and_fits_a_message() {
        for kind in NoticeKind::ALL {
            assert_eq!(NoticeKind::of(kind.as_str()), Some(kind));
            assert!(kind.words().0.chars().count() <= 12, "{kind:?}");
        }
        assert_eq!(NoticeKind::of("whatever"), None);
    }
}

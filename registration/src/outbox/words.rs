//! The words of messages: short ones for a mobile, and for letters what happened, what it is about, how the registration
//! stands now and what to do. Why something was decided is read after signing in.

use jiff::Timestamp;

use crate::model::exam::Exam;
use crate::model::order::Order;
use crate::model::text::Text;
use crate::outbox::messages::MessageKind;
use crate::rules::standing::{Change, Standing, State, Tickets};

/// What a mobile is told: at most twelve characters, which is what vendors allow for the variable of a template.
pub(crate) fn short(kind: MessageKind) -> &'static str {
    match kind {
        MessageKind::IdentityPassed => "实名认证已通过，请继续",
        MessageKind::IdentityRefused => "实名未通过，请重新认证",
        MessageKind::FacePassed => "人脸核验已通过，请继续",
        MessageKind::FaceRefused => "人脸未通过，请重新核验",
        MessageKind::FormPassed => "报名审核已通过，请继续",
        MessageKind::FormRefused => "报名审核未通过，请修改",
        MessageKind::ScorePassed => "资格复核已通过，请继续",
        MessageKind::ScoreRefused => "资格复核未通过",
        MessageKind::OrderConfirmed => "缴费已确认，报名成功",
        MessageKind::OrderRefused => "截图未通过，请重新上传",
        MessageKind::OrderCancelled => "截图未通过，报名已取消",
        MessageKind::OrderLapsed => "逾期未缴费，科目已删除",
        MessageKind::RegistrationUnused => "未选科目，报名已删除",
        MessageKind::AccountCorrected => "账号信息已由考务更正",
        MessageKind::RegistrationMoved => "报名已由考务转移账号",
        MessageKind::PasswordChanged => "密码已改，非本人请找回",
        MessageKind::NewDevice => "新设备登录，非本人请改密",
        MessageKind::MobileChanged | MessageKind::MobileReplaced => "账号手机号已更换",
        MessageKind::EmailChanged | MessageKind::EmailReplaced => "账号邮箱已更换",
        MessageKind::MobileShared => "手机号被另一账号共用",
        MessageKind::BindingAsked => "有人申请绑定您的学籍",
        MessageKind::OrderOwed => "原场次已满，请另选场次",
        MessageKind::MoneyReturned => "报名费将按原路退回",
        MessageKind::TicketChanged => "准考证有变更请重新打印",
        MessageKind::PlaceMoved => "考场座位有变，请查看",
        MessageKind::AccommodationDecided => "便利申请已有结果",
        MessageKind::AccommodationMore => "请补充便利申请材料",
        MessageKind::InquiryAnswered => "您的咨询已有回复",
        MessageKind::ReminderOpens => "考试报名即将开始",
        MessageKind::ReminderCloses => "报名即将截止，请尽快完成",
        MessageKind::ReminderPay => "座位即将到期，请尽快缴费",
        MessageKind::ReminderTicket => "准考证已可打印",
        MessageKind::ReminderExamDay => "考试临近，请查看安排",
        MessageKind::ListOffered => "候补到座位，请尽快缴费",
        MessageKind::ListMissed => "候补座位已过期，已重排",
        MessageKind::ListOver => "候补次数已满，不再候补",
        MessageKind::SignedOutByStaff => "账号已由考务退出登录",
    }
}

/// What happened, as a letter says it, without the full stop.
pub(crate) fn event(kind: MessageKind) -> (&'static str, &'static str) {
    match kind {
        MessageKind::IdentityPassed => ("实名认证已通过", "Your identity has been verified"),
        MessageKind::IdentityRefused => ("实名认证未通过", "Your identity could not be verified"),
        MessageKind::FacePassed => ("人脸核验已通过", "Your face check has passed"),
        MessageKind::FaceRefused => ("人脸核验未通过", "Your face check has not passed"),
        MessageKind::FormPassed => ("报名资格审核已通过", "Your registration form has passed its review"),
        MessageKind::FormRefused => ("报名资格审核未通过", "Your registration form was not accepted"),
        MessageKind::ScorePassed => ("资格复核已通过", "The review of your earlier score has passed"),
        MessageKind::ScoreRefused => ("资格复核未通过", "The review of your earlier score has not passed"),
        MessageKind::OrderConfirmed => ("缴费已确认，报名成功", "Your payment is confirmed and you are registered"),
        MessageKind::OrderRefused => ("缴费截图未通过审核", "The screenshot of your payment was not accepted"),
        MessageKind::OrderCancelled => {
            ("截图未通过，报名已取消", "Your registration was cancelled: no screenshot of the payment was accepted")
        }
        MessageKind::OrderLapsed => ("未缴费的科目已删除", "A subject that was not paid for has been deleted"),
        MessageKind::RegistrationUnused => {
            ("未选科目，报名已删除", "Your registration was deleted because no subject was chosen")
        }
        MessageKind::AccountCorrected => ("账号信息已由考务更正", "The examination office has corrected your account"),
        MessageKind::RegistrationMoved => {
            ("报名已由考务转移账号", "The examination office has moved a registration to another account")
        }
        MessageKind::PasswordChanged => ("登录密码已修改", "The password of your account has been changed"),
        MessageKind::NewDevice => ("账号在新设备上登录", "Your account was signed in to on a new device"),
        MessageKind::MobileChanged | MessageKind::MobileReplaced => {
            ("账号手机号已更换", "The mobile number of your account has been changed")
        }
        MessageKind::EmailChanged | MessageKind::EmailReplaced => {
            ("账号邮箱已更换", "The e-mail address of your account has been changed")
        }
        MessageKind::MobileShared => ("手机号被另一账号共用", "Another account now shares your mobile number"),
        MessageKind::BindingAsked => {
            ("有人申请绑定您的学籍", "Somebody else asked for the record that your account is bound to")
        }
        MessageKind::OrderOwed => {
            ("原场次已满，请另选场次", "Your payment has arrived, but the seat was gone: choose another sitting")
        }
        MessageKind::MoneyReturned => ("报名费将按原路退回", "A payment of yours goes back the way it came"),
        MessageKind::TicketChanged => ("准考证内容有变更", "Your admission ticket has changed"),
        MessageKind::PlaceMoved => ("考场座位有变，请查看", "Your room or seat has changed"),
        MessageKind::AccommodationDecided => {
            ("便利申请已有结果", "The examination office has decided on your request for accommodations")
        }
        MessageKind::AccommodationMore => {
            ("请补充便利申请材料", "The examination office needs more for your request for accommodations")
        }
        MessageKind::InquiryAnswered => ("您的咨询已有回复", "The examination office has answered your question"),
        MessageKind::ReminderOpens => ("考试报名即将开始", "Registration opens soon"),
        MessageKind::ReminderCloses => {
            ("报名即将截止，请尽快完成", "Registration closes soon, and yours is not finished")
        }
        MessageKind::ReminderPay => ("座位即将到期，请尽快缴费", "The time to pay for your seat ends soon"),
        MessageKind::ReminderTicket => ("准考证已可打印", "You can print your admission ticket"),
        MessageKind::ReminderExamDay => ("考试临近，请查看安排", "Your exam is near"),
        MessageKind::ListOffered => {
            ("候补到座位，请尽快缴费", "A seat has come back and is held for you: please pay soon")
        }
        MessageKind::ListMissed => (
            "候补座位已过期，已重排",
            "The seat that was held for you was not paid in time, and you are at the end of the waiting list now",
        ),
        MessageKind::ListOver => (
            "候补次数已满，不再候补",
            "Several seats that were held for you were not paid in time, and you are off the waiting list",
        ),
        MessageKind::SignedOutByStaff => {
            ("账号已由考务退出登录", "The examination office has signed your account out everywhere")
        }
    }
}

/// What to do about it, where no registration's state says so.
pub(crate) fn advice(kind: MessageKind) -> Option<(&'static str, &'static str)> {
    match kind {
        MessageKind::IdentityPassed => {
            Some(("认证一次，各项考试通用，请继续报名。", "It counts for all exams. You can go on."))
        }
        MessageKind::IdentityRefused => {
            Some(("请登录后查看原因，再重新认证。", "Sign in to read the reason, then try again."))
        }
        MessageKind::PasswordChanged
        | MessageKind::MobileChanged
        | MessageKind::EmailChanged
        | MessageKind::MobileReplaced
        | MessageKind::EmailReplaced
        | MessageKind::MobileShared => Some((
            "如果不是您本人操作，请尽快找回密码，并联系考务人员。",
            "If this was not you, choose a new password and contact the examination office soon.",
        )),
        MessageKind::NewDevice => Some((
            "如果不是您本人操作，请登录后在“个人中心—登录设备”退出那台设备，并修改密码。",
            "If this was not you, sign in, end that sign-in under Devices, and change your password.",
        )),
        MessageKind::SignedOutByStaff => Some((
            "考务人员已让您的账号在所有设备上退出登录。报名不受影响，重新登录即可。如果不是您要求的，请修改密码，并联系考务人员。",
            "Your registrations stay as they are: sign in again. If you did not ask for it, change your password and contact the examination office.",
        )),
        MessageKind::MoneyReturned => Some((
            "退款进度可在报名页查看，到账时间以支付机构为准。",
            "Your registration's page says how far it is. When it arrives depends on your bank.",
        )),
        MessageKind::TicketChanged => Some((
            "请登录后重新打印准考证，原来的准考证已作废。",
            "Sign in and print it again: the one that you had lets nobody in any more.",
        )),
        MessageKind::PlaceMoved => Some((
            "请登录查看新的考场和座位。以前看到或打印的座位不再有效。",
            "Sign in to see your new room and seat. What you saw or printed before is no longer valid.",
        )),
        MessageKind::ListMissed => Some((
            "为您保留的座位没有按时缴费，您已排到候补名单的末尾。再有座位时会再通知您；不想再等的，请在报名页退出候补。",
            "There is nothing to do. You will be told when there is a seat again. If you no longer wait, leave the list on your registration's page.",
        )),
        MessageKind::ListOver => Some((
            "为您保留的座位多次没有按时缴费，或被退回。有空座位时，仍可在报名页直接选择。",
            "Whenever a seat is free you can still choose it on your registration's page.",
        )),
        MessageKind::BindingAsked | MessageKind::AccountCorrected | MessageKind::RegistrationMoved => {
            Some(("如有疑问，请联系考务人员。", "If this is not right, contact the examination office."))
        }
        MessageKind::AccommodationDecided | MessageKind::AccommodationMore => {
            Some(("请登录后在“便利申请”中查看。", "Sign in and look under Accommodations."))
        }
        MessageKind::InquiryAnswered => Some(("请登录后在“帮助与咨询”中查看。", "Sign in and look under Help.")),
        MessageKind::ReminderOpens
        | MessageKind::ReminderCloses
        | MessageKind::ReminderPay
        | MessageKind::ReminderTicket
        | MessageKind::ReminderExamDay
        | MessageKind::FacePassed
        | MessageKind::FaceRefused
        | MessageKind::FormPassed
        | MessageKind::FormRefused
        | MessageKind::ScorePassed
        | MessageKind::ScoreRefused
        | MessageKind::OrderConfirmed
        | MessageKind::OrderRefused
        | MessageKind::OrderCancelled
        | MessageKind::OrderLapsed
        | MessageKind::OrderOwed
        | MessageKind::ListOffered
        | MessageKind::RegistrationUnused => None,
    }
}

/// An order: its number, its sittings, what they cost.
pub(crate) fn order(exam: &Exam, order: &Order) -> Text {
    let sittings = || order.sittings.iter().filter_map(|seat| exam.sitting(&seat.sitting));
    let zh: Vec<String> =
        sittings().map(|one| format!("{}（{}，{}）", one.title.zh, one.venue.zh, beijing_zh(one.starts_at))).collect();
    let en: Vec<String> =
        sittings().map(|one| format!("{} ({}, {})", one.title.en, one.venue.en, beijing_en(one.starts_at))).collect();
    Text {
        zh: format!("报名编号：{}；场次：{}；金额：{}。", order.id, zh.join("、"), order.amount),
        en: format!("Registration number {}: {}; {}.", order.id, en.join(", "), order.amount),
    }
}

/// How a registration stands and what to do about it; nothing where there is nothing to be said.
pub(crate) fn state(exam: &Exam, standing: &Standing) -> Option<Text> {
    let step = standing.step.and_then(|at| exam.rules.steps.get(at)).map(|step| &step.title);
    let until = standing.until;
    Some(match &standing.state {
        State::NotOpen { .. } | State::Closed { .. } | State::Lost { can_choose: false, .. } => return None,
        State::ToDo { .. } => {
            let Text { zh, en } = step?;
            let (before_zh, before_en) = until.map_or_else(Default::default, |until| {
                (format!("请在 {} 前完成。", beijing_zh(until)), format!(" Please do it by {}.", beijing_en(until)))
            });
            text(format!("下一步：{zh}。{before_zh}"), format!("Next: {en}.{before_en}"))
        }
        State::Ahead { opens_at, .. } => {
            let (Text { zh, en }, opens_at) = (step?, *opens_at);
            let (zh, en) = (
                format!("下一步：{zh}，{} 开始。", beijing_zh(opens_at)),
                format!("Next: {en}, from {}.", beijing_en(opens_at)),
            );
            text(zh, en)
        }
        State::Over { closed_at, .. } => {
            let (Text { zh, en }, closed_at) = (step?, *closed_at);
            text(
                format!("{zh}已于 {} 截止。", beijing_zh(closed_at)),
                format!("{en}: closed {}.", beijing_en(closed_at)),
            )
        }
        State::Unpaid { .. } => unpaid(exam, until?),
        State::Lost { .. } => by(
            until?,
            ("座位已不再保留。还想报名的，请在 ", " 前重新选择。"),
            ("Your seat is no longer kept. You can choose again until ", "."),
        ),
        State::Owed { .. } => by(
            until?,
            ("缴费已到账，但原场次已无空位。请在 ", " 前登录，另选同等费用的场次；逾期未选，报名费按原路退回。"),
            (
                "Your payment has arrived, but the seat was gone. Sign in and choose another sitting of the same fee by ",
                "; otherwise the money goes back the way it came.",
            ),
        ),
        State::PictureKept { .. } => by(
            until?,
            ("截图已收到，但原场次已无空位。请在 ", " 前登录，另选同等费用的场次，不用再缴费。"),
            (
                "Your screenshot has arrived, but the seat was gone. Sign in and choose another sitting of the same fee by ",
                ". There is nothing more to pay.",
            ),
        ),
        State::SchoolPays { locked_until, held_until, .. } => school_pays(*locked_until, *held_until),
        State::Waiting { .. } => plain(
            "工作人员正在审核，不用再做什么，请等待结果。",
            "Staff are looking at it. There is nothing to do until the result.",
        ),
        State::Refused { order: Some(_), .. } => by(
            until?,
            ("请在 ", " 前登录，重新上传订单截图。不要重复缴费。"),
            ("Sign in and upload another screenshot by ", ". Do not pay again."),
        ),
        State::Refused { order: None, .. } => {
            plain("请登录后查看原因，修改后重新提交。", "Sign in to read the reason, mend it and send it again.")
        }
        State::Registered { tickets, change, .. } => registered(*tickets, change.as_ref()),
    })
}

/// Until when to pay. Where no channel says that the money has come, a picture of it is handed in, too.
fn unpaid(exam: &Exam, until: Timestamp) -> Text {
    if exam.rules.payment.takes_channels() {
        return by(
            until,
            ("座位为您保留到 ", "，请在此之前完成缴费。"),
            ("Your seat is held until ", ". Please pay before then."),
        );
    }
    by(
        until,
        ("座位为您保留到 ", "，请在此之前缴费并上传截图。"),
        ("Your seat is held until ", ". Please pay and upload the screenshot before then."),
    )
}

/// What is said to whoever has a seat.
fn registered(tickets: Tickets, change: Option<&Change>) -> Text {
    match (change, tickets) {
        (Some(Change::Waiting { .. }), _) => plain(
            "您的报名有效，修改待审核。座位不变，不用再缴费。",
            "You are registered and your change is under review. Your seat stays; there is nothing to pay.",
        ),
        (Some(Change::Refused { .. }), _) => plain(
            "您的报名有效，座位不变。修改没有通过，请登录后查看原因，再重新提交。",
            "You are registered and your seat stays. Your change was not accepted: sign in to read the reason and send it again.",
        ),
        (None, Tickets::From(from)) => {
            by(from, ("准考证 ", " 起可以打印。"), ("The admission ticket can be printed from ", "."))
        }
        (None, Tickets::Open) => plain("准考证可以打印了。", "You can print your admission ticket now."),
        (None, Tickets::NotSaid) => {
            plain("准考证的打印时间另行通知。", "When admission tickets can be printed will be announced.")
        }
    }
}

fn text(zh: String, en: String) -> Text {
    Text { zh, en }
}

fn plain(zh: &str, en: &str) -> Text {
    text(zh.to_owned(), en.to_owned())
}

/// That the school pays. The lock makes no hold longer: what ends first is said.
fn school_pays(locked_until: Timestamp, held_until: Timestamp) -> Text {
    match held_until < locked_until {
        true => by(
            held_until,
            ("学校正在为您集体缴费，座位保留到 ", "，请不要自行付款。"),
            ("Your school is paying for you; your seat is held until ", ". Please do not pay yourself."),
        ),
        false => by(
            locked_until,
            ("学校正在为您集体缴费，锁定至 ", "，请不要自行付款。"),
            ("Your school is paying for you; this is locked until ", ". Please do not pay yourself."),
        ),
    }
}

/// A sentence around a moment.
fn by(at: Timestamp, zh: (&str, &str), en: (&str, &str)) -> Text {
    text(format!("{}{}{}", zh.0, beijing_zh(at), zh.1), format!("{}{}{}", en.0, beijing_en(at), en.1))
}

/// A moment as Beijing's clocks show it.
pub(crate) fn beijing_zh(at: Timestamp) -> String {
    beijing(at, "%-m月%-d日 %H:%M")
}

/// The same in English.
pub(crate) fn beijing_en(at: Timestamp) -> String {
    beijing(at, "%-d %b, %H:%M (Beijing time)")
}

fn beijing(at: Timestamp, format: &str) -> String {
    jiff::tz::Offset::constant(8).to_datetime(at).strftime(format).to_string()
}

#[cfg(test)]
#[path = "words_tests.rs"]
mod tests;

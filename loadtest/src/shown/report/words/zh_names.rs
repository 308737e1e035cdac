//! 步骤、结果与核对的中文名称。

use crate::measured::record::{Operation, Outcome};
use crate::measured::results::{Check, CheckKind, CheckState, Results};
use crate::shown::numbers::grouped;

pub(super) fn operation(operation: Operation) -> &'static str {
    match operation {
        Operation::Enter => "进入等候室",
        Operation::Look => "询问是否轮到",
        Operation::Hold | Operation::Take => "占座",
        Operation::Freeze => "开始缴费",
        Operation::Confirm => "确认缴费",
        Operation::Release | Operation::GiveBack => "退座",
        Operation::List => "读取场次列表",
        Operation::Page => "打开页面",
        Operation::Stream => "首条实时消息",
        Operation::Exams => "页面：全部考试",
        Operation::Exam => "页面：考试",
        Operation::Asset => "样式或图片",
        Operation::Choose => "未登录时提交选择",
        Operation::SignInPage => "页面：登录",
        Operation::SignIn => "登录（Argon2）",
        Operation::SignUpPage => "页面：注册",
        Operation::SignUpCode => "获取短信验证码",
        Operation::SignUp => "注册（Argon2）",
        Operation::Begin => "未登录时开始报名",
        Operation::IdentityPage => "页面：实名信息",
        Operation::Identity => "同意实名认证",
        Operation::CardPage => "页面：身份证",
        Operation::CardCheck => "提交身份证（机器识别）",
        Operation::VerifiedPage => "页面：认证完成",
        Operation::NoticePage => "页面：报考须知",
        Operation::Notice => "同意须知",
        Operation::FacePage => "页面：人脸识别",
        Operation::FaceConsent => "同意人脸核验",
        Operation::FaceCheck => "提交人脸（比对）",
        Operation::DetailsPage => "页面：报考信息",
        Operation::Details => "提交报考信息",
        Operation::SittingsPage => "页面：选择场次",
        Operation::Order => "页面：缴费",
        Operation::Upload => "上传截图",
        Operation::Receipt => "页面：回执",
        Operation::Ended => "页面：已退座",
        Operation::UnknownStep => "无法模拟的步骤",
    }
}

pub(super) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Given => "分到座位",
        Outcome::Kept => "早已分到",
        Outcome::Done => "完成",
        Outcome::Waiting => "仍在等候",
        Outcome::Admitted => "准许进入",
        Outcome::Full => "已满",
        Outcome::NotOpen => "尚未开放",
        Outcome::NotAdmitted => "未获准进入",
        Outcome::Refused => "拒绝",
        Outcome::Busy => "繁忙",
        Outcome::WrongPage => "页面不对",
        Outcome::Failed => "失败",
        Outcome::TimedOut => "超时无答复",
        Outcome::Broken => "连接中断",
        Outcome::NotSent => "未发出",
    }
}

pub(super) fn check(kind: CheckKind) -> &'static str {
    match kind {
        CheckKind::Peak => "考生得到的答复",
        CheckKind::UniqueIds => "占座编号",
        CheckKind::Census => "服务器的说法",
        CheckKind::Ledger => "数据库中的账本",
        CheckKind::Admission => "准入",
        CheckKind::Order => "准入次序",
    }
}

pub(super) fn check_detail(check: &Check, results: &Results) -> String {
    // What failed or was not looked at is told in the program's own words.
    if check.state != CheckState::Passed {
        return check.detail.clone();
    }
    let given = grouped(results.figures.seats_given);
    let free: u64 = results.sittings.iter().filter_map(|sitting| sitting.free).sum();
    let capacity = results.parameters.seats;
    let (taken, free, capacity) = (grouped(capacity.saturating_sub(free)), grouped(free), grouped(capacity));
    match check.kind {
        CheckKind::Peak => format!("座位共分配 {given} 次，任何时刻同时占用的座位都不超过实有座位。"),
        CheckKind::UniqueIds => "每个占座编号只告知过一名考生。".to_owned(),
        CheckKind::Census => format!("有效占座 {taken} 个，剩余座位 {free} 个，合计不超过 {capacity} 个。"),
        CheckKind::Ledger => "账本中的有效占座与此一致，没有人占两个座位。".to_owned(),
        CheckKind::Admission => "分到座位的人都先获准进入。".to_owned(),
        CheckKind::Order => "先按公布的随机次序，再按到来先后准入；种子与事先公布的承诺一致。".to_owned(),
    }
}

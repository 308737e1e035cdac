//! Who is in the database: a candidate for each state of an order, and one for each other kind of case.

use registration::model::document::ResidentId;
use registration::model::ids::AccountId;
use registration::model::order::OrderId;

/// What each is there for, by name.
pub(crate) const STATES: [(&str, &str); 8] = [
    ("unpaid", "王待缴"),
    ("waiting", "李审核"),
    ("confirming", "赵确认"),
    ("confirmed", "钱成功"),
    ("refused", "孙退回"),
    ("cancelled", "周取消"),
    ("lapsed", "吴失效"),
    ("released", "郑放弃"),
];
/// What else waits for staff: the kind of the case, and whose it is.
pub(crate) const CASES: [(&str, &str); 4] =
    [("identity", "冯身份"), ("face", "陈人脸"), ("form", "褚表格"), ("score", "卫成绩")];
/// What all of them sign in with.
pub(crate) const PASSWORD: &str = "secret-1";

/// A candidate of the version before.
pub(crate) struct Candidate {
    /// In which state the order was left, or which case waits.
    pub(crate) left: &'static str,
    pub(crate) name: &'static str,
    pub(crate) document: String,
    pub(crate) mobile: &'static str,
    pub(crate) account: AccountId,
    /// The order, of those who have one.
    pub(crate) order: Option<OrderId>,
}

impl Candidate {
    /// The one who was left so.
    pub(crate) fn of<'a>(candidates: &'a [Self], left: &str) -> &'a Self {
        candidates.iter().find(|candidate| candidate.left == left).unwrap()
    }
}

/// A document number with the right check digit, another one for each `number` below 1000.
pub(crate) fn document(number: usize) -> String {
    let mut numbers = "0123456789X".chars().map(|check| format!("11010519900101{number:03}{check}"));
    numbers.find(|text| text.parse::<ResidentId>().is_ok()).unwrap()
}

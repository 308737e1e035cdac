//! The words that payment apps write before what they show, and finding them though a character was misread.

/// What a label stands for. Within a list, what comes first is believed first.
pub(crate) const ORDER_NUMBERS: &[&str] = &[
    "交易单号",
    "转账单号",
    "交易订单号",
    "支付订单号",
    "订单编号",
    "订单号",
    "交易流水号",
    "交易号",
    "流水号",
    "凭证号",
    "参考号",
];
/// What the one who was paid calls the order.
pub(crate) const MERCHANT_NUMBERS: &[&str] = &["商户订单号", "商家订单号", "商户单号", "商家单号"];
/// What was paid in the end.
pub(crate) const PAID_AMOUNTS: &[&str] = &["实付金额", "实际支付", "支付金额", "付款金额", "实付款", "实付"];
/// What an order cost, before what was taken off.
pub(crate) const OTHER_AMOUNTS: &[&str] = &["交易金额", "转账金额", "订单金额", "消费金额", "缴费金额", "合计", "金额"];
/// Who was paid.
pub(crate) const PAYEES: &[&str] = &[
    "收款方全称",
    "商户全称",
    "收款商户",
    "收款单位",
    "商户名称",
    "收款户名",
    "收款人",
    "收款方",
    "收款账户名",
    "对方户名",
    "商家",
];
/// What was bought: payees stand there where there is no other line for them.
pub(crate) const GOODS: &[&str] = &["商品说明", "商品"];
/// When it was paid.
pub(crate) const PAID_TIMES: &[&str] = &["支付时间", "付款时间", "交易时间", "缴费时间", "转账时间", "到账时间"];
/// When the order was made, where nothing says when it was paid.
pub(crate) const MADE_TIMES: &[&str] = &["创建时间", "下单时间", "订单时间", "记账日期", "交易日期", "日期", "时间"];
/// What begins a line and is none of those, so that no shorter label is found in it, and no value goes on in it.
const OTHERS: &[&str] = &[
    "付款方式",
    "支付方式",
    "收款方备注",
    "收款方式",
    "收款账号",
    "收款方账号",
    "付款账号",
    "付款方",
    "当前状态",
    "账单分类",
    "标签",
    "备注",
    "账单管理",
    "账单服务",
    "商户类型",
    "商家小程序",
    "商户小程序",
    "计入收支",
    "对此订单",
    "联系商家",
    "查看往来",
    "申请电子",
    "清算机构",
    "收单机构",
    "订单优惠",
    "优惠",
    "交易类型",
    "交易状态",
    "付款卡号",
    "交易卡号",
    "支付卡号",
    "更多",
    "全部账单",
    "账单详情",
    "交易渠道",
    "商家服务",
    "发起群收款",
    "对账单有",
    "往来记录",
    "转账说明",
    "缴费项目",
    "缴费单位",
    "缴费户号",
];

/// A label with so many characters is known with one of them misread, whatever begins alike.
const LONG: usize = 5;

/// All of them.
const ALL: [&[&str]; 9] =
    [ORDER_NUMBERS, MERCHANT_NUMBERS, PAID_AMOUNTS, OTHER_AMOUNTS, PAYEES, GOODS, PAID_TIMES, MADE_TIMES, OTHERS];

/// What stands behind one of these labels, at the line's start or after a sign or two that belong to an icon. Blanks within
/// labels do not count: old phones spread them.
pub(crate) fn behind<'a>(line: &'a str, labels: &[&str], is_exact: bool) -> Option<&'a str> {
    let (length, rest) = longest(line, labels, is_exact)?;
    // `收款方备注` is not `收款方`, nor is `收款方全你`; short labels are too much alike to hide each other misread.
    let is_longer = |label: &&str| {
        let count = label.chars().count();
        count > length && starts_with(line, label, count < LONG).is_some()
    };
    let is_hidden = ALL.iter().any(|others| others.iter().any(is_longer));
    (!is_hidden).then(|| rest.trim_start_matches([':', ' ', ';', '.']).trim())
}

/// Does the line begin with a label of any kind?
pub(crate) fn is_labelled(line: &str) -> bool {
    ALL.iter().any(|labels| longest(line, labels, true).is_some())
}

/// The longest label that the line begins with, among those of which most was read right: its length in characters, and
/// the rest of the line.
fn longest<'a>(line: &'a str, labels: &[&str], is_exact: bool) -> Option<(usize, &'a str)> {
    let found = labels.iter().filter_map(|label| {
        let (rest, same) = starts_with(line, label, is_exact)?;
        Some((same, label.chars().count(), rest))
    });
    found.max_by_key(|(same, length, _)| (*same, *length)).map(|(_, length, rest)| (length, rest))
}

/// What stands behind the label, and how many of its characters were read right. A label of four characters and more
/// counts with a quarter of them misread, unless it has to be exact.
fn starts_with<'a>(line: &'a str, label: &str, is_exact: bool) -> Option<(&'a str, usize)> {
    const SKIPPED_MAX: usize = 2;
    let wanted: Vec<char> = label.chars().collect();
    let signs: Vec<(usize, char)> = line.char_indices().filter(|(_, c)| !c.is_whitespace()).collect();
    let needed = if is_exact || wanted.len() < 4 { wanted.len() } else { wanted.len() - wanted.len() / 4 };
    let starts = 0..=SKIPPED_MAX.min(signs.len().saturating_sub(wanted.len()));
    let at = |start: usize| {
        let window = signs.get(start..start + wanted.len())?;
        let same = window.iter().zip(&wanted).filter(|((_, found), wanted)| found == *wanted).count();
        let (last, c) = window.last()?;
        // What is skipped is the rest of an icon, and no word: `共计金额` is not `金额`.
        let is_icon = !signs[..start].iter().any(|(_, c)| is_han(*c));
        (same >= needed && is_icon).then(|| (&line[last + c.len_utf8()..], same))
    };
    starts.filter_map(at).max_by_key(|(_, same)| *same)
}

pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{2ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rest<'a>(line: &'a str, labels: &[&str]) -> Option<&'a str> {
        behind(line, labels, true).or_else(|| behind(line, labels, false))
    }

    #[test]
    fn a_label_is_found_with_one_character_misread_and_a_longer_one_hides_it() {
        assert_eq!(rest("支付时间 2026", PAID_TIMES), Some("2026"));
        assert_eq!(rest("支 付 时 间: 2026", PAID_TIMES), Some("2026"));
        assert_eq!(rest("支付时闻2026", PAID_TIMES), Some("2026"));
        assert_eq!(rest("支付方式 零钱", PAID_TIMES), None);
        assert_eq!(rest("收款方备注 收款", PAYEES), None);
        assert_eq!(rest("收款方全称 临江大学", PAYEES), Some("临江大学"));
        assert_eq!(rest("收款方 临江大学", PAYEES), Some("临江大学"));
        assert_eq!(rest("商户单号 1234", MERCHANT_NUMBERS), Some("1234"));
        assert_eq!(rest("商户全称 临江大学", MERCHANT_NUMBERS), None);
        assert!(is_labelled("付款方式 余额宝") && !is_labelled("考试中心"));
    }
}

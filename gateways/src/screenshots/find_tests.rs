//! Fields found in what readers make of screens: Alipay, WeChat Pay, UnionPay, banks; light and dark; with mistakes.

use super::*;

const ALIPAY: &str = "2026112222001456781234567890";
const WECHAT: &str = "4200002456202611221234567890";

/// Lines of a screen: labels on the left, values on the right; `# ` in front is the headline, `> ` goes on in the column of
/// values.
fn screen(text: &str) -> OrderText {
    find(&lines(text))
}

fn lines(text: &str) -> Vec<Line> {
    let mut top = 0;
    let line = |said: &str| {
        let said = said.trim();
        let (text, left, height) = match (said.strip_prefix("# "), said.strip_prefix("> ")) {
            (Some(headline), _) => (headline, 300, 90),
            (_, Some(rest)) => (rest, 420, 40),
            _ => (said, 60, 40),
        };
        top += 90;
        Line { text: text.to_owned(), left, top, width: 600, height }
    };
    text.lines().map(line).filter(|line| !line.text.is_empty()).collect()
}

/// Order number, merchant's number, fen, payee, time.
type Row<'a, T = &'a str> = (Option<&'a str>, Option<&'a str>, Option<i64>, Option<&'a str>, Option<T>);

fn row(found: &OrderText) -> Row<'_, String> {
    let time = found.paid_at.map(|time| {
        let ShownTime { year, month, day, hour, minute, second } = time;
        let year = year.map(|year| format!("{year}-")).unwrap_or_default();
        let second = second.map(|second| format!(":{second:02}")).unwrap_or_default();
        format!("{year}{month:02}-{day:02} {hour:02}:{minute:02}{second}")
    });
    let OrderText { order_number, merchant_number, amount_fen, payee, .. } = found;
    (order_number.as_deref(), merchant_number.as_deref(), *amount_fen, payee.as_deref(), time)
}

fn check(name: &str, text: &str, wanted: Row<'_>) {
    let found = screen(text);
    let (order, merchant, fen, payee, time) = row(&found);
    assert_eq!((order, merchant, fen, payee, time.as_deref()), wanted, "{name}");
}

#[test]
fn alipay_light_dark_and_misread() {
    let time = Some("2026-11-22 14:03:05");
    let wanted = (Some(ALIPAY), Some("T202611220001"), Some(12_000), Some("临江大学"), time);
    check(
        "light",
        "14:05 5G 86
         账单详情 全部账单
         临江大学
         # -120.00
         交易成功
         支付时间 2026-11-22 14:03:05
         付款方式 余额宝 >
         商品说明 学位外语考试费
         收款方全称 临江大学
         订单号 2026112222001456781234567890
         商家订单号 T202611220001
         账单管理
         账单分类 教育培训 >
         备注 添加 >
         查看往来记录",
        wanted,
    );
    check(
        "misread",
        "<  账单详情
         # 一 12O.OO
         父易成功
         支付时闻 2O26-11-22 l4:O3:O5
         付款万式 余额宝
         收款方全你 临江大学
         订单号 20261122 22OO1456 78l23456 7890
         商家订单导 T202611220001",
        wanted,
    );
    check(
        "what was made and paid, no seconds, the number in blocks",
        "# -120.00
         交易成功
         创建时间 2026-11-22 14:02
         收款方 临江大学 >
         订单号 2026 1122 2200 1456 7812 3456 7890",
        (Some(ALIPAY), None, Some(12_000), Some("临江大学"), Some("2026-11-22 14:02")),
    );
}

#[test]
fn alipay_with_a_discount_says_what_was_paid() {
    check(
        "discount",
        "临江大学
         # -115.00
         交易成功
         订单金额 120.00
         立减 -5.00
         付款时间 2026-11-22 14:03:05
         收款方全称 临江大学继续教育学院
         > 考试中心
         订单号 2026112222001456781234567890",
        (Some(ALIPAY), None, Some(11_500), Some("临江大学继续教育学院考试中心"), Some("2026-11-22 14:03:05")),
    );
}

#[test]
fn wechat_light_dark_and_misread() {
    let wanted = (
        Some(WECHAT),
        Some("1000107101202611220123456789"),
        Some(12_000),
        Some("临江大学"),
        Some("2026-11-22 14:03:05"),
    );
    check(
        "light",
        "14:05
         全部账单
         临江大学
         # -120.00
         当前状态 支付成功
         支付时间 2026年11月22日 14:03:05
         商品 学位外语考试费
         商户全称 临江大学
         收单机构 财付通支付科技有限公司
         支付方式 零钱
         交易单号 4200002456202611221234567890
         商户单号 1000107101202611220123456789
         账单服务
         对订单有疑惑",
        wanted,
    );
    check(
        "numbers that go on below, a dot for a colon",
        "# ￥120.00
         当前状态 支付成功
         支付时间 2026年11月22目14.03.05
         商户全称 临江大学
         交易单号 42000024562026
         > 11221234567890
         商户单号 10001071012026112201
         > 23456789
         可在支持的商户扫码退款",
        wanted,
    );
    check(
        "labels above values, everything apart",
        "# 《 12O .OO
         支付时间
         2026 年 11 月 22 日 14 : 03 : 05
         商户全称
         临江大学
         交易单号
         4200 0024 5620 2611 2212 3456 7890
         商户单号
         1000107101202611220123456789",
        wanted,
    );
}

#[test]
fn a_wechat_transfer_has_other_words() {
    check(
        "transfer",
        "转账-转给临江大学
         # -120.00
         当前状态 对方已收钱
         转账时间 2026年11月22日 14:03:05
         收款方备注 二维码收款
         支付方式 零钱通
         转账单号 1000050001202611221234567890123",
        (Some("1000050001202611221234567890123"), None, Some(12_000), None, Some("2026-11-22 14:03:05")),
    );
}

#[test]
fn unionpay_and_banks() {
    check(
        "unionpay",
        "交易详情
         # 120.00元
         支付成功
         商户名称 临江大学
         订单金额 ¥125.00
         实付金额 ¥120.00
         付款卡号 招商银行(1234)
         交易时间 2026-11-22 14:03:05
         订单编号 622611221403050512
         参考号 140305123456",
        (Some("622611221403050512"), None, Some(12_000), Some("临江大学"), Some("2026-11-22 14:03:05")),
    );
    check(
        "a bank's transfer",
        "转账详情
         转账金额 人民币120.00元
         大写金额 壹佰贰拾元整
         收款户名 临江大学
         收款账号 6222 **** **** 1234
         付款账号 6214 **** **** 5678
         转账时间 2026/11/22 14:03:05
         交易流水号 CMB20261122140305",
        (Some("CMB20261122140305"), None, Some(12_000), Some("临江大学"), Some("2026-11-22 14:03:05")),
    );
    check(
        "a bank's list without the year",
        "交易明细
         # - 1,200.00
         交易时间 11月22日 14:03
         对方户名 临江大学
         凭证号 20261122000123",
        (Some("20261122000123"), None, Some(120_000), Some("临江大学"), Some("11-22 14:03")),
    );
    check(
        "a shop's order",
        "待发货
         学位外语考试费 x1
         共1件 实付款:￥120.00
         订单编号: 2211456789012345678 复制
         创建时间: 2026-11-22 14:01:59
         付款时间: 2026-11-22 14:03:05",
        (Some("2211456789012345678"), None, Some(12_000), None, Some("2026-11-22 14:03:05")),
    );
}

#[test]
fn thousands_full_width_and_words_around_the_sum() {
    for (text, fen) in [
        ("# ￥１，２００．００", 120_000),
        ("支付金额 1,200.00", 120_000),
        ("付款金额：120.00 元", 12_000),
        ("实付 ¥120", 12_000),
        ("实付款 《120.00", 12_000),
        ("交易金额 -120.00", 12_000),
        ("金额 120.00 CNY", 12_000),
        ("付款金额 1 20.00", 12_000),
    ] {
        assert_eq!(screen(text).amount_fen, Some(fen), "{text}");
    }
    for other in ["14:05", "5G 86%", "余额 12", "2026-11-22", "13912345678", "第 12 号", "1234"] {
        assert_eq!(screen(other).amount_fen, None, "{other}");
    }
}

#[test]
fn what_is_no_order_says_nothing() {
    let chat = "李老师
                今天的课改到下午三点
                好的老师收到
                10:24";
    for text in ["", "  ", chat, "锁屏 14:05 星期日", "@#$%^&*()_+"] {
        let found = screen(text);
        assert!(found.is_empty() && !found.is_whole(), "{text}: {:?}", row(&found));
    }
    assert_eq!(format!("{:?}", screen("付款金额 120.00")), "OrderText(1 of 5 found)", "nothing of it in logs");
}

#[test]
fn noise_is_looked_at_within_bounds() {
    let noise = |text: String| Line { text, left: 0, top: 0, width: 1, height: 1 };
    let many: Vec<Line> = (0..5_000_u32).map(|seed| noise(format!("{}|l{seed}O,.年", "1".repeat(3_000)))).collect();
    assert!(find(&many).order_number.is_none());
}

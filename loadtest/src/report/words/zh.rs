//! 中文。

use super::{Words, machine, millis};
use crate::numbers::{bytes, grouped, percent, rounded};
use crate::record::{Operation, Outcome};
use crate::results::{Check, CheckKind, CheckState, Results, Scenario};

pub(super) const WORDS: Words = Words {
    language: "zh-CN",
    product: "Seathold · 压力测试报告",
    title,
    lead,
    seats_safe: "没有一个座位被重复分配。",
    seats_wrong: "座位数对不上。",
    seats_unknown: "未检查座位是否被重复分配。",
    conditions_missed: "有验收条件未达到。",
    interrupted: "测试被提前结束。",
    seats_taken: "结束时已占座位",
    seats_taken_note: |results| {
        let figures = &results.figures;
        format!("共 {} 座，{} 座已缴费", grouped(results.parameters.seats), grouped(figures.seats_confirmed))
    },
    best_second: "最快一秒的应答",
    best_second_note: |results| format!("平均每秒 {}", rounded(results.figures.throughput)),
    half_within: "半数请求的等待不超过",
    half_within_note: |results| format!("99% 不超过 {}", time(results.figures.p99_ms)),
    time,
    error_share: "错误",
    error_note: |results| {
        format!("{} 次请求中 {} 次", grouped(results.figures.operations), grouped(results.figures.errors))
    },
    throughput_title: "来了多少人，应答了多少",
    throughput_caption: "按秒统计。线低于色块处有人在等待；线高于色块处，已拿到座位的考生同时在缴费或退座。",
    views_caption: "按秒统计。线低于色块处有人在等待；线高于色块处，保持打开的页面同时收到了首条消息。",
    came: "到来",
    answered: "已应答",
    latency_title: "等待了多久",
    latency_caption: "从考生打算操作的时刻算起，到得到最终答复为止，按打算操作的那一秒归类。网格每上一格，时间为十倍。",
    half: "半数不超过",
    nine_of_ten: "90% 不超过",
    all_but_one_of_100: "99% 不超过",
    slowest: "最慢",
    outcomes_title: "得到了什么答复",
    outcomes_caption: "每秒的答复，按内容分类。",
    given: "分到座位",
    done: "缴费或退座",
    full: "场次已满",
    refused: "拒绝：已过期或未开放",
    errors: "错误",
    free_title: "剩余座位",
    free_caption: "公开列表上人人可见的余量，每秒读取两次。",
    free: "剩余座位",
    sold_out: |seconds| format!("{seconds:.1} 秒后座位首次全部占满。"),
    never_sold_out: "任何时候都有空余座位。",
    times_title: "各步骤用时",
    step: "步骤",
    count: "次数",
    max: "最慢",
    ended_how: "结果",
    operation,
    outcome,
    all: "全部",
    checks_title: "有座位被重复分配吗？",
    check,
    check_detail,
    passed: "成立",
    failed: "不成立",
    skipped: "未检查",
    conditions_title: "验收条件",
    condition: "条件",
    measured: "实测",
    met: "达到",
    missed: "未达到",
    sittings_title: "场次",
    sitting: "场次",
    seats: "座位",
    peak: "同时占用最多",
    times_given: "分配次数",
    paid: "已缴费",
    given_back: "已退座",
    free_at_end: "结束时剩余",
    how_title: "如何测得",
    method: "到来的人不等待前面的答复：无论服务器多慢，该来的人照样来，等待从他打算操作的时刻算起。重复的请求、服务器要求的\
        等待、等待空闲连接的时间都计入其中。因满员而被拒绝是正常答复；没有答复、答复太迟或不该有的答复才是错误。百分位数精确到 0.1%。",
    beside_server: "压力发生器与服务器在同一台机器上运行，占用了一部分处理器。",
    facts,
    problems_title: "出了什么问题",
    footer: |results| {
        format!("loadtest {} · 开始于 {} UTC", env!("CARGO_PKG_VERSION"), results.started_at.strftime("%F %T"))
    },
};

/// A latency in milliseconds, in Chinese units.
fn time(latency_ms: f64) -> String {
    millis(latency_ms).replace("µs", "微秒").replace("ms", "毫秒").replace(" s", " 秒")
}

/// How candidates came.
fn arrivals(results: &Results) -> String {
    match results.parameters.arrivals.as_str() {
        "even" => "均匀到来".to_owned(),
        "rush" => "开放时蜂拥而至，随后渐少".to_owned(),
        ramp => format!("每秒到来人数由低到高：{}", ramp.trim_start_matches("ramp ")),
    }
}

fn title(results: &Results) -> String {
    let parameters = &results.parameters;
    match parameters.scenario {
        Scenario::Api => {
            format!("{} 名考生，{} 个座位", grouped(parameters.candidates), grouped(parameters.seats))
        }
        Scenario::Browse => format!("{} 次浏览", grouped(parameters.candidates)),
    }
}

fn lead(results: &Results) -> String {
    let (parameters, figures) = (&results.parameters, &results.figures);
    let waited = format!("半数答复在 {}之内，99% 在 {}之内。", time(figures.p50_ms), time(figures.p99_ms));
    match parameters.scenario {
        Scenario::Api => format!(
            "{} 秒之内，{} 名考生争取 {} 个场次的 {} 个座位。座位共分配 {} 次（含退回后再次分配），{} 个已缴费。{waited}",
            parameters.seconds,
            grouped(parameters.candidates),
            parameters.sittings,
            grouped(parameters.seats),
            grouped(figures.seats_given),
            grouped(figures.seats_confirmed),
        ),
        Scenario::Browse => format!(
            "{} 秒之内，页面和列表被读取 {} 次，同时有 {} 个页面保持打开，实时收到 {} 条余量消息。{waited}",
            parameters.seconds,
            grouped(parameters.candidates),
            grouped(parameters.streams as u64),
            grouped(results.measured.events),
        ),
    }
}

fn operation(operation: Operation) -> &'static str {
    match operation {
        Operation::Hold => "占座",
        Operation::Freeze => "开始缴费",
        Operation::Confirm => "确认缴费",
        Operation::Release => "退座",
        Operation::List => "查看场次",
        Operation::Page => "打开页面",
        Operation::Stream => "首条实时消息",
    }
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Given => "分到座位",
        Outcome::Kept => "分到座位（补答）",
        Outcome::Done => "完成",
        Outcome::Full => "已满",
        Outcome::Refused => "拒绝",
        Outcome::Busy => "系统忙",
        Outcome::Failed => "失败",
        Outcome::TimedOut => "超时",
        Outcome::Broken => "连接中断",
        Outcome::NotSent => "未发出",
    }
}

fn check(kind: CheckKind) -> &'static str {
    match kind {
        CheckKind::Peak => "考生得到的答复",
        CheckKind::UniqueIds => "占座编号",
        CheckKind::Census => "逐一查询每个占座",
        CheckKind::Ledger => "账本",
    }
}

fn check_detail(check: &Check, results: &Results) -> String {
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
    }
}

fn facts(results: &Results) -> Vec<(&'static str, String)> {
    let (parameters, figures) = (&results.parameters, &results.figures);
    let connections: usize = results.processes.iter().map(|process| process.connections).sum();
    let threads: usize = results.processes.iter().map(|process| process.threads).sum();
    let mut facts = vec![
        ("机器", machine(results, "核")),
        ("服务器", format!("{}，考试 {}", parameters.url, parameters.exam)),
        ("到来", format!("{} 秒内 {} 人，{}", parameters.seconds, grouped(parameters.candidates), arrivals(results))),
    ];
    if parameters.scenario == Scenario::Api {
        let rest = (1.0 - parameters.confirm - parameters.release).max(0.0);
        let (pay, back) = (percent(parameters.confirm), percent(parameters.release));
        facts.push(("占座者", format!("{pay} 缴费，{back} 退座，{} 任其过期", percent(rest))));
    }
    facts.extend([
        (
            "发生器",
            format!(
                "{} 个进程，{threads} 个线程，{} 个连接，占用 {:.2} 个核",
                results.processes.len(),
                grouped(connections as u64),
                figures.generator_cores
            ),
        ),
        ("自身延迟", format!("99% 的考生在应到时刻之后 {}之内出发", time(figures.start_lag_p99_ms))),
        (
            "耐心",
            format!(
                "每次请求 {} 秒，最多重复 {} 次；共重复 {} 次",
                parameters.timeout_seconds,
                parameters.retries,
                grouped(results.measured.repeated)
            ),
        ),
        ("接收", bytes(results.measured.bytes_received)),
        ("随机种子", parameters.seed.to_string()),
    ]);
    facts
}

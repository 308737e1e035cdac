//! 中文。

use super::zh_names::{check, check_detail, operation, outcome};
use super::{ChartWords, CheckWords, FigureWords, HowWords, TableWords, Verdicts, Words, crowd, machine, millis};
use crate::measured::results::{Limit, Results, Scenario};
use crate::shown::numbers::{bytes, grouped, percent, rounded};

pub(super) const WORDS: Words = Words {
    language: "zh-CN",
    product: "Seathold · 压力测试报告",
    began: |results| {
        let offset = jiff::tz::Offset::constant(8);
        let local = results.started_at.to_zoned(offset.to_time_zone());
        format!("{}（北京时间）", local.strftime("%Y年%-m月%-d日 %H:%M"))
    },
    title,
    lead,
    verdict: Verdicts {
        safe: "没有一个座位被重复分配。",
        safe_why,
        wrong: "座位数对不上。",
        unknown: "未检查座位是否被重复分配。",
        interrupted: "测试被提前结束。",
        conditions_missed: "有验收条件未达到。",
    },
    figure: FigureWords {
        time,
        seats: "已分配座位",
        seats_note: |results| {
            let (seats, paid) = (grouped(results.parameters.seats), grouped(results.figures.seats_confirmed));
            if results.figures.seats_confirmed == 0 {
                format!("共 {seats} 座")
            } else {
                format!("共 {seats} 座，其中 {paid} 座已缴费")
            }
        },
        twice: "重复分配",
        twice_note: |_| "必须为 0".to_owned(),
        within: "99% 的答复不超过",
        within_note: |results| format!("半数不超过 {}", time(results.figures.p50_ms)),
        not_within: "未达到：超过 1% 没有得到正常答复",
        average: "平均每秒答复",
        best_second: "最快一秒答复",
        error_share: "错误",
        turned_away: "被告知已满",
        complete: "每秒走完全程的考生",
        complete_note: |results| format!("共 {} 人到达回执页", grouped(results.figures.complete)),
        in_room: "等候时间，半数不超过",
        events: "收到的实时消息",
    },
    chart: ChartWords {
        outcomes_title: "得到了什么答复",
        outcomes_caption: "每秒的答复，按内容分类。抢座时多数人注定没有座位：迅速、如实地答复“已满”就是好的答复。",
        views_title: "页面与列表的应答",
        given: "分到座位",
        done: "缴费、退座、打开页面",
        waiting: "仍在等候",
        admitted: "准许进入",
        full: "已满",
        not_open: "尚未开放",
        refused: "拒绝",
        errors: "错误",
        latency_title: "等了多久才得到答复",
        latency_caption: "按考生打算操作的那一秒归类。网格每上一格，时间为十倍。",
        half: "半数不超过",
        nine_of_ten: "90% 不超过",
        all_but_one_of_100: "99% 不超过",
        slowest: "最慢",
        free_title: "剩余座位",
        free_caption: "公开列表上人人可见的余量，每秒读取两次。",
        free: "剩余座位",
        sold_out: |seconds| format!("{seconds:.1} 秒后座位首次全部占满。"),
        never_sold_out: "任何时候都有空余座位。",
        room_title: "等候室",
        room_caption: "服务器统计的等候人数，每秒读取两次。",
        in_room: "等候中",
        arrivals_title: "压力发生器跟上了吗？",
        arrivals_caption: "每秒应到多少人，实际发出多少人。线低于色块处，是发生器自己慢了，上面的等待时间包含这一延迟。",
        intended: "应到",
        sent: "实际发出",
        opening: "报名开放",
        second: "秒",
    },
    table: TableWords {
        times_title: "各步骤用时",
        step: "步骤",
        count: "次数",
        max: "最慢",
        ended_how: "结果",
        all: "全部",
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
    },
    checks: CheckWords {
        title: "有座位被重复分配吗？",
        lead: "分别询问互不知情的几方。",
        name: check,
        detail: check_detail,
        passed: "成立",
        failed: "不成立",
        skipped: "未检查",
    },
    how: HowWords {
        reading_title: "怎样读这份报告",
        reading: &[
            "到来的人不等前面的人得到答复：无论服务器多慢，该来的人照样来。",
            "等待从考生打算操作的时刻算起，到得到最终答复为止；重复的请求、服务器要求的等待、等待空闲连接的时间都计入其中。",
            "“已满”“尚未开放”“未获准进入”是明确的答复；没有答复、答复太迟或不该有的答复才是错误。",
            "百分位数精确到 0.1%。",
        ],
        limit_title: "瓶颈在哪里？",
        limit,
        beside_server: "服务器、数据库与压力发生器共用一台机器；独占机器时，服务器可以用上全部资源。",
        facts_title: "机器与方法",
        facts,
        problems_title: "出了什么问题",
    },
    operation,
    outcome,
    footer: |results| {
        let parameters = &results.parameters;
        let (version, exam) = (env!("CARGO_PKG_VERSION"), &parameters.exam);
        format!("loadtest {version} · {} · 考试 {exam} · 随机种子 {}", parameters.url, parameters.seed)
    },
};

/// A latency in milliseconds, in Chinese units.
fn time(latency_ms: f64) -> String {
    millis(latency_ms).replace("µs", "微秒").replace("ms", "毫秒").replace(" s", " 秒")
}

/// How candidates came.
fn arrivals(results: &Results) -> String {
    let words = results.parameters.arrivals.as_str();
    let shape = match words.split_once(' ') {
        Some(("spike", spike)) => match spike.split_once('/') {
            Some((share, within)) => format!("开放后 {} 内到来 {share}", within.replace('s', " 秒")),
            None => words.to_owned(),
        },
        Some(("ramp", rates)) => format!("每秒到来人数由 {}", rates.replacen("..", " 变为 ", 1)),
        _ if words == "rush" => "开放时蜂拥而至，随后渐少".to_owned(),
        _ => "均匀到来".to_owned(),
    };
    match results.parameters.early {
        Some(early) => format!("{shape}；{} 的人在开放前到来", percent(early)),
        None => shape,
    }
}

fn title(results: &Results) -> String {
    let parameters = &results.parameters;
    let (candidates, seconds) = (grouped(parameters.candidates), parameters.seconds);
    if parameters.scenario.is_about_seats() {
        // A line breaks after a comma, and not between a number and what it counts.
        format!("{seconds}\u{a0}秒内，{candidates}\u{a0}名考生，{}\u{a0}个座位", grouped(parameters.seats))
    } else {
        format!("{seconds}\u{a0}秒内 {candidates}\u{a0}次浏览")
    }
}

fn lead(results: &Results) -> String {
    let (parameters, figures) = (&results.parameters, &results.figures);
    let (candidates, seconds) = (grouped(parameters.candidates), parameters.seconds);
    let for_seats = format!("{} 个场次的 {} 个座位", parameters.sittings, grouped(parameters.seats));
    let opened = match parameters.opens_after_seconds {
        Some(after) => format!("测试开始 {after} 秒后报名开放。"),
        None => String::new(),
    };
    let again = if figures.seats_given > parameters.seats {
        format!("退回的座位再次分配，合计分配 {} 次。", grouped(figures.seats_given))
    } else {
        String::new()
    };
    match parameters.scenario {
        Scenario::Api => format!("{seconds} 秒之内，{candidates} 名考生争取 {for_seats}。{opened}{again}"),
        Scenario::Candidate => format!(
            "{seconds} 秒之内，{candidates} 名考生打开网站，从考试列表一路走到回执，争取 {for_seats}。{opened}{again}"
        ),
        Scenario::WaitingRoom => {
            format!("{seconds} 秒之内，{candidates} 名考生进入等候室，依次获准后争取 {for_seats}。{opened}{again}")
        }
        Scenario::Browse => format!(
            "{seconds} 秒之内，页面和列表被读取 {candidates} 次，同时有 {} 个页面保持打开，实时收到 {} 条余量消息。",
            grouped(parameters.streams as u64),
            grouped(results.measured.events),
        ),
    }
}

fn safe_why(results: &Results) -> String {
    let passed =
        results.checks.iter().filter(|check| check.state == crate::measured::results::CheckState::Passed).count();
    format!("{passed} 项核对一致，详见下文。")
}

fn limit(results: &Results) -> String {
    let figures = &results.figures;
    let lag = time(figures.start_lag_p99_ms);
    let mut sentences = match figures.limit() {
        Limit::Generator => format!(
            "压力发生器自己慢了：99% 的考生在应到时刻之后 {lag}之内发出，最多时有 {} 人逾时未发。所示等待时间包含这一延迟，服务器的实际表现更好。",
            grouped(figures.overdue_max)
        ),
        Limit::Server => {
            format!("压力发生器跟上了：99% 的考生在应到时刻之后 {lag}之内发出。所示等待时间属于服务器及其数据库。")
        }
    };
    if figures.not_sent > 0 {
        let not_sent = grouped(figures.not_sent);
        sentences.push_str(&format!("另有 {not_sent} 人因前面等待连接的人太多而未发出，计入错误。"));
    }
    if let Some(ceiling) = figures.ceiling {
        #[expect(clippy::cast_precision_loss, reason = "answers in a second are few")]
        let share = figures.throughput_max as f64 / ceiling;
        sentences.push_str(&format!(
            "事先用同样的连接请求同一服务器最省事的答复，测得发生器自身上限为每秒 {} 次；测试中最快一秒为 {} 次（{}）。",
            rounded(ceiling),
            grouped(figures.throughput_max),
            percent(share)
        ));
    }
    sentences
}

fn facts(results: &Results) -> Vec<(&'static str, String)> {
    let (parameters, figures) = (&results.parameters, &results.figures);
    let (threads, connections) = crowd(results);
    let mut facts = vec![("机器", machine(results, "核")), ("到来方式", arrivals(results))];
    if parameters.scenario.is_about_seats() {
        let rest = (1.0 - parameters.confirm - parameters.release).max(0.0);
        let (pay, back) = (percent(parameters.confirm), percent(parameters.release));
        facts.push(("占座者", format!("{pay} 缴费，{back} 退座，{} 任其过期", percent(rest))));
    }
    let generator = format!(
        "{} 个进程，{threads} 个线程，{} 个连接，占用 {:.2} 个核",
        results.processes.len(),
        grouped(connections),
        figures.generator_cores
    );
    let patience = format!(
        "每次请求 {} 秒，最多重复 {} 次；共重复 {} 次",
        parameters.timeout_seconds,
        parameters.retries,
        grouped(results.measured.repeated)
    );
    facts.extend([("发生器", generator), ("耐心", patience), ("接收", bytes(results.measured.bytes_received))]);
    facts
}

//! English.

use super::{Words, machine, millis};
use crate::numbers::{bytes, counted, grouped, percent, rounded};
use crate::record::{Operation, Outcome};
use crate::results::{CheckKind, Results, Scenario};

pub(super) const WORDS: Words = Words {
    language: "en",
    product: "Seathold · load test",
    title,
    lead,
    seats_safe: "No seat was given twice.",
    seats_wrong: "The seats do not add up.",
    seats_unknown: "Whether a seat was given twice was not checked.",
    conditions_missed: "Not every condition was met.",
    interrupted: "The test was ended early.",
    seats_taken: "Seats taken at the end",
    seats_taken_note: |results| {
        let figures = &results.figures;
        format!("of {}; {} of them paid", grouped(results.parameters.seats), grouped(figures.seats_confirmed))
    },
    best_second: "Answers in the best second",
    best_second_note: |results| format!("{} a second on average", rounded(results.figures.throughput)),
    half_within: "Half answered within",
    half_within_note: |results| format!("99 of 100 within {}", millis(results.figures.p99_ms)),
    time: millis,
    error_share: "Errors",
    error_note: |results| {
        format!("{} of {} requests", grouped(results.figures.errors), grouped(results.figures.operations))
    },
    throughput_title: "How many came, how many were answered",
    throughput_caption: "Per second. Where the line falls below the area, people were waiting; where it rises above, \
        those who had got a seat were also paying or giving it back.",
    views_caption: "Per second. Where the line falls below the area, people were waiting; where it rises above, \
        pages that stay open got their first message.",
    came: "came",
    answered: "answered",
    latency_title: "How long they waited",
    latency_caption: "From the moment somebody meant to act to the deciding answer, by the second in which they meant \
        to act. Each line of the grid is ten times the one below it.",
    half: "half of all waited no longer",
    nine_of_ten: "9 of 10",
    all_but_one_of_100: "99 of 100",
    slowest: "the slowest",
    outcomes_title: "What they were told",
    outcomes_caption: "Answers per second, by what they said.",
    given: "seat given",
    done: "paid or given back",
    full: "sitting is full",
    refused: "refused: lapsed, not open",
    errors: "errors",
    free_title: "Free seats",
    free_caption: "As everybody could see them on the public list, read twice a second.",
    free: "free seats",
    sold_out: |seconds| format!("All seats were taken for the first time after {seconds:.1} s."),
    never_sold_out: "There was a free seat at any time.",
    times_title: "Times by step",
    step: "step",
    count: "count",
    max: "slowest",
    ended_how: "how they ended",
    operation,
    outcome,
    all: "all",
    checks_title: "Was any seat given twice?",
    check,
    check_detail: |check, _| check.detail.clone(),
    passed: "Holds",
    failed: "Does not hold",
    skipped: "Not checked",
    conditions_title: "Conditions",
    condition: "condition",
    measured: "measured",
    met: "Met",
    missed: "Missed",
    sittings_title: "Sittings",
    sitting: "sitting",
    seats: "seats",
    peak: "most taken at once",
    times_given: "times given",
    paid: "paid",
    given_back: "given back",
    free_at_end: "free at the end",
    how_title: "How it was measured",
    method: "Arrivals do not wait for answers: whoever means to come, comes, however slow the server is, and the wait \
        counts from that moment. Repeated requests, pauses the server asked for and the wait for a connection are part \
        of it. A refusal because a sitting is full is a good answer; errors are answers that never came, came too late, \
        or should not have come. Percentiles are exact to 0.1 %.",
    beside_server: "The generator ran on the same machine as the server and took its share of the processor.",
    facts,
    problems_title: "What went wrong",
    footer: |results| {
        format!("loadtest {} · began {} UTC", env!("CARGO_PKG_VERSION"), results.started_at.strftime("%F %T"))
    },
};

/// How candidates came.
fn arrivals(results: &Results) -> String {
    match results.parameters.arrivals.as_str() {
        "even" => "evenly".to_owned(),
        "rush" => "most of them in the first seconds".to_owned(),
        ramp => format!("{} a second", ramp.replacen("ramp ", "from ", 1).replacen("..", " to ", 1)),
    }
}

fn title(results: &Results) -> String {
    let parameters = &results.parameters;
    match parameters.scenario {
        Scenario::Api => {
            format!("{} candidates for {} seats", grouped(parameters.candidates), grouped(parameters.seats))
        }
        Scenario::Browse => format!("{} views", grouped(parameters.candidates)),
    }
}

fn lead(results: &Results) -> String {
    let (parameters, figures) = (&results.parameters, &results.figures);
    let waited = format!(
        "Half of all answers came within {}, 99 of 100 within {}.",
        millis(figures.p50_ms),
        millis(figures.p99_ms)
    );
    match parameters.scenario {
        Scenario::Api => format!(
            "Within {} seconds {} candidates asked for {} seats in {} sittings. Seats were given {} times, \
             because some came back and were given again; {} were paid. {waited}",
            parameters.seconds,
            grouped(parameters.candidates),
            grouped(parameters.seats),
            parameters.sittings,
            grouped(figures.seats_given),
            grouped(figures.seats_confirmed),
        ),
        Scenario::Browse => format!(
            "Within {} seconds pages and lists were read {} times, while {} pages stood open and were told every \
             change: {} messages. {waited}",
            parameters.seconds,
            grouped(parameters.candidates),
            grouped(parameters.streams as u64),
            grouped(results.measured.events),
        ),
    }
}

fn operation(operation: Operation) -> &'static str {
    match operation {
        Operation::Hold => "take a seat",
        Operation::Freeze => "begin to pay",
        Operation::Confirm => "confirm the payment",
        Operation::Release => "give the seat back",
        Operation::List => "read the sittings",
        Operation::Page => "open a page",
        Operation::Stream => "first live message",
    }
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Given => "given",
        Outcome::Kept => "given, told later",
        Outcome::Done => "done",
        Outcome::Full => "full",
        Outcome::Refused => "refused",
        Outcome::Busy => "too busy",
        Outcome::Failed => "failed",
        Outcome::TimedOut => "no answer in time",
        Outcome::Broken => "connection broke",
        Outcome::NotSent => "not sent",
    }
}

fn check(kind: CheckKind) -> &'static str {
    match kind {
        CheckKind::Peak => "What candidates were told",
        CheckKind::UniqueIds => "Hold numbers",
        CheckKind::Census => "Every hold, looked up",
        CheckKind::Ledger => "The ledger",
    }
}

fn facts(results: &Results) -> Vec<(&'static str, String)> {
    let (parameters, figures) = (&results.parameters, &results.figures);
    let connections: usize = results.processes.iter().map(|process| process.connections).sum();
    let threads: usize = results.processes.iter().map(|process| process.threads).sum();
    let processes = match results.processes.len() {
        1 => String::new(),
        many => format!(" in {many} processes"),
    };
    let mut facts = vec![
        ("Machine", machine(results, "cores")),
        ("Server", format!("{}, exam {}", parameters.url, parameters.exam)),
        ("Arrivals", format!("{} in {} s, {}", grouped(parameters.candidates), parameters.seconds, arrivals(results))),
    ];
    if parameters.scenario == Scenario::Api {
        let rest = (1.0 - parameters.confirm - parameters.release).max(0.0);
        let (pay, back) = (percent(parameters.confirm), percent(parameters.release));
        facts.push(("Seat holders", format!("{pay} pay, {back} give the seat back, {} let it lapse", percent(rest))));
    }
    facts.extend([
        (
            "Generator",
            format!(
                "{}, {}{processes}, {:.2} cores busy",
                counted(threads as u64, "thread"),
                counted(connections as u64, "connection"),
                figures.generator_cores
            ),
        ),
        ("Its own delay", format!("99 of 100 set out within {} of their time", millis(figures.start_lag_p99_ms))),
        (
            "Patience",
            format!(
                "{} s for a request, {} repetitions; {} were needed",
                parameters.timeout_seconds,
                parameters.retries,
                grouped(results.measured.repeated)
            ),
        ),
        ("Received", bytes(results.measured.bytes_received)),
        ("Seed", parameters.seed.to_string()),
    ]);
    facts
}

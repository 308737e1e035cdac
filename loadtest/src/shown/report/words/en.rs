//! English.

use super::en_names::{check, operation, outcome};
use super::{ChartWords, CheckWords, FigureWords, HowWords, TableWords, Verdicts, Words, crowd, machine, millis};
use crate::measured::results::{Limit, Results, Scenario};
use crate::shown::numbers::{bytes, counted, grouped, percent, rounded};

pub(super) const WORDS: Words = Words {
    language: "en",
    product: "Seathold · load test report",
    began: |results| format!("{} UTC", results.started_at.strftime("%-d %B %Y, %H:%M")),
    title,
    lead,
    verdict: Verdicts {
        safe: "No seat was given twice.",
        safe_why,
        wrong: "The seats do not add up.",
        unknown: "Whether a seat was given twice was not checked.",
        interrupted: "The test was ended early.",
        conditions_missed: "Not every condition was met.",
    },
    figure: FigureWords {
        time: millis,
        seats: "Seats given",
        seats_note: |results| {
            let (seats, paid) = (grouped(results.parameters.seats), grouped(results.figures.seats_confirmed));
            if results.figures.seats_confirmed == 0 {
                format!("of {seats}")
            } else {
                format!("of {seats}; {paid} are paid")
            }
        },
        twice: "Given twice",
        twice_note: |_| "must be 0".to_owned(),
        within: "99 of 100 answered within",
        within_note: |results| format!("half within {}", millis(results.figures.p50_ms)),
        not_within: "not reached: more than 1 of 100 had no good answer",
        average: "Answers a second, on average",
        best_second: "Answers in the best second",
        error_share: "Errors",
        turned_away: "Told that it is full",
        complete: "Complete candidates a second",
        complete_note: |results| format!("{} reached the receipt", grouped(results.figures.complete)),
        in_room: "In the waiting room, half no longer than",
        events: "Live messages received",
    },
    chart: ChartWords {
        outcomes_title: "What they were told",
        outcomes_caption: "Answers in each second, by what they said. Most of those who come in a rush cannot get a \
            seat: being told quickly and truly that it is full is a good answer.",
        views_title: "Pages and lists answered",
        given: "seat given",
        done: "paid, given back, page shown",
        waiting: "still waiting",
        admitted: "let in",
        full: "full",
        not_open: "not open yet",
        refused: "refused",
        errors: "error",
        latency_title: "How long they waited for an answer",
        latency_caption: "By the second in which they meant to act. Each line of the grid is ten times the one below \
            it.",
        half: "half waited no longer",
        nine_of_ten: "9 of 10",
        all_but_one_of_100: "99 of 100",
        slowest: "the slowest",
        free_title: "Free seats",
        free_caption: "As everybody could see them on the public list, read twice a second.",
        free: "free seats",
        sold_out: |seconds| format!("All seats were taken for the first time after {seconds:.1} s."),
        never_sold_out: "There was a free seat at any time.",
        room_title: "The waiting room",
        room_caption: "People in it, as the server counts, read twice a second.",
        in_room: "waiting",
        arrivals_title: "Did the generator keep up?",
        arrivals_caption: "How many meant to come in each second, and how many were really sent. Where the line \
            falls below the area, the generator was late, and the waits above contain its delay.",
        intended: "meant to come",
        sent: "sent",
        opening: "registration opens",
        second: "s",
    },
    table: TableWords {
        times_title: "Times by step",
        step: "step",
        count: "count",
        max: "slowest",
        ended_how: "how they ended",
        all: "all",
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
    },
    checks: CheckWords {
        title: "Was any seat given twice?",
        lead: "Asked of witnesses that do not know of each other.",
        name: check,
        detail: |check, _| {
            let mut letters = check.detail.chars();
            let first = letters.next().map(|letter| letter.to_uppercase().to_string());
            format!("{}{}.", first.unwrap_or_default(), letters.as_str())
        },
        passed: "Holds",
        failed: "Does not hold",
        skipped: "Not checked",
    },
    how: HowWords {
        reading_title: "How to read this",
        reading: &[
            "Nobody waits for somebody else's answer: whoever means to come, comes, however slow the server is.",
            "A wait counts from the moment a candidate meant to act to the answer that decided. Repeated requests, \
             pauses that the server asked for and the wait for a connection are part of it.",
            "That it is full, not open yet, or not one's turn are clear answers. Errors are answers that never came, came \
             too late, or should not have come.",
            "Percentiles are exact to 0.1 %.",
        ],
        limit_title: "What was the limit?",
        limit,
        beside_server: "Server, databases and generator shared one machine; on machines of its own the server has \
            all of it.",
        facts_title: "Machine and method",
        facts,
        problems_title: "What went wrong",
    },
    operation,
    outcome,
    footer: |results| {
        let parameters = &results.parameters;
        let (version, exam) = (env!("CARGO_PKG_VERSION"), &parameters.exam);
        format!("loadtest {version} · {} · exam {exam} · seed {}", parameters.url, parameters.seed)
    },
};

/// How candidates came.
fn arrivals(results: &Results) -> String {
    let words = results.parameters.arrivals.as_str();
    let shape = match words.split_once(' ') {
        Some(("spike", spike)) => match spike.split_once("%/") {
            Some((share, within)) => format!("{share} % of them within {}", within.replace('s', " s")),
            None => words.to_owned(),
        },
        Some(("ramp", rates)) => format!("from {} a second", rates.replacen("..", " to ", 1)),
        _ if words == "rush" => "most of them in the first seconds, then fewer and fewer".to_owned(),
        _ => "evenly".to_owned(),
    };
    match results.parameters.early {
        Some(early) => format!("{shape}; {} came before it opened", percent(early)),
        None => shape,
    }
}

fn title(results: &Results) -> String {
    let parameters = &results.parameters;
    let seconds = parameters.seconds;
    if parameters.scenario.is_about_seats() {
        let (candidates, seats) = (grouped(parameters.candidates), grouped(parameters.seats));
        format!("{candidates} candidates, {seats} seats, {seconds} seconds")
    } else {
        format!("{} views in {seconds} seconds", grouped(parameters.candidates))
    }
}

fn lead(results: &Results) -> String {
    let (parameters, figures) = (&results.parameters, &results.figures);
    let (candidates, seconds) = (grouped(parameters.candidates), parameters.seconds);
    let for_seats =
        format!("{} in {}", counted(parameters.seats, "seat"), counted(parameters.sittings as u64, "sitting"));
    let opened = match parameters.opens_after_seconds {
        Some(after) => format!(" Registration opened {after} seconds after the start."),
        None => String::new(),
    };
    let again = if figures.seats_given > parameters.seats {
        format!(" Seats that were given back were given again: {} times in all.", grouped(figures.seats_given))
    } else {
        String::new()
    };
    match parameters.scenario {
        Scenario::Api => {
            format!("Within {seconds} seconds {candidates} candidates asked for {for_seats}.{opened}{again}")
        }
        Scenario::Candidate => format!(
            "Within {seconds} seconds {candidates} candidates opened the site and went through its pages, from the \
             list of exams to the receipt, for {for_seats}.{opened}{again}"
        ),
        Scenario::WaitingRoom => format!(
            "Within {seconds} seconds {candidates} candidates came to the waiting room, and were let in to ask for \
             {for_seats}.{opened}{again}"
        ),
        Scenario::Browse => format!(
            "Within {seconds} seconds pages and lists were read {candidates} times, while {} pages stood open and \
             were told every change: {} messages.",
            grouped(parameters.streams as u64),
            grouped(results.measured.events),
        ),
    }
}

fn safe_why(results: &Results) -> String {
    let passed =
        results.checks.iter().filter(|check| check.state == crate::measured::results::CheckState::Passed).count();
    let ways = if passed == 1 { "one check says so".to_owned() } else { format!("{passed} checks agree") };
    format!("{ways}; see below.")
}

fn limit(results: &Results) -> String {
    let figures = &results.figures;
    let lag = millis(figures.start_lag_p99_ms);
    let mut sentences = match figures.limit() {
        Limit::Generator => format!(
            "The generator itself was late: 99 of 100 candidates were sent within {lag} of their time, and at worst {} \
             were overdue. The waits shown contain that delay, so the server did better than they say.",
            grouped(figures.overdue_max)
        ),
        Limit::Server => format!(
            "The generator kept up: 99 of 100 candidates were sent within {lag} of their time. The waits shown are \
             those of the server and its databases."
        ),
    };
    if figures.not_sent > 0 {
        let not_sent = grouped(figures.not_sent);
        sentences.push_str(&format!(
            " {not_sent} who came were not sent at all, because too many before them still waited for a connection; \
             they count as errors."
        ));
    }
    if let Some(ceiling) = figures.ceiling {
        #[expect(clippy::cast_precision_loss, reason = "answers in a second are few")]
        let share = figures.throughput_max as f64 / ceiling;
        sentences.push_str(&format!(
            " Its own ceiling, measured beforehand with the cheapest answer of the same server over the same \
             connections, is {} answers a second; the best second of the test had {} ({}).",
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
    let mut facts = vec![("Machine", machine(results, "cores")), ("Arrivals", arrivals(results))];
    if parameters.scenario.is_about_seats() {
        let rest = (1.0 - parameters.confirm - parameters.release).max(0.0);
        let (pay, back) = (percent(parameters.confirm), percent(parameters.release));
        facts.push(("Seat holders", format!("{pay} pay, {back} give the seat back, {} let it lapse", percent(rest))));
    }
    let processes =
        if results.processes.len() > 1 { format!(", {} processes", results.processes.len()) } else { String::new() };
    let generator = format!(
        "{}, {}{processes}, {:.2} cores busy",
        counted(threads, "thread"),
        counted(connections, "connection"),
        figures.generator_cores
    );
    let patience = format!(
        "{} s for a request, {} repetitions; {} were needed",
        parameters.timeout_seconds,
        parameters.retries,
        grouped(results.measured.repeated)
    );
    facts.extend([("Generator", generator), ("Patience", patience)]);
    facts.push(("Received", bytes(results.measured.bytes_received)));
    facts
}

//! What attackers got, as a table for the terminal and as a page.

use std::fmt::Write as _;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::abuse::findings::{Finding, Findings};

const STYLE: &str = include_str!("../report/report.css");

/// All that matters, some lines an attack.
pub fn abuse_table(findings: &Findings) -> String {
    let mut text = format!("\n{} · exam {} · {}\n\n", findings.url, findings.exam, findings.began_at);
    let _ = writeln!(text, "{:<12}{:>9}{:>8}{:>8}{:>14}  what", "attack", "networks", "tries", "got", "per hour each");
    for finding in &findings.attacks {
        let (hour, what) = (finding.per_hour_and_address(), finding.attack.gain());
        let _ = writeln!(
            text,
            "{:<12}{:>9}{:>8}{:>8}{hour:>14.0}  {what}",
            finding.attack.name(),
            finding.addresses,
            finding.tries,
            finding.got
        );
        let _ = writeln!(text, "{:<12}  ends: {}; captchas by bits: {}", "", ends(finding), captchas(finding));
        let _ = writeln!(text, "{:<12}  honest: {}", "", honest(finding));
        for problem in &finding.honest.problems {
            let _ = writeln!(text, "{:<12}  LOST: {problem}", "");
        }
    }
    text
}

/// The same as one page that needs nothing else.
pub fn abuse_report(findings: &Findings) -> String {
    let title = "What attackers get";
    let page: Markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    h1 { (title) }
                    p { (findings.url) " · " (findings.exam) " · " (findings.began_at) }
                    table {
                        thead { tr {
                            @for name in ["attack", "networks", "seconds", "requests", "tries", "got", "per hour and address",
                                "captchas by bits", "honest candidates beside it"] { th scope="col" { (name) } }
                        } }
                        tbody { @for finding in &findings.attacks { (row(finding)) } }
                    }
                    p {
                        "Per hour: at the pace of the second half, when counters had filled. A budget of a day ends what a pace "
                        "would go on with."
                    }
                }
            }
        }
    };
    page.into_string()
}

fn row(finding: &Finding) -> Markup {
    html! {
        tr {
            th scope="row" { (finding.attack.name()) }
            td { (finding.addresses) }
            td { (format!("{:.0}", finding.seconds)) }
            td { (finding.requests) }
            td { (finding.tries) " (" (ends(finding)) ")" }
            td { (finding.got) " " (finding.attack.gain()) }
            td { (format!("{:.0}", finding.per_hour_and_address())) }
            td { (captchas(finding)) }
            td {
                (honest(finding))
                @for problem in &finding.honest.problems { br; strong { (problem) } }
            }
        }
    }
}

fn ends(finding: &Finding) -> String {
    let ends: Vec<String> = finding.ends.iter().map(|(end, count)| format!("{end} {count}")).collect();
    ends.join(", ")
}

fn captchas(finding: &Finding) -> String {
    let asked: Vec<String> = finding.captchas.iter().map(|(bits, count)| format!("{bits}: {count}")).collect();
    if asked.is_empty() { "none".to_owned() } else { asked.join(", ") }
}

fn honest(finding: &Finding) -> String {
    let honest = &finding.honest;
    format!(
        "{} acts, {} lost, {} captchas ({} on known devices), longest {} ms",
        honest.acts, honest.lost, honest.captchas, honest.captchas_on_known_devices, honest.longest_ms
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abuse::attack::Attack;
    use crate::abuse::findings::Honest;

    #[test]
    fn what_honest_candidates_lost_is_said_loudly() {
        let honest = Honest { acts: 9, lost: 1, problems: vec!["<no> seat".to_owned()], ..Honest::default() };
        let finding = Finding {
            attack: Attack::Farm,
            addresses: 1,
            seconds: 20.0,
            requests: 70,
            tries: 12,
            got: 5,
            got_late: 2,
            ends: [("seat held".to_owned(), 5)].into(),
            captchas: [(13, 7)].into(),
            honest,
        };
        let findings = Findings {
            url: "http://127.0.0.1:8080".to_owned(),
            exam: "e".to_owned(),
            began_at: "2026-11-30T00:00:00Z".to_owned(),
            attacks: vec![finding],
        };
        assert!(findings.is_lost());
        let table = abuse_table(&findings);
        for said in ["farm", "720", "seats held", "seat held 5", "13: 7", "9 acts, 1 lost", "LOST: <no> seat"] {
            assert!(table.contains(said), "{said} in {table}");
        }
        let page = abuse_report(&findings);
        assert!(page.contains("&lt;no&gt; seat") && page.contains("720"), "{page}");
    }
}

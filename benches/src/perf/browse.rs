//! Reading: the page of an exam as a phone gets it, the list of sittings as JSON, and what a first visit loads.

use std::collections::BTreeSet;

use crate::generator::Generator;
use crate::options::Options;
use crate::report::Report;
use crate::rounds::Rounds;
use crate::server::Site;

const PAGE: &str = "/exams/campus-english";
const LIST: &str = "/api/v1/exams/campus-english/sittings";
const CONNECTIONS: usize = 64;

/// Measures pages and lists per second, and the bytes of a first visit.
pub(crate) async fn measure(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    report.progress("an exam's page and its list of sittings, compressed");
    let site = Site::start(1_024).await?;
    report.set("first_view_bytes", first_view_bytes(&site).await?);
    let (generator, mut rounds) = (Generator::new()?, Rounds::default());
    for _ in 0..options.rounds() {
        for (key, path) in [("browse_rps", PAGE), ("browse_list_rps", LIST)] {
            let seen = generator.get(&format!("{}{path}", site.url()), CONNECTIONS, options.turn()).await?;
            rounds.push(key, seen.per_second);
        }
    }
    report.set_some("browse_rps", rounds.median("browse_rps"));
    report.set_some("browse_list_rps", rounds.median("browse_list_rps"));
    report.spread(&rounds);
    Ok(())
}

/// The page and every static file that it names, each once, compressed.
async fn first_view_bytes(site: &Site) -> anyhow::Result<f64> {
    let page = site.text(PAGE).await?;
    let mut bytes = site.compressed(PAGE).await?.len();
    for file in static_files(&page) {
        bytes += site.compressed(file).await?.len();
    }
    Ok(bytes as f64)
}

fn static_files(page: &str) -> BTreeSet<&str> {
    let rests = page.match_indices("\"/static/").map(|(at, _)| &page[at + 1..]);
    rests.filter_map(|rest| rest.split('"').next()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_static_file_counts_once() {
        let page = r#"<link href="/static/a.css"><script src="/static/b.js"></script><img src="/static/a.css">"#;
        assert_eq!(static_files(page).into_iter().collect::<Vec<_>>(), ["/static/a.css", "/static/b.js"]);
    }
}

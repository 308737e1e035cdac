//! Reading: the page of an exam as a phone gets it, and the list of sittings as JSON.

use crate::options::Options;
use crate::programs::generator::Generator;
use crate::programs::server::Site;
use crate::report::Report;
use crate::rounds::Rounds;

const PAGE: &str = "/exams/campus-english";
const LIST: &str = "/api/v1/exams/campus-english/sittings";
const CONNECTIONS: usize = 64;

/// Measures pages and lists per second.
pub(crate) async fn measure(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    report.progress("an exam's page and its list of sittings, compressed");
    let site = Site::start(1_024).await?;
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

//! What is left of the best rate when ten times as much is asked for.
//!
//! On a machine that the generator shares with the server ten times the server's best cannot be offered. So the
//! server and its stores are held to a quarter of a core, by a control group, and the generator has the rest. First
//! the best rate is found (closed loop), then ten times that many candidates come each second, open loop, each
//! asking once, over connections of which a waiting answer keeps one busy. Both take turns. Who comes while all
//! connections are busy and a few hundred wait for one is turned away unsent, as by the full queue of a network:
//! otherwise they would queue in the generator, first come first served, until each is served just too late, and
//! the figure would tell of that queue only.
//!
//! Beside it the whole machine is offered ten times the connections that carry the best rate, each asking again
//! at once, whatever the answer was.

use std::time::Duration;

use anyhow::Context;

use crate::measure::latency::open_loop;
use crate::options::Options;
use crate::programs::generator::Generator;
use crate::programs::overload::Cage;
use crate::programs::server::Site;
use crate::report::Report;
use crate::rounds::Rounds;

/// Cores of the server and its stores together.
const CORES: f64 = 0.25;
const TIMES: f64 = 10.0;
const CONNECTIONS: usize = 256;
/// Connections of those who come ten times too many.
const CROWD: usize = 2_560;
/// So many wait for a connection; the next one goes away.
const QUEUE: usize = 256;
const EXAM: &str = "goodput";

/// Measures both: on the whole machine, and on a quarter of a core.
pub(crate) async fn measure(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    report.progress("the whole machine under ten times the connections");
    let site = Site::start(8_192).await?;
    site.add_exam(EXAM, "redis").await?;
    let (generator, mut rounds) = (Generator::new()?, Rounds::default());
    for _ in 0..options.sized(3, 1) {
        rounds.push("best", generator.hold(&site, EXAM, CONNECTIONS, options.turn()).await?.clean("holds")?.per_second);
        site.drained().await?;
        rounds.push("crowd", generator.hold(&site, EXAM, CROWD, options.turn()).await?.per_second);
        site.drained().await?;
    }
    report.set_some("goodput_10x_crowd", rounds.ratio("crowd", "best"));
    report.note(
        "goodput_10x_crowd",
        format!("{CROWD} connections against {CONNECTIONS}, closed loop, no pause after a refusal"),
    );

    report.progress("a quarter of a core under ten times the rate, open loop");
    let cage = match Cage::around(&site.pids(), CORES) {
        Ok(cage) => cage,
        Err(error) => {
            report.note("goodput_10x", format!("not measured: {error:#}"));
            return Ok(());
        }
    };
    let mut rounds = Rounds::default();
    for round in 1..=options.sized(3, 1) {
        report.progress(&format!("round {round}: the best rate, then ten times as many"));
        caged(options, (&site, &cage), &generator, &mut rounds).await?;
    }
    drop(cage);
    report.set_some("goodput_10x", rounds.ratio("good", "best"));
    let value = |key| rounds.median(key).unwrap_or_default();
    report.note(
        "goodput_10x",
        format!(
            "server and stores on {CORES} of a core; best {:.0} a second, {:.0} a second came; the generator used {:.2} cores",
            value("best"),
            value("offered"),
            value("cores")
        ),
    );
    Ok(())
}

async fn caged(
    options: &Options,
    (site, cage): (&Site, &Cage),
    generator: &Generator,
    rounds: &mut Rounds,
) -> anyhow::Result<()> {
    cage.tighten()?;
    let best = generator.hold(site, EXAM, CONNECTIONS, options.turn()).await?.clean("holds")?.per_second;
    // Catching up is nobody's turn.
    cage.loosen()?;
    site.drained().await?;
    cage.tighten()?;
    let (offered, seconds) = ((best * TIMES).round(), options.sized(10.0, 4.0));
    let (crowd, queue) = (CROWD.to_string(), QUEUE.to_string());
    let further =
        ["--connections", crowd.as_str(), "--backlog", &queue, "--retries", "0", "--timeout", "2s", "--drain", "3s"];
    // The figures are of the time in which candidates came. What loadtest does then, it may do quickly: it looks
    // every seat up again.
    let over = async {
        tokio::time::sleep(Duration::from_secs_f64(seconds + 1.0)).await;
        cage.loosen()
    };
    let (figures, loosened) = tokio::join!(open_loop(site, offered, seconds, &further), over);
    loosened?;
    let figures = figures?;
    site.drained().await?;
    let figure = |name: &str| figures[name].as_f64().with_context(|| format!("loadtest does not tell {name}"));
    rounds.push("best", best);
    rounds.push("offered", offered);
    rounds.push("good", figure("throughput")?);
    rounds.push("cores", figure("generator_cores")?);
    Ok(())
}

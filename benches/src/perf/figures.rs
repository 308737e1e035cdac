//! Every figure: its name, its unit, and what it should reach. What each means is told by `ops/perf --help`, and a
//! test sees to it that none is missing there.

/// What a figure should reach. Ratios hold on any machine; rates are meant for two cores.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Target {
    /// None: a measure to compare with, or to watch.
    None,
    /// So much or more.
    AtLeast(f64),
    /// So much or less.
    AtMost(f64),
}

impl Target {
    /// Is it met? `None` without a target.
    pub(crate) fn is_met_by(self, value: f64) -> Option<bool> {
        match self {
            Self::None => None,
            Self::AtLeast(least) => Some(value >= least),
            Self::AtMost(most) => Some(value <= most),
        }
    }
}

/// One figure that is published.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figure {
    /// Its key in the JSON.
    pub(crate) key: &'static str,
    /// In what it is counted; empty for a ratio.
    pub(crate) unit: &'static str,
    /// What it should reach.
    pub(crate) target: Target,
}

const fn figure(key: &'static str, unit: &'static str, target: Target) -> Figure {
    Figure { key, unit, target }
}

/// All of them, in the order of the table.
pub(crate) const FIGURES: [Figure; 39] = [
    figure("hello_rps", "answers/s", Target::None),
    figure("hold_rps", "holds/s", Target::None),
    figure("hold_over_hello", "", Target::AtLeast(0.6)),
    figure("hold_batch", "holds/call", Target::None),
    figure("hold_ledger_lag_s", "s", Target::None),
    figure("hold_drain_s", "s", Target::None),
    figure("evalsha_rps", "holds/s", Target::None),
    figure("engine_hps_32", "holds/s", Target::None),
    figure("engine_hps_256", "holds/s", Target::AtLeast(250_000.0)),
    figure("engine_hps_8000", "holds/s", Target::AtLeast(375_000.0)),
    figure("engine_over_evalsha", "", Target::AtLeast(5.0)),
    figure("ledger_ack_rps", "holds/s", Target::None),
    figure("ledger_ack_over_hold", "", Target::AtLeast(0.5)),
    figure("pg_hot_row_tps", "updates/s", Target::None),
    figure("hold_over_pg_hot_row", "", Target::AtLeast(20.0)),
    figure("engine_over_pg_hot_row", "", Target::None),
    figure("sync_rows_per_s", "rows/s", Target::None),
    figure("sync_rows_per_s_256", "rows/s", Target::None),
    figure("sync_over_hold", "", Target::AtLeast(1.5)),
    figure("bytes_per_hold", "bytes", Target::AtMost(120.0)),
    figure("bytes_per_hold_1", "bytes", Target::None),
    figure("cost_growth_1k_10m", "", Target::AtMost(1.25)),
    figure("p50_ms", "ms", Target::None),
    figure("p99_ms", "ms", Target::None),
    figure("latency_rps", "holds/s", Target::None),
    figure("browse_rps", "pages/s", Target::None),
    figure("browse_list_rps", "lists/s", Target::None),
    figure("first_view_requests", "requests", Target::AtMost(5.0)),
    figure("first_view_bytes", "bytes", Target::AtMost(40_960.0)),
    figure("first_view_slow_3g_ms", "ms", Target::AtMost(3_000.0)),
    figure("sse_bytes_per_client", "bytes", Target::AtMost(40_960.0)),
    figure("sse_clients", "streams", Target::None),
    figure("goodput_10x", "", Target::AtLeast(0.9)),
    figure("goodput_10x_crowd", "", Target::None),
    figure("pay_settled_per_s", "payments/s", Target::None),
    figure("pay_settle_p50_ms", "ms", Target::None),
    figure("pay_settle_p99_ms", "ms", Target::None),
    figure("pay_notify_p99_ms", "ms", Target::AtMost(200.0)),
    figure("pay_reconcile_10k_s", "s", Target::AtMost(10.0)),
];

/// The figure of this name.
pub(crate) fn named(key: &str) -> Figure {
    *FIGURES.iter().find(|figure| figure.key == key).expect("only figures of the list are measured")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_of_the_script_explains_every_figure_and_names_its_target() {
        let script = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../ops/perf")).expect("the script");
        for Figure { key, target, .. } in FIGURES {
            let lines = script.lines().skip_while(|line| !line.starts_with(&format!("  {key} ")));
            let (first, rest) = (lines.clone().next(), lines.skip(1).take_while(|line| line.starts_with("      ")));
            let first = first.unwrap_or_else(|| panic!("ops/perf --help does not explain {key}"));
            let entry: String = std::iter::once(first).chain(rest).collect();
            let should = match target {
                Target::None => continue,
                Target::AtLeast(least) => format!("(≥ {least}"),
                Target::AtMost(most) => format!("(≤ {most}"),
            };
            assert!(entry.contains(&should), "ops/perf --help does not say {should} of {key}: {entry}");
        }
    }

    #[test]
    fn a_target_is_met_at_its_edge() {
        assert_eq!(Target::AtLeast(0.6).is_met_by(0.6), Some(true));
        assert_eq!(Target::AtMost(120.0).is_met_by(120.1), Some(false));
        assert_eq!(Target::None.is_met_by(1.0), None);
    }
}

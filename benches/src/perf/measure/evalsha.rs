//! One hold per EVALSHA by redis-benchmark: what an engine without batches could reach at best.

use std::time::Duration;

use anyhow::{Context, ensure};
use benches::{Bench, requests};
use futures_util::StreamExt;
use reservation::ids::SittingNumber;
use reservation::store::HoldRequest;
use testkit::Fsync;
use tokio::process::Command;

use crate::programs::command;

/// redis-benchmark puts twelve digits in place of this, and so makes every call another candidate's.
const ANYBODY: &str = "c__rand_int__";
const CLIENTS: &str = "50";
const PROBE_CALLS: u64 = 20_000;

/// Holds per second, one per call, on a fresh Redis that has every answered hold on the disk. Fails when the
/// calls did not take seats.
pub(crate) async fn holds_per_second(span: Duration) -> anyhow::Result<f64> {
    // Another Redis: redis-benchmark draws the same candidates each time.
    let trial = Bench::start(Fsync::Always).await;
    let probe = calls_per_second(&trial, &command_of_a_hold(&trial).await?, PROBE_CALLS).await?;
    drop(trial);
    let bench = Bench::start(Fsync::Always).await;
    let call = command_of_a_hold(&bench).await?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate is positive and small")]
    let calls = (probe * span.as_secs_f64()) as u64;
    let rate = calls_per_second(&bench, &call, calls).await?;
    let counts = bench.store.counts(&bench.pool.keys).await?;
    let taken: i64 = counts.iter().map(|(_, capacity, free)| capacity - free).sum();
    // Two calls may draw the same candidate.
    let expected = calls as f64 * 0.99;
    ensure!(taken as f64 >= expected, "redis-benchmark's {calls} calls took only {taken} seats");
    Ok(rate)
}

/// A moment that no benchmark reaches, in ms.
const NEVER: &[u8] = b"9007199254740991";

/// The words of the command that our own code sends for one hold, as Redis hears it, but without an end: sent again for
/// seconds, it would be refused as late.
async fn command_of_a_hold(bench: &Bench) -> anyhow::Result<Vec<Vec<u8>>> {
    let mut words = heard_command(bench).await?;
    let keys: usize = words.get(2).and_then(|count| str::from_utf8(count).ok()?.parse().ok()).context("no keys")?;
    // EVALSHA, digest, count, the keys, epoch, now; then the call's end.
    let end = words.get_mut(keys + 5).context("a hold's command has an end")?;
    ensure!(!end.is_empty() && end.iter().all(u8::is_ascii_digit), "a call's end is a moment in ms");
    *end = NEVER.to_vec();
    Ok(words)
}

async fn heard_command(bench: &Bench) -> anyhow::Result<Vec<Vec<u8>>> {
    let client = redis::Client::open(bench.stores.redis_url())?;
    let monitor = client.get_async_monitor().await?;
    let mut heard = monitor.into_on_message::<String>();
    let one = requests(0, 1, SittingNumber(1)).remove(0);
    let one = HoldRequest { candidate: ANYBODY.parse().expect("a name"), ..one };
    bench.hold(&bench.pool, &[one]).await;
    let wait = tokio::time::timeout(Duration::from_secs(10), async {
        while let Some(line) = heard.next().await {
            if line.contains("\"EVALSHA\"") {
                return words(&line);
            }
        }
        None
    });
    wait.await.ok().flatten().context("Redis did not tell which command it heard")
}

async fn calls_per_second(bench: &Bench, call: &[Vec<u8>], calls: u64) -> anyhow::Result<f64> {
    use std::os::unix::ffi::OsStrExt;
    let socket = bench.stores.redis_url().strip_prefix("redis+unix://").context("our own Redis has a socket")?;
    let mut command =
        Command::new(command::program("redis-benchmark").or_else(|_| command::program("valkey-benchmark"))?);
    command.args(["-s", socket, "-c", CLIENTS, "-P", "1", "-r", "1000000000", "--csv", "-n", &calls.to_string()]);
    command.args(call.iter().map(|word| std::ffi::OsStr::from_bytes(word)));
    let text = command::output(&mut command, Duration::from_secs(120)).await?;
    rate(&text).with_context(|| format!("redis-benchmark said something unexpected: {text}"))
}

/// The rate in the last line, which is `"test","rps"` and, since Redis 6.2, six latencies.
fn rate(csv: &str) -> Option<f64> {
    let fields: Vec<&str> = csv.lines().last()?.split("\",\"").map(|field| field.trim_matches('"')).collect();
    let from_the_end = if fields.len() >= 8 { 7 } else { 1 };
    fields.get(fields.len().checked_sub(from_the_end)?)?.parse().ok()
}

/// The words of a line of MONITOR: each in quotes, with `\"`, `\\`, `\n` and the like, or `\x00`.
fn words(line: &str) -> Option<Vec<Vec<u8>>> {
    let mut rest = &line[line.find("] \"")? + 2..];
    let mut words = Vec::new();
    while let Some(inside) = rest.trim_start().strip_prefix('"') {
        let (mut word, mut chars) = (Vec::new(), inside.char_indices());
        let end = loop {
            match chars.next()? {
                (at, '"') => break at,
                (_, '\\') => match chars.next()?.1 {
                    'n' => word.push(b'\n'),
                    'r' => word.push(b'\r'),
                    't' => word.push(b'\t'),
                    'a' => word.push(7),
                    'b' => word.push(8),
                    'x' => {
                        let digits: String = [chars.next()?.1, chars.next()?.1].iter().collect();
                        word.push(u8::from_str_radix(&digits, 16).ok()?);
                    }
                    other => word.extend(other.to_string().bytes()),
                },
                (_, other) => word.extend(other.to_string().bytes()),
            }
        };
        words.push(word);
        rest = &inside[end + 1..];
    }
    Some(words)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that unwraps fails with the line that failed")]

    use super::*;

    #[test]
    fn a_monitored_command_reads_back_word_by_word() {
        let line = r#"1700000000.123456 [0 unix:/tmp/a b/redis.sock] "EVALSHA" "ab" "" "a\"b\\c\x00\n" "{p}:meta""#;
        let expected: Vec<&[u8]> = vec![b"EVALSHA", b"ab", b"", b"a\"b\\c\x00\n", b"{p}:meta"];
        assert_eq!(words(line).unwrap(), expected);
        assert_eq!(words("OK"), None);
    }

    #[test]
    fn the_rate_is_found_behind_a_name_that_has_anything_in_it() {
        let csv = "\"test\",\"rps\",\"avg\",\"min\",\"p50\",\"p95\",\"p99\",\"max\"\n\
                   \"EVALSHA ab 7 x,y\",\"52356.02\",\"0.9\",\"0.1\",\"0.8\",\"1.5\",\"2.0\",\"9.0\"\n";
        assert_eq!(rate(csv), Some(52_356.02));
        assert_eq!(rate("\"EVALSHA\",\"100.5\"\n"), Some(100.5));
        assert_eq!(rate(""), None);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_redis_heard_is_a_hold_of_anybody() {
        let bench = Bench::start(Fsync::Off).await;
        let words = command_of_a_hold(&bench).await.unwrap();
        assert_eq!(words[0], b"EVALSHA");
        let texts: Vec<_> = words.iter().map(|word| String::from_utf8_lossy(word)).collect();
        assert!(texts.iter().any(|text| text.contains(ANYBODY)), "{texts:?}");
    }
}

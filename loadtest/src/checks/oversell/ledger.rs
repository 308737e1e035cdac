//! The third witness: the ledger in Postgres, read directly when `--database-url` is given.

mod holds;
mod sittings;

use std::error::Error;
use std::time::{Duration, Instant};

use reservation::tls::postgres::{Agreed, PostgresAddress};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_postgres::config::Host;
use tokio_postgres::{Client, Config, NoTls};

use super::some_of;
use crate::measured::results::{Check, CheckKind, CheckState};
use crate::server::wire::SittingReply;
use crate::shown::numbers::grouped;

/// The ledger follows Redis; it gets this long to catch up.
const CATCH_UP: Duration = Duration::from_secs(60);
/// How often it is looked at meanwhile.
const LOOK_EVERY: Duration = Duration::from_millis(250);
const PORT: u16 = 5432;

type Fault = Box<dyn Error + Send + Sync>;

/// Reads the ledger's tables until they agree with `seen`, the sittings as the API shows them, and says
/// whether more is taken or confirmed than there is.
pub async fn ledger(url: &str, exam: &str, seen: &[SittingReply]) -> Check {
    match compare(url, exam, seen).await {
        Ok((state, detail)) => Check { kind: CheckKind::Ledger, state, detail },
        // The address may hold a password, so only the cause is told.
        Err(error) => {
            let detail = format!("the ledger could not be read: {error}");
            Check { kind: CheckKind::Ledger, state: CheckState::Skipped, detail }
        }
    }
}

async fn compare(url: &str, exam: &str, seen: &[SittingReply]) -> Result<(CheckState, String), Fault> {
    let client = connect(url).await?;
    let since = Instant::now();
    loop {
        let (wrong, behind, live) = look(&client, exam, seen).await?;
        if !wrong.is_empty() {
            return Ok((CheckState::Failed, some_of(&wrong)));
        }
        if behind.is_empty() {
            return Ok((
                CheckState::Passed,
                format!("the ledger has the same {} live holds, none twice", grouped(live.unsigned_abs())),
            ));
        }
        if since.elapsed() > CATCH_UP {
            let detail = format!("the ledger did not follow within {CATCH_UP:?}: {}", some_of(&behind));
            return Ok((CheckState::Failed, detail));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Connects by TLS where the address asks for it, as the server does.
async fn connect(url: &str) -> Result<Client, Fault> {
    let PostgresAddress { config, encryption } = PostgresAddress::read(url)?;
    let address = config.get_hostaddrs().first().map(ToString::to_string);
    let name = match (config.get_hosts().first(), &address) {
        (Some(Host::Tcp(name)), _) | (_, Some(name)) => name.clone(),
        // A socket of this machine.
        _ => {
            let (client, connection) = config.connect(NoTls).await?;
            tokio::spawn(connection);
            return Ok(client);
        }
    };
    let port = config.get_ports().first().copied().unwrap_or(PORT);
    let stream = TcpStream::connect((address.as_ref().unwrap_or(&name).as_str(), port)).await?;
    match encryption.agree(&name, stream).await? {
        Agreed::Clear(stream) => over(&config, stream).await,
        Agreed::Encrypted(encrypted) => over(&config, encrypted.stream).await,
    }
}

/// What is encrypted is so before the library gets it.
async fn over(config: &Config, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> Result<Client, Fault> {
    let (client, connection) = config.connect_raw(stream, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// What is wrong for good, what may only be late, and how many live holds there are.
async fn look(
    client: &Client,
    exam: &str,
    seen: &[SittingReply],
) -> Result<(Vec<String>, Vec<String>, i64), tokio_postgres::Error> {
    let (rows, counts) = (sittings::of(client, exam).await?, holds::counts(client, exam).await?);
    let (mut wrong, mut behind, mut total) = (Vec::new(), Vec::new(), 0);
    for row in &rows {
        let count = counts.iter().find(|count| count.sitting == row.number);
        let (live, confirmed) = count.map_or((0, 0), |count| (count.live, count.confirmed));
        total += live;
        if live > i64::from(row.promised) {
            wrong.push(format!("{}: {live} live holds for {} seats", row.id, row.promised));
        }
        if i64::from(row.confirmed) != confirmed || row.confirmed > row.promised {
            wrong.push(format!(
                "{}: {confirmed} confirmed, {} counted, {} promised",
                row.id, row.confirmed, row.promised
            ));
        }
        let taken =
            seen.iter().find(|sitting| sitting.id.as_str() == row.id).map(|it| it.capacity.saturating_sub(it.free));
        if taken.is_some_and(|taken| i64::try_from(taken) != Ok(live)) {
            behind.push(format!("{}: {live} live holds, {} taken", row.id, taken.unwrap_or_default()));
        }
    }
    if rows.is_empty() {
        behind.push(format!("no sittings of exam {exam}"));
    }
    if holds::twice(client, exam).await? > 0 {
        wrong.push("a candidate has two live holds in one group".to_owned());
    }
    Ok((wrong, behind, total))
}

//! `seathold serve`: the order in which everything starts, and the reverse in which it stops.

use std::io;
use std::path::Path;
use std::sync::Arc;

use anyhow::bail;
use backoffice::{BackofficeState, SecondFactor, SecondPerson};
use h5::{H5State, Printing};
use httpkit::limits::{Limits, LimitsConfig};
use jiff::SignedDuration;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use papers::{FontPaths, Press};
use registration::people::accounts::{AccountSettings, SessionLimits};
use reservation::api::{Api, ApiConfig};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::audit_heads;
use crate::cli::{BoundsArgs, ServeArgs};
use crate::demo;
use crate::demo::rush::{Rush, Stage};
use crate::listener::{Bounds, Listener, Proxies};
use crate::outside::Outside;
use crate::outside::lacking::Here;
use crate::say;
use crate::secrets::{cookie_keys, make_data_dir};
use crate::services::Services;
use crate::site::{Console, Site};
use crate::site_url::SiteUrl;
use crate::stores::{Sharing, Stores};
use crate::telemetry;

/// Most connections of staff at a time.
const STAFF_CONNECTIONS: usize = 500;
/// Of the connections, one in so many is kept from event streams.
const STREAMS_SPARE_ONE_IN: usize = 4;
/// File descriptors that are not connections: stores, files, pipes.
const OTHER_FILES: u64 = 256;

/// Serves until Ctrl-C or SIGTERM; what was started is stopped again, also after a failure. With an opening to be played, it is
/// played meanwhile.
pub async fn serve(mut args: ServeArgs, rush: Option<Rush>) -> anyhow::Result<()> {
    let mut signals = Signals::new()?;
    demo::check_listeners(&args)?;
    // Bound before anything starts, so that a port in use leaves nothing behind.
    let listeners = Listeners {
        candidates: Listener::bind("candidates", "--listen", args.listen)?,
        staff: Listener::bind("staff", "--staff-listen", args.staff_listen)?,
    };
    args.outside.card_models.get_or_insert_with(|| args.site.data.join("models"));
    // Of a demo nobody is real whom somebody on the line could read.
    args.site.plaintext_stores |= args.demo;
    // Before the stores: a missing setting is told at once.
    let sandbox_listen = args.demo.then_some(args.sandbox_listen);
    let outside = Outside::open(&args.outside, sandbox_listen, &listeners.staff.url()?).await?;
    let accounts = account_settings(&args, &listeners.candidates.url()?);
    let data = make_data_dir(&args.site.data)?;
    let open = Stores::open(&args.site, &data, Sharing::Exclusive);
    // Dropping the half-opened stores ends them.
    let Some(stores) = signals.unless_stopped(open).await else { return Ok(()) };
    let mut stores = stores?;
    let gave_up = CancellationToken::new();
    stores.watch(gave_up.clone());
    // Boxed: it is large, and held across all that follows.
    let opening = Box::pin(async {
        demo::keep_apart(&args, &stores).await?;
        Services::open(&stores, &data, outside.gateways.clone(), accounts).await
    });
    let outcome = match signals.unless_stopped(opening).await {
        None => Ok(()),
        Some(Ok(services)) => {
            stores.hurry();
            if !args.demo {
                warn_of_lacking(&outside, &services);
            }
            let extras = Extras { sandbox_url: outside.sandbox_url(), rush };
            let served = serve_over(&args, &data, listeners, &services, extras, &mut signals, &gave_up);
            let outcome = served.await;
            Box::pin(services.stop()).await;
            outcome
        }
        Some(Err(error)) => Err(error),
    };
    stores.stop().await;
    outside.stop().await;
    outcome
}

struct Listeners {
    candidates: Listener,
    staff: Listener,
}

/// What only a demo has.
struct Extras {
    sandbox_url: Option<String>,
    rush: Option<Rush>,
}

/// Serves over open services until a signal, or until the stores are gone for good.
async fn serve_over(
    args: &ServeArgs,
    data: &Path,
    listeners: Listeners,
    services: &Services,
    extras: Extras,
    signals: &mut Signals,
    gave_up: &CancellationToken,
) -> anyhow::Result<()> {
    if args.demo {
        demo::fill(data, services).await?;
    } else {
        demo::end_keys(services).await?;
    }
    let Extras { sandbox_url, rush } = extras;
    let stage = match rush {
        // It is large.
        Some(rush) => Some(Box::pin(Stage::set(data, services, rush)).await?),
        None => None,
    };
    let (url, staff_url) = (listeners.candidates.url()?, listeners.staff.url()?);
    let stop = CancellationToken::new();
    let bounds = bounds_of(&args.bounds);
    let (site, console) = build(args, data, services, &bounds, (&url, sandbox_url.clone()))?;
    let api = site.api.clone();
    let staff_bounds = Bounds {
        connections: STAFF_CONNECTIONS,
        connections_per_address: STAFF_CONNECTIONS,
        requests: STAFF_CONNECTIONS,
        proxies: bounds.proxies.clone(),
    };
    let candidates = listeners.candidates.serve(bounds, stop.clone(), site);
    let staff = listeners.staff.serve(staff_bounds, stop.clone(), console);
    let heads = audit_heads::keep(services.registration.audit.clone(), audit_heads::dir_in(data), stop.clone());
    let served = tokio::spawn(async { tokio::join!(candidates, staff, heads) });
    let disk = data.to_owned();
    services.registration.exams.wall.watch_disk(move || free_percent(&disk));
    services.registration.retention().refresh().await?;
    warn_of_silence(args, services);
    say(&format!("ready: {url}"));
    say(&format!("staff: {staff_url}"));
    if args.demo {
        say(&demo::welcome());
        if let Some(url) = &sandbox_url {
            say(&format!("sandbox: {url}  (SMS codes and letters of the demo arrive here)"));
            say(&format!("         {url}specimens draws identity cards and faces to hand in"));
        }
    }
    if let Some(stage) = stage {
        say(&format!("wall: {}  (add ?wall for a screen on a wall)", stage.wall(&staff_url)));
        tokio::spawn(stage.play(stop.clone()));
    }
    tokio::select! {
        () = signals.stop() => tracing::info!("stopping"),
        () = gave_up.cancelled() => {}
    }
    stop.cancel();
    api.end_streams();
    services.registration.exams.wall.end_streams();
    served.await?;
    if gave_up.is_cancelled() {
        bail!("a private store does not stay up: see the log above");
    }
    Ok(())
}

/// How much of the disk that has this is free, in percent, if the system says.
fn free_percent(data: &Path) -> Option<u8> {
    let disk = nix::sys::statvfs::statvfs(data).ok()?;
    let percent = disk.blocks_available().saturating_mul(100).checked_div(disk.blocks())?;
    u8::try_from(percent).ok()
}

/// Says what a site has to say, and does not: one that is open to the public of itself, any but a demo for how long it keeps data.
fn warn_of_silence(args: &ServeArgs, services: &Services) {
    if args.demo {
        return;
    }
    let lacks = services.registration.imprints.current().imprint.lacks();
    for part in lacks.into_iter().filter(|_| args.public_url.is_some()) {
        tracing::warn!(?part, "the site does not say this of itself, as a public one has to: staff console, 网站信息");
    }
    if services.registration.retention().current().years.is_none() {
        tracing::warn!(
            "personal data of candidates is kept for good, as nobody has said for how long: staff console, 保存期限"
        );
    }
}

/// Says which exam asks for a vendor that is not here, and what follows from that.
fn warn_of_lacking(outside: &Outside, services: &Services) {
    let here = Here::of(&outside.gateways);
    for exam in services.registration.exams.list() {
        for what in here.lacks(&exam) {
            tracing::warn!(exam = %exam.id, "{what}");
        }
    }
}

/// Where tickets and the papers of sites are printed; nowhere without a font that has Chinese.
fn press() -> Option<Arc<Press>> {
    match Press::new(FontPaths::default()) {
        Ok(press) => {
            for lack in press.lacks() {
                tracing::warn!(script = lack.script, package = lack.package, "no font here has these letters of names");
            }
            Some(Arc::new(press))
        }
        Err(error) => {
            tracing::error!(%error, "tickets are shown, and neither they nor papers for sites can be had as files");
            None
        }
    }
}

/// Candidates' tickets, on half of the cores at once at most.
fn printing(press: Arc<Press>) -> Printing {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    Printing::new(press, cores / 2)
}

fn build(
    args: &ServeArgs,
    data: &Path,
    services: &Services,
    bounds: &Bounds,
    (own_url, sandbox_url): (&str, Option<String>),
) -> anyhow::Result<(Site, Console)> {
    let (cookie_key, staff_cookie_key) = cookie_keys(data)?;
    let asked = &args.bounds;
    let metrics = Some(telemetry::measure()?);
    let limits = Limits::new(LimitsConfig {
        per_address: asked.limit_address,
        per_key: asked.limit_key,
        per_candidate: asked.limit_candidate,
        // The staff's pages have their own.
        ..LimitsConfig::default()
    });
    let most_streams = bounds.connections - bounds.connections / STREAMS_SPARE_ONE_IN;
    let streams_max = asked.streams.map_or(most_streams, |streams| usize::try_from(streams).unwrap_or(usize::MAX));
    let api = Api::new(services.engine.clone(), ApiConfig { metrics, limits: limits.clone(), streams_max });
    let press = press();
    let state = H5State {
        engine: services.engine.clone(),
        registration: services.registration.clone(),
        limits,
        cookie_key,
        public_url: args.public_url.as_ref().map(|url| url.as_str().to_owned()),
        contact: args.contact.clone(),
        demo: args.demo,
        sandbox_url,
        printing: press.clone().map(printing),
    };
    let (pages, busy) = h5::site(state);
    let console = backoffice::router(BackofficeState {
        registration: services.registration.clone(),
        cookie_key: staff_cookie_key,
        demo: args.demo,
        // Of a demo everybody knows the password, and nobody is real.
        second_factor: if args.demo { SecondFactor::Off } else { SecondFactor::Required },
        second_person: if args.demo || args.one_person { SecondPerson::Off } else { SecondPerson::Required },
        refund_alone_max: args.refund_alone,
        undo: SignedDuration::from_secs(args.undo_seconds.into()),
        site_url: args.public_url.as_ref().map_or(own_url, SiteUrl::as_str).trim_end_matches('/').to_owned(),
        press,
    });
    let is_https = args.public_url.as_ref().is_some_and(SiteUrl::is_https);
    Ok((Site { api, pages, busy, is_https }, Console { pages: console, is_https }))
}

/// Letters lead to where the site says it is, and without that to where it listens: never to what a request says.
fn account_settings(args: &ServeArgs, own_url: &str) -> AccountSettings {
    let own = args.public_url.as_ref().map_or(own_url, SiteUrl::as_str);
    let given = args.mail_hosts.iter().map(SiteUrl::as_str);
    let mail_hosts = if args.mail_hosts.is_empty() { vec![own] } else { given.collect() };
    let mail_hosts = mail_hosts.into_iter().map(str::to_owned).collect();
    // In a demo everybody is on this machine, where nobody is to be kept waiting. Elsewhere a request from it comes from a
    // proxy that nobody named, and so from the whole world.
    AccountSettings {
        mail_hosts,
        sms_per_day: args.sms_per_day,
        sms_per_network: args.sms_per_network,
        sms_per_prefix: args.sms_per_prefix,
        sign_ups_per_network: args.sign_ups_per_network,
        exempts_loopback: args.demo,
        sessions: SessionLimits {
            idle: SignedDuration::from_mins(args.session_idle_minutes.into()),
            absolute: SignedDuration::from_hours(args.session_hours.into()),
        },
        new_device_messages_per_hour: args.new_device_messages,
    }
}

fn bounds_of(asked: &BoundsArgs) -> Bounds {
    let connections = connections_max(asked.connections);
    let per_address = asked.connections_per_address.and_then(|most| usize::try_from(most).ok());
    Bounds {
        connections,
        connections_per_address: per_address.unwrap_or_else(|| connections.div_ceil(2)),
        requests: usize::try_from(asked.requests).unwrap_or(usize::MAX),
        proxies: Proxies { trusted: asked.trusted_proxy.clone(), header: asked.client_address_header },
    }
}

/// As many connections as asked for, or as the system's limit on open files allows once it is raised.
fn connections_max(asked: u32) -> usize {
    let wanted = u64::from(asked) + OTHER_FILES;
    let limit = match getrlimit(Resource::RLIMIT_NOFILE) {
        Ok((soft, hard)) if soft < wanted => {
            let raised = wanted.min(hard);
            setrlimit(Resource::RLIMIT_NOFILE, raised, hard).map_or(soft, |()| raised)
        }
        Ok((soft, _)) => soft,
        Err(_) => wanted,
    };
    let connections = limit.saturating_sub(OTHER_FILES).clamp(1, u64::from(asked));
    if connections < u64::from(asked) {
        tracing::warn!(connections, asked, "the system's limit on open files allows fewer connections than asked for");
    }
    usize::try_from(connections).unwrap_or(usize::MAX)
}

/// Ctrl-C and SIGTERM, heard from the very start.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn stop(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    /// What `work` comes to, or `None` when a signal comes first.
    async fn unless_stopped<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            outcome = work => Some(outcome),
            () = self.stop() => None,
        }
    }
}

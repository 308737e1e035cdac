//! What an operator may say. Flags of the server have environment variables, which their help names.

mod approvals;
mod audit;
mod demo;
mod key;
mod money;
mod rooms;
mod seating;
mod staff;
mod ticket;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use registration::Fen;

use crate::listener::{AddressHeader, Network};
use crate::outside::OutsideArgs;
use crate::site_url::SiteUrl;

pub use approvals::{ApprovalsCommand, OF_REFUND, Waiting};
pub use audit::AuditCommand;
pub use demo::{DemoCommand, RushArgs};
pub use key::{KeyArgs, KeyCommand};
pub use money::{BooksCommand, ChannelArgs, CheckArgs, PayCommand, ReconcileArgs, TryArgs};
pub use rooms::RoomsCommand;
pub use seating::SeatingCommand;
pub use staff::StaffCommand;
pub use ticket::TicketCommand;

/// Exam registration: Redis decides who gets a seat, Postgres remembers it.
#[derive(Debug, Parser)]
#[command(name = "seathold", version, propagate_version = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the binary can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the candidates' pages, the JSON API and the staff console.
    Serve(Box<ServeArgs>),
    /// Something to be shown, with nobody real in it.
    #[command(subcommand)]
    Demo(DemoCommand),
    /// Exams from files.
    #[command(subcommand)]
    Exam(ExamCommand),
    /// The books of money.
    #[command(subcommand)]
    Books(BooksCommand),
    /// The record of what was done and seen.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Hold the bill of a channel's day against what we have.
    ///
    /// The server fetches every bill by itself; this does it now, or from a file. Prints what differs and what to do about it, and
    /// fails while anything is open. Money never moves by it, and doing it twice changes nothing.
    Reconcile(Box<ReconcileArgs>),
    /// Payment channels, before anybody pays.
    #[command(subcommand)]
    Pay(PayCommand),
    /// Keys of the JSON API.
    #[command(subcommand)]
    Key(KeyCommand),
    /// Who may sign in to the staff console.
    #[command(subcommand)]
    Staff(StaffCommand),
    /// What two people do together, where there is only one.
    #[command(subcommand)]
    Approvals(ApprovalsCommand),
    /// Sites and their rooms.
    #[command(subcommand)]
    Rooms(RoomsCommand),
    /// Who sits where: drawn so that anybody can verify it.
    #[command(subcommand)]
    Seating(SeatingCommand),
    /// Work with admission tickets.
    #[command(subcommand)]
    Ticket(TicketCommand),
}

/// Where the site keeps things.
#[derive(Debug, Clone, Args)]
pub struct SiteArgs {
    /// Keys, pictures, and the private stores. Processes that share a Redis and a Postgres share this directory
    /// too: a cookie or a picture of one must be good at the others.
    #[arg(long, env = "SEATHOLD_DATA", value_name = "DIR", default_value = "./data")]
    pub data: PathBuf,
    /// A Postgres to use in place of a private one: `postgres://user@host/database`, over other people's networks with
    /// `?sslmode=verify-full` and, for a CA of your own, `&sslrootcert=FILE`. Its variable, and that of the Redis, may be
    /// given as `…_FILE`, too.
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// A Redis to use in place of a private one: `redis://host:6379/`, `redis+unix:///path`, or a Redis Cluster by
    /// some of its nodes: `redis+cluster://user:password@host:6379,host:6379`. By TLS `rediss://` or `rediss+cluster://`,
    /// with `?cacert=FILE` for a CA of your own, and `&cert=FILE&key=FILE` where Redis asks who we are.
    #[arg(long, env = "REDIS_URL", value_name = "URL", hide_env_values = true)]
    pub redis_url: Option<String>,
    /// Speak in clear text with stores on other people's networks, too: nobody else is on the line between, as in a tunnel.
    /// Without it such a store is refused; this machine, private networks and their names, and a server of a demo need nothing.
    #[arg(long, env = "SEATHOLD_PLAINTEXT_STORES")]
    pub plaintext_stores: bool,
    /// Most connections to Postgres, however many exams there are.
    #[arg(long, env = "SEATHOLD_DATABASE_CONNECTIONS", value_name = "NUMBER", default_value_t = 32,
          value_parser = clap::value_parser!(u16).range(4..=1000))]
    pub database_connections: u16,
}

/// How to serve.
#[derive(Debug, Clone, Args)]
pub struct ServeArgs {
    /// Where candidates and callers of the API connect; port 0 takes a free one.
    #[arg(long, env = "SEATHOLD_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Where staff connect.
    #[arg(long, env = "SEATHOLD_STAFF_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:8081")]
    pub staff_listen: SocketAddr,
    /// How the world reaches the candidates' pages: `https://exam.example.edu`. With https, cookies need TLS, and browsers are
    /// told to come to this host by nothing else, whatever the port: the staff's address too, when it has the same name.
    #[arg(long, env = "SEATHOLD_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<SiteUrl>,
    /// Whom candidates ask where no exam says it: a telephone number, an office, its hours. A number becomes a link that
    /// calls it.
    #[arg(long, env = "SEATHOLD_CONTACT", value_name = "TEXT")]
    pub contact: Option<String>,
    /// Where the links in letters lead, one or two; the public URL unless given. With two a letter names both, for people
    /// on networks of which only one is reached.
    #[arg(long, env = "SEATHOLD_MAIL_HOSTS", value_name = "URL", value_delimiter = ',', num_args = 1..=2)]
    pub mail_hosts: Vec<SiteUrl>,
    /// Most messages to mobiles a day.
    #[arg(long, env = "SEATHOLD_SMS_PER_DAY", value_name = "NUMBER", default_value_t = 20_000)]
    pub sms_per_day: u32,
    /// Most codes a day that one network (/24 of IPv4, /48 of IPv6) may ask for; a tenth of the day's messages unless given,
    /// and 20 at least. More where a whole school registers from one address.
    #[arg(long, env = "SEATHOLD_SMS_PER_NETWORK", value_name = "NUMBER")]
    pub sms_per_network: Option<u32>,
    /// Most messages a day to mobiles that share their first seven digits; a twentieth of the day's messages unless given,
    /// and 20 at least.
    #[arg(long, env = "SEATHOLD_SMS_PER_PREFIX", value_name = "NUMBER")]
    pub sms_per_prefix: Option<u32>,
    /// Most accounts a day that are made from one network (/24 of IPv4, /48 of IPv6). More where a large school registers
    /// from one address.
    #[arg(long, env = "SEATHOLD_SIGN_UPS_PER_NETWORK", value_name = "NUMBER", default_value_t = 2_000)]
    pub sign_ups_per_network: u32,
    /// Minutes after which a candidate's sign-in ends that nobody uses. While a seat waits for its payment, or the candidate for
    /// staff, it goes on.
    #[arg(long, env = "SEATHOLD_SESSION_IDLE_MINUTES", value_name = "MINUTES", default_value_t = 120,
        value_parser = clap::value_parser!(u16).range(15..=1440))]
    pub session_idle_minutes: u16,
    /// Hours after which a candidate's sign-in ends however much it is used.
    #[arg(long, env = "SEATHOLD_SESSION_HOURS", value_name = "HOURS", default_value_t = 12,
        value_parser = clap::value_parser!(u8).range(1..=24))]
    pub session_hours: u8,
    /// Most owners an hour whom one process tells that somebody signed in on a new device; beyond it, as when everybody comes
    /// at once, nobody is told, and the page of devices says it all the same. 0: nobody is told at all.
    #[arg(long, env = "SEATHOLD_NEW_DEVICE_MESSAGES", value_name = "NUMBER", default_value_t = 600)]
    pub new_device_messages: u32,
    /// Nobody is there who could agree: one member of staff changes roles, moves registrations, publishes places, lowers
    /// capacities and takes large lists out alone. Every such act is in the audit all the same.
    #[arg(long, env = "SEATHOLD_ONE_PERSON")]
    pub one_person: bool,
    /// Largest refund that one member of staff gives alone, in yuan; above it a second one must agree. 0: always two.
    #[arg(long, env = "SEATHOLD_REFUND_ALONE", value_name = "YUAN", default_value = "500")]
    pub refund_alone: Fen,
    /// So many seconds staff can take a decision back before it is carried out and the candidate is told. 0: at once.
    #[arg(long, env = "SEATHOLD_UNDO_SECONDS", value_name = "SECONDS", default_value_t = 60,
        value_parser = clap::value_parser!(u16).range(0..=600))]
    pub undo_seconds: u16,
    /// What one process bears.
    #[command(flatten)]
    pub bounds: BoundsArgs,
    /// Demo exams, demo staff and demo keys, and a sandbox in place of every third party; says on every page that
    /// nothing is real.
    ///
    /// A demo has data of its own: it is refused over data with which a server has run without it, and the other way
    /// round.
    #[arg(long, env = "SEATHOLD_DEMO")]
    pub demo: bool,
    /// Let other machines reach the demo, whose passwords everybody knows. Without it a demo listens at loopback addresses
    /// only.
    #[arg(long, env = "SEATHOLD_DEMO_PUBLIC", requires = "demo")]
    pub demo_public: bool,
    /// Where the demo's sandbox answers: its messages and letters are shown there. This machine only; port 0 takes a
    /// free one.
    #[arg(long, env = "SEATHOLD_SANDBOX_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub sandbox_listen: SocketAddr,
    /// SMS, mail, cards and faces.
    #[command(flatten)]
    pub outside: OutsideArgs,
    /// Where the site keeps things.
    #[command(flatten)]
    pub site: SiteArgs,
}

/// What one process bears, and from whom. Beyond it callers hear 429 or 503, and after how long to come back.
#[derive(Debug, Clone, Args)]
pub struct BoundsArgs {
    /// Most connections at a time to the candidates' address; more are turned away with 503.
    #[arg(long, env = "SEATHOLD_CONNECTIONS", value_name = "NUMBER", default_value_t = 10_000,
          value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub connections: u32,
    /// Most requests worked on at a time; more hear 503 at once. A quarter is kept for the pages of orders
    /// and what they need, for candidates who are signed in, and for the API's calls about a hold.
    #[arg(long, env = "SEATHOLD_REQUESTS", value_name = "NUMBER", default_value_t = 8_192,
          value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub requests: u32,
    /// Most open event streams; three quarters of the connections unless given.
    #[arg(long, env = "SEATHOLD_STREAMS", value_name = "NUMBER")]
    pub streams: Option<u32>,
    /// Requests a second from one address without an API key, ten times as many at once; more hear 429. A school behind
    /// one address counts as one, an IPv6 network of 64 bits too. 0: no limit.
    #[arg(long, env = "SEATHOLD_LIMIT_ADDRESS", value_name = "NUMBER", default_value_t = 200)]
    pub limit_address: u32,
    /// Requests a second with one API key, ten times as many at once. 0: no limit.
    #[arg(long, env = "SEATHOLD_LIMIT_KEY", value_name = "NUMBER", default_value_t = 50_000)]
    pub limit_key: u32,
    /// Changes a second by one candidate, ten times as many at once. 0: no limit.
    #[arg(long, env = "SEATHOLD_LIMIT_CANDIDATE", value_name = "NUMBER", default_value_t = 5)]
    pub limit_candidate: u32,
    /// Most connections at a time from one address that is no trusted proxy; half of the connections unless given. An IPv6
    /// network of 64 bits counts as one.
    #[arg(long, env = "SEATHOLD_CONNECTIONS_PER_ADDRESS", value_name = "NUMBER",
          value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub connections_per_address: Option<u32>,
    /// A proxy in front of us, as an address or a network: its word on who asks, in the header that
    /// --client-address-header names, is believed, and nobody else's. May be given several times. Without it all who come
    /// through a proxy count as one address.
    #[arg(long, env = "SEATHOLD_TRUSTED_PROXIES", value_name = "NETWORK", value_delimiter = ',')]
    pub trusted_proxy: Vec<Network>,
    /// The header in which trusted proxies say who asks. All of them must set it or add to it, whatever the client sent;
    /// other headers are ignored.
    #[arg(long, env = "SEATHOLD_CLIENT_ADDRESS_HEADER", value_name = "HEADER", default_value = "x-forwarded-for")]
    pub client_address_header: AddressHeader,
}

/// What can be done with exams.
#[derive(Debug, Subcommand)]
pub enum ExamCommand {
    /// Take in an exam: `exam.toml` and `sittings.csv`. Again after a change is fine.
    Import {
        /// The exam's directory.
        dir: PathBuf,
        /// Delete the roster that is there. Without this, and without `roster.csv`, it stays.
        #[arg(long)]
        empty_roster: bool,
        /// Delete the results of earlier exams that are there. Without this, and without `past_scores.csv`, they stay.
        #[arg(long)]
        empty_past_scores: bool,
        /// Where the site keeps things.
        #[command(flatten)]
        site: SiteArgs,
    },
    /// Check an exam's files and change nothing.
    Check {
        /// The exam's directory.
        dir: PathBuf,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn an_address_on_which_nothing_could_rest_is_refused() {
        let asked = |flag, url| Cli::try_parse_from(["seathold", "serve", flag, url]);
        for flag in ["--public-url", "--mail-hosts"] {
            assert!(asked(flag, "HTTPS://exam.example.edu:443/").is_ok());
            for wrong in ["exam.example.edu", "https://exam.example.edu/pages", "mailto:exam@example.edu"] {
                assert!(asked(flag, wrong).is_err(), "{flag} {wrong}");
            }
        }
    }
}

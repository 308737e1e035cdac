//! A Redis and a Postgres of one test that speak TLS at loopback, as `localhost`, with certificates that were made for it.
//! Redis wants one of its callers, too, as it does by default; Postgres asks for a password over TLS alone, and takes no
//! certificate of its callers but one of the test's CA.

use std::fs;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use embedded::{Durability, Fsync, postgres_program};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_postgres::NoTls;

use crate::child::TestChild;
use crate::paths::temp_dir;
use crate::ports::free_ports;
use crate::stores::certificates::Certificates;
use crate::stores::cluster::{launch_with, until};
use crate::stores::template::start_postgres;

const PASSWORD: &str = "only over TLS";

/// Redis and Postgres of one test, encrypted.
#[derive(Debug)]
pub struct EncryptedStores {
    redis_port: u16,
    postgres_port: u16,
    certificates: Certificates,
    _redis: TestChild,
    _postgres: TestChild,
    // Last: removed after the stores have ended.
    dir: TempDir,
}

impl EncryptedStores {
    /// Starts both, over certificates that are good for `localhost`.
    pub async fn start() -> Self {
        let dir = temp_dir();
        let certificates = Certificates::make(dir.path().join("tls"));
        let ports = free_ports(2);
        let (redis_port, postgres_port) = (ports[0], ports[1]);
        // Port 0: nothing is said in clear text.
        let settings = certificates.redis_settings(redis_port);
        let redis = launch_with(&dir.path().join("redis"), 0, Fsync::Off, &settings);
        let postgres = launch_postgres(dir.path(), postgres_port, &certificates).await;
        let stores = Self { redis_port, postgres_port, certificates, _redis: redis, _postgres: postgres, dir };
        until("Redis listens", async || TcpStream::connect(("127.0.0.1", redis_port)).await.is_ok()).await;
        let socket = format!("{} sslmode=disable", stores.postgres_over_its_socket());
        until("Postgres answers", async || tokio_postgres::connect(&socket, NoTls).await.is_ok()).await;
        stores
    }

    /// A file of the test's certificates: `ca.pem`, which signed the server's and `client.pem`, with its `client.key`; and
    /// `other-ca.pem`, which signed `stranger.pem`, with its `stranger.key`.
    pub fn file(&self, name: &str) -> PathBuf {
        self.certificates.file(name)
    }

    /// How Redis is reached: `rediss://localhost:…` with all that it takes.
    pub fn redis_url(&self) -> String {
        self.redis_at("localhost", &self.certificates.redis_query())
    }

    /// Redis by this name, saying this of TLS.
    pub fn redis_at(&self, host: &str, tls: &str) -> String {
        format!("rediss://{host}:{}/?{tls}", self.redis_port)
    }

    /// How Postgres is reached with everything verified, its password bound to the connection.
    pub fn postgres_url(&self) -> String {
        let verified = format!("sslmode=verify-full&sslrootcert={}", self.file("ca.pem").display());
        self.postgres_at("localhost", &format!("{verified}&channel_binding=require"))
    }

    /// Postgres by this name, saying this of TLS.
    pub fn postgres_at(&self, host: &str, tls: &str) -> String {
        let password = PASSWORD.replace(' ', "%20");
        format!("postgres://seathold:{password}@{host}:{}/seathold?{tls}", self.postgres_port)
    }

    /// Postgres by its socket, over which it speaks no TLS.
    pub fn postgres_socket(&self) -> PathBuf {
        self.dir.path().join("socket").join(format!(".s.PGSQL.{}", self.postgres_port))
    }

    fn postgres_over_its_socket(&self) -> String {
        let dir = self.dir.path().join("socket");
        format!("host='{}' port={} user=seathold dbname=seathold", dir.display(), self.postgres_port)
    }
}

async fn launch_postgres(dir: &Path, port: u16, certificates: &Certificates) -> TestChild {
    let home = dir.join("postgres");
    let postgres = start_postgres(&home, Durability::Process).await;
    let (client, connection) = tokio_postgres::connect(postgres.url(), NoTls).await.expect("Postgres answers");
    tokio::spawn(connection);
    client.batch_execute(&format!("ALTER ROLE seathold PASSWORD '{PASSWORD}'")).await.expect("it is ours");
    drop(client);
    postgres.stop().await;
    let (data, socket) = (home.join("data"), dir.join("socket"));
    fs::create_dir_all(&socket).expect("the directory is ours");
    let doors = "local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n";
    fs::write(data.join("pg_hba.conf"), doors).expect("the directory is ours");
    let mut command = Command::new(postgres_program(&data).expect("it has just run"));
    if let Some(user) = embedded::unprivileged_user() {
        chown(&socket, Some(user.uid), Some(user.gid)).expect("root may give a directory away");
        command.uid(user.uid).gid(user.gid);
    }
    let file = |name: &str| certificates.file(name).display().to_string();
    let settings = [
        ("listen_addresses", "127.0.0.1".to_owned()),
        ("port", port.to_string()),
        ("unix_socket_directories", format!("\"{}\"", socket.display())),
        ("fsync", "off".to_owned()),
        ("ssl", "on".to_owned()),
        ("ssl_cert_file", file("server.pem")),
        ("ssl_key_file", file("server.key")),
        ("ssl_ca_file", file("ca.pem")),
    ];
    command.env_clear().env("LC_ALL", "C").env("PATH", "/usr/bin:/bin").current_dir(&data).arg("-D").arg(&data);
    for (name, value) in settings {
        command.arg("-c").arg(format!("{name}={value}"));
    }
    TestChild::spawn(command)
}

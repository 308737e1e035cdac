//! A Redis and a Postgres of one test that speak TLS at loopback, as `localhost`, with certificates that were made for it.
//! Redis wants one of its callers, too, as it does by default; Postgres asks for a password over TLS alone, and takes no
//! certificate of its callers but one of the test's CA.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use embedded::{Durability, Fsync, postgres_program};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_postgres::NoTls;

use crate::child::TestChild;
use crate::paths::temp_dir;
use crate::stores::cluster::{free_ports, launch_with, until};
use crate::stores::template::start_postgres;

const PASSWORD: &str = "only over TLS";

/// Redis and Postgres of one test, encrypted.
#[derive(Debug)]
pub struct EncryptedStores {
    redis_port: u16,
    postgres_port: u16,
    _redis: TestChild,
    _postgres: TestChild,
    // Last: removed after the stores have ended.
    dir: TempDir,
}

impl EncryptedStores {
    /// Starts both, over certificates that are good for `localhost`.
    pub async fn start() -> Self {
        let dir = temp_dir();
        make_certificates(&dir.path().join("tls"));
        let ports = free_ports(2);
        let redis = launch_redis(dir.path(), ports[0]);
        let postgres = launch_postgres(dir.path(), ports[1]).await;
        let stores = Self { redis_port: ports[0], postgres_port: ports[1], _redis: redis, _postgres: postgres, dir };
        until("Redis listens", async || TcpStream::connect(("127.0.0.1", ports[0])).await.is_ok()).await;
        let socket = format!("{} sslmode=disable", stores.postgres_over_its_socket());
        until("Postgres answers", async || tokio_postgres::connect(&socket, NoTls).await.is_ok()).await;
        stores
    }

    /// A file of the test's certificates: `ca.pem`, which signed the server's and `client.pem`, with its `client.key`; and
    /// `other-ca.pem`, which signed `stranger.pem`, with its `stranger.key`.
    pub fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join("tls").join(name)
    }

    /// How Redis is reached: `rediss://localhost:…` with all that it takes.
    pub fn redis_url(&self) -> String {
        let own = format!("cert={}&key={}", self.file("client.pem").display(), self.file("client.key").display());
        self.redis_at("localhost", &format!("cacert={}&{own}", self.file("ca.pem").display()))
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

fn launch_redis(dir: &Path, port: u16) -> TestChild {
    let file = |name: &str| dir.join("tls").join(name).display().to_string();
    let settings = [
        ("tls-port", port.to_string()),
        ("tls-cert-file", file("server.pem")),
        ("tls-key-file", file("server.key")),
        ("tls-ca-cert-file", file("ca.pem")),
        ("tls-auth-clients", "yes".to_owned()),
    ];
    // Port 0: nothing is said in clear text.
    launch_with(&dir.join("redis"), 0, Fsync::Off, &settings)
}

async fn launch_postgres(dir: &Path, port: u16) -> TestChild {
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
    let file = |name: &str| dir.join("tls").join(name).display().to_string();
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

fn make_certificates(dir: &Path) {
    fs::create_dir_all(dir).expect("the directory is ours");
    let (ca, issuer) = authority("A CA of this test");
    write(dir, "ca.pem", &ca);
    let (other_ca, other_issuer) = authority("Another CA of this test");
    write(dir, "other-ca.pem", &other_ca);
    for (name, names, purpose, issuer) in [
        ("server", vec!["localhost".to_owned()], ExtendedKeyUsagePurpose::ServerAuth, &issuer),
        ("client", Vec::new(), ExtendedKeyUsagePurpose::ClientAuth, &issuer),
        ("stranger", Vec::new(), ExtendedKeyUsagePurpose::ClientAuth, &other_issuer),
    ] {
        let key = KeyPair::generate().expect("a key is made");
        let mut params = CertificateParams::new(names).expect("the names are well-formed");
        params.distinguished_name.push(DnType::CommonName, format!("The {name} of this test"));
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![purpose];
        let certificate = params.signed_by(&key, issuer).expect("it is signed");
        write(dir, &format!("{name}.pem"), &certificate.pem());
        write(dir, &format!("{name}.key"), &key.serialize_pem());
    }
}

/// The certificate of a CA in PEM, and what signs with its key.
fn authority(name: &str) -> (String, Issuer<'static, KeyPair>) {
    let key = KeyPair::generate().expect("a key is made");
    let mut params = CertificateParams::new(Vec::<String>::new()).expect("no name is wrong");
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let certificate = params.self_signed(&key).expect("it is signed");
    (certificate.pem(), Issuer::new(params, key))
}

/// Readable for the stores' own user alone: Postgres takes no key that others could read.
fn write(dir: &Path, name: &str, text: &str) {
    let path = dir.join(name);
    fs::write(&path, text).expect("the directory is ours");
    fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("the file is ours");
    if let Some(user) = embedded::unprivileged_user() {
        chown(&path, Some(user.uid), Some(user.gid)).expect("root may give a file away");
    }
}

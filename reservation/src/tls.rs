//! TLS to the stores: whom we believe, how much of a certificate is looked at, and why a server was refused. Clear text is never
//! taken in place of what was asked for.
//!
//! One library for both stores, and one for their cryptography: rustls over aws-lc.

mod binding;
mod checking;
mod fault;
pub mod postgres;

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
pub use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, Error, RootCertStore};

pub use binding::end_point_of;
use checking::Lenient;
pub use fault::{TlsFault, fault_of};

/// The first answer is shorter.
const LINE_BYTES_MAX: usize = 1_024;

/// Which store it is: what its settings are called, for sentences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreKind {
    /// Its settings are those of libpq.
    Postgres,
    /// Its settings are called as the options of `redis-cli`.
    Redis,
}

impl StoreKind {
    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Postgres => "Postgres",
            Self::Redis => "Redis",
        }
    }

    /// The setting that names the file of authorities.
    fn authorities(self) -> &'static str {
        match self {
            Self::Postgres => "sslrootcert",
            Self::Redis => "cacert",
        }
    }

    /// The settings that name our own certificate and its key.
    fn own(self) -> [&'static str; 2] {
        match self {
            Self::Postgres => ["sslcert", "sslkey"],
            Self::Redis => ["cert", "key"],
        }
    }
}

/// How much of a server's certificate is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// No more than that the server has the key that belongs to it.
    Key,
    /// Also that an authority of ours has signed it, whoever it is for.
    Authority,
    /// Also that it is for the name by which we call the server.
    Name,
}

/// Whose signature under a certificate counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Authorities {
    /// All whom the machine trusts.
    System,
    /// Those in this file of PEM.
    File(PathBuf),
}

/// What we show a server that asks who we are: files of PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnCertificate {
    /// Our certificate, then those between it and its authority.
    pub certificate: PathBuf,
    /// The private key that belongs to it.
    pub key: PathBuf,
}

/// How a store is reached by TLS. Clones share what was read from files.
#[derive(Clone)]
pub struct Tls {
    store: StoreKind,
    authorities: Authorities,
    config: Arc<ClientConfig>,
}

impl fmt::Debug for Tls {
    /// Without what was read: a key may be among it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { store, authorities, config: _ } = self;
        formatter.debug_struct("Tls").field("store", store).field("authorities", authorities).finish_non_exhaustive()
    }
}

impl Tls {
    /// Reads the files.
    ///
    /// # Errors
    /// [`TlsFault::Setting`] when a file cannot be read, or has not what it should.
    pub fn new(
        store: StoreKind,
        check: Check,
        authorities: Authorities,
        own: Option<&OwnCertificate>,
    ) -> Result<Self, TlsFault> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let lenient = match check {
            Check::Key => Some(Lenient::new(&provider, None)),
            Check::Authority => Some(Lenient::new(&provider, Some(trusted(store, &authorities)?))),
            Check::Name => None,
        };
        let broken = |error: Error| TlsFault::Setting(format!("TLS cannot be set up: {error}"));
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let builder = builder.map_err(broken)?;
        let builder = match lenient {
            Some(lenient) => builder.dangerous().with_custom_certificate_verifier(Arc::new(lenient)),
            None => builder.with_root_certificates(trusted(store, &authorities)?),
        };
        let config = match own {
            None => builder.with_no_client_auth(),
            Some(own) => {
                let [certificate, key] = store.own();
                let chain = certificates(certificate, &own.certificate)?;
                let private =
                    PrivateKeyDer::from_pem_file(&own.key).map_err(|cause| unreadable(key, &own.key, &cause))?;
                builder.with_client_auth_cert(chain, private).map_err(broken)?
            }
        };
        Ok(Self { store, authorities, config: Arc::new(config) })
    }

    /// Speaks TLS on a new connection to the server that is called `host`, a name or an address.
    ///
    /// # Errors
    /// One in which [`fault_of`] finds why the server was refused; another one when the connection broke.
    pub async fn shake_hands(&self, host: &str, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| TlsFault::Setting(format!("{host} is no name that a certificate could be for")))?;
        let connector = TlsConnector::from(self.config.clone());
        connector.connect(name, stream).await.map_err(|error| self.told(error, host))
    }

    /// What an error on a connection to `host` means: [`fault_of`] finds it below when it will not go well the next time either. A
    /// connection that broke stays what it is.
    pub fn told(&self, error: io::Error, host: &str) -> io::Error {
        fault::told(error, self, host)
    }

    /// Connects to `host` and speaks TLS there. Small calls are not held back.
    ///
    /// # Errors
    /// As [`Self::shake_hands`].
    pub async fn connect(&self, host: &str, port: u16) -> io::Result<TlsStream<TcpStream>> {
        let stream = TcpStream::connect((host, port)).await?;
        stream.set_nodelay(true)?;
        self.shake_hands(host, stream).await
    }

    /// Asks what is answered with a line, and hears the line: with TLS 1.3 a server says only after the handshake that it does
    /// not take our certificate, or wants one, and hangs up.
    ///
    /// # Errors
    /// As [`Self::shake_hands`].
    pub async fn ask(&self, host: &str, stream: &mut TlsStream<TcpStream>, question: &[u8]) -> io::Result<()> {
        let mut asked = stream.write_all(question).await;
        if asked.is_ok() {
            asked = stream.flush().await;
        }
        // Who has hung up is told nothing more, and what they said before is still there to be heard.
        for _ in 0..LINE_BYTES_MAX {
            match stream.read_u8().await {
                Ok(b'\n') => return asked,
                Ok(_) => {}
                Err(error) => return Err(self.told(error, host)),
            }
        }
        Err(io::Error::new(io::ErrorKind::InvalidData, "the first answer has no end"))
    }
}

/// Whether the name leads to this machine or to a network of one's own: what is said on the way there, nobody else hears.
pub fn is_near(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => address.is_loopback() || address.is_private() || address.is_link_local(),
        Ok(IpAddr::V6(address)) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
        Err(_) => {
            let name = host.trim_end_matches('.').to_ascii_lowercase();
            let own = ["local", "localhost", "internal", "lan", "home.arpa", "svc"];
            !name.contains('.') || own.iter().any(|end| name.strip_suffix(end).is_some_and(|rest| rest.ends_with('.')))
        }
    }
}

fn trusted(store: StoreKind, authorities: &Authorities) -> Result<Arc<RootCertStore>, TlsFault> {
    let found = match authorities {
        Authorities::File(path) => certificates(store.authorities(), path)?,
        // Some machines have a few that cannot be read; they vouch for nobody.
        Authorities::System => rustls_native_certs::load_native_certs().certs,
    };
    let mut trusted = RootCertStore::empty();
    trusted.add_parsable_certificates(found);
    if trusted.is_empty() {
        let what = match authorities {
            Authorities::File(path) => {
                format!("{}: {} has no certificate of a CA", store.authorities(), path.display())
            }
            Authorities::System => format!(
                "the machine trusts no CA: install ca-certificates, or name the one of {} with {}=FILE",
                store.name(),
                store.authorities()
            ),
        };
        return Err(TlsFault::Setting(what));
    }
    Ok(Arc::new(trusted))
}

fn certificates(setting: &str, path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsFault> {
    let all = CertificateDer::pem_file_iter(path).and_then(|items| items.collect::<Result<Vec<_>, _>>());
    let all = all.map_err(|cause| unreadable(setting, path, &cause))?;
    if all.is_empty() {
        return Err(TlsFault::Setting(format!("{setting}: {} has no certificate in PEM", path.display())));
    }
    Ok(all)
}

fn unreadable(setting: &str, path: &Path, cause: &impl fmt::Display) -> TlsFault {
    TlsFault::Setting(format!("{setting}: {} cannot be read: {cause}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_has_not_what_it_should_is_named() {
        let new = |authorities| Tls::new(StoreKind::Postgres, Check::Name, authorities, None).map(drop);
        let said = new(Authorities::File("/nowhere/ca.pem".into())).unwrap_err().to_string();
        assert!(said.starts_with("sslrootcert: /nowhere/ca.pem cannot be read: "), "{said}");
        let said = new(Authorities::File("/dev/null".into())).unwrap_err().to_string();
        assert_eq!(said, "sslrootcert: /dev/null has no certificate in PEM");
        let own = OwnCertificate { certificate: "/dev/null".into(), key: "/dev/null".into() };
        let said = Tls::new(StoreKind::Redis, Check::Key, Authorities::System, Some(&own)).map(drop);
        assert_eq!(said.unwrap_err().to_string(), "cert: /dev/null has no certificate in PEM");
    }

    #[tokio::test]
    async fn a_server_that_speaks_no_tls_is_told_from_one_that_is_away() {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.write_all(b"-ERR unknown command\r\n").await.unwrap();
            stream
        });
        let tls = Tls::new(StoreKind::Redis, Check::Key, Authorities::System, None).unwrap();
        let error = tls.connect("127.0.0.1", port).await.unwrap_err();
        let said = fault_of(&error).expect("it answers").to_string();
        assert!(said.starts_with("Redis at 127.0.0.1 does not speak TLS there: give the port"), "{said}");
        drop(server.await.unwrap());
        let away = tls.connect("127.0.0.1", port).await.unwrap_err();
        assert_eq!(fault_of(&away), None, "{away}");
    }

    #[test]
    fn what_leads_over_other_peoples_networks_is_told_from_what_does_not() {
        for near in [
            "localhost",
            "127.0.0.1",
            "::1",
            "[::1]",
            "postgres",
            "10.1.2.3",
            "192.168.4.5",
            "172.31.0.1",
            "169.254.1.1",
            "fd12::1",
            "redis.svc.cluster.local",
            "db.internal",
            "DB.Lan.",
            "redis.default.svc",
        ] {
            assert!(is_near(near), "{near}");
        }
        for far in
            ["db.example.com", "203.0.113.7", "172.32.0.1", "2001:db8::1", "internal.example.com", "evillocal.com"]
        {
            assert!(!is_near(far), "{far}");
        }
    }
}

//! How a Postgres is reached: `sslmode` and its companions, as libpq has them, taken out of an address whose library does not
//! know them all; and how TLS is agreed on with the server.

mod setting;

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_postgres::Config;
use tokio_postgres::config::{SslMode, SslNegotiation};

use super::fault::no_tls;
use super::{Authorities, Check, OwnCertificate, StoreKind, Tls, TlsFault, TlsStream};
use setting::{Given, take_out};

/// `SSLRequest`: its length, then a version of the protocol that there never was.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];
/// What the server answers when it speaks TLS, and when it does not.
const AGREED: u8 = b'S';
const DECLINED: u8 = b'N';

/// Where a Postgres is, and how it is spoken with.
#[derive(Debug, Clone)]
pub struct PostgresAddress {
    /// Everything but TLS, which is off here: it is the connection's, made before the library gets it.
    pub config: Config,
    /// How connections over TCP are encrypted. Sockets of the machine never are.
    pub encryption: Encryption,
}

/// How connections over TCP are encrypted.
#[derive(Debug, Clone)]
pub enum Encryption {
    /// They are not: `disable`.
    Off,
    /// When the server offers it; its certificate is not looked at: `prefer`.
    IfOffered(Tls),
    /// Always, or there is no connection: `require`, `verify-ca`, `verify-full`.
    Always(Tls),
}

/// A connection, as it was agreed on.
#[derive(Debug)]
pub enum Agreed {
    /// It is not encrypted.
    Clear(TcpStream),
    /// It is encrypted.
    Encrypted(Encrypted),
}

/// An encrypted connection, and by whom it was agreed on.
#[derive(Debug)]
pub struct Encrypted {
    /// The connection, on which TLS is spoken.
    pub stream: Box<TlsStream<TcpStream>>,
    tls: Tls,
    host: String,
}

impl Encrypted {
    /// What an error on the connection means, as [`Tls::told`] says it: with TLS 1.3 a server says only after the handshake that it
    /// does not take our certificate, or wants one.
    pub fn told(&self, error: io::Error) -> io::Error {
        self.tls.told(error, &self.host)
    }
}

/// Why an address is none.
#[derive(Debug, thiserror::Error)]
pub enum AddressFault {
    /// What it says of TLS is not good.
    #[error(transparent)]
    Tls(#[from] TlsFault),
    /// The rest of it is not good.
    #[error(transparent)]
    Rest(#[from] tokio_postgres::Error),
}

impl PostgresAddress {
    /// Reads a URL or `host=… user=… dbname=…`, and the files that it names.
    ///
    /// # Errors
    /// [`AddressFault`], which repeats no password.
    pub fn read(address: &str) -> Result<Self, AddressFault> {
        let (rest, given) = take_out(address);
        let mut config: Config = rest.parse()?;
        if config.get_ssl_negotiation() == SslNegotiation::Direct {
            let what =
                "sslnegotiation=direct is not spoken here: leave it out, every Postgres agrees on TLS without it";
            return Err(TlsFault::Setting(what.to_owned()).into());
        }
        config.ssl_mode(SslMode::Disable);
        Ok(Self { config, encryption: encryption(given)? })
    }
}

impl Encryption {
    /// Is every connection over TCP encrypted, or not made at all?
    pub fn is_sure(&self) -> bool {
        matches!(self, Self::Always(_))
    }

    /// Agrees on TLS with the server that is called `host`, over a new connection to it.
    ///
    /// # Errors
    /// One in which [`super::fault_of`] finds why the server is not spoken with; another one when the connection broke.
    pub async fn agree(&self, host: &str, mut stream: TcpStream) -> io::Result<Agreed> {
        let tls = match self {
            Self::Off => return Ok(Agreed::Clear(stream)),
            Self::IfOffered(tls) | Self::Always(tls) => tls,
        };
        stream.write_all(&SSL_REQUEST).await?;
        // One byte and no more: whatever somebody slipped in behind it is no part of what is encrypted.
        match (stream.read_u8().await?, self) {
            (AGREED, _) => {
                let stream = Box::new(tls.shake_hands(host, stream).await?);
                Ok(Agreed::Encrypted(Encrypted { stream, tls: tls.clone(), host: host.to_owned() }))
            }
            (DECLINED, Self::Always(_)) => Err(no_tls(StoreKind::Postgres, host).into()),
            (DECLINED, _) => Ok(Agreed::Clear(stream)),
            // An error: it has no process left for us, and may have one in a moment.
            _ => Err(io::Error::new(io::ErrorKind::ConnectionRefused, "Postgres takes no connection now")),
        }
    }
}

/// What libpq makes of these, but for files that are looked for in a home directory.
fn encryption(given: Given) -> Result<Encryption, TlsFault> {
    let setting = |what: String| Err(TlsFault::Setting(what));
    let own = match (given.certificate, given.key) {
        (Some(certificate), Some(key)) => Some(OwnCertificate { certificate, key }),
        (None, None) => None,
        _ => return setting("sslcert and sslkey belong together: give both, or none".to_owned()),
    };
    let authorities = given.authorities.map(|named| {
        let is_system = named.as_os_str() == "system";
        if is_system { Authorities::System } else { Authorities::File(named) }
    });
    let is_system = authorities == Some(Authorities::System);
    let mode = given.mode.as_deref().unwrap_or(if is_system { "verify-full" } else { "prefer" });
    if is_system && mode != "verify-full" {
        return setting(format!(
            "sslrootcert=system goes with sslmode=verify-full, not with {}: anybody can have a certificate of theirs",
            repeatable(mode)
        ));
    }
    let check = match (mode, &authorities) {
        ("disable", _) => return Ok(Encryption::Off),
        ("prefer", _) | ("require", None) => Check::Key,
        // So says libpq: who names an authority wants it asked.
        ("require", Some(_)) | ("verify-ca", Some(_)) => Check::Authority,
        ("verify-ca", None) => {
            return setting(
                "sslmode=verify-ca asks an authority of your own: name its file with sslrootcert=".to_owned(),
            );
        }
        ("verify-full", _) => Check::Name,
        ("allow", _) => {
            return setting("sslmode=allow prefers clear text: say prefer, or better verify-full".to_owned());
        }
        (other, _) => {
            return setting(format!(
                "sslmode={} is unknown: it is disable, prefer, require, verify-ca or verify-full",
                repeatable(other)
            ));
        }
    };
    let tls = Tls::new(StoreKind::Postgres, check, authorities.unwrap_or(Authorities::System), own.as_ref())?;
    Ok(if mode == "prefer" { Encryption::IfOffered(tls) } else { Encryption::Always(tls) })
}

/// A mode as it may be repeated: what has more in it than a word may be a password that was to stand apart.
fn repeatable(mode: &str) -> &str {
    let is_word = mode.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if is_word { mode } else { "…" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<&'static str, String> {
        let address = PostgresAddress::read(&format!("postgres://u:secret@db.example.com/d{query}"));
        match address.map_err(|fault| fault.to_string())?.encryption {
            Encryption::Off => Ok("off"),
            Encryption::IfOffered(_) => Ok("if offered"),
            Encryption::Always(_) => Ok("always"),
        }
    }

    #[test]
    fn modes_are_those_of_libpq() {
        assert_eq!(read(""), Ok("if offered"));
        assert_eq!(read("?sslmode=disable"), Ok("off"));
        assert_eq!(read("?sslmode=prefer&application_name=a"), Ok("if offered"));
        assert_eq!(read("?sslmode=require"), Ok("always"));
    }

    #[test]
    fn what_would_be_less_than_it_looks_like_is_refused_in_a_sentence() {
        for (query, wanted) in [
            ("?sslmode=verify_full", "sslmode=verify_full is unknown: it is disable, prefer, require, verify-ca or"),
            ("?sslmode=require;password=secret", "sslmode=… is unknown"),
            ("?sslmode=allow", "sslmode=allow prefers clear text"),
            ("?sslmode=verify-ca", "sslmode=verify-ca asks an authority of your own"),
            (
                "?sslmode=require&sslrootcert=system",
                "sslrootcert=system goes with sslmode=verify-full, not with require",
            ),
            ("?sslmode=verify-full&sslrootcert=/nowhere.pem", "sslrootcert: /nowhere.pem cannot be read"),
            ("?sslmode=require&sslcert=/c.pem", "sslcert and sslkey belong together"),
            ("?sslmode=require&sslnegotiation=direct", "sslnegotiation=direct is not spoken here"),
        ] {
            let said = read(query).unwrap_err();
            assert!(said.contains(wanted) && !said.contains("secret"), "{query}: {said}");
        }
    }

    #[test]
    fn an_address_that_is_wrong_is_refused_without_its_password() {
        for address in [
            "host=h sslmode='require password=secret",
            "host=h sslrootcert='/ca.pem password=secret sslmode=require",
            "host=h sslmode=require'password=secret",
            r"host=h sslmode=require\ password=secret",
            "host=h sslmode require password=secret",
            "host=h user='u password=secret",
        ] {
            let fault = PostgresAddress::read(address).expect_err(address);
            let mut said = fault.to_string();
            let mut cause = std::error::Error::source(&fault);
            while let Some(below) = cause {
                said = format!("{said}: {below}");
                cause = below.source();
            }
            assert!(!said.contains("secret"), "{address}: {said}");
        }
    }
}

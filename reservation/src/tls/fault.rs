//! Why a server was refused, or refused us, in sentences that end in what to do.

use std::error::Error as StdError;
use std::io;

use tokio_rustls::rustls::{AlertDescription, CertificateError, Error};

use super::{Authorities, StoreKind, Tls};

/// Why there is no encrypted connection, and will be none until somebody changes something.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TlsFault {
    /// What was said about TLS, or a file that it names, is not good.
    #[error("{0}")]
    Setting(String),
    /// The server is not spoken with.
    #[error("{} at {host} {why}", .store.name())]
    Refused {
        /// Which store it was to be.
        store: StoreKind,
        /// The name or address by which it was called.
        host: String,
        /// What is wrong, and what to do.
        why: String,
    },
}

/// [`TlsFault`] as libraries carry it: an [`io::Error`] hands out what is below its cause, not the cause itself.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Carried(#[source] TlsFault);

impl From<TlsFault> for io::Error {
    fn from(fault: TlsFault) -> Self {
        Self::other(Carried(fault))
    }
}

/// The fault that is below an error of a store's library, if one is.
pub fn fault_of<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a TlsFault> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(fault) = error.downcast_ref::<TlsFault>() {
            return Some(fault);
        }
        next = error.source();
    }
    None
}

/// What it means that a handshake failed, or what was read first after it. A connection that broke stays what it is: the next one may go well.
pub(super) fn told(error: io::Error, tls: &Tls, host: &str) -> io::Error {
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref::<Error>());
    let Some(why) = cause.map(|cause| why(cause, tls)) else {
        return error;
    };
    refused(tls.store, host, why).into()
}

/// The server speaks no TLS.
pub(super) fn no_tls(store: StoreKind, host: &str) -> TlsFault {
    let why = "does not speak TLS: turn it on there (`ssl = on`), or say sslmode=disable where the network is your own";
    refused(store, host, why.to_owned())
}

fn refused(store: StoreKind, host: &str, why: String) -> TlsFault {
    TlsFault::Refused { store, host: host.to_owned(), why }
}

fn why(error: &Error, tls: &Tls) -> String {
    let setting = tls.store.authorities();
    match error {
        Error::InvalidCertificate(fault) => match fault {
            CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                let whom = match &tls.authorities {
                    Authorities::System => "that the machine trusts".to_owned(),
                    Authorities::File(path) => format!("in {}", path.display()),
                };
                format!(
                    "shows a certificate that no CA {whom} has signed: name the file of the one that did with {setting}="
                )
            }
            CertificateError::NotValidForNameContext { presented, .. } => {
                // The library writes `DnsName("a.example")`.
                let names = presented.iter().map(|name| name.split('"').nth(1).unwrap_or(name));
                let whose =
                    if presented.is_empty() { "nobody".to_owned() } else { names.collect::<Vec<_>>().join(", ") };
                format!(
                    "shows a certificate that is not for this name but for {whose}: call it by a name that is in its \
                     certificate, or have this one written there (subjectAltName)"
                )
            }
            CertificateError::NotValidForName => {
                "shows a certificate that is not for this name: call it by one that is in its certificate".to_owned()
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                "shows a certificate that has expired: renew it there".to_owned()
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                "shows a certificate that is not good yet: compare the clocks of both machines".to_owned()
            }
            other if format!("{other:?}").contains("CaUsedAsEndEntity") => {
                "shows the certificate of a CA as its own: have that CA sign one for the server".to_owned()
            }
            other => format!("shows a certificate that is not good ({other:?}): have another one made for it"),
        },
        Error::AlertReceived(AlertDescription::CertificateRequired) => {
            let [certificate, key] = tls.store.own();
            format!("wants a certificate of ours: name its files with {certificate}= and {key}=")
        }
        Error::AlertReceived(
            AlertDescription::UnknownCA | AlertDescription::BadCertificate | AlertDescription::CertificateUnknown,
        ) => format!("does not accept our certificate ({error}): name one that its CA has signed"),
        Error::InvalidMessage(_) => {
            "does not speak TLS there: give the port at which it does, or an address without TLS where the network is \
             your own"
                .to_owned()
        }
        other => format!("and we agree on no TLS ({other}): it must speak TLS 1.2 or newer"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_found_below_what_libraries_make_of_it() {
        let fault = TlsFault::Setting("no".to_owned());
        let carried = io::Error::from(fault.clone());
        assert_eq!(carried.to_string(), "no", "and reads the same");
        assert_eq!(fault_of(&carried), Some(&fault));
        assert_eq!(fault_of(&redis::RedisError::from(carried)), Some(&fault));
        let broken = io::Error::from(io::ErrorKind::ConnectionReset);
        assert_eq!(fault_of(&broken), None, "what only broke may go well the next time");
    }
}

//! Letters, over SMTP with TLS; without only to a server on this machine.
//!
//! Variables: `SEATHOLD_SMTP_URL` (`smtps://user@host`, or `smtp://user@host` for STARTTLS, or `smtp://127.0.0.1:25`),
//! `SEATHOLD_SMTP_PASSWORD` (secret), `SEATHOLD_MAIL_FROM` (`招生办 <exam@example.edu>`).

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use percent_encoding::percent_decode_str;
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

use crate::settings::{SettingError, Variables, wrong};

/// For a connection and for each command.
const COMMAND_WAIT: Duration = Duration::from_secs(10);
/// For a whole letter.
const WAIT: Duration = Duration::from_secs(30);
/// Most letters under way.
const LETTERS_MAX: usize = 16;
/// Most letters that wait for one of those places.
const QUEUE_MAX: usize = 256;

/// Sends letters. Cloning is a reference count.
#[derive(Debug, Clone)]
pub struct Mailer(Arc<Office>);

#[derive(Debug)]
struct Office {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    under_way: Semaphore,
    waiting: Semaphore,
}

/// Where letters are handed in, and from whom they are.
#[derive(Debug, Clone)]
pub struct MailConfig {
    server: Url,
    password: Option<SecretString>,
    from: Mailbox,
}

impl MailConfig {
    /// Reads the variables above.
    pub fn of(variables: &Variables) -> Result<Self, SettingError> {
        let name = "SEATHOLD_SMTP_URL";
        let server = Url::parse(&variables.required(name)?)
            .map_err(|_| wrong(name, "is no address: write smtps://user@host"))?;
        if server.password().is_some() {
            return Err(wrong(name, "holds a password: put it into SEATHOLD_SMTP_PASSWORD"));
        }
        if !["smtp", "smtps"].contains(&server.scheme()) || server.host_str().is_none() {
            return Err(wrong(name, "must begin with smtps:// or smtp:// and name a host"));
        }
        if !matches!(server.path(), "" | "/") || server.query().is_some() {
            return Err(wrong(name, "says more than scheme, user, host and port: leave the rest out"));
        }
        let name = "SEATHOLD_MAIL_FROM";
        let from = variables.required(name)?.parse().map_err(|_| wrong(name, "is no mail address"))?;
        let password = variables.optional("SEATHOLD_SMTP_PASSWORD")?.map(SecretString::from);
        if password.is_none() && !server.username().is_empty() {
            return Err(wrong("SEATHOLD_SMTP_PASSWORD", "is not set, and SEATHOLD_SMTP_URL names a user: set it"));
        }
        Ok(Self { server, password, from })
    }

    fn transport(&self) -> Result<AsyncSmtpTransport<Tokio1Executor>, SettingError> {
        let host = self.server.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let is_local = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        let builder = if self.server.scheme() == "smtps" {
            AsyncSmtpTransport::<Tokio1Executor>::relay(host)
        } else if is_local {
            Ok(AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host))
        } else {
            AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(host)
        };
        let mut builder = builder.map_err(|_| wrong("SEATHOLD_SMTP_URL", "names no host that TLS can check"))?;
        if let Some(port) = self.server.port() {
            builder = builder.port(port);
        }
        if let Some(password) = &self.password {
            // A mail address as a user's name has its `@` as `%40`, and whatever else an address cannot hold likewise.
            let user = percent_decode_str(self.server.username()).decode_utf8_lossy().into_owned();
            builder = builder.credentials(Credentials::new(user, password.expose_secret().to_owned()));
        }
        Ok(builder.timeout(Some(COMMAND_WAIT)).build())
    }
}

/// A letter to one person.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// The address, without a name.
    pub to: String,
    /// The subject of the letter.
    pub subject: String,
    /// The text of the letter.
    pub text: String,
    /// The same as HTML, if there is one.
    pub html: Option<String>,
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Letter").finish_non_exhaustive()
    }
}

/// Why a letter was not sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The address is none, or the server refuses it.
    #[error("the address cannot receive letters: check it")]
    Address,
    /// The server refuses the letter for good. Holds its reply code.
    #[error("the mail server refuses the letter ({0}): see its log")]
    Rejected(String),
    /// The server cannot be reached or does not work. Holds its reply code, or what went wrong.
    #[error("the mail server does not answer as it should ({0}): try again later")]
    Unavailable(String),
}

impl Mailer {
    /// Over this server; connects for each letter, so nothing is checked yet.
    pub fn new(config: &MailConfig) -> Result<Self, SettingError> {
        Ok(Self(Arc::new(Office {
            transport: config.transport()?,
            from: config.from.clone(),
            under_way: Semaphore::new(LETTERS_MAX),
            waiting: Semaphore::new(QUEUE_MAX),
        })))
    }

    /// Hands the letter to the server; it may still bounce.
    pub async fn send(&self, letter: &Letter) -> Result<(), MailError> {
        let message = self.message(letter)?;
        let busy = || MailError::Unavailable("too many letters under way".into());
        let _waiting = self.0.waiting.try_acquire().map_err(|_| busy())?;
        let sending = async {
            let _place = self.0.under_way.acquire().await.map_err(|_| busy())?;
            self.0.transport.send(message).await.map_err(|error| mail_error(&error))
        };
        match tokio::time::timeout(WAIT, sending).await {
            Ok(sent) => sent.map(drop),
            Err(_) => Err(MailError::Unavailable("timeout".into())),
        }
    }

    fn message(&self, letter: &Letter) -> Result<Message, MailError> {
        let address = letter.to.parse().map_err(|_| MailError::Address)?;
        let builder = Message::builder()
            .from(self.0.from.clone())
            .to(Mailbox::new(None, address))
            .subject(letter.subject.as_str());
        let plain = SinglePart::plain(letter.text.clone());
        let built = match &letter.html {
            Some(html) => {
                builder.multipart(MultiPart::alternative().singlepart(plain).singlepart(SinglePart::html(html.clone())))
            }
            None => builder.singlepart(plain),
        };
        built.map_err(|_| MailError::Rejected("malformed letter".into()))
    }
}

/// Never the server's text: it may repeat the address.
fn mail_error(error: &lettre::transport::smtp::Error) -> MailError {
    let Some(code) = error.status() else {
        let word = if error.is_timeout() { "timeout" } else { "no connection" };
        return MailError::Unavailable(word.into());
    };
    let code = code.to_string();
    if !error.is_permanent() {
        return MailError::Unavailable(code);
    }
    refused(code, &std::error::Error::source(error).map(ToString::to_string).unwrap_or_default())
}

/// Whom a "no" for good is about. 550, 551 and 553 are said to senders and their addresses, too: only the enhanced code in
/// front of the text (RFC 3463) tells that it is the mailbox of the letter.
fn refused(code: String, text: &str) -> MailError {
    const MAILBOX: [&str; 6] = ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"];
    let enhanced = text.split([' ', '\r', '\n']).next().unwrap_or_default();
    if MAILBOX.contains(&enhanced) {
        MailError::Address
    } else if code == "552" {
        // A full box: trying later may help.
        MailError::Unavailable(code)
    } else {
        MailError::Rejected(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(url: &str) -> Result<MailConfig, SettingError> {
        let variables = [("SEATHOLD_SMTP_URL", url), ("SEATHOLD_MAIL_FROM", "招生办 <exam@example.edu>")];
        MailConfig::of(&Variables::default().with(variables))
    }

    #[tokio::test]
    async fn a_letter_needs_an_address() {
        let mailer = Mailer::new(&config("smtp://127.0.0.1:1").unwrap()).unwrap();
        let mut letter = Letter { to: "nobody".into(), subject: "主题".into(), text: "x".into(), html: None };
        assert!(matches!(mailer.send(&letter).await, Err(MailError::Address)));
        letter.to = "a@example.edu".into();
        assert!(matches!(mailer.send(&letter).await, Err(MailError::Unavailable(_))));
        assert_eq!(format!("{letter:?}"), "Letter { .. }");
    }

    #[test]
    fn only_a_no_to_the_mailbox_is_told_to_its_owner() {
        for text in ["5.1.1 The email account that you tried to reach does not exist", "5.1.10 x", "5.2.1\n5.2.1 off"] {
            assert!(matches!(refused("550".into(), text), MailError::Address), "{text}");
        }
        for (code, text) in [
            ("553", "Mail from must equal authorized user"),
            ("550", "5.7.1 relaying denied"),
            ("550", "5.1.8 sender address rejected"),
            ("550", "no such mailbox"),
            ("550", ""),
        ] {
            assert!(matches!(refused(code.into(), text), MailError::Rejected(told) if told == code), "{text}");
        }
        assert!(matches!(refused("552".into(), "5.2.2 full"), MailError::Unavailable(_)));
    }

    #[test]
    fn a_password_does_not_stand_in_an_address() {
        for wrong in ["smtps://u:secret@mail.example", "http://mail.example", "mail.example"] {
            let told = config(wrong).unwrap_err().to_string();
            assert!(told.starts_with("SEATHOLD_SMTP_URL ") && !told.contains("secret"), "{told}");
        }
        assert!(config("smtps://mail.example/").is_ok());
        let unproved = config("smtps://exam%40example.edu@mail.example").unwrap_err().to_string();
        assert!(unproved.starts_with("SEATHOLD_SMTP_PASSWORD is not set"), "{unproved}");
        assert!(config("smtps://mail.example/?tls=off").is_err());
    }
}

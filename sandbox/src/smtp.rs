//! A mail server that keeps letters for people to look at: as much of RFC 5321 as clients use, and no more.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use mail_parser::MessageParser;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::desk::Desk;
use crate::faults::{Fail, Service};
use crate::outbox::{Kind, Message};

const CONNECTIONS_MAX: usize = 64;
/// For one connection from first to last.
const WAIT: Duration = Duration::from_secs(120);
const LINE_BYTES_MAX: u64 = 4_096;
const LETTER_BYTES_MAX: usize = 2 * 1024 * 1024;
const RECIPIENTS_MAX: usize = 50;

pub(crate) async fn serve(listener: TcpListener, desk: Arc<Desk>, stop: CancellationToken) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
        let Ok((stream, _)) = accepted else { continue };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
        let (desk, stop) = (Arc::clone(&desk), stop.clone());
        tokio::spawn(async move {
            let talk = tokio::time::timeout(WAIT, talk(stream, &desk));
            // A client that breaks off has nobody to be told.
            let _ = stop.run_until_cancelled(talk).await;
            drop(place);
        });
    }
}

async fn talk(mut stream: TcpStream, desk: &Desk) -> io::Result<()> {
    let (read, mut write) = stream.split();
    let mut read = BufReader::new(read);
    write.write_all(b"220 sandbox ESMTP\r\n").await?;
    let mut recipients: Vec<String> = Vec::new();
    let mut line = String::new();
    loop {
        line.clear();
        if (&mut read).take(LINE_BYTES_MAX).read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let verb = line.split([' ', '\r', '\n']).next().unwrap_or_default().to_uppercase();
        let reply = match verb.as_str() {
            "EHLO" => "250-sandbox\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 2097152",
            "HELO" | "NOOP" => "250 sandbox",
            "MAIL" => {
                recipients.clear();
                mail_reply(desk.fault(Service::Smtp).await)
            }
            "RSET" => {
                recipients.clear();
                "250 forgotten"
            }
            "RCPT" if recipients.len() >= RECIPIENTS_MAX => "452 too many recipients",
            "RCPT" => match recipient(&line) {
                Some(address) => {
                    recipients.push(address);
                    "250 accepted"
                }
                None => "550 5.1.1 no such mailbox",
            },
            "DATA" if recipients.is_empty() => "503 no recipient yet",
            "DATA" => {
                write.write_all(b"354 end with a dot\r\n").await?;
                match letter(&mut read).await? {
                    Some(letter) => {
                        keep(desk, &recipients, &letter);
                        "250 kept"
                    }
                    None => "552 too large",
                }
            }
            "QUIT" => {
                write.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => "502 not played by the sandbox",
        };
        write.write_all(format!("{reply}\r\n").as_bytes()).await?;
    }
}

fn mail_reply(fault: Option<Fail>) -> &'static str {
    match fault {
        None => "250 accepted",
        Some(Fail::Throttle) => "450 too many letters",
        Some(Fail::Number) => "550 5.1.1 no such mailbox",
        Some(Fail::Signature) => "535 authentication failed",
        Some(Fail::Mismatch) => "553 mail from must equal authorized user",
        Some(Fail::Balance | Fail::NoFace | Fail::PoorQuality) => "554 refused",
        Some(Fail::Unavailable | Fail::Timeout) => "421 closing",
    }
}

/// `RCPT TO:<somebody@example.edu>`; example.invalid (RFC 6761) has no mailboxes.
fn recipient(line: &str) -> Option<String> {
    let address = line.split_once('<')?.1.split_once('>')?.0;
    (address.contains('@') && !address.ends_with(".invalid")).then(|| address.to_owned())
}

/// The letter without the dots that SMTP adds, or `None` when it is too large.
async fn letter(read: &mut (impl AsyncBufReadExt + Unpin)) -> io::Result<Option<Vec<u8>>> {
    let (mut letter, mut line) = (Vec::new(), Vec::new());
    let mut is_whole = true;
    loop {
        line.clear();
        if (&mut *read).take(LETTER_BYTES_MAX as u64).read_until(b'\n', &mut line).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if line == b".\r\n" || line == b".\n" {
            return Ok(is_whole.then_some(letter));
        }
        let text = line.strip_prefix(b".").unwrap_or(&line);
        is_whole &= letter.len() + text.len() <= LETTER_BYTES_MAX;
        if is_whole {
            letter.extend_from_slice(text);
        }
    }
}

fn keep(desk: &Desk, recipients: &[String], letter: &[u8]) {
    let parsed = MessageParser::default().parse(letter);
    let subject = parsed.as_ref().and_then(|letter| letter.subject()).map(str::to_owned);
    let text = parsed.as_ref().and_then(|letter| letter.body_text(0)).map(std::borrow::Cow::into_owned);
    let has_html = parsed.as_ref().is_some_and(|letter| letter.html_bodies().any(|part| part.is_text_html()));
    let html =
        parsed.as_ref().filter(|_| has_html).and_then(|letter| letter.body_html(0)).map(std::borrow::Cow::into_owned);
    for to in recipients {
        desk.outbox.put(Message {
            kind: Kind::Mail,
            vendor: "smtp",
            to: to.clone(),
            subject: subject.clone(),
            text: text.clone().unwrap_or_default(),
            html: html.clone(),
            values: Vec::new(),
            at: Timestamp::now(),
        });
    }
}

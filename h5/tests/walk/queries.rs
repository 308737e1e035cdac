//! How often a page asks Postgres: counted on the wire, by what is executed there.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use deadpool_postgres::{Manager, Pool, Runtime};
use testkit::TestStores;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio_postgres::NoTls;

use crate::site::{Site, Visitor};
use crate::{order_in, picture};

/// Passes on what is said to Postgres, and counts what it is to execute.
async fn listen(socket: PathBuf, count: Arc<AtomicUsize>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = UnixStream::connect(&socket).await.unwrap();
            tokio::spawn(pass(client, server, count.clone()));
        }
    });
    port
}

async fn pass(client: TcpStream, server: UnixStream, count: Arc<AtomicUsize>) {
    let (mut asked, mut answer) = client.into_split();
    let (mut answered, mut ask) = server.into_split();
    tokio::spawn(async move { tokio::io::copy(&mut answered, &mut answer).await });
    // The first message has no kind.
    let mut has_kind = false;
    loop {
        let kind = if has_kind { asked.read_u8().await.ok() } else { Some(0) };
        let (Some(kind), Ok(length)) = (kind, asked.read_u32().await) else { return };
        let mut rest = vec![0; length as usize - 4];
        if asked.read_exact(&mut rest).await.is_err() {
            return;
        }
        // An `Execute`, or a text such as `BEGIN`.
        if has_kind && matches!(kind, b'E' | b'Q') {
            count.fetch_add(1, Ordering::Relaxed);
        }
        let mut sent = if has_kind { vec![kind] } else { Vec::new() };
        sent.extend_from_slice(&length.to_be_bytes());
        sent.extend_from_slice(&rest);
        if ask.write_all(&sent).await.is_err() {
            return;
        }
        has_kind = true;
    }
}

/// A site whose questions are counted.
async fn start() -> (Site, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let site = Site::start_through(async move |stores: &TestStores| {
        let port = listen(stores.postgres_socket(), counted).await;
        let url = format!("host=127.0.0.1 port={port} user=seathold dbname=seathold");
        let manager = Manager::new(url.parse().unwrap(), NoTls);
        Pool::builder(manager).max_size(8).runtime(Runtime::Tokio1).build().unwrap()
    });
    (site.await, count)
}

/// How many questions a page asks, as the fewest of several looks: others may ask meanwhile.
async fn questions(visitor: &mut Visitor, count: &AtomicUsize, path: &str) -> usize {
    let mut fewest = usize::MAX;
    for _ in 0..4 {
        let before = count.load(Ordering::Relaxed);
        let answer = visitor.get(path).await;
        assert!(answer.status.is_success() || answer.status.is_redirection(), "{path}: {}", answer.status);
        fewest = fewest.min(count.load(Ordering::Relaxed) - before);
    }
    fewest
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_asks_no_more_than_it_shows() {
    let (site, count) = start().await;
    let mut candidate = site.candidate(1).await;
    let held = candidate.post("/exams/degree-english/hold", "sitting-1=morning&agree=on").await;
    let order = order_in(held.location());
    let mut guest = site.visitor();
    // The account, and for a page with the bar of a seat the orders.
    let mut asked = Vec::new();
    for (path, most) in [("/", 0), ("/exams/degree-english", 0), ("/help", 0), ("/sign-in", 0)] {
        asked.push((format!("{path} (guest)"), questions(&mut guest, &count, path).await, most));
    }
    let order_page = format!("/orders/{order}");
    let code = format!("{order_page}/payment-code.png");
    let arrived = format!("{order_page}/upload?key=0123456789abcdef0123456789abcdef");
    let pages = [("/help", 2), (&*order_page, 3), (&*code, 2), (&*arrived, 2), ("/me/identity/state", 3)];
    for (path, most) in pages {
        asked.push((path.replace(&order, "N"), questions(&mut candidate, &count, path).await, most));
    }
    candidate.upload(&order, &picture(300, 600)).await;
    for (path, most) in [(&*format!("{order_page}/receipt"), 4), ("/exams/degree-english", 2), ("/me", 4), ("/", 3)] {
        asked.push((path.replace(&order, "N"), questions(&mut candidate, &count, path).await, most));
    }
    let over: Vec<_> = asked.iter().filter(|(_, asked, most)| asked > most).collect();
    assert!(over.is_empty(), "more questions than before: {over:?} of {asked:?}");
}

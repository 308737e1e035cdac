//! What a page asks Postgres: read on the wire, by what is executed there.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use deadpool_postgres::{Manager, Pool, Runtime};
use gateways::settings::Variables;
use gateways::tencent::id_card_ocr::TencentOcrConfig;
use gateways::{CardReader, Gateways};
use testkit::{TestStores, Vendors};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio_postgres::NoTls;

use crate::site::{Site, Visitor};
use crate::{order_in, picture};

/// The statements that were executed, in their order.
type Asked = Arc<Mutex<Vec<String>>>;

/// How the statement begins that reads all orders of an account, and how the one does that is for the bar.
const ALL_ORDERS: &str = "WHERE o.account = $1 ORDER BY";
const BAR: &str = "u.state = 'unpaid'";

/// Passes on what is said to Postgres, and notes what it is to execute.
async fn listen(socket: PathBuf, asked: Asked) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = UnixStream::connect(&socket).await.unwrap();
            tokio::spawn(pass(client, server, asked.clone()));
        }
    });
    port
}

async fn pass(client: TcpStream, server: UnixStream, asked: Asked) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
    // The first message has no kind.
    let mut has_kind = false;
    let (mut statements, mut bound) = (HashMap::new(), String::new());
    loop {
        let kind = if has_kind { from_client.read_u8().await.ok() } else { Some(0) };
        let (Some(kind), Ok(length)) = (kind, from_client.read_u32().await) else { return };
        let mut rest = vec![0; length as usize - 4];
        if from_client.read_exact(&mut rest).await.is_err() {
            return;
        }
        let mut texts = rest.split(|byte| *byte == 0).map(|text| String::from_utf8_lossy(text).into_owned());
        let (first, second) = (texts.next().unwrap_or_default(), texts.next().unwrap_or_default());
        match kind {
            // `Parse` names a statement, `Bind` picks one by its name, `Execute` runs what was bound last.
            b'P' if has_kind => drop(statements.insert(first, second)),
            b'B' => bound = statements.get(&second).cloned().unwrap_or_default(),
            b'E' => asked.lock().unwrap().push(bound.clone()),
            // A text such as `BEGIN`.
            b'Q' => asked.lock().unwrap().push(first),
            _ => {}
        }
        let mut sent = if has_kind { vec![kind] } else { Vec::new() };
        sent.extend_from_slice(&length.to_be_bytes());
        sent.extend_from_slice(&rest);
        if to_server.write_all(&sent).await.is_err() {
            return;
        }
        has_kind = true;
    }
}

/// A site whose questions are heard.
async fn start() -> (Site, Asked) {
    let asked = Asked::default();
    let heard = asked.clone();
    let vendors = Variables::default().with(Vendors::start().await.variables());
    let cards = Some(CardReader::tencent(TencentOcrConfig::of(&vendors).unwrap()));
    let gateways = Gateways { cards, ..Gateways::default() };
    let site = Site::start_through(gateways, async move |stores: &TestStores| {
        let port = listen(stores.postgres_socket(), heard).await;
        let url = format!("host=127.0.0.1 port={port} user=seathold dbname=seathold");
        let manager = Manager::new(url.parse().unwrap(), NoTls);
        Pool::builder(manager).max_size(8).runtime(Runtime::Tokio1).build().unwrap()
    });
    (Box::pin(site).await, asked)
}

/// Forgets what was asked once nobody asks: the site's jobs have begun, and theirs is no page's.
async fn quiet(asked: &Asked) {
    for _ in 0..100 {
        asked.lock().unwrap().clear();
        tokio::time::sleep(Duration::from_millis(20)).await;
        if asked.lock().unwrap().is_empty() {
            return;
        }
    }
}

/// What a page asks, as the fewest questions of several looks: others may ask meanwhile.
async fn questions(visitor: &mut Visitor, asked: &Asked, path: &str) -> Vec<String> {
    let mut looks = Vec::new();
    for _ in 0..4 {
        quiet(asked).await;
        let answer = visitor.get(path).await;
        assert!(answer.status.is_success() || answer.status.is_redirection(), "{path}: {}", answer.status);
        looks.push(asked.lock().unwrap().clone());
    }
    looks.into_iter().min_by_key(Vec::len).unwrap()
}

/// Whether a page reads the candidate's orders: all of them, or what its bar speaks of, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reads {
    All,
    Bar,
    Nothing,
}

fn reads(questions: &[String]) -> (usize, usize) {
    let count = |part: &str| questions.iter().filter(|asked| asked.contains(part)).count();
    (count(ALL_ORDERS), count(BAR))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_asks_no_more_than_it_shows() {
    let (site, asked) = Box::pin(start()).await;
    let mut candidate = site.candidate(1).await;
    let held = candidate.post("/exams/degree-english/hold", "sitting-1=morning&agree=on").await;
    let order = order_in(held.location());
    let mut guest = site.visitor();
    let mut faults = Vec::new();
    for path in ["/", "/exams/degree-english", "/help", "/sign-in"] {
        let questions = questions(&mut guest, &asked, path).await;
        faults.extend((!questions.is_empty()).then(|| format!("{path} asks for a guest: {questions:#?}")));
    }
    let order_page = format!("/orders/{order}");
    let (code, receipt) = (format!("{order_page}/payment-code.png"), format!("{order_page}/receipt"));
    let arrived = format!("{order_page}/upload?key=0123456789abcdef0123456789abcdef");
    let unpaid = [
        // The account, and the bar's seat; on the page of help what one asked.
        ("/help", 3, Reads::Bar),
        ("/me/bar", 2, Reads::Bar),
        ("/me/password", 3, Reads::All),
        ("/me/email", 2, Reads::Bar),
        ("/me/mobile", 2, Reads::Bar),
        ("/me/identity", 7, Reads::Bar),
        (&*order_page, 3, Reads::All),
        ("/exams/degree-english", 2, Reads::All),
        ("/me/decided?standing=degree-english", 2, Reads::All),
        // No page.
        (&*code, 2, Reads::Nothing),
        (&*arrived, 2, Reads::Nothing),
        ("/me/identity/state", 3, Reads::Nothing),
    ];
    let mut look = async |candidate: &mut Visitor, (path, most, expected): (&str, usize, Reads)| {
        let questions = questions(candidate, &asked, path).await;
        let is_right = reads(&questions)
            == match expected {
                Reads::All => (1, 0),
                Reads::Bar => (0, 1),
                Reads::Nothing => (0, 0),
            };
        if questions.len() > most || !is_right {
            let path = path.replace(&order, "N");
            faults.push(format!("{path} may ask {most} and read {expected:?} of the orders: {questions:#?}"));
        }
    };
    for page in unpaid {
        look(&mut candidate, page).await;
    }
    // The account, the bar's seat, who one is, and the two sides.
    let card = "/me/identity/card";
    let agreed = candidate.post("/me/identity", "consent=on&way=/card&name=%E5%BC%A0%E4%BC%9F").await;
    assert!(agreed.location().starts_with(card), "{} {}", agreed.location(), agreed.text);
    look(&mut candidate, (card, 5, Reads::Bar)).await;
    let asked_of_card = questions(&mut candidate, &asked, card).await;
    let of_identity = asked_of_card.iter().filter(|asked| asked.contains("registration.identities")).count();
    assert_eq!(of_identity, 1, "who one is, once: {asked_of_card:#?}");
    candidate.upload(&order, &picture(300, 600)).await;
    let waiting = [(&*receipt, 4, Reads::All), ("/exams/degree-english", 2, Reads::All), ("/me", 7, Reads::All)];
    for page in waiting.into_iter().chain([("/", 3, Reads::All), ("/help", 3, Reads::Bar)]) {
        look(&mut candidate, page).await;
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What is said without a network to who holds a seat, and to nobody else.
const SEAT_OFFLINE: &str = "座位的保留时间由服务器计算";

/// Pages that show no order still say what is held, of it and of what is paid for before it.
#[tokio::test(flavor = "multi_thread")]
async fn the_bar_stands_on_every_page_while_a_seat_is_held() {
    let site = Site::start(5).await;
    let mut candidate = site.candidate(1).await;
    let held = candidate.post("/exams/degree-english/hold", "sitting-1=morning&agree=on").await;
    let order = order_in(held.location());
    let bar = async |candidate: &mut Visitor| candidate.get("/me/bar").await.text;
    let unpaid = bar(&mut candidate).await;
    for path in ["/help", "/me/password", "/me/identity", "/", "/me", "/exams/degree-english"] {
        let page = candidate.get(path).await.text;
        assert!(page.contains("class=\"hold\"") && page.contains(&format!("/orders/{order}")), "{path}: {page}");
        assert!(page.contains(SEAT_OFFLINE), "{path}: {page}");
    }
    let page = candidate.get("/help").await.text;
    let mark = page.split("data-mark=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    assert!(page.contains("data-asks=\"/me/bar\"") && unpaid.contains(&format!("\"{mark}\"")), "{unpaid}: {page}");
    candidate.upload(&order, &picture(300, 600)).await;
    for path in ["/help", "/me/identity", "/exams/degree-english"] {
        let page = candidate.get(path).await.text;
        assert!(!page.contains("class=\"hold\"") && !page.contains(SEAT_OFFLINE), "{path}: {page}");
    }
    assert_ne!(bar(&mut candidate).await, unpaid, "a page that is open elsewhere is drawn anew");
}

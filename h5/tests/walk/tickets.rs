//! From the confirmed seat to the ticket: not yet, not arranged, there, printed, changed; in the calendar; and in a real browser
//! whose network has died.

use http::StatusCode;
use registration::desk::staff::Role;
use testkit::{BrowserOptions, Walker};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::site::{Site, Visitor};
use crate::{order_in, picture};

/// Tickets can be printed from then on.
const STEPS: &str = r#"
[[steps]]
title = { zh = "选择场次", en = "Choose" }
tasks = ["sittings"]
[[steps]]
title = { zh = "缴费", en = "Pay" }
tasks = ["payment"]
[[steps]]
title = { zh = "打印准考证", en = "Ticket" }
tasks = ["ticket"]
opens_at = FROM
[ticket]
arrive_minutes = 40
closes_minutes = 15
minutes = 120
[ticket.rules]
zh = ["对号入座。"]
en = ["Take your seat."]
"#;
const SITTINGS: &str = "id,title_zh,title_en,group,venue_zh,venue_en,starts_at,capacity,fee
morning,英语,English,language,一号楼,Building 1,2090-05-22T09:00:00+08:00,5,
evening,英语,English,language,一号楼,Building 1,2090-05-22T19:00:00+08:00,1,
";
const ROOM: &str = "11111111-1111-1111-1111-111111111111";

/// Somebody with a confirmed seat, and the order's number.
async fn registered(site: &Site) -> (Visitor, String) {
    let mut candidate = site.candidate(1).await;
    let held = candidate.post("/exams/degree-english/hold", "sitting-1=morning&agree=on").await;
    let order = order_in(held.location());
    candidate.upload(&order, &picture(300, 600)).await;
    let staff = site.registration.staff.add("staff", "long-enough-1", Role::Reviewer).await.unwrap();
    site.confirm(&staff, order.parse().unwrap()).await;
    (candidate, order)
}

async fn arrange(site: &Site, order: &str) {
    site.execute(&format!(
        "INSERT INTO registration.sites (id, name_zh, name_en, address_zh, address_en, way_zh, way_en, latitude, longitude)
         VALUES ('{ROOM}', '东校区', 'East Campus', '湖滨路 100 号', '100 Hubin Road', '从东门进', 'By the east gate', 31.2, 121.4);
         INSERT INTO registration.rooms (id, site, name, layout, seat_order, spacing)
         VALUES ('{ROOM}', '{ROOM}', '一号楼 302', ARRAY['SSSS'], 'rows', 'dense');
         INSERT INTO registration.seat_assignments (exam, sitting, order_id, room, room_number, seat, label, assigned_at)
         VALUES ('degree-english', 'morning', '{order}', '{ROOM}', 12, 1, 'H01', now())"
    ))
    .await;
}

fn steps(from: &str) -> String {
    STEPS.replace("FROM", from)
}

#[tokio::test(flavor = "multi_thread")]
async fn a9_c12_e8_from_the_confirmed_seat_to_the_printed_ticket() {
    let site = Site::start_exam(&steps("2080-01-01T09:00:00+08:00"), SITTINGS).await.with_press();
    let (mut phone, order) = registered(&site).await;
    let own = format!("/orders/{order}/ticket");
    // Not yet: from when on, and the day goes into the calendar all the same.
    let early = phone.get(&own).await;
    assert!(early.text.contains("准考证还不能打印") && early.text.contains("2080年1月1日"), "{}", early.text);
    assert!(early.headers.get("kept-owner").is_none());
    assert_eq!(phone.get(&format!("{own}.pdf")).await.status, StatusCode::NOT_FOUND);
    let dates = site.visitor().get("/exams/degree-english/dates.ics").await;
    assert_eq!(dates.headers["content-type"], "text/calendar; charset=utf-8");
    assert!(dates.text.contains("DTSTART:20800101T010000Z\r\n") && dates.text.contains("degree-english.closes@"));
    let linked = site.visitor().get("/exams/degree-english").await.text;
    assert!(linked.contains("href=\"/exams/degree-english/dates.ics\""), "{linked}");
    let receipt = phone.get(&format!("/orders/{order}/receipt")).await;
    assert!(
        receipt.text.contains("起可以打印") && !receipt.text.contains(&format!("href=\"{own}\"")),
        "{}",
        receipt.text
    );
    let day = phone.get(&format!("/orders/{order}/exam.ics")).await;
    assert_eq!(day.headers["content-type"], "text/calendar; charset=utf-8");
    assert!(
        day.text.contains("DTSTART:20900522T002000Z\r\n") && day.text.contains("LOCATION:一号楼\r\n"),
        "{}",
        day.text
    );

    // They can be printed, and nobody has a seat; then somebody has.
    let dir = site.dir().join("exam");
    let text = std::fs::read_to_string(dir.join("exam.toml")).unwrap();
    std::fs::write(dir.join("exam.toml"), text.replace("2080-01-01", "2020-01-02")).unwrap();
    site.registration.exams.import(&dir).await.unwrap();
    let page = phone.get(&own).await.text;
    assert!(page.contains("座位还没有编排") && !page.contains("ticket.pdf"), "{page}");
    arrange(&site, &order).await;
    let page = phone.get(&own).await;
    for part in [
        "第 012 考场 · 一号楼 302",
        "H01",
        "湖滨路 100 号",
        "从东门进",
        "请于 08:20 前到达考点，08:45 起禁止入场",
        "对号入座",
    ] {
        assert!(page.text.contains(part), "{part}: {}", page.text);
    }
    assert!(page.text.contains("data:image/png;base64,") && !page.text.contains("11010519900101001"), "{}", page.text);
    assert!(page.headers.contains_key("kept-owner") && page.headers.contains_key("kept-until"));
    assert!(!page.text.contains("geo:"), "a computer has no map of its own");
    phone.headers.insert("user-agent", "Mozilla/5.0 (Linux; Android 12; x) Mobile".parse().unwrap());
    assert!(phone.get(&own).await.text.contains("href=\"geo:31.200000,121.400000?q="));
    let all = phone.get("/exams/degree-english/ticket").await;
    assert_eq!(all.location(), own);
    assert!(phone.get("/exams/degree-english").await.text.contains("href=\"/exams/degree-english/ticket\""));

    // Taken away as a file, as a picture, as an entry of a calendar; by nobody else.
    let pdf = phone.get(&format!("{own}.pdf")).await;
    assert!(pdf.bytes.starts_with(b"%PDF-") && pdf.bytes.len() < 160_000, "{} bytes: {}", pdf.bytes.len(), pdf.status);
    assert!(pdf.headers["cache-control"].to_str().unwrap().contains("no-store"));
    let png = phone.get(&format!("{own}.png?page=1")).await;
    assert!(png.bytes.starts_with(b"\x89PNG"), "{}", png.status);
    assert_eq!(phone.get(&format!("{own}.png?page=2")).await.status, StatusCode::NOT_FOUND);
    let day = phone.get(&format!("/orders/{order}/exam.ics")).await.text.replace("\r\n ", "");
    assert!(day.contains("第 012 考场") && day.contains("GEO:31.200000;121.400000"), "{day}");
    let mut stranger = site.candidate(2).await;
    for path in ["ticket", "ticket.pdf", "ticket.png", "ticket/photo.jpg", "exam.ics"] {
        let theirs = stranger.get(&format!("/orders/{order}/{path}")).await;
        assert_eq!(theirs.status, StatusCode::NOT_FOUND, "{path}");
    }

    // Another seat: the page says that what was printed is out of date, until it is printed again.
    site.execute("UPDATE registration.seat_assignments SET seat = 2, label = 'H02', assigned_at = now()").await;
    let changed = phone.get(&own).await.text;
    assert!(changed.contains("准考证内容有变更") && changed.contains("H02"), "{changed}");
    phone.get(&format!("{own}.pdf")).await;
    assert!(!phone.get(&own).await.text.contains("准考证内容有变更"));
    proved(&site, &mut phone, &order).await;
}

/// A proof of registration, which anybody checks, and which says so when it is no more.
async fn proved(site: &Site, phone: &mut Visitor, order: &str) {
    let receipt = phone.get(&format!("/orders/{order}/receipt")).await.text;
    assert!(receipt.contains(&format!("href=\"/orders/{order}/proof.pdf\"")), "{receipt}");
    let pdf = phone.get(&format!("/orders/{order}/proof.pdf")).await;
    assert!(pdf.bytes.starts_with(b"%PDF-"), "{}", pdf.text);
    let code = site.text("SELECT code FROM registration.proofs").await;
    let mut anybody = site.visitor();
    let typed = format!("{}-{}+{}", &code[..4], &code[4..8], code[8..].to_lowercase());
    let found = anybody.get(&format!("/check?code={typed}")).await;
    assert_eq!(found.location(), format!("/check/{code}"));
    let page = anybody.get(found.location()).await.text;
    for part in ["属实：报名有效", "学位外语考试", "张*", "英语"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("张伟") && !page.contains("110105") && !page.contains(order), "{page}");
    let wrong = anybody.get("/check?code=ABC").await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.text.contains("value=\"ABC\""), "{}", wrong.text);
    assert_eq!(anybody.get("/check/ABCDEFGH2345").await.status, StatusCode::NOT_FOUND);
    phone.get(&format!("/orders/{order}/proof.pdf")).await;
    assert_eq!(site.count("SELECT count(*) FROM registration.proofs").await, 1);
    site.execute("UPDATE registration.orders SET state = 'released'").await;
    assert!(anybody.get(&format!("/check/{code}")).await.text.contains("这份报名已经结束"));
    assert_eq!(site.count("SELECT count(*) FROM registration.tickets WHERE revoked_at IS NULL").await, 0);
}

/// The way to the site, which can be cut: what is open on it dies, and nothing new is let through.
struct Line {
    url: String,
    task: JoinHandle<()>,
}

impl Line {
    /// At this address, or a free one.
    async fn to(site: &Site, address: &str) -> Self {
        let inner = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let behind = inner.local_addr().unwrap();
        let router = site.router.clone();
        tokio::spawn(async move { axum::serve(inner, router).await });
        let listener = TcpListener::bind(address).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let task = tokio::spawn(async move {
            let mut open = JoinSet::new();
            while let Ok((mut near, _)) = listener.accept().await {
                open.spawn(async move {
                    let mut far = TcpStream::connect(behind).await.unwrap();
                    drop(tokio::io::copy_bidirectional(&mut near, &mut far).await);
                });
            }
        });
        Self { url, task }
    }

    async fn cut(&self) {
        self.task.abort();
        while !self.task.is_finished() {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn e5_browser_opens_ticket_and_receipt_without_a_network_and_forgets_them_at_sign_out() {
    let site = Site::start_exam(&steps("2020-01-02T09:00:00+08:00"), SITTINGS).await;
    let (candidate, order) = registered(&site).await;
    arrange(&site, &order).await;
    let line = Line::to(&site, "127.0.0.1:0").await;
    let walker = Walker::start(&line.url, BrowserOptions::default()).await;
    walker.carry(candidate.cookie.as_deref().unwrap()).await;
    let own = format!("/orders/{order}");
    for page in ["receipt", "ticket"] {
        walker.open(&format!("{own}/{page}")).await;
        // The receipt says nothing of it; the cache does.
        let is_kept = format!("{own}/{page}");
        let mut tries = 0;
        while !kept(&walker).await.contains(&is_kept) {
            tries += 1;
            assert!(tries < 100, "{page} was never kept: {:?}", kept(&walker).await);
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    }
    walker.shows("已保存在这台设备上").await;
    let all = kept(&walker).await;
    let is_known =
        |path: &String| path.starts_with("/static/") || path.ends_with("/ticket") || path.ends_with("/receipt");
    assert!(all.iter().all(is_known), "{all:?}");

    line.cut().await;
    walker.open(&format!("{own}/ticket")).await;
    walker.shows("H01").await;
    walker.shows("湖滨路 100 号").await;
    let width = walker.execute("return document.querySelector('.ticket-code').naturalWidth", vec![]).await.unwrap();
    assert!(width.as_u64().unwrap() > 300, "the code is there, too");
    let styled = "return getComputedStyle(document.querySelector('.ticket')).borderTopWidth";
    assert_eq!(walker.execute(styled, vec![]).await.unwrap(), "1px", "and looks as it did");
    walker.open(&format!("{own}/receipt")).await;
    walker.shows(&order).await;
    // Nothing else is kept.
    let other = walker.goto(&format!("{}{own}/exam.ics", line.url)).await;
    assert!(other.is_err() || !walker.text().await.contains("H01"));

    // With a network again: signing out leaves nothing.
    let _line = Line::to(&site, line.url.trim_start_matches("http://")).await;
    walker.open("/me").await;
    walker.turn("form[action='/sign-out'] button").await;
    walker.shows("登录").await;
    assert_eq!(kept(&walker).await, Vec::<String>::new());
    walker.open(&format!("{own}/ticket")).await;
    assert!(walker.path().await.starts_with("/sign-in"));
}

/// What the browser keeps, by path.
async fn kept(walker: &Walker) -> Vec<String> {
    const PATHS: &str = "
        const done = arguments[arguments.length - 1];
        caches.keys().then((names) => Promise.all(names.map((name) => caches.open(name).then((cache) => cache.keys()))))
          .then((all) => done([].concat(...all).map((request) => new URL(request.url).pathname)));
    ";
    let found = walker.execute_async(PATHS, Vec::new()).await.unwrap();
    found.as_array().unwrap().iter().map(|path| path.as_str().unwrap().to_owned()).collect()
}

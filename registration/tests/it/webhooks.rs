//! Webhooks against a real server that fails, hangs and wants no more, by two processes at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use gateways::Gateways;
use gateways::webhooks::{WebhookRules, WebhookSecret, WebhookSender};
use jiff::{SignedDuration, Timestamp};
use registration::desk::staff::{Role, StaffMember};
use registration::webhooks::{
    Delivery, DisabledWhy, EndpointFault, EndpointId, EventKind, TargetFault, WantedEndpoint, WebhookError, Webhooks,
};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::world::{Setup, World, until};

/// A request as it came.
#[derive(Clone)]
struct Came {
    path: String,
    headers: HashMap<String, String>,
    body: String,
}

impl Came {
    fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn kind(&self) -> String {
        self.json()["type"].as_str().unwrap().to_owned()
    }

    fn is_signed_under(&self, secret: &WebhookSecret) -> bool {
        let second = self.headers["webhook-timestamp"].parse().unwrap();
        let good = secret.sign(self.id(), second, &self.body);
        self.headers["webhook-signature"].split(' ').any(|one| one == good)
    }
}

/// A receiver that answers what it is told to, path by path; a status of 0 hangs until it ends.
struct Receiver {
    url: String,
    came: Arc<Mutex<Vec<Came>>>,
    statuses: Arc<Mutex<HashMap<String, u16>>>,
    end: watch::Sender<bool>,
}

impl Receiver {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (came, statuses) = (Arc::<Mutex<Vec<Came>>>::default(), Arc::<Mutex<HashMap<String, u16>>>::default());
        let (end, ended) = watch::channel(false);
        let (all, told) = (came.clone(), statuses.clone());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (all, told, mut ended) = (all.clone(), told.clone(), ended.clone());
                tokio::spawn(async move {
                    let Some(request) = read(&mut stream).await else { return };
                    let status = told.lock().unwrap().get(&request.path).copied().unwrap_or(200);
                    all.lock().unwrap().push(request);
                    if status == 0 {
                        let _ = ended.wait_for(|is_over| *is_over).await;
                        return;
                    }
                    let said = format!("HTTP/1.1 {status} x\r\ncontent-length: 4\r\nconnection: close\r\n\r\nsaid");
                    let _ = stream.write_all(said.as_bytes()).await;
                });
            }
        });
        Self { url, came, statuses, end }
    }

    fn answers(&self, path: &str, status: u16) {
        self.statuses.lock().unwrap().insert(path.to_owned(), status);
    }

    fn at(&self, path: &str) -> Vec<Came> {
        self.came.lock().unwrap().iter().filter(|came| came.path == path).cloned().collect()
    }

    async fn until(&self, path: &str, count: usize) -> Came {
        until(&format!("{count} at {path}"), async || self.at(path).len() >= count).await;
        self.at(path)[count - 1].clone()
    }
}

async fn read(stream: &mut TcpStream) -> Option<Came> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let path = head.split(' ').nth(1)?.to_owned();
            let pairs = head.lines().filter_map(|line| line.split_once(": "));
            let headers: HashMap<_, _> = pairs.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
            let length: usize = headers.get("content-length")?.parse().ok()?;
            if bytes.len() >= end + 4 + length {
                return Some(Came { path, headers, body: String::from_utf8(bytes[end + 4..].to_vec()).ok()? });
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

/// Whoever acts, on what, and what is looked at.
struct Office {
    world: World,
    receiver: Receiver,
    chief: StaffMember,
}

impl Office {
    async fn start() -> Self {
        let rules = WebhookRules { may_stay_here: true, ..WebhookRules::default() };
        let gateways = Gateways { webhooks: Some(WebhookSender::new(rules)), ..Gateways::default() };
        let world = World::start(Setup { gateways, ..Setup::default() }).await;
        let chief = world.registration.staff.add("chief", "long-enough-1", Role::Administrator).await.unwrap();
        Self { world, receiver: Receiver::start().await, chief }
    }

    fn webhooks(&self) -> &Webhooks {
        &self.world.registration.outward.webhooks
    }

    fn wanted(&self, path: &str, kinds: &[EventKind]) -> WantedEndpoint {
        let url = format!("{}{path}", self.receiver.url);
        WantedEndpoint { url, description: path.to_owned(), kinds: kinds.to_vec(), exams: None }
    }

    async fn endpoint(&self, path: &str, kinds: &[EventKind]) -> (EndpointId, WebhookSecret) {
        self.webhooks().make(&self.chief, &self.wanted(path, kinds)).await.unwrap()
    }

    async fn deliveries(&self, id: EndpointId) -> Vec<Delivery> {
        self.webhooks().one(&self.chief, id, None).await.unwrap().1
    }

    async fn until_done(&self, id: EndpointId, is_sent: bool) {
        let is_done =
            |all: &[Delivery]| all.first().is_some_and(|last| last.done.is_some_and(|done| done.1 == is_sent));
        until("a delivery at its end", async || is_done(&self.deliveries(id).await)).await;
    }

    async fn disabled(&self, id: EndpointId) -> Option<DisabledWhy> {
        self.webhooks().one(&self.chief, id, None).await.unwrap().0.disabled.map(|(_, why)| why)
    }

    /// What waits is due now.
    async fn hurry(&self) {
        self.world
            .execute("UPDATE registration.webhook_deliveries SET next_try_at = now() WHERE done_at IS NULL")
            .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_is_told_once_in_order_and_without_a_name() {
    let office = Office::start().await;
    let (world, receiver) = (&office.world, &office.receiver);
    let orders = [EventKind::OrderConfirmed, EventKind::OrderEnded, EventKind::PaymentReceived];
    let forbidden = office.webhooks().list(&world.reviewer).await;
    assert!(matches!(forbidden, Err(WebhookError::Forbidden(_))));
    let inside = WantedEndpoint { url: "https://10.0.0.1/".to_owned(), ..office.wanted("/x", &orders) };
    let refused = office.webhooks().make(&office.chief, &inside).await;
    assert!(matches!(refused, Err(WebhookError::Fault(EndpointFault::Url(TargetFault::Inside)))));
    // Before anybody wants it, nothing is written.
    let early = world.candidate(9).await.id;
    let order = world.hold(early, &["s2"]).await.unwrap().id;
    world.registration.orders.release(early, order).await.unwrap();
    world.until_row(order, "released").await;
    let written: i64 =
        world.sql().await.query_one("SELECT count(*) FROM registration.webhook_events", &[]).await.unwrap().get(0);
    assert_eq!(written, 0);

    receiver.answers("/hangs", 0);
    let (hangs, _) = office.endpoint("/hangs", &orders).await;
    let (ok, secret) = office.endpoint("/ok", &orders).await;
    let (tickets, _) = office.endpoint("/tickets", &[EventKind::TicketIssued]).await;
    let other = world.another_process().await;

    let account = world.candidate(1).await.id;
    let paid = world.hold(account, &["s0"]).await.unwrap().id;
    world.hand_in(account, paid).await.unwrap();
    world.confirm(paid).await.unwrap();
    receiver.until("/ok", 2).await;
    let second = world.candidate(2).await.id;
    let given_back = world.hold(second, &["s1"]).await.unwrap().id;
    world.registration.orders.release(second, given_back).await.unwrap();
    let ended = receiver.until("/ok", 3).await;
    assert!(!receiver.at("/hangs").is_empty(), "somebody hangs, and holds up nobody");

    let came = receiver.at("/ok");
    let kinds: Vec<String> = came.iter().map(Came::kind).collect();
    assert!(kinds[..2].contains(&"order.confirmed".to_owned()) && kinds[..2].contains(&"payment.received".to_owned()));
    let data = ended.json()["data"].clone();
    assert_eq!((ended.kind().as_str(), data["state"].as_str()), ("order.ended", Some("released")));
    assert_eq!(data["order"].as_str(), Some(given_back.to_string().as_str()));
    let payment = came.iter().find(|one| one.kind() == "payment.received").unwrap().json();
    assert_eq!(payment["data"]["orders"][0].as_str(), Some(paid.to_string().as_str()), "written after the payment");
    assert_eq!(
        (payment["data"]["exam"].as_str(), payment["data"]["amount_fen"].as_i64()),
        (Some("exam"), Some(12_000))
    );
    for one in &came {
        assert!(one.is_signed_under(&secret) && one.id().starts_with("msg_") && !one.id().contains('.'));
        assert!(!one.body.contains("王芳") && !one.body.contains("110105"), "{}", one.body);
    }
    let ids: std::collections::BTreeSet<&str> = came.iter().map(Came::id).collect();
    assert_eq!((ids.len(), came.len()), (3, 3), "two processes, each event once");
    until("all sent", async || office.deliveries(ok).await.iter().all(|one| one.done.is_some())).await;
    assert!(office.deliveries(tickets).await.is_empty());
    // Where an order's first event is not taken, what follows about that order waits; what is about others does not.
    let waiting = office.deliveries(hangs).await;
    assert!(waiting.iter().all(|one| one.done.is_none()), "{waiting:?}");
    world.execute("UPDATE registration.webhook_deliveries SET next_try_at = now() + interval '1 hour'").await;
    world
        .execute(
            "SELECT registration.tell_webhooks('order.ended', 'exam', subject, '{}') FROM registration.webhook_events
             WHERE kind = 'order.confirmed'",
        )
        .await;
    receiver.until("/ok", 4).await;
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    let behind = office.deliveries(hangs).await.remove(0);
    assert_eq!((behind.kind.as_str(), behind.tries), ("order.ended", 0), "it waits behind the first");
    receiver.end.send_replace(true);
    other.stop().await;
    office.world.finish().await;
}

/// After days of failures an endpoint is told nothing more, and at once when it wants no more.
async fn is_told_nothing_more(office: &Office, id: EndpointId) {
    let (world, receiver, webhooks) = (&office.world, &office.receiver, office.webhooks());
    let chief = &office.chief;
    receiver.answers("/hook", 503);
    world.execute("UPDATE registration.webhook_endpoints SET failing_since = now() - interval '5 days'").await;
    webhooks.test(chief, id).await.unwrap();
    until("the end of patience", async || office.disabled(id).await == Some(DisabledWhy::Failing)).await;
    assert!(webhooks.set_told(chief, id, true).await.unwrap());
    receiver.answers("/hook", 410);
    office.hurry().await;
    until("no more wanted", async || office.disabled(id).await == Some(DisabledWhy::Gone)).await;
    let count = receiver.at("/hook").len();
    webhooks.test(chief, id).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(2_500)).await;
    assert_eq!(receiver.at("/hook").len(), count, "nothing leaves for an endpoint that is told nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_is_tried_again_given_up_and_told_again() {
    let office = Office::start().await;
    let (world, receiver, webhooks) = (&office.world, &office.receiver, office.webhooks());
    let chief = &office.chief;
    let (id, old) = office.endpoint("/hook", &[EventKind::TicketIssued]).await;
    receiver.answers("/hook", 500);
    webhooks.test(chief, id).await.unwrap();
    let first = receiver.until("/hook", 1).await;
    until("a failure on record", async || office.deliveries(id).await[0].last.is_some()).await;
    let delivery = office.deliveries(id).await.remove(0);
    let last = delivery.last.unwrap();
    assert_eq!((delivery.tries, last.ended, last.answer.as_str()), (1, Ok(500), "said"));
    let pause = delivery.next_try_at.duration_since(last.at);
    assert!(pause >= SignedDuration::from_secs(4) && pause <= SignedDuration::from_secs(6), "{pause:?}");
    assert!(webhooks.one(chief, id, None).await.unwrap().0.failing_since.is_some());

    // While one secret replaces the other both sign.
    let between = webhooks.renew_secret(chief, id).await.unwrap();
    let new = webhooks.renew_secret(chief, id).await.unwrap();
    receiver.answers("/hook", 204);
    office.hurry().await;
    let again = receiver.until("/hook", 2).await;
    assert_eq!(again.id(), first.id(), "the same event");
    assert!(again.is_signed_under(&old) && again.is_signed_under(&new) && !first.is_signed_under(&new));
    assert!(!again.is_signed_under(&between), "the receiver may know the first one alone, which goes on");
    office.until_done(id, true).await;
    assert!(webhooks.one(chief, id, None).await.unwrap().0.failing_since.is_none());

    // A death between sending and noting sends once more, under the same id.
    world
        .execute(
            "CREATE FUNCTION registration.die() RETURNS trigger LANGUAGE plpgsql AS
                 $$ BEGIN RAISE EXCEPTION 'dead'; END $$;
             CREATE TRIGGER die BEFORE INSERT ON registration.webhook_attempts
                 FOR EACH ROW EXECUTE FUNCTION registration.die()",
        )
        .await;
    webhooks.test(chief, id).await.unwrap();
    let unnoted = receiver.until("/hook", 3).await;
    world.execute("DROP TRIGGER die ON registration.webhook_attempts").await;
    is_left_alone(&office, id, 3).await;
    office.hurry().await;
    assert_eq!(receiver.until("/hook", 4).await.id(), unnoted.id());
    office.until_done(id, true).await;

    // The tenth failure is the last; staff have it sent again.
    receiver.answers("/hook", 302);
    webhooks.test(chief, id).await.unwrap();
    receiver.until("/hook", 5).await;
    world.execute("UPDATE registration.webhook_deliveries SET tries = 9 WHERE done_at IS NULL").await;
    until("a redirect on record", async || office.deliveries(id).await[0].last.is_some()).await;
    office.hurry().await;
    office.until_done(id, false).await;
    receiver.answers("/hook", 200);
    let hour_ago = Timestamp::now() - SignedDuration::from_hours(1);
    assert_eq!(webhooks.again(chief, id, Err(Timestamp::now())).await.unwrap(), 0);
    assert_eq!(webhooks.again(chief, id, Err(hour_ago)).await.unwrap(), 1);
    office.until_done(id, true).await;
    let number = office.deliveries(id).await[0].id;
    assert_eq!(webhooks.again(chief, id, Ok(number)).await.unwrap(), 1);
    office.until_done(id, true).await;
    assert!(matches!(webhooks.again(chief, id, Ok(number + 99)).await, Err(WebhookError::Unknown)));

    is_told_nothing_more(&office, id).await;
    let asked = "SELECT action || ': ' || coalesce(detail, '') FROM registration.audit WHERE action LIKE 'webhook.%' ORDER BY id";
    let lines: Vec<String> = world.sql().await.query(asked, &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
    assert!(
        lines[0].starts_with("webhook.made: http://127.0.0.1:") && lines[0].ends_with(" ticket.issued"),
        "{lines:?}"
    );
    for line in ["webhook.disabled: failing", "webhook.disabled: gone", "webhook.enabled: staff"] {
        assert!(lines.iter().any(|one| one == line), "{line}: {lines:?}");
    }
    assert!(!lines.concat().contains("whsec_") && !lines.concat().contains("/hook"), "{lines:?}");
    receiver.end.send_replace(true);
    office.world.finish().await;
}

/// What died between sending and noting is sent by nobody until its lease ends.
async fn is_left_alone(office: &Office, id: EndpointId, count: usize) {
    tokio::time::sleep(std::time::Duration::from_millis(2_500)).await;
    assert!(office.deliveries(id).await[0].done.is_none(), "its lease lasts");
    assert_eq!(office.receiver.at("/hook").len(), count, "nobody sends it meanwhile");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_behind_a_failure_is_put_off_with_it_and_comes_right_after_it() {
    let office = Office::start().await;
    let (world, receiver) = (&office.world, &office.receiver);
    let (id, _) = office.endpoint("/hook", &[EventKind::OrderConfirmed, EventKind::OrderEnded]).await;
    receiver.answers("/hook", 500);
    let tell = async |kind: &str| {
        let told = format!("SELECT registration.tell_webhooks('{kind}', 'exam', 'order.S7K42M9Q', '{{}}')");
        world.execute(&told).await;
    };
    tell("order.confirmed").await;
    tell("order.ended").await;
    receiver.until("/hook", 1).await;
    until("both put off", async || {
        let [behind, head] = &office.deliveries(id).await[..] else { panic!("two") };
        head.last.is_some() && behind.next_try_at == head.next_try_at
    })
    .await;
    // What is told meanwhile is put behind, too, and not looked at each second.
    world.execute("UPDATE registration.webhook_deliveries SET next_try_at = now() + interval '1 hour'").await;
    tell("order.ended").await;
    until("the third put behind", async || {
        let [third, _, head] = &office.deliveries(id).await[..] else { panic!("three") };
        (third.tries, third.next_try_at) == (0, head.next_try_at)
    })
    .await;
    // None of them waits once the first one is taken.
    receiver.answers("/hook", 200);
    world.execute("UPDATE registration.webhook_deliveries SET next_try_at = now() WHERE tries > 0").await;
    receiver.until("/hook", 4).await;
    until("all taken", async || office.deliveries(id).await.iter().all(|one| one.done.is_some())).await;
    let kinds: Vec<String> = receiver.at("/hook").iter().map(Came::kind).collect();
    assert_eq!(kinds, ["order.confirmed", "order.confirmed", "order.ended", "order.ended"]);
    receiver.end.send_replace(true);
    office.world.finish().await;
}

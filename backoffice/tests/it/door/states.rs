//! The page in all of its states, to be looked at: `target/screenshots/scan-*.png`. It walks with one phone, and axe-core looks
//! along.

use serde_json::json;
use testkit::Walker;
use ticketcode::{Entry, KeyId, SigningKey, Tag};

use crate::door::line::{Door, looks};

/// Puts the phone's clock so many minutes ahead, from the first call on, as if so much time had passed.
const AHEAD: &str = "window.realNow = window.realNow || Date.now; const minutes = arguments[0];
    window.realTicks = window.realTicks || performance.now.bind(performance);
    Date.now = () => window.realNow() + minutes * 60000;
    performance.now = () => window.realTicks() + minutes * 60000;";

async fn shown(phone: &mut Walker, code: &str, verdict: &str, name: &str) {
    phone.fill("#entry", &format!("{code}\u{e007}")).await;
    phone.find_one(&format!("[data-sheet][data-code={verdict}]:not([hidden])")).await;
    phone.looks(&format!("scan-{name}")).await;
}

async fn left(phone: &Walker) {
    phone.tap("[data-return]:not([hidden]), [data-next]:not([hidden])").await;
    phone.find_one("[data-sheet][hidden]").await;
}

async fn ahead(phone: &Walker, minutes: i64) {
    phone.execute(AHEAD, vec![json!(minutes)]).await.unwrap();
}

/// A code that says what a genuine one says, by somebody else's key.
fn made_up(exam: &str, genuine: Entry) -> String {
    SigningKey::new(Tag::of(exam), KeyId(1), &[9; 32]).unwrap().sign(&genuine)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "pictures, to be looked at: run by hand"]
async fn d7_browser_shows_every_state_of_the_door() {
    let door = Door::open(40).await;
    let codes = door.codes().await;
    let keys = door.house.registration.tickets.public_keys(&door.exam).await.unwrap();
    let genuine = keys.into_iter().collect::<ticketcode::PublicKeys>().verify(&codes[5]).unwrap();
    let mut phone = door.phone(None).await;
    phone.looks("scan-empty").await;
    phone.tap("[data-camera-open]").await;
    phone.shows("没有相机").await;
    phone.looks("scan-no-camera").await;
    shown(&mut phone, &codes[0], "good", "good").await;
    let face = "const canvas = Object.assign(document.createElement('canvas'), { width: 150, height: 200 });
        const context = canvas.getContext('2d'); context.fillStyle = '#8aa'; context.fillRect(0, 0, 150, 200);
        context.fillStyle = '#caa'; context.arc(75, 90, 50, 0, 7); context.fill();
        Object.assign(document.querySelector('[data-photo]'), { src: canvas.toDataURL('image/jpeg'), hidden: false, alt: '照片' });
        document.querySelector('[data-photo-none]').hidden = true;";
    looks(&phone, face).await;
    phone.looks("scan-good-photo").await;
    phone.tap("[data-not-same]").await;
    phone.looks("scan-tries").await;
    left(&phone).await;
    for code in &codes[..3] {
        phone.fill("#entry", &format!("{code}\u{e007}")).await;
        phone.tap("[data-admit]").await;
        phone.find_one("[data-sheet][hidden]").await;
    }
    shown(&mut phone, &codes[0], "again", "again").await;
    left(&phone).await;
    shown(&mut phone, &made_up("degree-english", genuine), "forged", "forged").await;
    left(&phone).await;
    shown(&mut phone, &made_up("other", genuine), "other_exam", "other-exam").await;
    left(&phone).await;
    judged_by_room_and_time(&door, &mut phone, &codes).await;

    phone.fill("#entry", "张").await;
    phone.find_one("[data-found]:not([hidden])").await;
    phone.looks("scan-found").await;
    phone.fill("#entry", "王麻子\u{e007}").await;
    phone.shows("查不到“王麻子”").await;
    phone.looks("scan-found-none").await;
    phone.fill("#entry", &format!("{}\u{e007}", codes[6])).await;
    for _ in 0..3 {
        phone.tap("[data-not-same]").await;
    }
    phone.looks("scan-doubt").await;
    phone.tap("[data-return]").await;
    phone.turns_to("全部已上传").await;
    phone.looks("scan-recent").await;
    phone.tap("[data-device] summary").await;
    phone.looks("scan-device").await;
    connection(&door, &mut phone, &codes).await;
    phone.finish().await;
}

async fn judged_by_room_and_time(door: &Door, phone: &mut Walker, codes: &[String]) {
    phone.tap("[data-device] summary").await;
    phone.select("#room", "2").await;
    shown(phone, &codes[5], "other_room", "other-room").await;
    left(phone).await;
    phone.select("#room", "").await;
    phone.tap("[data-device] summary").await;
    let revoke = "UPDATE registration.tickets SET revoked_at = now() WHERE order_id = 'AAAA-0008'";
    door.house.stores.pool().get().await.unwrap().batch_execute(revoke).await.unwrap();
    phone.open(&door.path()).await;
    phone.find_one("[data-work]:not([hidden])").await;
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    shown(phone, &codes[7], "void", "void").await;
    left(phone).await;
    for (minutes, verdict) in [(40, "late"), (300, "too_late"), (-600, "too_early")] {
        ahead(phone, minutes).await;
        phone.set_dark(minutes > 50).await;
        shown(phone, &codes[9], verdict, &verdict.replace('_', "-")).await;
        left(phone).await;
    }
    ahead(phone, 0).await;
    phone.set_dark(false).await;
}

async fn connection(door: &Door, phone: &mut Walker, codes: &[String]) {
    door.cut();
    for code in &codes[20..23] {
        phone.fill("#entry", &format!("{code}\u{e007}")).await;
        phone.tap("[data-admit]").await;
        phone.find_one("[data-sheet][hidden]").await;
    }
    phone.shows("离线，3 条待上传").await;
    phone.looks("scan-offline").await;
    phone.set_dark(true).await;
    phone.looks("scan-offline-dark").await;
    phone.set_dark(false).await;
    door.mend();
    let refuse = "const real = window.fetch; window.fetch = async (path, options) => {
        if (!path.endsWith('/scans')) return real(path, options);
        const { scans } = JSON.parse(options.body);
        const results = scans.map(({ id }) => ({ id, state: 'refused', why: 'full', conflict: false }));
        window.fetch = real;
        return new Response(JSON.stringify({ results, in: 7, voided: [] }));
      }; dispatchEvent(new Event('online'))";
    looks(phone, refuse).await;
    phone.shows("这个考点的记录已满").await;
    phone.looks("scan-refused").await;
    phone.execute("document.documentElement.style.fontSize = '200%'", vec![]).await.unwrap();
    phone.looks("scan-200").await;
    shown(phone, &codes[24], "good", "good-200").await;
    left(phone).await;
    looks(phone, "document.cookie = 'language=en; path=/'").await;
    phone.open(&door.path()).await;
    phone.find_one("[data-work]:not([hidden])").await;
    phone.looks("scan-en").await;
    shown(phone, &codes[24], "good", "good-en").await;
    left(phone).await;
    let keep = "IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); }";
    looks(phone, keep).await;
    door.cut();
    phone.fill("#entry", &format!("{}\u{e007}", codes[25])).await;
    phone.tap("[data-admit]").await;
    phone.find_one("[data-notice=unkept]:not([hidden])").await;
    phone.looks("scan-unkept").await;
    door.mend();
    looks(phone, "dispatchEvent(new Event('online'))").await;
    phone.turns_to("everything uploaded").await;
    phone.delete_all_cookies().await.unwrap();
    phone.open(&door.path()).await;
    phone.find_one("[data-notice=signed-out-start]:not([hidden])").await;
    phone.looks("scan-signed-out").await;
}

//! The page at the door in real browsers, over real stores: phones that lose their network lose no scan, and a camera reads what
//! was printed.

mod endures;
mod line;
mod others;
mod states;

use std::fs;
use std::process::Command;
use std::time::Duration;

use jiff::Timestamp;
use papers::{FontPaths, Press, Ticket};
use serde_json::{Value, json};
use testkit::{OldVersion, Walker};

use crate::door::line::{Door, looks};

/// Scans by both phones together: one in ten is of somebody whom the other has let in.
const SCANS: usize = 500;
/// Types each code as a hand scanner does, and lets in whoever may; what each was said to be.
const SCAN: &str = r##"
const [codes, done] = arguments;
const until = async (is) => { while (!is()) await new Promise((resolve) => setTimeout(resolve, 4)); };
const sheet = document.querySelector("[data-sheet]");
(async () => {
  const said = [];
  for (const code of codes) {
    document.querySelector("#entry").value = code;
    document.querySelector("form[data-entry]").dispatchEvent(new Event("submit", { cancelable: true }));
    await until(() => !sheet.hidden);
    said.push(sheet.dataset.code);
    sheet.querySelector("[data-admit]:not([hidden]), [data-next]:not([hidden])").click();
    await until(() => sheet.hidden);
  }
  // What was decided is kept a moment later.
  await new Promise((resolve) => setTimeout(resolve, 150));
  done(said);
})().catch((error) => done(String(error)));
"##;

async fn scan(phone: &Walker, codes: &[String]) -> Value {
    let said = phone.execute_async(SCAN, vec![json!(codes)]).await.unwrap();
    assert_eq!(said.as_array().map(Vec::len), Some(codes.len()), "{said}");
    said
}

/// With keys, one by one, as a hand scanner types: a code and Enter, and Enter once more.
async fn type_in(phone: &Walker, code: &str) {
    phone.find_one("#entry").await.send_keys(&format!("{code}\u{e007}")).await.unwrap();
    phone.find_one("[data-sheet]:not([hidden])").await;
    tokio::time::sleep(Duration::from_millis(450)).await;
    phone.find_one("#verdict").await.send_keys("\u{e007}").await.unwrap();
    phone.find_one("[data-sheet][hidden]").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn d7_browser_two_phones_scan_five_hundred_and_lose_none_without_a_network() {
    let (scans, twice) = (SCANS, SCANS / 10);
    let door = Door::open(u32::try_from(scans - twice).unwrap()).await;
    let codes = door.codes().await;
    let half = codes.len() / 2;
    let (first, second) = tokio::join!(door.phone(None), door.phone(None));
    kept(&first, &door.path()).await;
    let online = half / 5;
    type_in(&first, &codes[0]).await;
    scan(&first, &codes[1..online]).await;
    scan(&second, &codes[half..half + online]).await;
    for phone in [&first, &second] {
        phone.turns_to("在线，全部已上传").await;
    }
    door.comes_to(2 * online).await;

    door.cut();
    let cut_at = Timestamp::now();
    scan(&first, &codes[online..half - 10]).await;
    // What a device keeps, however slow, is what it says that it has.
    let waiting = format!("{} 条待上传", half - 10 - online);
    first.turns_to(&waiting).await;
    // The page is there without a network, and so are its list and its queue.
    first.open(&door.path()).await;
    first.find_one("[data-work]:not([hidden])").await;
    first.shows("离线").await;
    first.shows(&waiting).await;
    scan(&first, &codes[half - 10..half]).await;
    scan(&second, &codes[half + online..]).await;
    // People whom the other has let in, too; and once more at the same door, which knows.
    let said = scan(&second, &codes[..twice]).await;
    assert!(said.as_array().unwrap().iter().all(|word| word == "good"), "{said}");
    second.shows("离线").await;
    assert_eq!(door.scans().await, 2 * online, "nothing came through");
    tokio::time::sleep(Duration::from_millis(200) + without_a_network()).await;

    let mended_at = Timestamp::now();
    door.mend();
    for phone in [&first, &second] {
        looks(phone, "dispatchEvent(new Event('online'))").await;
        phone.turns_to("在线，全部已上传").await;
    }
    assert_eq!(door.scans().await, scans, "each scan once");
    let between = format!("SELECT count(*) FROM registration.scans WHERE at BETWEEN '{cut_at}' AND '{mended_at}'");
    let offline = door.count(&between).await;
    assert_eq!(usize::try_from(offline).unwrap(), scans - 2 * online, "with the times of the scans");
    let state =
        looks(&second, "return fetch(location.pathname.replace('/scan', '/state')).then((answer) => answer.json())")
            .await;
    assert_eq!(state["conflicts"], json!(twice), "{state}");
    assert_eq!(state["in"], json!(codes.len()), "{state}");
    second.shows("另一台设备也放行了").await;
    let said = scan(&first, &codes[..1]).await;
    assert_eq!(said, json!(["again"]));
    // Signed out: the next start leaves nothing of anybody, and says so.
    first.delete_all_cookies().await.unwrap();
    first.open(&door.path()).await;
    first.shows("本机的名单和照片已经删除").await;
    let left =
        "const request = indexedDB.open('check-in'); return new Promise((resolve) => { request.onsuccess = () => {
        const lists = request.result.transaction('lists').objectStore('lists').count();
        lists.onsuccess = () => resolve(lists.result); }; })";
    assert_eq!(looks(&first, left).await, json!(0));
    first.finish().await;
    second.finish().await;
}

/// How much longer nothing comes through: `SEATHOLD_OFFLINE_SECONDS`, for whoever tries it by hand.
fn without_a_network() -> Duration {
    let seconds = std::env::var("SEATHOLD_OFFLINE_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    Duration::from_secs(seconds.unwrap_or(0))
}

/// Waits until the worker has kept the page.
async fn kept(phone: &Walker, path: &str) {
    let is_kept = format!("return caches.open('check-in-1').then((cache) => cache.match('{path}')).then(Boolean)");
    for _ in 0..600 {
        if looks(phone, &is_kept).await == json!(true) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{path} was never kept");
}

/// The verdicts that the server gives are the page's, with the browser's signatures and with the library's.
async fn judges(phone: &Walker) {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/verdicts.json");
    let vectors: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    assert!(vectors["cases"].as_array().unwrap().len() > 20);
    let script = r#"
        const [{ snapshot, cases }, done] = arguments;
        const library = async (key, signature, message) =>
          (await import(document.body.dataset.verifier)).verifyAsync(signature, message, key, { zip215: false });
        const faults = async (verify) => {
          const list = listOf(snapshot), wrong = [];
          for (const { title, shown, room, at, in: serials, verdict } of cases) {
            const known = await recognise(list, shown, verify);
            const said = judge(list, known, { now: Date.parse(at), room, admitted: new Set(serials) }).verdict;
            if (said !== verdict) wrong.push(`${title}: ${said}, not ${verdict}`);
          }
          return wrong;
        };
        (async () => {
          if (!(await isSound(library))) return ["the library verifies nothing"];
          const own = await findVerifier("/nowhere.js");
          return [...(await faults(library)), ...(own ? await faults(own) : ["no verifier of its own"])];
        })().then(done, (error) => done([String(error)]));"#;
    assert_eq!(phone.execute_async(script, vec![vectors]).await.unwrap(), json!([]));
}

/// A ticket as a PDF, drawn, cut to what a phone is held over, as a film for a camera.
fn film(door: &Door, code: &str) -> std::path::PathBuf {
    let press = Press::new(FontPaths::default()).unwrap();
    let ticket = Ticket {
        exam: "学位外语考试".to_owned(),
        number: "8KM4P7QX".to_owned(),
        name: "张伟".to_owned(),
        subject: "英语".to_owned(),
        site: "东校区".to_owned(),
        room: "一号楼 301".to_owned(),
        room_number: "001".to_owned(),
        seat: "H01".to_owned(),
        code: Some(code.to_owned()),
        ..Ticket::default()
    };
    let dir = door.house.stores.dir();
    fs::write(dir.join("ticket.pdf"), press.ticket(&ticket).unwrap().pdf).unwrap();
    let drawn = Command::new("pdftoppm")
        .args(["-jpeg", "-r", "150", "-singlefile"])
        .arg(dir.join("ticket.pdf"))
        .arg(dir.join("ticket"))
        .status()
        .unwrap();
    assert!(drawn.success());
    let sheet = image::open(dir.join("ticket.jpg")).unwrap();
    // Its right half, as a phone sees it that is held close.
    let (width, height) = (sheet.width(), sheet.height());
    let part = sheet.crop_imm(width * 9 / 20, height * 3 / 20, width * 11 / 20, height * 9 / 20);
    let part = part.resize(1280, 720, image::imageops::FilterType::Triangle).to_rgb8();
    let mut seen = image::RgbImage::from_pixel(1280, 720, image::Rgb([255; 3]));
    image::imageops::overlay(&mut seen, &part, i64::from(1280 - part.width()) / 2, 0);
    let mut frame = std::io::Cursor::new(Vec::new());
    seen.write_to(&mut frame, image::ImageFormat::Jpeg).unwrap();
    let path = dir.join("film.mjpeg");
    fs::write(&path, frame.into_inner().repeat(10)).unwrap();
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn d7_browser_reads_a_printed_ticket_and_others_keep_what_they_scan() {
    let door = Door::open(8).await;
    let codes = door.codes().await;
    let phone = door.phone(Some(&film(&door, &codes[1]))).await;
    judges(&phone).await;
    endures::all(&phone).await;
    assert_eq!(looks(&phone, "return 'BarcodeDetector' in window").await, json!(false), "the library reads it");
    phone.tap("[data-camera-open]").await;
    phone.find_one("[data-sheet][data-code=good]:not([hidden])").await;
    phone.shows("张伟").await;
    phone.shows("H02").await;
    phone.shows("可以入场").await;
    // Not the same person, three times: a photo by the same camera, and in, in doubt.
    for _ in 0..3 {
        phone.tap("[data-not-same]").await;
    }
    phone.tap("[data-doubt-take]").await;
    phone.tap("[data-doubt-admit]").await;
    phone.shows("存疑放行").await;
    phone.turns_to("在线，全部已上传").await;
    assert_eq!(door.count("SELECT count(*) FROM registration.doubtful_entries").await, 1);
    assert_eq!(door.count("SELECT count(*) FROM registration.scans WHERE act = 'doubtful'").await, 1);
    // No room on the device: the scan is in the page, which says so, and is uploaded all the same.
    phone.tap("[data-camera-close]").await;
    let full = "const put = IDBObjectStore.prototype.put; IDBObjectStore.prototype.put = function (value, key) {
        if (this.name === 'scans') throw new DOMException('full', 'QuotaExceededError'); return put.call(this, value, key); }";
    looks(&phone, full).await;
    door.cut();
    assert_eq!(scan(&phone, &codes[2..3]).await, json!(["good"]));
    phone.shows("有 1 条记录没能保存到本机").await;
    phone.shows("离线，1 条待上传").await;
    door.mend();
    phone.turns_to("在线，全部已上传").await;
    assert_eq!(door.count("SELECT count(*) FROM registration.scans").await, 2);
    phone.finish().await;
    // The same door in other browsers.
    let numbers = others::numbers(&door).await;
    others::webkit(&door, &codes[3..6], &numbers[4]).await;
    others::old(&door, OldVersion::V79, &codes[6], &numbers[6]).await;
    assert_eq!(door.count("SELECT count(*) FROM registration.scans").await, 2 + 4 + 2);
}

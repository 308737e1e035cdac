//! The page in browsers of another engine, and of years ago: what they cannot do they say, and no scan is lost.

use std::time::Duration;

use fantoccini::Locator;
use serde_json::{Value, json};
use testkit::{Driven, OldVersion, Walker, WebKit};

use crate::door::line::Door;

/// Types a number and lets in.
const LET_IN: &str = r##"(async (number) => {
  const until = async (is) => { while (!is()) await new Promise((resolve) => setTimeout(resolve, 10)); };
  const sheet = document.querySelector("[data-sheet]");
  document.querySelector("#entry").value = number;
  document.querySelector("form[data-entry]").dispatchEvent(new Event("submit", { cancelable: true }));
  await until(() => !sheet.hidden);
  const said = sheet.dataset.code;
  sheet.querySelector("[data-admit]:not([hidden]), [data-next]:not([hidden])").click();
  await until(() => sheet.hidden);
  await new Promise((resolve) => setTimeout(resolve, 200));
  return said;
})"##;

pub(super) async fn numbers(door: &Door) -> Vec<String> {
    let client = door.house.stores.pool().get().await.unwrap();
    let rows = client.query("SELECT number FROM registration.tickets ORDER BY serial", &[]).await.unwrap();
    rows.iter().map(|row| row.get("number")).collect()
}

async fn says(webkit: &WebKit, words: &str) {
    for _ in 0..1_200 {
        let text = webkit.execute("return document.body.innerText", vec![]).await;
        if text.is_ok_and(|text| text.as_str().is_some_and(|text| text.contains(words))) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{words} is not in {:?}", webkit.execute("return document.body.innerText", vec![]).await);
}

async fn let_in(webkit: &WebKit, shown: &str) -> Value {
    let script = format!("const [shown, done] = arguments; {LET_IN}(shown).then(done, (error) => done(String(error)))");
    webkit.execute_async(&script, vec![json!(shown)]).await.unwrap()
}

/// WebKit keeps its list and its scans over a reload without a network: four scans of the first three of these.
pub(super) async fn webkit(door: &Door, codes: &[String], number: &str) {
    let webkit = WebKit::start().await;
    let page = format!("{}{}", door.url(), door.path());
    webkit.goto(&format!("{}/language?to=zh&next=/sign-in", door.url())).await.unwrap();
    webkit.goto(&page).await.unwrap();
    says(&webkit, "您没有登录").await;
    webkit.find(Locator::Css("[data-notice=signed-out-start] a")).await.unwrap().click().await.unwrap();
    for (field, text) in [("#name", "chief"), ("#password", "a long password")] {
        webkit.wait().for_element(Locator::Css(field)).await.unwrap().send_keys(text).await.unwrap();
    }
    webkit.find(Locator::Css("main form button[type=submit]")).await.unwrap().click().await.unwrap();
    webkit.wait().for_element(Locator::Css("[data-work]:not([hidden])")).await.unwrap();
    assert_eq!(let_in(&webkit, &codes[0]).await, "good");
    says(&webkit, "在线，全部已上传").await;
    let kept = "const [path, done] = arguments; const look = () => caches.open('check-in-1').then((cache) => cache.match(path))
        .then((found) => found ? done(true) : setTimeout(look, 100)); look();";
    webkit.execute_async(kept, vec![json!(door.path())]).await.unwrap();
    door.cut();
    assert_eq!(let_in(&webkit, number).await, "good");
    webkit.goto(&page).await.unwrap();
    says(&webkit, "离线，1 条待上传").await;
    assert_eq!(let_in(&webkit, &codes[1]).await, "again");
    assert_eq!(let_in(&webkit, &codes[2]).await, "good");
    door.mend();
    webkit.execute("dispatchEvent(new Event('online'))", vec![]).await.unwrap();
    says(&webkit, "在线，全部已上传").await;
    webkit.screenshot("scan-webkit").await;
    webkit.close().await;
}

/// A Chromium of years ago takes numbers, and says what it cannot do: two scans.
pub(super) async fn old(door: &Door, version: OldVersion, code: &str, number: &str) {
    let old = Walker::old(&door.url(), version).await;
    let cookie = door.house.cookie.clone().unwrap();
    let (name, value) = cookie.split_once('=').unwrap();
    old.devtools("Network.setCookie", json!({"name": name, "value": value, "url": door.url()})).await;
    old.open(&door.path()).await;
    old.comes("!document.querySelector('[data-work]').hidden").await;
    let reads = version == OldVersion::V91;
    old.comes(&format!("document.querySelector('[data-notice=no-verifier]').hidden === {reads}")).await;
    assert_eq!(old.run(&format!("{LET_IN}({})", json!(number))).await, "good");
    assert_eq!(old.run(&format!("{LET_IN}({})", json!(code))).await, "again");
    old.shows("在线，全部已上传").await;
    old.tap("[data-camera-open]").await;
    old.shows(if reads { "对准准考证上的二维码" } else { "这个浏览器不能用相机识别二维码" }).await;
    old.screenshot(&format!("scan-{version:?}")).await;
    assert_eq!(old.said().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "one of them walks in every run: the others by hand"]
async fn d7_browser_of_years_ago_takes_numbers_and_says_what_it_cannot_do() {
    let door = Door::open(4).await;
    let (codes, numbers) = (door.codes().await, numbers(&door).await);
    for (index, version) in [OldVersion::V71, OldVersion::V79, OldVersion::V91].into_iter().enumerate() {
        old(&door, version, &codes[index], &numbers[index]).await;
    }
    assert_eq!(door.count("SELECT count(*) FROM registration.scans").await, 6);
}

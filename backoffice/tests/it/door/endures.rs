//! What the page's parts endure, tried in the page itself with a server of their own: keys that change, answers that are none,
//! a full device, a lost database, a clock that is set, and forgetting in the middle of fetching.

use serde_json::json;
use testkit::Walker;

/// Before every other: a server for one place that answers what `answer` says, and `is`, which notes what does not hold.
const AROUND: &str = r#"
const [done] = arguments;
const place = "exam/morning/elsewhere", real = window.fetch, asked = [], wrong = [];
let answer = null;
const is = (what, holds) => holds || wrong.push(what);
const json = (status, body) => new Response(JSON.stringify(body), { status });
const pause = (wait) => new Promise((resolve) => setTimeout(resolve, wait));
const until = async (holds) => { for (let turn = 0; turn < 1000 && !holds(); turn += 1) await pause(10); return holds(); };
const keyOf = (number) => new Uint8Array(32).fill(number);
const hears = (ahead) => serverClock.heard(new Date(Date.now() - ahead).toUTCString(), 0, 0);
window.fetch = async (path, options) => {
  if (!path.startsWith(`/check-in/${place}/`)) return real(path, options);
  asked.push(options.body ? JSON.parse(options.body) : path);
  return answer(path, asked[asked.length - 1]);
};
const ended = () => { window.fetch = real; hears(0); done(wrong); };
"#;

/// The queue: one that cannot be read, a gateway's refusal, ours, a full device, a clock that was set, and forgetting.
const QUEUE: &str = r#"
(async () => {
  const cabinet = loose(), key = await importKey(keyOf(1)), nothing = () => null;
  const queue = createQueue({ cabinet, key, device: newId(), sinceOf: nothing, makeRoom: async () => null, told: nothing, changed: nothing });
  const entry = (more) => Object.assign({
    id: newId(), place, kind: "scan", at: Date.now(), skew: serverClock.skew(), until: Date.now() + 1e6, state: "queued", why: null,
    conflict: false, data: { at: new Date().toISOString(), code: "A", serial: "7", act: "admitted" },
  }, more);
  await cabinet.put("scans", entry({ sealed: await sealJson(await importKey(keyOf(2)), {}) }));
  await queue.load();
  is("one cannot be read", queue.unread.size === 1);

  const one = entry(), state = () => queue.entries.get(one.id).state;
  answer = () => new Response("<p>Sign in to this network</p>", { status: 403 });
  await queue.add(one);
  await until(() => asked.length > 0);
  await pause(50);
  is(`a gateway is not believed: ${state()}`, state() === "queued" && asked[0].scans.length === 1);
  answer = () => json(400, { error: "malformed" });
  queue.send();
  is("a word of ours is", (await until(() => state() === "refused")) && queue.entries.get(one.id).why === "malformed");

  const put = cabinet.put, stored = (path, { scans }) =>
    json(200, { results: scans.map(({ id }) => ({ id, state: "stored" })), in: 1, voided: [] });
  answer = stored;
  cabinet.put = async () => { throw new DOMException("full", "QuotaExceededError"); };
  await queue.again(one.id);
  is("sent from a full device", await until(() => state() === "uploaded"));
  const count = asked.length;
  await queue.send();
  await pause(50);
  is("sent once", asked.length === count);
  cabinet.put = put;

  answer = () => json(503, { error: "unavailable" });
  const two = entry({ until: Date.now() - 1000 });
  await queue.add(two);
  await until(() => asked.length > count);
  await pause(50);
  hears(600000);
  answer = stored;
  queue.send();
  is("sent with another clock", await until(() => queue.entries.get(two.id).state === "uploaded"));
  const moved = Date.parse(asked[asked.length - 1].scans[0].at) - Date.parse(two.data.at);
  is(`moved by ${moved}`, Math.abs(moved - 600000) < 3000);
  await queue.tidy();
  is("over by the server's clock", queue.entries.has(two.id));
  await queue.forget();
  const left = queue.entries.get(one.id);
  is("a copy is still known", left && left.isDismissed && JSON.stringify(left.data) === '{"serial":"7","act":"admitted"}');

  const known = serverClock.skew(), now = Date.now;
  Date.now = () => now() - 3600000;
  const back = serverClock.skew() - known;
  Date.now = now;
  is(`set back by ${back}`, Math.abs(back + 3600000) < 1000);
})().catch((error) => wrong.push(String(error))).then(ended);
"#;

/// Lists and the cabinet: another key, forgetting while something is fetched, what is left, two tabs, a lost database.
const LISTS: &str = r#"
(async () => {
  const cabinet = loose(), lists = createLists({ cabinet, place });
  let number = 1;
  answer = (path) => json(200, path.endsWith("/snapshot")
    ? { key: bytesBase64(keyOf(number)), forget_at: "2100-01-01T00:00:00Z", people: [{ serial: "7", photo: true, generation: 1 }] }
    : { photos: [{ serial: "7", jpeg: btoa("face") }], next: null });
  const counts = [], told = (count) => counts.push(count);
  await lists.photos(await lists.fetched(), told);
  is("a photo is here", (await lists.photo("7")) !== null);
  number = 2;
  const found = await lists.fetched();
  is("another key opens none", (await lists.photo("7")) === null);
  await lists.photos(found, told);
  is(`they are fetched anew: ${counts}`, String(counts) === "0,1,0,1");
  const later = createLists({ cabinet, place });
  is("kept with its key", (await later.kept()) !== null && (await later.photo("7")) !== null);

  const photos = cabinet.keys("photos");
  const fetching = lists.fetched();
  await lists.forgetAll();
  is("what comes late is not kept", (await photos).length === 1 && (await fetching) === null);
  const left = async () => (await Promise.all(["lists", "keys", "photos"].map(cabinet.keys))).map((names) => names.length).join();
  is(`all is forgotten: ${await left()}`, (await left()) === "0,0,0");
  await lists.keep(found.snapshot);
  is("and stays so", (await left()) === "0,0,0");
  await cabinet.put("photos", {}, "exam/morning/over 9");
  await cabinet.put("keys", {}, "list exam/morning/over");
  await lists.forgetOver();
  is(`without a list: ${await left()}`, (await left()) === "0,0,0");
  answer = () => new Response("", { status: 403 });
  is("no list, no word", (await lists.fetched().catch(({ kind }) => kind)) === "away");

  const tabs = loose(), [first, second] = await Promise.all([queueKey(tabs), queueKey(tabs)]);
  is("one key for all tabs", first === second);
  const database = await connected(), kept = keptIn(database);
  database.close();
  await kept.put("meta", 1, "tried");
  is("opened anew", (await kept.get("meta", "tried")) === 1);
  await kept.remove("meta", "tried");
})().catch((error) => wrong.push(String(error))).then(ended);
"#;

pub(super) async fn all(phone: &Walker) {
    for part in [QUEUE, LISTS] {
        let wrong = phone.execute_async(&format!("{AROUND}{part}"), vec![]).await.unwrap();
        assert_eq!(wrong, json!([]), "what does not hold");
    }
}

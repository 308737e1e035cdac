// The last scans of this device, each with what has become of it: what was not accepted stays in sight until somebody has read it.
const RECENT = 30;
const REFUSALS = ["malformed", "full", "picture"];

// What a scan says of itself, with the photo that belongs to it.
const stateOf = (queue, entry, photo) => {
  if (entry.state === "refused") return "refused";
  if (entry.state !== "queued" && !(photo && photo.state === "queued")) return "uploaded";
  return queue.unkept.has(entry.id) || (photo && queue.unkept.has(photo.id)) ? "unkept" : "queued";
};

const recentLine = (about, entry, photo) => {
  const { queue, list } = about;
  const { serial, number, verdict, act } = entry.data;
  const line = document.createElement("li");
  const put = (name, text, tone) => {
    const part = Object.assign(document.createElement(name), { textContent: text, className: tone ? "tag" : "" });
    if (tone) part.dataset.tone = tone;
    line.appendChild(part);
  };
  const person = list && list.bySerial.get(serial);
  const state = stateOf(queue, entry, photo);
  const judged = verdict ? word(verdict.replace("_", "-")) : "";
  line.dataset.state = state;
  put("time", clockTime(entry.at));
  const name = person ? person.name : number;
  put("strong", name || judged || "–");
  if (act && name) put("span", act === "refused" ? judged : word(`act-${act}`));
  put("span", word(`state-${state}`), { uploaded: "good", queued: "care" }[state] || "bad");
  if (entry.conflict) put("span", word("state-conflict"), "bad");
  if (state !== "refused") return line;
  const why = REFUSALS.indexOf(entry.why) >= 0 ? entry.why : "other";
  put("p", word(`refused-${why}`, { word: entry.why }));
  const offer = (name, act) => {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "plain", textContent: word(name) });
    button.onclick = () => act(entry.id).then(() => drawRecent(about));
    line.appendChild(button);
  };
  offer("send-again", queue.again);
  offer("dismiss", queue.dismiss);
  return line;
};

const drawRecent = (about) => {
  const { queue, place } = about;
  const all = Array.from(queue.entries.values()).filter((entry) => entry.place === place && !entry.isDismissed);
  const scans = all.filter((entry) => entry.kind === "scan").sort((one, other) => other.at - one.at);
  const doubts = all.filter((entry) => entry.kind === "doubt");
  const shown = scans.filter((entry, index) => index < RECENT || entry.state === "refused");
  const photos = new Map(doubts.map((entry) => [entry.data.scan, entry]));
  const lines = shown.map((entry) => recentLine(about, entry, photos.get(entry.id)));
  // A photo that was refused has its own line.
  const refused = doubts.filter((entry) => entry.state === "refused").map((entry) => recentLine(about, entry));
  const holder = find("recent");
  holder.textContent = "";
  lines.concat(refused).forEach((line) => holder.appendChild(line));
  show(find("recent-none"), holder.children.length === 0);
};

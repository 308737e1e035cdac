// Who stands before the door: the verdict in a word, a colour, a sound and a shake; the photo large; and one button under the
// thumb. While it is open nothing else is read, and nothing that types can decide by chance.
const TRIES_MAX = 3;
// What was meant for the field behind it decides nothing.
const UNSEEN_MS = 400;
const TONES = { good: "good", late: "care", again: "care" };

const find = (name) => document.querySelector(`[data-${name}]`);
const show = (element, is) => (element.hidden = !is);
const say = (element, text) => {
  if (element.textContent !== text) element.textContent = text;
};

// Sounds and shakes, where the device has them and its bearer wants them.
const createSignals = () => {
  const PATTERNS = {
    good: { notes: [[880, 0.12]], shake: [80] },
    care: { notes: [[660, 0.12], [660, 0.12]], shake: [80, 80, 80] },
    bad: { notes: [[220, 0.5]], shake: [400] },
  };
  let context = null, isAwake = false;
  const isOn = () => find("sound").checked;
  // Browsers make no sound, and shake nothing, before the first tap or key of a person.
  const wake = (event) => {
    const { userActivation } = navigator;
    isAwake = isAwake || (userActivation ? userActivation.hasBeenActive : event.isTrusted);
    const Context = window.AudioContext || window.webkitAudioContext;
    if (!isAwake || !Context) return;
    context = context || new Context();
    if (context.state === "suspended") context.resume().catch(() => null);
  };
  ["click", "keydown", "touchend"].forEach((kind) => addEventListener(kind, wake));
  return (tone) => {
    if (!isOn() || !isAwake) return;
    const { notes, shake } = PATTERNS[tone];
    if (navigator.vibrate) navigator.vibrate(shake);
    if (!context || context.state !== "running") return;
    let at = context.currentTime;
    for (const [height, length] of notes) {
      const voice = context.createOscillator(), volume = context.createGain();
      voice.frequency.value = height;
      volume.gain.setValueAtTime(0.2, at);
      volume.gain.linearRampToValueAtTime(0, at + length);
      voice.connect(volume);
      volume.connect(context.destination);
      voice.start(at);
      voice.stop(at + length);
      at += length + 0.06;
    }
  };
};

// `about(found)` says `{ hint, place, notes }` of what was found; `decided(found, act, doubt)` is told what was decided: `admitted`,
// `doubtful` with a photo, or null where nothing was.
const createSheet = ({ word, camera, signal, photoOf, about, decided }) => {
  const root = find("sheet"), main = find("main"), video = find("doubt-video"), picture = find("doubt-picture");
  const [admit, next, notSame, back] = ["admit", "next", "not-same", "return"].map(find);
  let found = null, tries = 0, typed = "", since = 0, jpeg = null, address = null;

  const fact = (name, text) => {
    const row = document.querySelector(`[data-fact="${name}"]`);
    show(row, Boolean(text));
    say(row.querySelector("dd"), text || "");
  };
  const drawPhoto = async (person) => {
    const image = find("photo");
    show(image, false);
    show(find("figure"), Boolean(person));
    show(find("photo-none"), Boolean(person));
    if (address) URL.revokeObjectURL(address);
    const mine = found;
    const made = person ? await photoOf(person.serial).catch(() => null) : null;
    // Somebody else stands there by now.
    if (mine !== found) return void (made && URL.revokeObjectURL(made));
    address = made;
    if (!made) return;
    image.src = made;
    image.alt = word("photo", { name: person.name });
    show(image, true);
    show(find("photo-none"), false);
  };
  const draw = () => {
    const { verdict, person } = found;
    const tone = TONES[verdict] || "bad";
    const canEnter = ADMITTED.indexOf(verdict) >= 0;
    const isDoubt = canEnter && tries >= TRIES_MAX;
    const { hint, place, notes } = about(found);
    root.dataset.tone = tone;
    root.dataset.code = verdict;
    say(find("verdict"), word(verdict.replace("_", "-")));
    say(find("hint"), hint);
    say(find("name"), person ? person.name : "");
    fact("number", person && person.number);
    fact("document", person && person.document);
    fact("place", place);
    fact("notes", notes);
    show(find("newer"), canEnter && found.isNewer);
    show(find("doubt"), isDoubt);
    show(admit, canEnter && !isDoubt);
    say(admit, word(verdict === "again" ? "admit-again" : "admit"));
    show(notSame, canEnter && !isDoubt);
    show(back, canEnter);
    show(next, !canEnter);
    say(find("sheet-said"), tries > 0 && !isDoubt ? word("tries", { count: tries }) : "");
    if (isDoubt) beginDoubt();
    return tone;
  };

  // The photo of whom nobody could compare.
  const drawPicture = () => {
    const isThere = jpeg !== null;
    show(picture, isThere);
    show(video, !isThere && camera.isLive());
    show(find("doubt-take"), !isThere && camera.isLive());
    show(find("doubt-again"), isThere);
    show(find("doubt-admit"), isThere);
    picture.src = isThere ? `data:image/jpeg;base64,${jpeg}` : "";
  };
  const beginDoubt = () => {
    jpeg = null;
    video.srcObject = camera.stream();
    drawPicture();
  };
  const take = (canvas) => {
    jpeg = Math.min(canvas.width, canvas.height) >= 200 ? smallJpeg(canvas) : null;
    say(find("sheet-said"), jpeg ? "" : word("doubt-bad"));
    drawPicture();
  };
  find("doubt-take").onclick = () => video.videoWidth && take(camera.photo(video));
  find("doubt-again").onclick = beginDoubt;
  find("doubt-file").onchange = async (event) => {
    const [file] = event.target.files;
    event.target.value = "";
    if (file) await drawnFile(file).then(take, () => say(find("sheet-said"), word("doubt-bad")));
  };

  const close = () => {
    found = null;
    jpeg = null;
    video.srcObject = null;
    drawPhoto(null);
    picture.src = "";
    show(root, false);
    main.inert = false;
    document.body.classList.remove("has-sheet");
    camera.pause(false);
  };
  const decide = (act, doubt) => {
    const one = found;
    if (!one) return;
    close();
    decided(one, act, doubt);
  };
  admit.onclick = () => decide("admitted");
  next.onclick = () => decide(null);
  back.onclick = () => decide(null);
  find("doubt-admit").onclick = () => decide("doubtful", { jpeg, tries });
  notSame.onclick = () => {
    tries += 1;
    signal("bad");
    draw();
    find("verdict").focus();
  };

  const busy = () => {
    signal("bad");
    say(find("sheet-said"), word("busy"));
  };
  // A hand scanner types the next ticket and Enter: that is no decision about this one. Enter alone is the button below.
  addEventListener("keydown", (event) => {
    if (!found || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && !back.hidden) return decide(null);
    if (event.key.length === 1 && !(event.key === " " && typed === "")) typed += event.key;
    if (event.key !== "Enter") return;
    const isMeant = typed === "" && Date.now() - since > UNSEEN_MS && !event.repeat;
    const { activeElement } = document;
    const isButton = root.contains(activeElement) && activeElement.matches("button, label, input");
    if (typed !== "") busy();
    typed = "";
    if (isMeant && isButton) return;
    event.preventDefault();
    if (isMeant) [admit, next].filter((button) => !button.hidden).forEach((button) => button.click());
  }, true);
  // What is behind it cannot be reached by keys either.
  addEventListener("focusin", (event) => found && !root.contains(event.target) && find("verdict").focus());

  return {
    isOpen: () => found !== null,
    busy,
    open: (one) => {
      found = one;
      tries = 0;
      typed = "";
      since = Date.now();
      camera.pause(true);
      const tone = draw();
      drawPhoto(one.person);
      show(root, true);
      root.scrollTop = 0;
      main.inert = true;
      document.body.classList.add("has-sheet");
      find("verdict").focus();
      signal(tone);
    },
  };
};

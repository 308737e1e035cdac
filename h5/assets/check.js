// The check of the phone before the rush: the lines that only a script can answer. Nothing of it is kept.
const BYTES = 100 * 1024;
const row = (name) => document.querySelector(`[data-check="${name}"]`);
const show = (name, state, value) => {
  const line = row(name);
  line.querySelectorAll("[data-state]").forEach((one) => {
    one.hidden = one.dataset.state !== state;
    if (one.hidden) return;
    line.dataset.tone = one.dataset.tone;
    const place = one.querySelector("[data-value]");
    if (place) place.textContent = value;
  });
};
const answerIn = (ms, asked) => Promise.race([asked, new Promise((_, late) => setTimeout(late, ms, new Error("late")))]);

show("script", "on");

const checkClock = async () => {
  const asked = Date.now();
  const answer = await answerIn(10000, fetch("/clock").then((answer) => answer.json())).catch(() => null);
  if (!answer) return;
  // The site read its clock about half way between.
  const ahead = Math.round(((asked + Date.now()) / 2 - answer.now) / 1000);
  const apart = Math.abs(ahead);
  const text = `${Math.floor(apart / 60)}:${String(apart % 60).padStart(2, "0")}`;
  show("clock", apart <= 30 ? "good" : ahead > 0 ? "fast" : "slow", text);
};

const tries = {
  upload: async () => {
    show("upload", "going");
    const began = performance.now();
    const sent = fetch("/check-phone/upload", { method: "POST", body: new Blob([new Uint8Array(BYTES)]) });
    const answer = await answerIn(30000, sent.then((answer) => answer.json())).catch(() => null);
    const seconds = (performance.now() - began) / 1000;
    if (!answer || answer.bytes !== BYTES) return show("upload", "lost");
    show("upload", seconds <= 5 ? "good" : "slow", seconds.toFixed(1));
  },
  camera: async () => {
    if (!navigator.mediaDevices) return show("camera", "none");
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ video: true });
      stream.getTracks().forEach((track) => track.stop());
      show("camera", "good");
    } catch (error) {
      show("camera", error.name === "NotAllowedError" ? "denied" : "none");
    }
  },
};
document.querySelectorAll("[data-try]").forEach((button) => {
  button.hidden = false;
  button.onclick = async () => {
    button.disabled = true;
    await tries[button.dataset.try]();
    button.disabled = false;
  };
});
checkClock();

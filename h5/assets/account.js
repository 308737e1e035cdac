// Codes and captchas of the account pages. Both have a way without.
const all = (selector, act) => document.querySelectorAll(selector).forEach(act);

// Sends a code, and counts down until the next.
all("[data-code]", (button) => {
  const { form, dataset: data } = button;
  const hint = document.getElementById("code-hint");
  const label = button.textContent;
  button.hidden = false;
  const rest = (n) => {
    button.disabled = n > 0;
    button.textContent = n ? data.wait.replace("{n}", n) : label;
    if (n) setTimeout(rest, 1000, n - 1);
  };
  // A page that comes back with an error goes on counting for the same number. Who blocks cookies has no such memory.
  const until = (seconds) => {
    try {
      sessionStorage.setItem("code", `${form.elements.mobile.value.slice(-4)} ${Date.now() + seconds * 1000}`);
    } catch (_) {}
    rest(seconds);
  };
  let memory = "";
  try {
    memory = sessionStorage.getItem("code") || "";
  } catch (_) {}
  const [number, end] = memory.split(" ");
  const left = number === form.elements.mobile.value.slice(-4) ? Math.ceil((end - Date.now()) / 1000) : 0;
  if (data.rest > 0) until(+data.rest);
  else if (left > 0) rest(left);
  button.onclick = async () => {
    button.disabled = true;
    const body = new URLSearchParams(new FormData(form));
    const answer = window.answerWithin(20000, fetch(data.code, { method: "POST", body }));
    const said = await answer.then((answer) => answer.json()).catch(() => null);
    // The page asks for more than the script can: a captcha.
    if (said && said.page) return form.querySelector("[type=submit]").click();
    hint.textContent = said ? said.text : data.failed;
    until(said ? said.seconds : 0);
  };
});

// The first word of the SHA-256 (FIPS 180-4) of a short text of ASCII.
const roots = (count, power) => {
  const found = [];
  for (let n = 2, d; found.length < count; n++) {
    for (d = 2; n % d; d++);
    if (d === n) found.push(((n ** (1 / power)) % 1) * 2 ** 32 | 0);
  }
  return found;
};
const K = roots(64, 3), H = roots(8, 2), W = new Int32Array(64);
const turn = (x, n) => (x >>> n) | (x << (32 - n));
const firstWord = (text) => {
  const blocks = (text.length + 72) >> 6;
  let h = H;
  for (let block = 0; block < blocks; block++) {
    for (let i = 0; i < 64; i++) {
      if (i < 16) {
        for (let b = 0; b < 4; b++) {
          const at = block * 64 + i * 4 + b;
          W[i] = (W[i] << 8) | (at === text.length ? 128 : text.charCodeAt(at));
        }
        if (i === 15 && block === blocks - 1) W[i] = text.length * 8;
      } else {
        const x = W[i - 15], y = W[i - 2];
        W[i] = W[i - 16] + W[i - 7] + (turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)) + (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10));
      }
    }
    let [a, b, c, d, e, f, g, k] = h;
    for (let i = 0; i < 64; i++) {
      const s = k + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + W[i];
      const t = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
      [k, g, f, e, d, c, b, a] = [g, f, e, (d + s) | 0, c, b, a, (s + t) | 0];
    }
    h = [a, b, c, d, e, f, g, k].map((x, i) => (x + h[i]) | 0);
  }
  return h[0] >>> 0;
};

// Numbers whose hashes begin with zeros, in place of the picture.
all("[data-sums]", (button) => {
  const { form, dataset: data } = button;
  button.hidden = false;
  button.onclick = async () => {
    button.disabled = true;
    const { captcha_token: token, captcha_sums: sums } = form.elements;
    const found = [];
    while (found.length < data.sums) {
      button.textContent = `${data.busy} ${found.length}/${data.sums}`;
      let n = 0;
      do {
        // The page stays alive meanwhile.
        if (n % 4096 === 0) await new Promise((go) => setTimeout(go));
      } while (firstWord(`${token.value}:${found.length}:${n}`) >>> (32 - data.bits) && ++n);
      found.push(n);
    }
    sums.value = found.join(".");
    button.textContent = data.done;
  };
});

// Another picture in place of one that cannot be read; the picture itself can be tapped, too.
all("[data-another]", (button) => {
  const part = button.closest(".captcha");
  const picture = part.querySelector("img");
  button.hidden = false;
  picture.onclick = button.onclick = async () => {
    const token = await fetch(button.dataset.another).then((answer) => (answer.ok ? answer.text() : ""), () => "");
    if (!token) return;
    const { captcha, captcha_token: field, captcha_sums: sums } = button.form.elements;
    [field.value, captcha.value, sums.value] = [token, "", ""];
    picture.src = `/captcha/${token}`;
    captcha.focus();
  };
});

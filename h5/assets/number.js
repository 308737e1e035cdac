// What a resident number says of its holder (GB 11643: birth date, sex, check character), as soon as it is whole.
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

// The date and whether it is a man, or nothing.
const read = (text) => {
  const number = text.normalize("NFKC").replace(/\s/g, "").toUpperCase();
  if (!/^\d{17}[\dX]$/.test(number)) return null;
  const sum = WEIGHTS.reduce((sum, weight, at) => sum + weight * number[at], 0);
  const [year, month, day] = [number.slice(6, 10), number.slice(10, 12), number.slice(12, 14)].map(Number);
  const born = new Date(Date.UTC(year, month - 1, day));
  const isDate = born.getUTCMonth() === month - 1 && born.getUTCDate() === day && year >= 1800 && born <= Date.now();
  return isDate && number[17] === "10X98765432"[sum % 11] ? { born, isMan: number[16] % 2 === 1 } : null;
};

for (const said of document.querySelectorAll("[data-number]")) {
  const { number, kind, resident, male, female } = said.dataset;
  const [input, list] = [number, kind].map((id) => document.getElementById(id));
  const [born, sex] = said.querySelectorAll("dd");
  const isEnglish = document.documentElement.lang === "en";
  const options = { day: "numeric", month: isEnglish ? "short" : "long", year: "numeric", timeZone: "UTC" };
  const dates = new Intl.DateTimeFormat(isEnglish ? "en-GB" : "zh-CN", options);
  const show = () => {
    const holder = !list || list.value === resident ? read(input.value) : null;
    const texts = holder ? [dates.format(holder.born), holder.isMan ? male : female] : ["", ""];
    // Said once, when it has become known.
    if (born.textContent !== texts[0]) born.textContent = texts[0];
    if (sex.textContent !== texts[1]) sex.textContent = texts[1];
    said.firstElementChild.hidden = !holder;
  };
  input.addEventListener("input", show);
  if (list) list.addEventListener("change", show);
  show();
}

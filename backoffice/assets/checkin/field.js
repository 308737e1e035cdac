// The field: a hand scanner types a code into it, people type a number or a name.
const PEOPLE_SHOWN = 20;
const NAME_CHARS_MAX = 60;
// Longer than any name, shorter than any code.
const CODE_CHARS_MIN = 100;

const createField = ({ listNow, isFree, roomText, signal, shownAs }) => {
  const field = document.getElementById("entry"), said = find("entry-said");

  const candidates = (text) => {
    const plain = text.trim().toLowerCase(), list = listNow();
    if (!list || plain === "" || plain.length > NAME_CHARS_MAX) return [];
    return list.snapshot.people.filter((person) => person.name.toLowerCase().indexOf(plain) >= 0);
  };
  const choice = (person) => {
    const button = Object.assign(document.createElement("button"), { type: "button" });
    for (const text of [person.name, person.document, roomText(person.room)]) {
      button.appendChild(Object.assign(document.createElement("span"), { textContent: text }));
    }
    button.onclick = () => shownAs({ serial: person.serial });
    const line = document.createElement("li");
    line.appendChild(button);
    return line;
  };
  const draw = (people) => {
    const holder = find("people");
    holder.textContent = "";
    people.slice(0, PEOPLE_SHOWN).forEach((person) => holder.appendChild(choice(person)));
    show(find("found"), people.length > 0);
    const isMore = people.length > PEOPLE_SHOWN;
    say(said, isMore ? word("found-many", { count: people.length, shown: PEOPLE_SHOWN }) : "");
  };
  const entered = (text) => {
    if (text.length >= CODE_CHARS_MIN) return shownAs({ code: text });
    if (listNow().byNumber.has(plainNumber(text))) return shownAs({ number: text.trim() });
    const people = candidates(text);
    draw(people);
    if (people.length > 0) return null;
    field.value = text;
    field.select();
    signal("bad");
    return say(said, word("found-none", { text: text.trim().slice(0, NAME_CHARS_MAX) }));
  };

  field.oninput = () => draw(field.value.length < CODE_CHARS_MIN ? candidates(field.value) : []);
  find("entry").onsubmit = (event) => {
    event.preventDefault();
    // A blank is a letter of codes.
    const text = field.value.replace(/[\r\n\t]/g, "");
    if (text.trim() === "" || !listNow()) return;
    field.value = "";
    entered(text);
  };
  // A hand scanner does not ask where the cursor is.
  addEventListener("keydown", (event) => {
    const isPlain = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (isPlain && listNow() && isFree() && document.activeElement === document.body) field.focus();
  });

  return {
    // Where there is a mouse there is a keyboard; on a phone it would cover half of the page.
    focus: () => window.matchMedia("(pointer: fine)").matches && field.focus(),
    clear: () => {
      field.value = "";
      draw([]);
    },
  };
};

// Citation chips: hovering, focusing or tapping shows the receipt, clicking opens the source.
const byId = (id) => document.getElementById(id);
let shownChip = null;
let openedFrom = null;
let hiding = 0;

// Call one of the server's functions; Gradio gives nothing where it fails.
async function call(name, data) {
  const result = await server[name](data);
  if (result === undefined) throw new Error("The server does not answer");
  return result;
}

function part(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function showReceipt(chip, touched) {
  clearTimeout(hiding);
  const box = byId("receipt");
  const card = byId(chip.dataset.card);
  if (!box || !card || shownChip === chip) return;
  hideReceipt();
  shownChip = chip;
  const { quote, verdict } = chip.dataset;
  const doubt = ["weak", "unsupported"].find((kind) => chip.classList.contains(kind));
  box.className = doubt ? `near ${doubt}` : "";
  box.replaceChildren(
    part("strong", "", card.querySelector(".title").textContent),
    part("span", "when", card.querySelector(".where").textContent),
  );
  if (quote) box.append(part("q", "", quote));
  box.append(part("span", "why", verdict || "cited too; the quoted words are in another source"));
  if (touched) box.append(part("span", "hint", "Tap again to open the source"));
  box.hidden = false;
  chip.setAttribute("aria-describedby", "receipt");
  place(box, chip);
}

// Above the sentence or below it, never over it.
function place(box, chip) {
  const at = chip.getBoundingClientRect();
  const { top, bottom } = (chip.closest(".s") || chip).getBoundingClientRect();
  const above = Math.min(top, at.top) - 8 - 56; // the bar is 52 pixels high
  const below = window.innerHeight - Math.max(bottom, at.bottom) - 16;
  const upwards = above >= box.offsetHeight || above > below;
  box.style.maxHeight = `${Math.max(96, upwards ? above : below)}px`;
  const room = document.documentElement.clientWidth - box.offsetWidth - 12;
  box.style.left = `${Math.max(12, Math.min(at.left - 16, room))}px`;
  box.style.top = `${upwards ? Math.min(top, at.top) - 8 - box.offsetHeight
    : Math.max(bottom, at.bottom) + 8}px`;
}

function hideReceipt() {
  if (!shownChip) return false;
  shownChip.removeAttribute("aria-describedby");
  shownChip = null;
  byId("receipt").hidden = true;
  byId("receipt").style.maxHeight = "";
  return true;
}

const hideSoon = () => { hiding = setTimeout(hideReceipt, 150); };

// Open the source that a chip or another button names, with the words for its sentence marked.
function openSource(from) {
  const card = byId(from.dataset.card);
  if (!card) return;
  hideReceipt();
  openedFrom = from;
  for (let fold = card.closest("details"); fold; fold = fold.parentElement.closest("details")) {
    fold.open = true;
  }
  const abstract = card.querySelector("details");
  if (abstract) abstract.open = true;
  for (const old of document.querySelectorAll("mark.on, .card.on")) old.classList.remove("on");
  card.classList.add("on");
  const words = card.querySelectorAll(`mark[data-s~="${from.dataset.sentence}"]`);
  for (const mark of words) mark.classList.add("on");
  card.focus({ preventScroll: true });
  bringIntoView(card, words[0] || card.querySelector(".head"));
}

// Show the words below the head of their card, which stays in sight: it holds on to the top.
function bringIntoView(card, words) {
  const panel = card.closest(".sources");
  const head = card.querySelector(".head").offsetHeight;
  const beside = panel && getComputedStyle(panel).position === "sticky";
  const scroller = beside ? panel : document.scrollingElement;
  const frame = beside ? panel.getBoundingClientRect()
    : { top: 60, bottom: window.innerHeight - 140 }; // between the bar and the box
  const top = card.getBoundingClientRect().top;
  const { top: first, bottom: last } = words.getBoundingClientRect();
  if (top >= frame.top && last <= frame.bottom) return;
  const room = frame.bottom - frame.top;
  scroller.scrollTop += last - top < room ? top - frame.top - 8 : first - frame.top - head - 24;
}

// Back from a card to what led there.
function closeSource() {
  if (!openedFrom?.isConnected) return false;
  openedFrom.focus({ preventScroll: true });
  const { top, bottom } = openedFrom.getBoundingClientRect();
  if (top < 60 || bottom > window.innerHeight - 140) openedFrom.scrollIntoView({ block: "center" });
  hideReceipt();
  openedFrom = null;
  for (const old of document.querySelectorAll("mark.on, .card.on")) old.classList.remove("on");
  return true;
}

document.addEventListener("pointerover", (event) => {
  if (event.pointerType === "touch") return;
  const chip = event.target.closest?.("button.cite");
  if (chip) showReceipt(chip);
  else if (event.target.closest?.("#receipt")) clearTimeout(hiding);
  else if (shownChip && document.activeElement !== shownChip) hideSoon();
});
document.addEventListener("focusin", (event) => {
  const chip = event.target.closest?.("button.cite");
  if (chip && chip.matches(":focus-visible")) showReceipt(chip);
  else if (!chip) hideReceipt();
});
document.addEventListener("click", (event) => {
  const chip = event.target.closest?.("button.cite");
  if (!chip) {
    hideReceipt();
  } else if (event.pointerType === "touch" && shownChip !== chip) {
    showReceipt(chip, true);
  } else {
    openSource(chip);
  }
});
document.addEventListener("scroll", hideReceipt, { passive: true });


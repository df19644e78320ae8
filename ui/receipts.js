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
  box.replaceChildren(
    part("strong", "", card.querySelector(".title").textContent),
    part("span", "when", card.querySelector(".where").textContent),
  );
  if (chip.dataset.quote) {
    box.append(part("q", "", chip.dataset.quote), part("span", "why", chip.dataset.verdict));
  } else {
    box.append(part("span", "why", "cited too; the quoted words are in another source"));
  }
  if (touched) box.append(part("span", "hint", "Tap again to open the source"));
  box.hidden = false;
  chip.setAttribute("aria-describedby", "receipt");
  const at = chip.getBoundingClientRect();
  const room = document.documentElement.clientWidth - box.offsetWidth - 12;
  const above = at.top - box.offsetHeight - 8; // the bar is 52 pixels high
  box.style.left = `${Math.max(12, Math.min(at.left - 16, room))}px`;
  box.style.top = `${above > 56 ? above : at.bottom + 8}px`;
}

function hideReceipt() {
  if (!shownChip) return false;
  shownChip.removeAttribute("aria-describedby");
  shownChip = null;
  byId("receipt").hidden = true;
  return true;
}

const hideSoon = () => { hiding = setTimeout(hideReceipt, 150); };

// Open a chip's source, with the words for its sentence set apart and in view.
function openSource(chip) {
  const card = byId(chip.dataset.card);
  if (!card) return;
  hideReceipt();
  openedFrom = chip;
  const folded = card.querySelector("details");
  if (folded) folded.open = true;
  for (const old of document.querySelectorAll("mark.on, .card.on")) old.classList.remove("on");
  card.classList.add("on");
  const words = card.querySelectorAll(`mark[data-s~="${chip.dataset.sentence}"]`);
  for (const mark of words) mark.classList.add("on");
  card.focus({ preventScroll: true });
  bringIntoView(card, words[0] || card);
}

// Show the words together with the head of their card where both have room.
function bringIntoView(card, words) {
  const panel = card.closest(".sources");
  const head = () => card.getBoundingClientRect().top;
  const foot = () => words.getBoundingClientRect().bottom;
  const needed = foot() - head();
  const { top, bottom, height } = panel.getBoundingClientRect();
  if (panel.scrollHeight > panel.clientHeight && (head() < top || foot() > bottom)) {
    panel.scrollTop += needed < height ? head() - top - 8 : foot() - bottom + height / 3;
  }
  const beside = getComputedStyle(panel).position === "sticky"; // else it goes under the box
  const seen = words.getBoundingClientRect().top > 60
    && foot() < window.innerHeight - (beside ? 8 : 140);
  if (seen) return;
  if (needed < window.innerHeight - 220) card.scrollIntoView({ block: "start" });
  else words.scrollIntoView({ block: "center" });
}

// Back from a card to the chip that led there.
function closeSource() {
  if (!openedFrom || !document.activeElement?.closest(".card")) return false;
  openedFrom.focus();
  openedFrom = null;
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


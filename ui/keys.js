// Keys: to the question, back through what was asked, out of what is open.
let recalled = -1; // how far back the question in the box was asked; -1 where it was not

// Put an earlier question into the box; the box is empty, or holds one that was recalled.
function recall(steps) {
  const asked = chat.turns.map((turn) => turn.question).reverse();
  const at = recalled + steps;
  if (at >= asked.length || at < -1) return false;
  recalled = at;
  box().value = at < 0 ? "" : asked[at];
  grow();
  return true;
}

const writes = (node) => node?.matches?.("input, textarea, select, [contenteditable]");

function leave() {
  if (hideReceipt()) return;
  if (document.activeElement?.closest("#talk .card") && closeSource()) return;
  byId("keep").open = false;
  if (libraryIsOpen()) toggleLibrary(false);
  else if (chatsAreOpen()) toggleChats(false);
  else if (running) stop();
  else if (editing) actions["cancel-edit"]();
}

function inTheBox(event) {
  if (event.key === "Enter" && !event.shiftKey) {
    send();
    return true;
  }
  if (!["ArrowUp", "ArrowDown"].includes(event.key) || event.shiftKey) return false;
  return (!box().value || recalled >= 0) && recall(event.key === "ArrowUp" ? 1 : -1);
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || document.querySelector("dialog[open]")) return;
  const { key, target } = event;
  const control = event.ctrlKey || event.metaKey;
  if ((control && key.toLowerCase() === "k") || (key === "/" && !control && !writes(target))) {
    event.preventDefault();
    toggleLibrary(false);
    toggleChats(false);
    box().focus();
  } else if (key === "?" && !control && !writes(target)) {
    event.preventDefault();
    actions.help();
  } else if (key === "Escape") {
    leave();
  } else if (target.id === "question" && !control && inTheBox(event)) {
    event.preventDefault();
  }
});
document.addEventListener("input", (event) => {
  if (event.target.id === "question") recalled = -1;
});

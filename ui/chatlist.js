// The list of chats: search, names, pins; other tabs' chats come as they are kept.
const places = "rag:place:"; // where one was in a chat
const placeOf = (id) => Number(ofTab(places + id) || 0);
let moving = 0;
document.addEventListener("scroll", () => {
  clearTimeout(moving);
  moving = setTimeout(() => setOfTab(places + chat.id, window.scrollY), 200);
}, { passive: true });

function showChats() {
  const words = (byId("find-chat")?.value || "").trim().toLowerCase();
  const all = listChats();
  byId("find-chat").hidden = all.length < 4 && !words;
  const found = words ? all.filter(({ id }) => saidIn(readChat(id)).includes(words)) : all;
  byId("chat-list").replaceChildren(...found.map(rowOf));
}

const saidIn = (kept) => [kept.title, ...kept.turns.flatMap(
  (turn) => [turn?.question, turn?.answer?.answer, turn?.partial])].join("\n").toLowerCase();

function rowOf({ id, title, pinned }) {
  const row = document.createElement("li");
  const open = part("button", "chat", title);
  open.dataset.do = "open-chat";
  open.dataset.chat = id;
  if (pinned) open.classList.add("pinned");
  if (id === chat.id) open.setAttribute("aria-current", "true");
  const remove = part("button", "quiet", "Delete");
  remove.dataset.do = "delete-chat";
  remove.dataset.chat = id;
  remove.setAttribute("aria-label", `Delete the chat: ${title}`);
  row.append(open, remove);
  return row;
}

const listed = {
  "rename": () => {
    byId("keep").open = false;
    const field = byId("chat-name");
    byId("chat-title").hidden = true;
    field.hidden = false;
    field.value = chat.title;
    field.select();
    field.focus();
  },
  "pin": () => {
    byId("keep").open = false;
    chat.pinned = !chat.pinned;
    keep();
    refresh();
    say(chat.pinned ? "Pinned" : "No longer pinned");
  },
};

function named(name) {
  const field = byId("chat-name");
  if (field.hidden) return;
  field.hidden = true;
  byId("chat-title").hidden = false;
  if (name.trim()) {
    chat.name = name.trim().slice(0, 80);
    keep();
  }
  refresh();
}
document.addEventListener("focusout", (event) => {
  if (event.target.id === "chat-name") named(event.target.value);
});
document.addEventListener("keydown", (event) => {
  if (event.target.id !== "chat-name" || !["Enter", "Escape"].includes(event.key)) return;
  event.stopImmediatePropagation();
  named(event.key === "Enter" ? event.target.value : "");
}, true);
document.addEventListener("input", (event) => { if (event.target.id === "find-chat") showChats(); });
// Another tab kept a chat. If it is the one that is open here, it is shown as it is there now, once
// its answer is whole; while an answer is being written here, this one goes on as a chat of its own.
window.addEventListener("storage", (event) => {
  if (!event.key?.startsWith(CHAT)) return;
  const kept = event.key === CHAT + chat.id && readChat(chat.id);
  if (kept && running) {
    chat.id = newName();
    keep();
  } else if (kept && turnsOf(kept) === turnsOf(chat)) {
    Object.assign(chat, { name: kept.name, title: kept.title, pinned: kept.pinned });
  } else if (kept && kept.turns[kept.turns.length - 1]?.problem !== LOST) {
    openChat(kept);
  }
  refresh();
});

const turnsOf = (kept) => JSON.stringify(kept.turns.map(({ id, at }) => [id, at]));

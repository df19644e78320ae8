// The conversation: asks, stores what came of it, and all that buttons and keys do.
// `element` is the place of the exchange that is being written; `trigger`, `props`, `server`
// and `watch` are Gradio's.
const LOST = "The connection was lost before the answer was complete. Retry to ask again.";
const QUIET = 4000; // milliseconds without a word before the page looks whether the server is there
const SLOW = 8000; // milliseconds without a word before the page says so
let chat = currentChat();
let running = null; // {turn, text} while an answer is being written
let editing = ""; // the id of the turn whose question is being edited
let slow = 0;
let lost = false;
let heard = 0; // when the last word came

const past = () => byId("past");
const box = () => byId("question");
const say = (text) => { byId("said").textContent = text; };
function notice(text) {
  byId("notice").textContent = text;
  byId("notice").hidden = !text;
}
const AGAIN = "rag:again"; // the turn to be asked again when the server is back
const AWAY = "The server does not answer. Is it running?";
// Nothing to see: spaces, marks without width, letters without a shape.
const isBlank = (text) => !/[\p{L}\p{N}\p{P}\p{S}]/u.test(text.replace(/[\u115f\u1160\u2800\u3164\uffa0]/g, ""));
const last = () => chat.turns[chat.turns.length - 1];

function refresh() {
  document.body.dataset.empty = String(!chat.turns.length);
  document.body.dataset.busy = String(Boolean(running));
  byId("send").hidden = Boolean(running);
  byId("stop").hidden = !running;
  byId("editing").hidden = !editing;
  byId("forks").hidden = !editing || editing === last()?.id;
  byId("chat-title").textContent = chat.turns.length ? chat.title : "New chat";
  showChats();
}

function keep() {
  setOfTab(CURRENT, chat.id);
  if (!saveChat(chat)) notice("This browser's storage is full; delete a chat to keep this one.");
}

// Move the exchange that is over up among the earlier ones.
function settle() {
  past().append(...element.childNodes);
}

function history() {
  return chat.turns.filter((turn) => turn.answer || turn.partial).map((turn) => ({
    question: turn.question,
    answer: turn.answer ? turn.answer.answer : turn.partial,
    paper_ids: turn.answer ? turn.answer.citations.map((c) => c.paper.id) : [],
  }));
}

// Take away a turn and those after it. Only the last one is lost: for others the chat goes on
// as a new one, and the old one stays in the list.
function dropFrom(id) {
  const at = chat.turns.findIndex((turn) => turn.id === id);
  if (at < 0) return;
  settle();
  const kept = chat.turns.slice(0, at);
  if (at < chat.turns.length - 1) chat = { ...newChat(), turns: kept };
  else chat.turns = kept;
  while (past().children.length > at) past().lastElementChild.remove();
}

// Show a question at once, in the form in which the server will send it.
function show(turn) {
  const article = byId("fresh").content.firstElementChild.cloneNode(true);
  article.id = turn.id;
  const question = article.querySelector(".question");
  question.textContent = turn.question;
  question.classList.toggle("long", turn.question.length > 600);
  element.replaceChildren(article);
  article.scrollIntoView({ block: "start", behavior: "auto" });
}

// Ask; `versions` are the questions and answers that stood in its place before.
function ask(question, versions = [], length = chosen.depth) {
  const text = question.trim();
  if (running || isBlank(text)) return;
  if (editing) {
    if (editing === last()?.id) versions = versionsToKeep(last());
    dropFrom(editing);
  }
  editing = "";
  settle();
  const earlier = history();
  const of = versions.length + 1;
  const turn = { id: newName(), question: text, answer: null, partial: "", problem: LOST,
    at: of, of, versions };
  chat.turns.push(turn);
  running = { turn, text: "" };
  keep();
  refresh();
  notice("");
  say("Searching");
  show(turn);
  heard = Date.now();
  clearTimeout(slow);
  slow = setTimeout(() => {
    const doing = element.querySelector(".doing");
    if (doing) doing.lastChild.textContent = "Still waiting for the model; wait, or stop and retry";
  }, SLOW);
  trigger("ask", { id: turn.id, question: text, history: earlier, filters, of, k: papersRead(),
    length });
}

function finish(turn, words) {
  running = null;
  clearTimeout(slow);
  Object.assign(last(), turn);
  keep();
  refresh();
  say(words);
  offer();
}

// Below the latest answer: what to ask next. It comes when it comes.
async function offer() {
  const { id, answer } = last();
  if (!answer) return;
  const html = await call("follow_ups", { exchanges: chat.turns, filters }).catch(() => "");
  const place = byId(id)?.querySelector(".follow");
  if (!html || !place || last()?.id !== id || running) return;
  // What is being read, a source below the answer above all, stays where it is.
  const read = document.querySelector(".card.on") || place;
  const { top } = read.getBoundingClientRect();
  const passed = place.parentElement.getBoundingClientRect().bottom < 60; // it is hidden still
  place.innerHTML = html;
  if (read.matches(".card")) window.scrollBy(0, read.getBoundingClientRect().top - top);
  else if (passed) window.scrollBy(0, place.offsetHeight);
}

const VERSION = ["question", "answer", "partial", "problem", "verdict", "found"];
const versionOf = (turn) => Object.fromEntries(VERSION.map((name) => [name, turn[name]]));
// All answers to a turn's question, the one that is shown among them.
function versionsOf(turn) {
  const all = [...(turn.versions || [])];
  all[(turn.at || 1) - 1] = versionOf(turn);
  return all;
}

const versionsToKeep = (turn) => versionsOf(turn)
  .filter(({ answer, partial }) => answer || partial);

async function showVersion(turn, to) {
  const versions = versionsOf(turn);
  if (running || !versions[to - 1]) return;
  Object.assign(turn, { verdict: "", found: [], ...versions[to - 1], at: to, versions });
  keep();
  const html = await call("show_chat", [turn]);
  byId(turn.id).outerHTML = html;
  byId(turn.id).querySelector(".versions button:not([disabled])")?.focus();
}

watch("value", () => {
  const view = props.value;
  if (!running || view.id !== running.turn.id) return;
  heard = Date.now();
  running.text = view.text || running.text;
  running.found = view.found?.length ? view.found : running.found;
  if (!view.result) return;
  const { answer, problem } = view.result;
  finish(view.result, problem || (answer.answered
    ? `Answer complete, ${answer.citations.length} sources` : "The papers do not answer that"));
});

// End the exchange here: the server was told to stop, or does not answer.
async function end(problem) {
  if (!running) return;
  const turn = { ...running.turn, partial: running.text, problem, found: running.found || [] };
  finish(turn, problem);
  const html = await call("show_chat", [turn]).catch(() => null);
  if (last()?.id !== turn.id) return;
  if (html !== null) element.innerHTML = html;
  else element.querySelector(".answer")?.append(part("p", "problem", problem));
}

function stop() {
  trigger("stop");
  end("Stopped. What had arrived is kept.");
}

// Gradio does not notice a server that goes away in the middle of an answer, and one that
// starts anew knows nothing of the answers under way: then only a fresh page can ask again.
async function sameServer() {
  try {
    const reply = await fetch("gradio_api/app_id");
    return (await reply.json()).app_id === window.gradio_config.app_id;
  } catch {
    return null;
  }
}

setInterval(async () => {
  if (running && Date.now() - heard > QUIET && (await sameServer()) !== true) {
    heard = Infinity;
    end(LOST);
    lost = true;
  }
  if (lost && (await sameServer()) !== null) window.location.reload();
}, 2000);

document.addEventListener("rag:failed", () => {
  end("The server could not take the question: it is too busy, or has failed. Retry in a moment.");
});
window.addEventListener("pagehide", () => {
  if (!running) return;
  running.turn.partial = running.text;
  saveChat(chat);
});

async function openChat(next) {
  if (running) stop();
  const place = placeOf(next.id);
  chat = next;
  editing = "";
  setOfTab(CURRENT, chat.id);
  element.replaceChildren();
  past().replaceChildren();
  refresh();
  if (!chat.turns.length) return;
  const html = await call("show_chat", chat.turns).catch(() => null);
  if (chat !== next) return;
  if (html === null) past().append(part("p", "problem", AWAY));
  else past().innerHTML = html;
  window.scrollTo(0, place);
  const again = ofTab(AGAIN) === last()?.id;
  setOfTab(AGAIN, "");
  if (again) actions.retry();
  else offer();
}

const turnOf = (node) => chat.turns.find((turn) => turn.id === node.closest(".turn")?.id);

async function rate(turn, verdict, note = "") {
  turn.verdict = verdict;
  keep();
  const { question, answer } = turn;
  await call("rate_answer", {
    id: turn.id, question, answer: answer.answer, verdict, note,
    paper_ids: answer.citations.map((c) => c.paper.id),
  });
  say("Thank you");
}

// On a small screen the chats are a drawer.
const chatsAreOpen = () => document.body.dataset.chats === "open";
function toggleChats(open = !chatsAreOpen()) {
  if (open === chatsAreOpen()) return;
  const button = byId("bar").querySelector('[data-do="toggle-chats"]');
  document.body.dataset.chats = open ? "open" : "";
  button.setAttribute("aria-expanded", String(open));
  if (open) focusSoon(byId("chats").querySelector('[data-do="toggle-chats"]'), chatsAreOpen);
  else if (byId("chats").contains(document.activeElement)) button.focus();
}

const actions = {
  "new-chat": () => { openChat(newChat()); toggleChats(false); box().focus(); },
  "open-chat": (button) => {
    toggleChats(false);
    const found = readChat(button.dataset.chat);
    if (found) openChat(found);
  },
  "delete-chat": (button) => {
    if (button.textContent === "Delete") {
      button.textContent = "Sure?";
      say("Press again to delete the chat");
      setTimeout(() => { button.textContent = "Delete"; }, 8000);
      return;
    }
    deleteChat(button.dataset.chat);
    if (button.dataset.chat === chat.id) openChat(newChat());
    else refresh();
  },
  "open-card": openSource,
  "back": closeSource,
  "help": () => byId("help").showModal(),
  "close-help": () => byId("help").close(),
  "toggle-chats": () => toggleChats(),
  "toggle-library": () => toggleLibrary(),
  ...choices,
  "example": (button) => ask(button.textContent),
  "stop": stop,
  "retry": async (button) => {
    if (running || !last()) return;
    const { id, question } = last();
    if (lost || (await sameServer()) !== true) { // it is asked again by the page that comes then
      setOfTab(AGAIN, id);
      lost = true;
      notice(`${AWAY} It is asked again once it does.`);
      return;
    }
    if (running || last()?.id !== id) return; // pressed twice
    const versions = versionsToKeep(last());
    dropFrom(id);
    ask(question, versions, button?.dataset.length || chosen.depth);
  },
  "length": (button) => actions.retry(button),
  "edit": (button) => {
    const turn = turnOf(button);
    if (running || !turn) return;
    editing = turn.id;
    box().value = turn.question;
    grow();
    refresh();
    box().focus();
  },
  "version": (button) => showVersion(turnOf(button), Number(button.dataset.to)),
  "unfold": (button) => {
    const open = button.closest(".turn").querySelector(".question").classList.toggle("long");
    button.textContent = open ? "Show all of it" : "Show less";
  },
  "cancel-edit": () => { editing = ""; box().value = ""; grow(); refresh(); box().focus(); },
  ...outlets,
  ...listed,
  ...settings,
  "rate": (button) => {
    const turn = turnOf(button);
    if (!turn?.answer) return;
    for (const thumb of button.parentElement.querySelectorAll(".thumb")) {
      thumb.setAttribute("aria-pressed", String(thumb === button));
    }
    button.closest(".answer").querySelector(".note").hidden = false;
    rate(turn, button.dataset.verdict).catch(() => notice(AWAY));
  },
};

function grow() {
  const area = box();
  area.style.height = "auto";
  area.style.height = `${Math.min(area.scrollHeight, 200)}px`;
  setOfTab(DRAFT, area.value);
}

function send() {
  const area = box();
  if (running || isBlank(area.value)) return;
  const question = area.value;
  area.value = "";
  grow();
  ask(question);
}

document.addEventListener("click", (event) => {
  const menu = byId("keep");
  if (menu?.open && !(menu.contains(event.target) && event.target.closest("summary"))) {
    setTimeout(() => { menu.open = false; });
  }
  const button = event.target.closest?.("[data-do]");
  const beside = chatsAreOpen() && !event.target.closest?.("#chats");
  if (beside && button?.dataset.do !== "toggle-chats") {
    toggleChats(false); // a tap beside the open drawer closes it and does no more
    return;
  }
  if (!button) return;
  Promise.resolve(actions[button.dataset.do]?.(button))
    .catch(() => notice(AWAY));
});
document.addEventListener("submit", (event) => {
  if (event.target.id === "ask") {
    event.preventDefault();
    send();
  } else if (event.target.matches(".note")) {
    event.preventDefault();
    const turn = turnOf(event.target);
    const note = event.target.elements.note.value.trim();
    event.target.hidden = true;
    if (note) rate(turn, turn.verdict, note).catch(() => notice(AWAY));
  }
});
document.addEventListener("input", (event) => { if (event.target.id === "question") grow(); });
// The other parts of the page may be put in place after this one.
function begin() {
  if (!["past", "question", "fresh", "chat-list", "library"].every(byId)) {
    requestAnimationFrame(begin);
    return;
  }
  byId("library").inert = true;
  box().value = ofTab(DRAFT) || "";
  grow();
  openChat(chat);
  // On a phone the keyboard would cover half of the page.
  if (window.matchMedia("(pointer: fine)").matches) box().focus({ preventScroll: true });
}
begin();

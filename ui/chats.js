// Chats in this browser's storage: each under a key of its own, so that two tabs do not
// overwrite each other. A chat is {id, title, updated, turns}; a turn is what the server gave.
const CHAT = "rag:chat:";
const CURRENT = "rag:current";
const DRAFT = "rag:draft";

const newName = () => Array.from(crypto.getRandomValues(new Uint8Array(9)),
  (n) => (n % 36).toString(36)).join("");

const newChat = () => ({ id: newName(), title: "New chat", updated: 0, turns: [] });

// Storage may be off, full or damaged: then what is wanted cannot be had.
function attempt(action, otherwise) {
  try {
    return action();
  } catch {
    return otherwise;
  }
}

const readChat = (id) => attempt(() => {
  const chat = JSON.parse(localStorage.getItem(CHAT + id));
  return chat && Array.isArray(chat.turns) ? chat : null;
}, null);

// All chats, the latest first, without their turns' weight on the caller.
function listChats() {
  const keys = attempt(() => Object.keys(localStorage), []).filter((key) => key.startsWith(CHAT));
  return keys.map((key) => readChat(key.slice(CHAT.length))).filter(Boolean)
    .map(({ id, title, updated, pinned }) => ({ id, title: String(title), updated, pinned }))
    .sort((a, b) => Boolean(b.pinned) - Boolean(a.pinned) || b.updated - a.updated);
}

// Keep a chat that has a question; return whether there was room.
function saveChat(chat) {
  if (!chat.turns.length) return true;
  chat.updated = Date.now();
  chat.title = chat.name || chat.turns[0].question.slice(0, 80);
  return attempt(() => {
    localStorage.setItem(CHAT + chat.id, JSON.stringify(chat));
    return true;
  }, false);
}

const deleteChat = (id) => attempt(() => localStorage.removeItem(CHAT + id));

// What this tab is about: the chat that is open, and a question that is not asked yet.
const ofTab = (key) => attempt(() => sessionStorage.getItem(key), null);
const setOfTab = (key, value) => attempt(() => sessionStorage.setItem(key, value));
const currentChat = () => readChat(ofTab(CURRENT)) || newChat();


// Chats in this browser's storage: each under a key of its own, so that two tabs do not
// overwrite each other. A chat is {id, title, updated, turns}; a turn is what the server gave.
const CHAT = "rag:chat:";
const CURRENT = "rag:current"; // of this tab

const newName = () => Array.from(crypto.getRandomValues(new Uint8Array(9)),
  (n) => (n % 36).toString(36)).join("");

const newChat = () => ({ id: newName(), title: "New chat", updated: 0, turns: [] });

function readChat(id) {
  try {
    const chat = JSON.parse(localStorage.getItem(CHAT + id));
    return chat && Array.isArray(chat.turns) ? chat : null;
  } catch {
    return null; // damaged, or storage is off
  }
}

// All chats, the latest first, without their turns' weight on the caller.
function listChats() {
  const found = [];
  for (let i = 0; i < localStorage.length; i += 1) {
    const key = localStorage.key(i);
    const chat = key.startsWith(CHAT) ? readChat(key.slice(CHAT.length)) : null;
    if (chat) found.push({ id: chat.id, title: String(chat.title), updated: chat.updated });
  }
  return found.sort((a, b) => b.updated - a.updated);
}

// Keep a chat that has a question; return whether there was room.
function saveChat(chat) {
  if (!chat.turns.length) return true;
  chat.updated = Date.now();
  chat.title = chat.turns[0].question.slice(0, 80);
  try {
    localStorage.setItem(CHAT + chat.id, JSON.stringify(chat));
    return true;
  } catch {
    return false;
  }
}

const deleteChat = (id) => localStorage.removeItem(CHAT + id);
const currentChat = () => readChat(sessionStorage.getItem(CURRENT)) || newChat();
const setCurrent = (id) => sessionStorage.setItem(CURRENT, id);


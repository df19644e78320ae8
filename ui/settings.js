// Settings of this browser: how many papers are read, and the theme.
const SETTINGS = "rag:settings";
const chosen = attempt(() => JSON.parse(localStorage.getItem(SETTINGS)), null) || {};
const papersRead = () => Number(chosen.k) || null;

function applyTheme() {
  const dark = chosen.theme ? chosen.theme === "dark"
    : window.matchMedia("(prefers-color-scheme: dark)").matches;
  document.body.classList.toggle("dark", dark);
}
applyTheme();

const settings = {
  "settings": () => {
    byId("keep").open = false;
    const form = byId("settings-form");
    form.elements.k.value = chosen.k || "";
    form.elements.theme.value = chosen.theme || "";
    byId("settings").showModal();
  },
  "close-settings": () => byId("settings").close(),
};

document.addEventListener("change", (event) => {
  if (!event.target.closest?.("#settings-form")) return;
  const { k, theme } = byId("settings-form").elements;
  Object.assign(chosen, { k: k.value, theme: theme.value });
  attempt(() => localStorage.setItem(SETTINGS, JSON.stringify(chosen)));
  applyTheme();
});

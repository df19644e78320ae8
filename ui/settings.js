// Settings of this browser: how many papers are read, how long answers are, the theme.
const SETTINGS = "rag:settings";
const chosen = attempt(() => JSON.parse(localStorage.getItem(SETTINGS)), null) || {};
const papersRead = () => Number(chosen.k) || null;

function applyTheme() {
  const dark = chosen.theme ? chosen.theme === "dark"
    : window.matchMedia("(prefers-color-scheme: dark)").matches;
  document.body.classList.toggle("dark", dark);
}
applyTheme();

const showFacts = () => byId("facts").replaceChildren(
  byId("in-force")?.content.cloneNode(true) || "");

const settings = {
  "settings": () => {
    byId("keep").open = false;
    const form = byId("settings-form");
    form.elements.k.value = chosen.k || "";
    form.elements.depth.value = chosen.depth || "";
    form.elements.theme.value = chosen.theme || "";
    showFacts();
    byId("settings").showModal();
  },
  "own-model-off": () => {
    byId("model-form").reset();
    trigger("model", {});
  },
  "close-settings": () => byId("settings").close(),
};

document.addEventListener("submit", (event) => {
  if (event.target.id !== "model-form") return;
  event.preventDefault();
  const { model, address, key } = event.target.elements;
  trigger("model", { model: model.value, address: address.value, key: key.value });
  key.value = "";
});
document.addEventListener("rag:model", () => {
  showFacts();
  const footing = byId("footing");
  const said = footing.querySelector(".problem") || footing.querySelector("#state :is(p, summary)");
  byId("model-said").textContent = said.textContent.replace("Add a model", "");
});
document.addEventListener("change", (event) => {
  if (!event.target.closest?.("#settings-form")) return;
  const fields = byId("settings-form").elements;
  for (const name of ["k", "depth", "theme"]) chosen[name] = fields[name].value;
  attempt(() => localStorage.setItem(SETTINGS, JSON.stringify(chosen)));
  applyTheme();
});

// The library's drawer: search, filters, and files to add, dropped anywhere on the page.
const MOST_PICKED = 300;
const LIMITS = { from: "from", to: "until", venue: "in", source: "out of" };
let filters = {}; // what limits the questions: by the names above, and the papers ticked (`ids`)
let like = ""; // the paper that those listed are like
const picked = new Map(); // the titles of the papers that are ticked, by their ids
let most = 60;
let asked = 0;
let typing = 0;

const libraryIsOpen = () => document.body.dataset.library === "open";

// What is still invisible takes no focus: try again with the next frames.
function focusSoon(node, wanted, tries = 30) {
  node?.focus();
  if (node && document.activeElement !== node && wanted() && tries) {
    requestAnimationFrame(() => focusSoon(node, wanted, tries - 1));
  }
}

function toggleLibrary(open = !libraryIsOpen()) {
  const panel = byId("library");
  document.body.dataset.library = open ? "open" : "";
  panel.inert = !open;
  for (const button of document.querySelectorAll('[data-do="toggle-library"][aria-controls]')) {
    button.setAttribute("aria-expanded", String(open));
    if (!open && panel.contains(document.activeElement)) button.focus();
  }
  if (!open) return;
  findPapers();
  focusSoon(panel.querySelector('input[name="query"]'), libraryIsOpen);
}

// Search with the form as it stands; only the latest search is shown.
async function findPapers() {
  const form = byId("filters");
  if (!form) { // the page is still being put together
    if (libraryIsOpen()) setTimeout(findPapers, 100);
    return;
  }
  const wanted = Object.fromEntries(new FormData(form));
  const mine = (asked += 1);
  const ids = [...picked.keys()];
  const found = await call("find_papers", { ...wanted, ids, like, most }).catch(() => null);
  if (mine !== asked) return;
  if (!found) {
    byId("papers").replaceChildren(part("p", "problem", AWAY));
    return;
  }
  byId("papers").innerHTML = found.html;
  const { query, ...limits } = wanted;
  filters = found.matching === null ? {} : { ...limits, ids };
  showLimits(found.matching);
  if (found.welcome) greet(found.welcome);
}

function greet(html) {
  const welcome = byId("welcome");
  if (welcome) welcome.outerHTML = html;
}

// Say what is asked, above the box, and what is ticked, above the list.
function showLimits(matching) {
  const said = Object.keys(LIMITS).filter((name) => filters[name]?.trim())
    .map((name) => `${LIMITS[name]} ${filters[name].trim()}`);
  const papers = matching === 1 ? "1 paper" : `${matching} papers`;
  const only = picked.size === 1 ? `Asking only “${[...picked.values()][0]}”`
    : `Asking ${papers} ${picked.size ? "that you ticked" : ""}`.trim();
  const limited = Boolean(said.length || picked.size) && matching !== null;
  byId("narrowed").hidden = !limited;
  byId("narrowed").querySelector("span").textContent = [only, said.join(", ")].join(
    said.length ? (picked.size ? ", " : " ") : "");
  for (const box of document.querySelectorAll("#papers .pick")) {
    box.checked = picked.has(box.closest(".card").dataset.paper);
  }
  const bar = document.querySelector("#papers .choosing");
  if (!bar) return;
  byId("picked").textContent = picked.size ? `${picked.size} ticked` : "";
  bar.querySelector('[data-do="clear-filters"]').hidden = !limited;
  const remove = bar.querySelector('[data-do="remove"]');
  remove.hidden = !picked.size;
  remove.textContent = `Remove ${picked.size} from the library`;
}

const titleOf = (card) => card.querySelector(".title").textContent;
function pick(card, on) {
  if (!on) picked.delete(card.dataset.paper);
  else if (picked.size < MOST_PICKED) picked.set(card.dataset.paper, titleOf(card));
}

const choices = {
  "pick-all": () => {
    for (const card of document.querySelectorAll("#papers .card")) {
      pick(card, true);
      card.querySelector(".pick").checked = picked.has(card.dataset.paper);
    }
    refreshLimits();
  },
  "ask-only": (button) => {
    const card = button.closest(".card");
    picked.clear();
    pick(card, true);
    byId("filters")?.reset();
    toggleLibrary(false);
    findPapers();
    say(`Asking only ${titleOf(card)}`);
    byId("question").focus();
  },
  "like": (button) => {
    like = button.closest(".card").dataset.paper;
    byId("filters").elements.query.value = "";
    if (libraryIsOpen()) findPapers();
    else toggleLibrary(true);
    byId("library").scrollTop = 0;
  },
  "unlike": () => { like = ""; findPapers(); },
  "more-papers": () => { most *= 4; findPapers(); },
  "clear-filters": clearFilters,
  "remove": async (button) => {
    if (!button.dataset.sure) {
      button.dataset.sure = "yes";
      button.textContent = `Remove ${picked.size} for good?`;
      say("Press again to remove them");
      return;
    }
    const ids = [...picked.keys()];
    picked.clear();
    like = "";
    const count = await call("remove_papers", { ids });
    say(`${count} removed`);
    trigger("refresh");
  },
};

function clearFilters() {
  byId("filters")?.reset();
  picked.clear();
  like = "";
  findPapers();
}

document.addEventListener("change", (event) => {
  if (!event.target.matches?.(".pick")) return;
  pick(event.target.closest(".card"), event.target.checked);
  refreshLimits();
});
// Ask anew what is asked, but leave the list as it is.
async function refreshLimits() {
  const ids = [...picked.keys()];
  const mine = (asked += 1);
  filters = { ...filters, ids };
  const wanted = { ...Object.fromEntries(new FormData(byId("filters"))), ids, most: 1 };
  const found = await call("find_papers", wanted).catch(() => null);
  if (mine !== asked || !found) return;
  showLimits(found.matching);
  if (found.welcome) greet(found.welcome);
}

document.addEventListener("input", (event) => {
  if (!event.target.closest?.("#filters")) return;
  most = 60;
  like = "";
  clearTimeout(typing);
  typing = setTimeout(findPapers, 250);
});
document.addEventListener("submit", (event) => {
  if (event.target.id !== "filters") return;
  event.preventDefault();
  findPapers();
});
document.addEventListener("rag:refreshed", findPapers);
document.addEventListener("rag:library", () => {
  findPapers();
  say(document.querySelector("#report p")?.textContent || "");
  if (document.activeElement === document.body) byId("upload").querySelector("button")?.focus();
});

// Hand files to Gradio's upload, but for those that the server would not take.
let handing = false;
function addFiles(files) {
  const limit = window.gradio_config.max_file_size;
  const fit = new DataTransfer();
  byId("too-large").replaceChildren();
  for (const file of files) {
    if (file.size <= limit) fit.items.add(file);
    else {
      const megabytes = Math.round(limit / 2 ** 20);
      byId("too-large").append(part("p", "problem",
        `${file.name}: larger than ${megabytes} MB; split it, or use rag ingest.`));
    }
  }
  const input = document.querySelector('#upload input[type="file"]');
  if (!input || !fit.files.length) return;
  handing = true;
  input.files = fit.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
  handing = false;
}

const holdsFiles = (event) => event.dataTransfer?.types.includes("Files");
document.addEventListener("change", (event) => {
  if (handing || !event.target.matches('#upload input[type="file"]')) return;
  event.stopPropagation();
  addFiles(event.target.files);
}, true);
document.addEventListener("dragenter", (event) => {
  if (holdsFiles(event) && !libraryIsOpen()) toggleLibrary(true);
});
document.addEventListener("dragover", (event) => { if (holdsFiles(event)) event.preventDefault(); });
document.addEventListener("drop", (event) => {
  if (!holdsFiles(event)) return;
  event.preventDefault(); // else the browser would open the file in place of the page
  event.stopPropagation();
  addFiles(event.dataTransfer.files);
}, true);


// The library's drawer: search, filters, and files to add, dropped anywhere on the page.
const LIMITS = { from: "from", to: "until", venue: "in", source: "out of" };
let filters = {}; // what limits the questions, by the names above
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
  if (!form) return;
  const wanted = Object.fromEntries(new FormData(form));
  const mine = (asked += 1);
  const found = await call("find_papers", { ...wanted, most }).catch(() => null);
  if (mine !== asked) return;
  if (!found) {
    byId("papers").replaceChildren(part("p", "problem", AWAY));
    return;
  }
  byId("papers").innerHTML = found.html;
  const { query, ...limits } = wanted;
  filters = found.matching === null ? {} : limits;
  const said = Object.keys(filters).filter((name) => filters[name].trim())
    .map((name) => `${LIMITS[name]} ${filters[name].trim()}`).join(", ");
  const narrowed = byId("narrowed");
  narrowed.hidden = !said;
  narrowed.querySelector("span").textContent =
    `Asking ${found.matching} ${found.matching === 1 ? "paper" : "papers"} ${said}`;
}

function clearFilters() {
  byId("filters")?.reset();
  findPapers();
}

document.addEventListener("input", (event) => {
  if (!event.target.closest?.("#filters")) return;
  most = 60;
  clearTimeout(typing);
  typing = setTimeout(findPapers, 250);
});
document.addEventListener("submit", (event) => {
  if (event.target.id !== "filters") return;
  event.preventDefault();
  findPapers();
});
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


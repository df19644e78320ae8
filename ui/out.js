// What leaves the page: copies with their formatting and references, files, paper.
const DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

// Copy text, and where given the same as HTML.
async function copy(button, text, html) {
  try {
    const types = { "text/plain": new Blob([text], { type: "text/plain" }) };
    if (html) types["text/html"] = new Blob([html], { type: "text/html" });
    await navigator.clipboard.write([new ClipboardItem(types)]);
  } catch { // not over plain http from another machine
    const write = (event) => {
      event.preventDefault();
      event.stopImmediatePropagation();
      event.clipboardData.setData("text/plain", text);
      if (html) event.clipboardData.setData("text/html", html);
    };
    document.addEventListener("copy", write, { capture: true, once: true });
    document.execCommand("copy");
    document.removeEventListener("copy", write, true);
  }
  const label = button.textContent;
  button.textContent = "Copied";
  say("Copied");
  setTimeout(() => { button.textContent = label; }, 1500);
}

function save(name, data, type = "text/plain") {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([data], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

async function copyCited(button, form) {
  const paper = button.closest(".card")?.dataset.paper;
  const wanted = paper !== undefined ? { ids: [paper] } : { exchanges: [turnOf(button)] };
  copy(button, await call("cite_papers", { ...wanted, form }));
}

// A cell that a spreadsheet would run as a formula gets a quotation mark before it.
const asCsv = (rows) => rows.map((cells) => cells.map((cell) => {
  const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return `"${safe.replaceAll('"', '""')}"`;
}).join(",")).join("\r\n") + "\r\n";
const asMarkdown = ([head, ...rows]) => [head, head.map(() => "---"), ...rows]
  .map((cells) => `| ${cells.map((cell) => cell.replace(/[\\|<>*_`[\]]/g, "\\$&")).join(" | ")} |`)
  .join("\n") + "\n";

const outlets = {
  "copy-answer": async (button) => {
    const exchanges = [turnOf(button)];
    const [text, html] = await Promise.all(
      ["md", "html"].map((form) => call("save_chat", { form, exchanges })));
    copy(button, text, html);
  },
  "copy-bibtex": (button) => copyCited(button, "bibtex"),
  "copy-ris": (button) => copyCited(button, "ris"),
  "copy-chat-bibtex": async (button) => {
    copy(button, await call("cite_papers", { exchanges: chat.turns }));
  },
  "export": async (button) => {
    const { form } = button.dataset;
    const text = await call("save_chat", { form, exchanges: chat.turns });
    const name = chat.title.toLowerCase().replace(/[^a-z0-9]+/g, "-").slice(0, 50);
    const file = `${name.replace(/^-|-$/g, "") || "chat"}.${form}`;
    if (form !== "docx") save(file, text);
    else save(file, Uint8Array.from(atob(text), (c) => c.charCodeAt(0)), DOCX);
  },
  "save-table": (button) => {
    const rows = [...button.closest(".glance").querySelectorAll("tr")]
      .map((row) => [...row.cells].map((cell) => cell.textContent));
    const { form } = button.dataset; // Excel reads UTF-8 only behind a mark that says so
    save(`papers.${form}`, form === "csv" ? `\ufeff${asCsv(rows)}` : asMarkdown(rows));
  },
  "print": () => {
    byId("keep").open = false;
    window.print();
  },
};

// What is selected in an answer leaves with its markers and the papers that they name.
document.addEventListener("copy", (event) => {
  const selection = document.getSelection();
  const from = selection.anchorNode?.parentElement?.closest(".answer");
  if (!from || selection.isCollapsed || writes(event.target)) return;
  const taken = document.createElement("div");
  taken.append(selection.getRangeAt(0).cloneContents());
  for (const node of taken.querySelectorAll(".flag, .v, .below, .receipt, .note")) node.remove();
  for (const math of taken.querySelectorAll("math")) {
    math.replaceWith(`$${math.getAttribute("alttext")}$`);
  }
  const named = new Map();
  for (const chip of taken.querySelectorAll(".cite")) {
    const number = chip.textContent.trim();
    const card = chip.dataset.card && byId(chip.dataset.card);
    if (card) named.set(number, card);
    chip.replaceWith(`[${number}]`);
  }
  if (!named.size) return;
  for (const [number, card] of [...named].sort(([a], [b]) => a - b)) {
    const by = card.querySelector(".by").textContent;
    const way = card.querySelector(".ways > a")?.href || "";
    taken.append(part("p", "", `[${number}] ${card.querySelector(".title").textContent}. ${by} ${way}`.trim()));
  }
  byId("said").append(taken);
  event.clipboardData.setData("text/plain", taken.innerText.replaceAll("\u00a0", " "));
  taken.remove();
  for (const node of taken.querySelectorAll("[class], [data-do]")) node.removeAttribute("class");
  event.clipboardData.setData("text/html", taken.innerHTML);
  event.preventDefault();
});

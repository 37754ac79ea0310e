// Makes the tables of a page searched, sorted, filtered, narrowed to some columns
// and copied. Without it the page has all of this to read. Nothing here asks the
// network, and texts of the log only ever become text.
"use strict";

const make = (name, props = {}, ...children) => {
  const element = Object.assign(document.createElement(name), props);
  element.append(...children);
  return element;
};

// What a cell says, also where it is folded away behind its beginning, or stands in the
// annex of raw records.
const textOf = (cell) => {
  const folded = cell.firstElementChild;
  if (folded?.className === "raw") return document.querySelector(folded.getAttribute("href") + " > pre").textContent;
  if (!folded || folded.tagName !== "DETAILS") return cell.textContent;
  if (folded.className === "annexed") return folded.lastChild.textContent;
  return [...folded.childNodes].slice(1).map((node) => node.textContent).join("");
};

const numbers = new Intl.NumberFormat("en");
const counted = (n, noun) => numbers.format(n) + " " + noun + (n === 1 ? "" : "s");

const wideTable = 14; // from so many columns on, the last ones begin hidden
const shownFirst = 12;
const mostValues = 200; // values of a column that a filter offers

for (const section of document.querySelectorAll("main section")) {
  const tables = [...section.querySelectorAll(":scope > .scroll > table:has(thead .no)")]; // of numbered rows
  if (tables.length) equip(section, tables);
}
linkSessions();
searchByLinks();
openForPrint();
indentTarget();
addEventListener("hashchange", indentTarget);

function equip(section, tables) {
  const heads = [...tables[0].tHead.rows[0].cells];
  const names = heads.map((th) => th.textContent);
  const rows = tables.flatMap((table) => [...table.tBodies[0].rows].map((tr, place) => ({ tr, table, place, texts: null })));
  const texts = (row) => (row.texts ??= [...row.tr.cells].map(textOf));
  const hidden = new Set();
  const filters = new Map(); // column -> value
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets.push(sheet);

  const search = make("input", { type: "search", placeholder: "Search", ariaLabel: "Search in these rows" });
  const column = make("select", { ariaLabel: "Filter by column" }, make("option", { value: "", textContent: "Filter by…" }));
  names.forEach((name, i) => i && column.append(make("option", { value: i, textContent: name })));
  const value = make("select", { ariaLabel: "Value to filter by", hidden: true });
  const chips = make("span", { className: "chips" });
  const columns = make("details", { className: "columns" });
  const copy = make("button", { type: "button", textContent: "Copy as CSV" });
  const status = make("span", { className: "status" });
  status.setAttribute("role", "status");
  section.querySelector(":scope > .scroll, :scope > h3").before(
    make("div", { className: "tools" }, search, column, value, chips, columns, copy, status));

  const shown = () => rows.filter((row) => !row.tr.hidden);

  function apply() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let n = 0;
    for (const row of rows) {
      let fits = true;
      for (const [i, wanted] of filters) fits &&= texts(row)[i] === wanted;
      if (fits && words.length) {
        row.all ??= texts(row).join("\n").toLowerCase();
        fits = words.every((word) => row.all.includes(word));
      }
      row.tr.hidden = !fits;
      n += fits;
    }
    status.textContent = n < rows.length ? numbers.format(n) + " of " + counted(rows.length, "row") : "";
    if (tables.length > 1) {
      for (const table of tables) {
        const none = [...table.tBodies[0].rows].every((tr) => tr.hidden);
        for (let part = table.parentElement; part; part = part.tagName === "H3" ? null : part.previousElementSibling) part.hidden = none;
      }
    }
  }

  function offer() {
    const i = Number(column.value);
    value.hidden = !i;
    if (!i) return;
    const counts = new Map();
    for (const row of shown()) counts.set(texts(row)[i], (counts.get(texts(row)[i]) ?? 0) + 1);
    const all = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    value.replaceChildren(make("option", { value: "", textContent: counted(all.length, "value") }));
    all.slice(0, mostValues).forEach(([text, n], at) => {
      const option = make("option", { value: at + 1, textContent: (text.slice(0, 80) || "(empty)") + " (" + numbers.format(n) + ")" });
      option.full = text;
      value.append(option);
    });
  }

  function choose() {
    const i = Number(column.value);
    const wanted = value.selectedOptions[0].full;
    if (wanted === undefined) return;
    filters.set(i, wanted);
    column.value = "";
    value.hidden = true;
    list();
    apply();
  }

  function list() {
    chips.replaceChildren(...[...filters].map(([i, wanted]) => {
      const chip = make("button", { type: "button", className: "chip", textContent: names[i] + ": " + (wanted.slice(0, 60) || "(empty)") + " ×", title: "Remove this filter" });
      chip.onclick = () => { filters.delete(i); list(); apply(); };
      return chip;
    }));
  }

  function hide() {
    const parts = [...hidden].map((i) => "#" + CSS.escape(section.id) + " > .scroll > table > * > tr > :nth-child(" + (i + 1) + ")");
    sheet.replaceSync(parts.length ? "@media screen {" + parts.join(",") + "{display:none}}" : "");
    columns.firstChild.textContent = hidden.size ? "Columns: " + (names.length - 1 - hidden.size) + " of " + (names.length - 1) : "Columns";
  }

  columns.append(make("summary"));
  const boxes = names.map((name, i) => {
    const box = make("input", { type: "checkbox", checked: true });
    box.onchange = () => { box.checked ? hidden.delete(i) : hidden.add(i); hide(); };
    return box;
  });
  const all = make("button", { type: "button", textContent: "All columns" });
  all.onclick = () => { hidden.clear(); boxes.forEach((box) => (box.checked = true)); hide(); };
  columns.append(make("div", {}, all, ...names.map((name, i) => make("label", {}, boxes[i], " ", name)).slice(1)));
  if (names.length > wideTable) {
    for (let i = shownFirst + 1; i < names.length; i++) { hidden.add(i); boxes[i].checked = false; }
  }
  hide();

  tables.forEach((table) => [...table.tHead.rows[0].cells].forEach((th, i) => {
    const button = make("button", { type: "button" }, ...th.childNodes);
    th.replaceChildren(button);
    button.onclick = () => sort(i, th.ariaSort === "ascending" ? "descending" : th.ariaSort === "descending" ? "none" : "ascending");
  }));

  function sort(i, order) {
    const isNumber = heads[i].classList.contains("n");
    const sign = order === "descending" ? -1 : 1;
    const key = (row) => (isNumber ? parseFloat(texts(row)[i].replaceAll(",", "")) : texts(row)[i]);
    const isEmpty = (k) => k === "" || Number.isNaN(k);
    for (const table of tables) {
      const own = rows.filter((row) => row.table === table).map((row) => ({ row, key: key(row) }));
      own.sort((a, b) => {
        if (order === "none") return a.row.place - b.row.place;
        if (isEmpty(a.key) || isEmpty(b.key)) return isEmpty(a.key) - isEmpty(b.key) || a.row.place - b.row.place;
        return sign * ((a.key > b.key) - (a.key < b.key)) || a.row.place - b.row.place;
      });
      table.tBodies[0].append(...own.map((o) => o.row.tr));
      [...table.tHead.rows[0].cells].forEach((th, at) => (th.ariaSort = at === i ? order : "none"));
    }
  }

  // As the CSV files of the program: quoted where a program may part cells, and
  // no text that a spreadsheet takes for a formula.
  function csvCell(text, isNumber) {
    if (!isNumber && /^[=+\-@\t\r\n|%]/.test(text)) text = "'" + text;
    return /[,;\t"\r\n]|^ /.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
  }

  copy.onclick = async () => {
    const kept = names.map((_, i) => i).filter((i) => i && !hidden.has(i));
    const lines = [kept.map((i) => csvCell(heads[i].title || names[i])).join(",")];
    for (const table of tables) {
      for (const tr of table.tBodies[0].rows) {
        if (tr.hidden) continue;
        const row = [...tr.cells].map(textOf);
        lines.push(kept.map((i) => csvCell(row[i], heads[i].classList.contains("n"))).join(","));
      }
    }
    status.textContent = (await copied(lines.join("\n") + "\n")) ? counted(lines.length - 1, "row") + " copied" : "The browser does not let the page copy";
  };

  let waiting;
  search.oninput = () => { clearTimeout(waiting); waiting = setTimeout(apply, 120); };
  column.onchange = offer;
  value.onchange = choose;
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = make("textarea", { value: text });
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

// The id of a session leads to its events, where they are on the page.
function linkSessions() {
  const places = new Map([...document.querySelectorAll("h3[id^='session-']")].map((h3) => [h3.textContent, h3.id]));
  if (!places.size) return;
  for (const cell of document.querySelectorAll("td.m, .summary th")) {
    const id = places.get(cell.textContent);
    if (id && !cell.firstElementChild) cell.replaceChildren(make("a", { href: "#" + encodeURIComponent(id), textContent: cell.textContent }));
  }
}

// A sentence's link to its rows also searches for them there.
function searchByLinks() {
  for (const link of document.querySelectorAll("a[data-search]")) {
    link.addEventListener("click", () => {
      const search = document.querySelector(link.getAttribute("href") + " > .tools input[type=search]");
      if (!search) return;
      search.value = link.dataset.search;
      search.dispatchEvent(new Event("input"));
    });
  }
}

// A raw record that is led to is set in lines.
function indentTarget() {
  const pre = document.querySelector("#annex-raw .entry:target > pre");
  if (!pre || pre.dataset.raw) return;
  try {
    const lines = JSON.stringify(JSON.parse(pre.textContent), null, 2);
    pre.dataset.raw = pre.textContent;
    pre.textContent = lines;
  } catch {} // a part of one, or none: it stays as it is
}

// On paper nothing can be unfolded, and raw records are as they were exported.
function openForPrint() {
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open]):not(.annexed):not(.columns)")];
    for (const details of opened) details.open = true;
    for (const pre of document.querySelectorAll("pre[data-raw]")) {
      pre.textContent = pre.dataset.raw;
      delete pre.dataset.raw;
    }
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
    indentTarget();
  });
}

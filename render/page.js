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
  if (folded?.className === "raw") {
    const pre = document.querySelector(folded.getAttribute("href") + " > pre");
    return pre.dataset.raw ?? pre.textContent;
  }
  if (!folded || folded.tagName !== "DETAILS") return cell.textContent;
  if (folded.className === "annexed") return folded.lastChild.textContent;
  return [...folded.childNodes].slice(1).map((node) => node.textContent).join("");
};

const numbers = new Intl.NumberFormat("en");
const counted = (n, noun) => numbers.format(n) + " " + noun + (n === 1 ? "" : "s");

const wideTable = 14; // from so many columns on, the last ones begin hidden
const shownFirst = 12;
const mostValues = 200; // values of a column that a filter offers
const facetValues = 12; // a column of so many values at most is offered at a glance
const leastShown = 4; // columns, of a table that has no room for more, where it does not say which lead
const windowRows = 60; // of a longer table so many stand in the page at once

// The stretch of time that all tables show, and what makes them show it.
const time = { from: "", to: "", tables: [] };

// By section: how a row is brought into the page, and how all are, for paper.
const places = new Map();

document.documentElement.classList.add("equipped"); // from here on no row is hidden by style alone
linkSessions();
for (const section of document.querySelectorAll("main section")) {
  const tables = [...section.querySelectorAll(":scope > .scroll > table:has(thead .no)")]; // of numbered rows
  if (tables.length) equip(section, tables);
}
if (time.tables.length) chooseTime();
searchByLinks();
openForPrint();
goToTarget();
addEventListener("hashchange", goToTarget);

function equip(section, tables) {
  const heads = [...tables[0].tHead.rows[0].cells];
  const names = heads.map((th) => th.textContent);
  const rows = tables.flatMap((table) => [...table.tBodies[0].rows].map((tr, place) => ({ tr, table, place, texts: [], fits: true })));
  const textIn = (row, i) => (row.texts[i] ??= textOf(row.tr.cells[i]));
  const parts = tables.map((table) => partOf(table, rows.filter((row) => row.table === table)));
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
  const facets = make("details", { className: "facets" }, make("summary", { textContent: "Values" }), make("div"));
  const copy = make("button", { type: "button", textContent: "Copy as CSV" });
  const status = make("span", { className: "status" });
  status.setAttribute("role", "status");
  section.querySelector(":scope > .scroll, :scope > h3").before(
    make("div", { className: "tools" }, search, column, value, chips, columns, facets, copy, status));

  const times = heads.map((th, i) => (th.classList.contains("t") ? i : 0)).filter(Boolean);
  const shown = () => rows.filter((row) => row.fits);

  // A row without a time is at no time, and stays.
  function isInTime(row) {
    const own = times.map((i) => textIn(row, i).slice(0, 19)).filter(Boolean).sort();
    return !own.length || ((!time.to || own[0] <= time.to) && (!time.from || own.at(-1) >= time.from));
  }

  function apply() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let n = 0;
    for (const row of rows) {
      let fits = !(time.from || time.to) || isInTime(row);
      for (const [i, wanted] of filters) fits &&= textIn(row, i) === wanted;
      if (fits && words.length) {
        const all = wordsOf(row);
        fits = words.every((word) => all.includes(word));
      }
      row.fits = fits;
      n += fits;
    }
    for (const part of parts) part.draw();
    if (facets.open) glance();
    status.textContent = n < rows.length ? numbers.format(n) + " of " + counted(rows.length, "row") : "";
    if (tables.length > 1) {
      for (const table of tables) {
        const none = !rows.some((row) => row.table === table && row.fits);
        for (let part = table.parentElement; part; part = part.tagName === "H3" ? null : part.previousElementSibling) part.hidden = none;
      }
    }
  }

  const wordsOf = (row) => (row.all ??= names.map((_, i) => textIn(row, i)).join("\n").toLowerCase());

  // Columns of few values, each value with how many of the shown rows have it.
  function glance() {
    const visible = shown();
    const groups = names.map((name, i) => {
      if (!i || times.includes(i) || heads[i].title === "raw") return null;
      const counts = new Map();
      for (const row of visible) {
        const text = textIn(row, i);
        counts.set(text, (counts.get(text) ?? 0) + 1);
        if (counts.size > facetValues) return null;
      }
      if ((counts.size < 2 || counts.size === visible.length) && !filters.has(i)) return null;
      const values = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([text, n]) => {
        const button = make("button", { type: "button", ariaPressed: String(filters.has(i)), textContent: (text.slice(0, 60) || "(empty)") + " (" + numbers.format(n) + ")" });
        button.onclick = () => { filters.has(i) ? filters.delete(i) : filters.set(i, text); list(); apply(); };
        return button;
      });
      return make("div", {}, make("strong", { textContent: name }), ...values);
    });
    const found = groups.filter(Boolean);
    facets.lastChild.replaceChildren(...(found.length ? found : [make("p", { textContent: "No column has few values." })]));
  }

  function offer() {
    const i = Number(column.value);
    value.hidden = !i;
    if (!i) return;
    const counts = new Map();
    for (const row of shown()) counts.set(textIn(row, i), (counts.get(textIn(row, i)) ?? 0) + 1);
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

  // Hides columns by as few selectors as it takes: a browser asks each of every cell.
  function hide() {
    const runs = [];
    for (const i of [...hidden].sort((a, b) => a - b)) {
      if (runs.at(-1)?.last === i - 1) runs.at(-1).last = i;
      else runs.push({ first: i, last: i });
    }
    const cells = "#" + CSS.escape(section.id) + " > .scroll > table > * > tr > ";
    const parts = runs.map((run) => cells + ":nth-child(n + " + (run.first + 1) + "):nth-child(-n + " + (run.last + 1) + ")");
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
  whenSeen(section, () => {
    names.forEach((_, i) => { if (i && rows.every((row) => !textIn(row, i))) { hidden.add(i); boxes[i].checked = false; } });
    fitColumns().forEach((i) => { hidden.add(i); boxes[i].checked = false; });
    hide();
  });

  // The last columns of a table that is wider than its place, but for links to raw records and
  // the columns that lead. Where these have no room without being squeezed no others are shown,
  // and of the ids among them those that have some, if no long sentences want it.
  function fitColumns() {
    const shownNow = heads.map((_, i) => i).filter((i) => i && !hidden.has(i) && heads[i].title !== "raw");
    const leading = Number(section.dataset.leading) || 0;
    const isId = (i) => heads[i].classList.contains("m");
    const staying = shownNow.filter((i, at) => (leading ? i <= leading && !isId(i) : at < leastShown));
    const always = heads.map((_, i) => i).filter((i) => !i || staying.includes(i) || (heads[i].title === "raw" && !hidden.has(i)));
    const roomLeft = () => always.reduce((room, i) => room - heads[i].offsetWidth, tables[0].parentElement.clientWidth + 1);
    const isSqueezed = roomLeft() < 0;
    if (isSqueezed) tables.forEach((table) => table.classList.add("squeezed"));
    let room = roomLeft();
    if (isSqueezed && heads.some((th) => th.classList.contains("x"))) room = 0;
    return shownNow.filter((i) => !staying.includes(i) && ((isSqueezed && i > leading) || (room -= heads[i].offsetWidth) < 0));
  }

  tables.forEach((table) => [...table.tHead.rows[0].cells].forEach((th, i) => {
    const button = make("button", { type: "button" }, ...th.childNodes);
    th.replaceChildren(button);
    button.onclick = () => sort(i, th.ariaSort === "ascending" ? "descending" : th.ariaSort === "descending" ? "none" : "ascending");
  }));

  function sort(i, order) {
    const isNumber = heads[i].classList.contains("n");
    const sign = order === "descending" ? -1 : 1;
    const key = (row) => (isNumber ? parseFloat(textIn(row, i).replaceAll(",", "")) : textIn(row, i));
    const isEmpty = (k) => k === "" || Number.isNaN(k);
    for (const part of parts) {
      const own = part.rows.map((row) => ({ row, key: key(row) }));
      own.sort((a, b) => {
        if (order === "none") return a.row.place - b.row.place;
        if (isEmpty(a.key) || isEmpty(b.key)) return isEmpty(a.key) - isEmpty(b.key) || a.row.place - b.row.place;
        return sign * ((a.key > b.key) - (a.key < b.key)) || a.row.place - b.row.place;
      });
      part.rows = own.map((o) => o.row);
      part.draw();
      [...part.table.tHead.rows[0].cells].forEach((th, at) => (th.ariaSort = at === i ? order : "none"));
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
    for (const row of parts.flatMap((part) => part.rows).filter((row) => row.fits)) {
      lines.push(kept.map((i) => csvCell(textIn(row, i), heads[i].classList.contains("n"))).join(","));
    }
    const which = hidden.size ? ", of " + kept.length + " of " + (names.length - 1) + " columns" : "";
    status.textContent = (await copied(lines.join("\n") + "\n")) ? counted(lines.length - 1, "row") + " copied" + which : "The browser does not let the page copy";
  };

  let waiting;
  search.oninput = () => { clearTimeout(waiting); waiting = setTimeout(apply, 120); };
  facets.ontoggle = () => facets.open && glance();
  if (times.length) time.tables.push(apply);
  column.onchange = offer;
  value.onchange = choose;

  places.set(section.id, {
    bring(id) {
      const part = parts.find((part) => part.rows.some((row) => row.tr.id === id));
      if (!part) return;
      if (!part.rows.find((row) => row.tr.id === id).fits) {
        search.value = "";
        filters.clear();
        list();
        apply();
      }
      part.bring(id);
    },
    all: () => parts.forEach((part) => part.all()),
    some: () => parts.forEach((part) => part.draw()),
  });
  readAhead(rows, wordsOf);
}

// Does something once, when the section comes into view.
function whenSeen(section, act) {
  const seen = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    seen.disconnect();
    act();
  });
  seen.observe(section);
}

// The rows of a table, of which a long one has some in the page: those from a first one on,
// and more as one scrolls. Where none may be missing all are put in.
function partOf(table, rows) {
  const body = table.tBodies[0];
  const part = { table, rows, draw, bring, all };
  let fitting = rows, first = 0, last = rows.length;

  const step = (text, onclick) => {
    const button = make("button", { type: "button", textContent: text, onclick });
    return make("tr", { className: "step" }, make("td", { colSpan: table.tHead.rows[0].cells.length }, button));
  };
  const nearly = new IntersectionObserver((seen) => seen.some((s) => s.isIntersecting) && later(), { root: table.parentElement, rootMargin: "600px" });

  function put() {
    const trs = fitting.slice(first, last).map((row) => row.tr);
    if (first > 0) trs.unshift(step("Rows before these: " + numbers.format(first), earlier));
    nearly.disconnect();
    if (last < fitting.length) {
      trs.push(step("Rows after these: " + numbers.format(fitting.length - last), later));
      nearly.observe(trs.at(-1));
    }
    body.replaceChildren(...trs);
  }
  function later() {
    if (last >= fitting.length) return;
    const from = last;
    last = Math.min(last + windowRows, fitting.length);
    nearly.disconnect();
    const end = body.lastChild;
    end.before(...fitting.slice(from, last).map((row) => row.tr));
    if (last < fitting.length) {
      end.querySelector("button").textContent = "Rows after these: " + numbers.format(fitting.length - last);
      nearly.observe(end);
    } else {
      end.remove();
    }
  }
  function earlier() {
    first = Math.max(first - windowRows, 0);
    put();
  }
  function draw() {
    fitting = part.rows.filter((row) => row.fits);
    first = 0;
    last = Math.min(windowRows, fitting.length);
    put();
  }
  function bring(id) {
    const at = fitting.findIndex((row) => row.tr.id === id);
    if (at < 0 || (at >= first && at < last)) return;
    first = Math.max(at - 20, 0);
    last = Math.min(at + windowRows, fitting.length);
    put();
  }
  function all() {
    first = 0;
    last = fitting.length;
    put();
  }
  if (rows.length > windowRows) draw();
  return part;
}

// Reads what rows say while nothing else is to do, so that a first search need not.
function readAhead(rows, read) {
  if (rows.length <= windowRows || !globalThis.requestIdleCallback) return;
  let at = 0;
  const some = (idle) => {
    while (at < rows.length && idle.timeRemaining() > 2) read(rows[at++]);
    if (at < rows.length) requestIdleCallback(some);
  };
  requestIdleCallback(some);
}

// A stretch of time, chosen in a picture or typed, narrows every table that has times.
function chooseTime() {
  const pictures = [...document.querySelectorAll("main svg:has(rect[data-from])")];
  const field = (label) => make("input", { type: "text", size: 19, placeholder: label, ariaLabel: label });
  const from = field("Time from, as 2026-10-06 07:30"), to = field("Time to");
  const clear = make("button", { type: "button", textContent: "All times", hidden: true });
  const status = make("span", { className: "status" });
  status.setAttribute("role", "status");
  const bar = make("div", { className: "tools time" }, make("strong", { textContent: "Tables show" }), from, to, clear, status);
  const picture = pictures[0]?.closest("figure");
  if (picture) picture.after(bar);
  else document.querySelector("nav").before(bar);
  const marks = [];

  function set(first, last) {
    time.from = first.slice(0, 19);
    time.to = last && last.slice(0, 19).padEnd(19, "\uffff"); // 2026-10-06 is all of that day
    clear.hidden = !first && !last;
    for (const apply of time.tables) apply();
    status.textContent = clear.hidden ? "" : counted(time.tables.length, "table") + " narrowed to this time";
  }
  const typed = () => { marks.splice(0).forEach((mark) => mark.remove()); set(from.value.trim(), to.value.trim()); };
  from.onchange = to.onchange = typed;
  clear.onclick = () => { from.value = to.value = ""; typed(); };

  for (const svg of pictures) {
    const bars = [...svg.querySelectorAll("rect[data-from]")];
    const at = (event) => new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse()).x;
    let start = null, mark;
    svg.classList.add("brushed");
    svg.onpointerdown = (event) => {
      start = at(event);
      svg.setPointerCapture(event.pointerId);
      marks.splice(0).forEach((old) => old.remove());
      mark = document.createElementNS(svg.namespaceURI, "rect");
      mark.setAttribute("class", "brush");
      mark.setAttribute("height", svg.viewBox.baseVal.height);
      marks.push(mark);
      svg.append(mark);
    };
    svg.onpointermove = (event) => {
      if (start === null) return;
      mark.setAttribute("x", Math.min(start, at(event)));
      mark.setAttribute("width", Math.abs(at(event) - start));
    };
    svg.onpointerup = (event) => {
      const [left, right] = [start, at(event)].sort((a, b) => a - b);
      start = null;
      const within = bars.filter((bar) => bar.x.baseVal.value + bar.width.baseVal.value >= left && bar.x.baseVal.value <= right);
      if (right - left < 3 || !within.length) return clear.onclick();
      from.value = within.map((bar) => bar.dataset.from).sort()[0];
      to.value = within.map((bar) => bar.dataset.to).sort().at(-1);
      set(from.value, to.value);
    };
  }
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

// A row that is led to is brought into the page.
function goToTarget() {
  const id = decodeURIComponent(location.hash.slice(1));
  if (id.startsWith("row-") && !document.getElementById(id)) {
    places.get(id.slice(4, id.lastIndexOf("-")))?.bring(id);
    if (document.getElementById(id)) location.replace(location.href);
  }
  indentTarget();
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
    for (const place of places.values()) place.all();
    for (const pre of document.querySelectorAll("pre[data-raw]")) {
      pre.textContent = pre.dataset.raw;
      delete pre.dataset.raw;
    }
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
    for (const place of places.values()) place.some();
    indentTarget();
  });
}

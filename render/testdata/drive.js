// Works with a page as a person does, and writes what it saw into the page, a line each:
// browser_test.go reads it back.
"use strict";
(async () => {
  const lines = [];
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  const section = document.getElementById("events");
  const tools = section.querySelector(".tools");
  const visible = () => [...section.querySelectorAll("tbody tr")].filter((tr) => !tr.hidden).map((tr) => tr.cells[2].textContent);
  const say = (what) => lines.push(what + ": " + visible().join(","));
  const button = (text, root = tools) => [...root.querySelectorAll("button")].find((b) => b.textContent.startsWith(text));
  try {
    say("all");
    const search = tools.querySelector("input[type=search]");
    search.value = "RO mail";
    search.dispatchEvent(new Event("input"));
    await wait(200);
    say("search");
    search.value = "";
    search.dispatchEvent(new Event("input"));
    await wait(200);

    const head = section.querySelectorAll("thead button")[2];
    head.click();
    say("sorted up");
    head.click();
    say("sorted down");
    lines.push("aria-sort: " + head.parentElement.ariaSort);
    head.click();
    say("as it was");

    const facets = tools.querySelector(".facets");
    facets.open = true;
    await wait(50);
    lines.push("facets: " + [...facets.querySelectorAll("div > div")].map((div) => div.textContent).join("|"));
    button("RO", facets).click();
    say("facet");
    button("Country: RO").click();
    say("without it");

    const [column, value] = tools.querySelectorAll("select");
    column.value = "3";
    column.dispatchEvent(new Event("change"));
    value.selectedIndex = 1;
    value.dispatchEvent(new Event("change"));
    say("filter");
    tools.querySelector(".chip").click();

    const [from, to] = document.querySelectorAll(".time input");
    from.value = "2026-10-02";
    to.value = "2026-10-02";
    from.dispatchEvent(new Event("change"));
    say("typed time");
    button("All times", document.querySelector(".time")).click();
    say("all times");

    const svg = document.querySelector("svg.brushed");
    svg.scrollIntoView();
    const box = [...svg.querySelectorAll("rect[data-from]")].at(-1).getBoundingClientRect();
    svg.setPointerCapture = () => {};
    const point = (type, x) => svg.dispatchEvent(new PointerEvent(type, { clientX: x, clientY: box.y + 2, pointerId: 1 }));
    point("pointerdown", box.left - 2);
    point("pointermove", box.right + 1);
    point("pointerup", box.right + 2);
    say("brush");
    lines.push("brushed: " + from.value + " " + to.value);
    button("All times", document.querySelector(".time")).click();

    document.querySelector("a[data-search]").click();
    await wait(200);
    say("link of a sentence");
    lines.push("hash: " + location.hash);
    search.value = "";
    search.dispatchEvent(new Event("input"));
    await wait(200);
    location.hash = "#row-events-2";
    await wait(50);
    lines.push("target: " + document.querySelector(":target").cells[2].textContent);
    location.hash = section.querySelector("a.raw").getAttribute("href");
    await wait(50);
    lines.push("raw: " + document.querySelector(":target > pre").textContent.split("\n").length + " lines");

    let copied = "";
    navigator.clipboard.writeText = async (text) => (copied = text);
    button("Copy as CSV").click();
    await wait(50);
    lines.push("csv: " + copied.split("\n").slice(0, 2).join(" / "));

    const long = document.getElementById("long");
    const here = () => long.querySelectorAll("tbody tr[id]").length;
    const target = () => document.querySelector(":target")?.cells[2].textContent;
    const find = async (text) => {
      const box = long.querySelector("input[type=search]");
      box.value = text;
      box.dispatchEvent(new Event("input"));
      await wait(200);
    };
    lines.push("many rows in the page: " + here());
    location.hash = "#row-long-650";
    await wait(50);
    lines.push("led to: " + target());
    location.hash = "#row-long-2";
    await wait(50);
    lines.push("led back: " + target());
    long.querySelectorAll("thead button")[1].click();
    long.querySelectorAll("thead button")[1].click();
    lines.push("sorted down: " + long.querySelector("tbody tr[id]").cells[1].textContent + ", and " + here() + " in the page");
    long.querySelector(".step button").click();
    lines.push("scrolled: " + here());
    await find("69");
    lines.push("searched: " + [...long.querySelectorAll("tbody tr[id]")].map((tr) => tr.cells[2].textContent).reverse().join(","));
    location.hash = "#row-long-5";
    await wait(50);
    lines.push("led to what the search left out: " + target());
    button("Copy as CSV", long).click();
    await wait(50);
    lines.push("copied: " + (copied.split("\n").length - 1) + " lines");

    lines.push("links less than 24 px high: " + [...document.querySelectorAll(".totals a")].filter((a) => a.getBoundingClientRect().height < 24).length);
    dispatchEvent(new Event("beforeprint"));
    lines.push("open on paper: " + [...document.querySelectorAll("details:not([open]):not(.annexed):not(.columns)")].length + " closed, " + here() + " rows");
    dispatchEvent(new Event("afterprint"));
    lines.push("after it: " + here());

    lines.push("requests: " + performance.getEntriesByType("resource").length);
    if (globalThis.axe) {
      const rules = Object.fromEntries(axe.getRules().map((r) => [r.ruleId, { enabled: true }])); // each of them
      const found = await axe.run({ resultTypes: ["violations"], rules });
      lines.push("axe: " + found.violations.map((v) => v.id + " " + v.nodes[0].html.slice(0, 120)).join("; "));
    }
  } catch (error) {
    lines.push("error: " + error.stack);
  }
  const pre = document.createElement("pre");
  pre.id = "driven";
  pre.textContent = lines.join("\n");
  document.body.append(pre);
})();

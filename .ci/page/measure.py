"""How fast a page is in headless Chromium: python3 .ci/page/measure.py PAGE.html...

Prints of each page its size, when its first words were painted, and of its largest
table how long sorting, searching and filtering took, each from the click until the
browser had drawn the rows. It is no test: the figures are those of this machine.

    entrail large/ --db large.duckdb
    entrail --db large.duckdb -o case.html
    entrail --db large.duckdb -r signin_list -o rows.html --columns event_time,user_principal_name,ip_address,country,status
"""
import json, os, re, shutil, subprocess, sys, tempfile

# Runs in the page, and says what it saw in a line of the console.
SCRIPT = r"""
addEventListener("load", async () => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  const drawn = async () => { await frame(); await frame(); };
  await wait(3000);
  const said = { paint: 0, load: performance.timing.loadEventEnd - performance.timing.navigationStart };
  for (const p of performance.getEntriesByType("paint")) said.paint = p.startTime;
  const number = (text, form) => Number(text.match(form)?.[1].replaceAll(",", "") ?? 0);
  const rows = (section) => { const scope = section.querySelector(".scope").textContent; return number(scope, /([\d,]+) are here/) || number(scope, /^([\d,]+) row/); };
  const section = [...document.querySelectorAll("main section:has(.tools .status)")].filter((s) => s.querySelector(".scope")).sort((a, b) => rows(b) - rows(a))[0];
  if (section) {
    said.table = section.id, said.rows = rows(section);
    section.scrollIntoView();
    await wait(1000);
    const time = async (act, until = () => true) => {
      const began = performance.now();
      act();
      while (!until()) await wait(1);
      await drawn();
      return performance.now() - began;
    };
    const heads = [...section.querySelectorAll("thead th")];
    const click = (th) => time(() => th.querySelector("button").click());
    said.sorts = [];
    for (const th of heads.slice(1, 8)) said.sorts.push([th.textContent, Math.round(await click(th))]);
    const [column, value] = section.querySelectorAll(".tools select");
    said.filters = [];
    for (const option of [...column.options].slice(1, 8)) {
      const offer = await time(() => { column.value = option.value; column.dispatchEvent(new Event("change")); });
      value.selectedIndex = 1;
      const filter = await time(() => value.dispatchEvent(new Event("change")));
      said.filters.push([option.textContent, Math.round(offer), Math.round(filter)]);
      section.querySelector(".chip").click();
      await drawn();
    }
    const search = section.querySelector("input[type=search]");
    said.searches = [];
    for (const text of ["a", "203.0", "failure", "nothing has this"]) {
      const status = section.querySelector(".tools .status");
      status.textContent = "?";
      said.searches.push([text, Math.round(await time(() => { search.value = text; search.dispatchEvent(new Event("input")); }, () => status.textContent !== "?")) - 120]);
    }
  }
  console.log("MEASURED " + JSON.stringify(said));
});
"""

def measure(path):
    browser = next(filter(None, map(shutil.which, ["chromium", "google-chrome", "chromium-browser"])), None)
    if browser is None:
        sys.exit("there is no Chromium")
    text = open(path, encoding="utf-8").read()
    text = text.replace("Content-Security-Policy", "x-none", 1).replace("</body>", "<script>" + SCRIPT + "</script></body>")
    with tempfile.TemporaryDirectory() as folder:
        page = os.path.join(folder, "page.html")
        open(page, "w", encoding="utf-8").write(text)
        run = subprocess.Popen(
            [browser, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--window-size=1400,900",
             "--remote-debugging-port=0", "--user-data-dir=" + os.path.join(folder, "profile"), "file://" + page],
            stderr=subprocess.PIPE, text=True, errors="replace")
        try:
            for line in run.stderr:
                if found := re.search(r'MEASURED (\{.*\})"?, source', line):
                    return json.loads(found[1].replace('\\"', '"'))
        finally:
            run.kill()
            run.wait()
    sys.exit(f"{path}: the page did not say what it measured")

for path in sys.argv[1:] or sys.exit(__doc__):
    said = measure(path)
    print(f"{path}: {os.path.getsize(path) / 1e6:.1f} MB, first words after {said['paint']:.0f} ms, loaded after {said['load']} ms")
    if "table" in said:
        print(f"  table {said['table']}, {said['rows']} rows, in milliseconds")
        print("    sorted by:  ", ", ".join(f"{name} {ms}" for name, ms in said["sorts"]))
        print("    filtered by:", ", ".join(f"{name} {ms} (its values listed in {listed})" for name, listed, ms in said["filters"]))
        print("    searched:   ", ", ".join(f'"{text}" {ms}' for text, ms in said["searches"]))

package render

import (
	"os"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// TestWrittenPages lets axe look at pages that the program wrote, light and dark, which
// PAGES names, with a comma between. AXE names its script.
func TestWrittenPages(t *testing.T) {
	pages, path := os.Getenv("PAGES"), os.Getenv("AXE")
	if pages == "" || path == "" {
		t.Skip("PAGES names no pages, or AXE no script: .ci/run does")
	}
	axe, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const look = `<p id="looked"></p><script>
		const said = document.getElementById("looked");
		const rules = Object.fromEntries(axe.getRules().map(r => [r.ruleId, {enabled: true}])); // each of them
		axe.run(document, {resultTypes: ["violations"], rules}).then(
			r => { said.textContent = "axe: " + r.violations.map(v => v.id + " " + v.nodes.map(n => n.target.join(" ")).slice(0, 3).join(", ")).join("; "); },
			e => { said.textContent = "axe: " + e; });
	</script>`
	for name := range strings.SplitSeq(pages, ",") {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		page := strings.Replace(string(text), "Content-Security-Policy", "x-none", 1) // for the scripts of this test
		page = strings.Replace(page, "</body>", "<script>"+string(axe)+"</script>"+look+"</body>", 1)
		for _, scheme := range [][]string{{"--blink-settings=preferredColorScheme=1"}, {"--blink-settings=preferredColorScheme=0"}} { // light, dark
			said := ""
			for n := range inBrowser(t, page, scheme...).Descendants() {
				if n.Type == html.ElementNode && attribute(n, "id") == "looked" && n.FirstChild != nil {
					said = n.FirstChild.Data
				}
			}
			if said != "axe: " {
				t.Errorf("%s, %s: %s", name, scheme[0], said)
			}
		}
	}
}

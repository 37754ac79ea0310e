package render

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

// TestPageInABrowser reads a page back from a browser after the script has run:
// it ran under the policy, gave each table of a section its tools, and what an
// attacker wrote is still text, once more or once less, and nothing else.
func TestPageInABrowser(t *testing.T) {
	browser := ""
	for _, name := range []string{"chromium", "google-chrome", "chromium-browser"} {
		if path, err := exec.LookPath(name); err == nil {
			browser = path
			break
		}
	}
	if browser == "" {
		t.Skip("no Chromium")
	}
	folder := t.TempDir()
	page := filepath.Join(folder, "page.html")
	if err := os.WriteFile(page, []byte(render(t, HTML, hostileDocument())), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	dom, err := exec.CommandContext(ctx, browser, "--headless", "--no-sandbox", "--disable-gpu",
		"--user-data-dir="+filepath.Join(folder, "profile"), "--dump-dom", "file://"+page).Output()
	if err != nil {
		t.Skipf("%s does not run here: %v", browser, err)
	}
	root, err := html.Parse(strings.NewReader(string(dom)))
	if err != nil {
		t.Fatal(err)
	}
	tools, sortable := 0, 0
	var shown strings.Builder
	for n := range root.Descendants() {
		switch {
		case n.Type == html.TextNode:
			shown.WriteString(n.Data)
		case n.Type != html.ElementNode:
		case n.Data == "div" && attribute(n, "class") == "tools":
			tools++
		case n.Data == "button" && n.Parent.Data == "th":
			sortable++
		case n.Data == "script" && n.FirstChild.Data != pageJS, n.Data == "img", n.Data == "iframe", n.Data == "b" && attribute(n, "class") == "":
			t.Errorf("an element <%s> that is none of ours", n.Data)
		}
	}
	// The tables fields (6 columns) and codes (3), each with the numbers of its rows.
	if tools != 2 || sortable != 7+4 {
		t.Errorf("%d sections have tools and %d headers sort, want 2 and 11: did the script run?", tools, sortable)
	}
	for _, h := range hostile {
		if want := visible(h.field); !strings.Contains(visible(shown.String()), want) {
			t.Errorf("%s: the browser does not show %q", h.name, want)
		}
	}
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

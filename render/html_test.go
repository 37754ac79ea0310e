package render

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"entrail/queries"
)

// checkPage reads a page as a browser does and reports all that could run,
// load or lead away. It returns the page's text.
func checkPage(t *testing.T, page string) string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var shown strings.Builder
	var styles, scripts []string
	policy := ""
	ids := map[string]bool{}
	var links []string
	for n := range root.Descendants() {
		switch n.Type {
		case html.TextNode:
			switch n.Parent.Data {
			case "style":
				styles = append(styles, n.Data)
			case "script":
				if attribute(n.Parent, "type") == "application/json" { // data, which no browser runs
					if !json.Valid([]byte(n.Data)) {
						t.Errorf("the provenance is no JSON: %s", n.Data)
					}
					continue
				}
				scripts = append(scripts, n.Data)
			default:
				shown.WriteString(n.Data)
			}
		case html.CommentNode:
			t.Errorf("a comment: %q", n.Data)
		case html.ElementNode:
			switch n.Data {
			case "iframe", "object", "embed", "link", "base", "img", "form", "input", "button", "foreignobject", "use", "image", "audio", "video", "source":
				t.Errorf("an element <%s>", n.Data)
			}
			for _, a := range n.Attr {
				switch {
				case strings.HasPrefix(a.Key, "on"), a.Key == "style", a.Key == "src", a.Key == "srcset", a.Key == "action", a.Namespace == "xlink":
					t.Errorf("<%s> has the attribute %s", n.Data, a.Key)
				case a.Key == "href":
					links = append(links, a.Val)
				case a.Key == "id":
					if ids[a.Val] {
						t.Errorf("the id %q is there twice", a.Val)
					}
					ids[a.Val] = true
				case n.Data == "meta" && a.Key == "http-equiv" && a.Val == "Content-Security-Policy":
					for _, b := range n.Attr {
						if b.Key == "content" {
							policy = b.Val
						}
					}
				}
			}
		}
	}
	for _, l := range links {
		if to, ok := strings.CutPrefix(l, "#"); !ok || !ids[to] {
			t.Errorf("a link to %q, which is not on the page", l)
		}
	}
	if len(styles) != 2 || len(scripts) != 1 || scripts[0] != pageJS {
		t.Fatalf("%d style sheets and %d scripts, want our 2 and 1", len(styles), len(scripts))
	}
	hash := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	want := fmt.Sprintf("default-src 'none'; style-src %s %s; script-src %s; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
		hash(styles[0]), hash(styles[1]), hash(scripts[0]))
	if policy != want {
		t.Errorf("policy %q, want %q", policy, want)
	}
	for _, word := range []string{"url(", "@import", "http:", "https:", "fetch(", "innerHTML", "eval("} {
		if strings.Contains(styles[0]+styles[1]+scripts[0], word) {
			t.Errorf("the style sheets or the script hold %q", word)
		}
	}
	return shown.String()
}

func TestPageIsSelfContained(t *testing.T) {
	shown := checkPage(t, render(t, HTML, hostileDocument()))
	for _, h := range hostile {
		if want := visibleLines(h.field); !strings.Contains(shown, want) {
			t.Errorf("%s: the page does not show %q", h.name, want)
		}
	}
	checkPage(t, render(t, HTML, chartDocument()))
}

func TestPageCountsWhatItHides(t *testing.T) {
	for _, test := range []struct {
		given, rows int
		group       string
		isChosen    bool
		most        int
		want        string
		reason      string
	}{
		{1000, 1000, "signins", false, 1000, "", "the cap itself hides nothing"},
		{1001, 1001, "signins", false, 1000, "1 more row", "one"},
		{3479, 3479, "signins", false, 1000, "2,479 more rows", "many"},
		{1000, 3479, "signins", false, 1000, "2,479 more rows", "only the first were asked for"},
		{3479, 3479, "signins", true, 20000, "", "asked for by name"},
		{3479, 3479, "incident", false, 20000, "", "it tells of incidents"},
	} {
		r := many(test.given)
		r.Report.Group = test.group
		if test.given < test.rows {
			r.Total = int64(test.rows)
		}
		d := document(r)
		d.Chosen = test.isChosen
		page := render(t, HTML, d)
		if got := strings.Count(page, `<tr id="row-signin_list-`); got != min(test.rows, test.most) {
			t.Errorf("%d rows: %d on the page", test.rows, got)
		}
		if got := strings.Contains(page, "not on this page"); got != (test.want != "") || !strings.Contains(page, test.want) {
			t.Errorf("%d rows: want %q: %s", test.rows, test.want, test.reason)
		}
		if want := counted(test.rows, "row"); !strings.Contains(page, "<span>"+want+"</span>") {
			t.Errorf("%d rows: the contents do not say %q", test.rows, want)
		}
	}
}

// TestRegionsAreToldApart: who hears the page instead of seeing it goes from region to
// region, so the parts that each incident has say of which they are.
func TestRegionsAreToldApart(t *testing.T) {
	part := func(incident string) *queries.Result {
		return result(queries.Report{Name: "part_of_a_dossier", Title: "What stands out", Group: incident}, []queries.Column{column("n", queries.Integer)}, []any{int64(1)})
	}
	root, err := html.Parse(strings.NewReader(render(t, HTML, document(part("Incident 1"), part("Incident 2")))))
	if err != nil {
		t.Fatal(err)
	}
	var labels []string
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && attribute(n, "role") == "region" {
			labels = append(labels, attribute(n, "aria-label"))
		}
	}
	if got, want := strings.Join(labels, "; "), "What stands out, Incident 1; What stands out, Incident 2"; got != want {
		t.Errorf("the regions are called %q, want %q", got, want)
	}
}

func TestContentsFollowTheGroups(t *testing.T) {
	var all []*queries.Result
	for i, group := range []string{"evidence", "evidence", "ca"} {
		all = append(all, result(queries.Report{Name: fmt.Sprint("r", i), Group: group}, nil))
	}
	page := render(t, HTML, document(all...))
	evidence, ca := strings.Index(page, "<h2>Evidence</h2>"), strings.Index(page, "<h2>Conditional Access</h2>")
	second := strings.Index(page, `href="#r1"`)
	if evidence < 0 || !(evidence < second && second < ca) || strings.Count(page, "<h2>Evidence</h2>") != 1 {
		t.Errorf("Evidence at %d, its second report at %d, Conditional Access at %d", evidence, second, ca)
	}
}

func TestEveryGroupHasATitle(t *testing.T) {
	for _, g := range queries.Groups {
		if groupTitles[g] == "" {
			t.Errorf("group %s has no title", g)
		}
	}
}

// The summary stands before the contents, and what is not loaded is one list.
func TestHTMLOrder(t *testing.T) {
	summary := summaryDocument(0)
	empty := func(name, note string) *queries.Result {
		r := result(queries.Report{Name: name, Title: name}, []queries.Column{column("a", queries.Text)})
		r.NotLoaded, r.Notes = true, []string{note}
		return r
	}
	var results []*queries.Result
	for r, err := range summary.Results {
		if err != nil {
			t.Fatal(err)
		}
		results = append(results, r)
	}
	results = append(results, many(3), empty("risky_users", "needs <i>one</i>"), empty("provisioning", "needs another"), empty("signin_risk", "needs <i>one</i>"))
	d := document(results...)
	d.Sources = []Source{{Path: "a.zip", Format: "zip"}, {Path: "a.zip!b.json", Format: "entra_sign_ins"}, {Path: "c.jpg"}}
	page := render(t, HTML, d)
	checkPage(t, page)
	at := -1
	for _, part := range []string{`<section id="summary">`, "<nav ", `<section id="signin_list">`, `<section id="not_loaded">`, `<section id="sources">`} {
		i := strings.Index(page, part)
		if i < at || i < 0 {
			t.Errorf("%s is not where it belongs", part)
		}
		at = i
	}
	for text, n := range map[string]int{
		"<p class=\"note\">needs &lt;i&gt;one&lt;/i&gt;</p>": 1,
		"risky_users <code>risky_users</code>, signin_risk":  1,
		"<span>3 reports</span>":                             1,
		"<span>2 files, 1 archive</span>":                    1,
		`<section id="risky_users">`:                         0,
	} {
		if got := strings.Count(page, text); got != n {
			t.Errorf("%q is there %d times, want %d", text, got, n)
		}
	}
	if alone := render(t, HTML, document(empty("risky_users", "needs one"))); !strings.Contains(alone, `<section id="risky_users">`) {
		t.Error("a report asked for by itself has its section")
	}
}

// TestContrast: each colour of text has the strict contrast of WCAG, seven to one, with
// each ground that it may stand on, by day and in the dark.
func TestContrast(t *testing.T) {
	grounds := map[string][]string{ // by the colour of the text
		"ink": {"page", "paper", "band", "note-page", "warn-page"}, "soft": {"page", "paper", "band", "note-page", "warn-page"},
		"accent": {"page", "paper", "band", "note-page"}, "warn-ink": {"warn-page"}, "high-ink": {"high-page"},
	}
	schemes := regexp.MustCompile(`(?s):root \{(.*?)\}`).FindAllStringSubmatch(styleCSS, -1)
	if len(schemes) != 3 {
		t.Fatalf("%d schemes of colours, want those of day, dark and paper", len(schemes))
	}
	colours := map[string]string{}
	for i, scheme := range schemes {
		if i == 2 { // paper goes on from the day
			colours = map[string]string{}
			schemes[i][1] = schemes[0][1] + scheme[1]
		}
		for _, c := range regexp.MustCompile(`--([\w-]+): #(\w+)`).FindAllStringSubmatch(schemes[i][1], -1) {
			colours[c[1]] = c[2]
		}
		for text, all := range grounds {
			for _, ground := range all {
				a, b := luminance(t, colours[text]), luminance(t, colours[ground])
				if contrast := (max(a, b) + .05) / (min(a, b) + .05); contrast < 7 {
					t.Errorf("scheme %d: %s on %s has the contrast %.2f, want 7", i, text, ground, contrast)
				}
			}
		}
	}
}

// luminance is the relative luminance of a colour, as WCAG 2.2 defines it.
func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	if len(colour) == 3 {
		colour = string([]byte{colour[0], colour[0], colour[1], colour[1], colour[2], colour[2]})
	}
	n, err := strconv.ParseUint(colour, 16, 24)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.
	for i, weight := range []float64{.0722, .7152, .2126} {
		v := float64(n>>(8*i)&0xff) / 255
		if v <= .04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+.055)/1.055, 2.4)
		}
		sum += weight * v
	}
	return sum
}

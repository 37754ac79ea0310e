package given

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Flags reads usage.txt: each flag of Parse must be there, once, with its help.
func TestFlags(t *testing.T) {
	source, err := os.ReadFile("call.go")
	if err != nil {
		t.Fatal(err)
	}
	want := slices.Clone(listFilters)
	for _, m := range regexp.MustCompile(`flags\.(?:Var|\w+)P?\((?:&[\w.]+, )?"([a-z-]+)"`).FindAllStringSubmatch(string(source), -1) {
		want = append(want, m[1])
	}
	slices.Sort(want)
	want = slices.Compact(want)
	var got []string
	for _, f := range Flags() {
		got = append(got, f.Name)
		if f.Help == "" || f.Heading == "" {
			t.Errorf("--%s has no help, or no heading", f.Name)
		}
	}
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("usage.txt has\n%q\nParse takes\n%q", got, want)
	}
	i := slices.IndexFunc(Flags(), func(f Flag) bool { return f.Name == "report" })
	if f := Flags()[i]; f.Short != "r" || f.Value != "NAME,..." || !strings.HasSuffix(f.Help, "all in a file") || f.Heading != "What to ask" {
		t.Errorf("--report is %+v", f)
	}
}

// The manual page says what usage.txt says, and groff has nothing against it.
func TestMan(t *testing.T) {
	page := Man("1.2-\"3\"")
	groff, err := exec.LookPath("groff")
	if err != nil {
		t.Skip("needs groff")
	}
	cmd := exec.Command(groff, "-man", "-ww", "-Tascii", "-P-c", "-rLL=100n")
	cmd.Stdin = strings.NewReader(page)
	var warnings, text strings.Builder
	cmd.Stdout, cmd.Stderr = &text, &warnings
	if err := cmd.Run(); err != nil || warnings.Len() > 0 {
		t.Fatalf("%v\n%s", err, warnings.String())
	}
	shown := strings.Join(strings.Fields(regexp.MustCompile(`.\x08`).ReplaceAllString(text.String(), "")), " ")
	for _, line := range []string{"'*@fabrikam.com'", `entrail evidence/ -q "select app_display_name, count(*) from sign_ins group by all"`, "-h, --help", `entrail 1.2-"3"`, "0 done; 1 failed"} {
		if !strings.Contains(shown, line) {
			t.Errorf("the page lacks %s:\n%s", line, shown)
		}
	}
	for _, f := range Flags() {
		if !strings.Contains(shown, "--"+f.Name) || !strings.Contains(shown, f.Help) {
			t.Errorf("the page lacks --%s, %s", f.Name, f.Help)
		}
	}
}

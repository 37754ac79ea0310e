package completion

import (
	"regexp"
	"strings"
	"testing"
)

// TestPowerShellQuotes: a name stands bare on a command line of PowerShell only if none of
// its characters means anything there (about_Parsing, about_Special_Characters,
// about_Quoting_Rules); every other is quoted by PowerShell's own function, which doubles
// each quote that it takes for a single one.
func TestPowerShellQuotes(t *testing.T) {
	script := Script("powershell")
	found := regexp.MustCompile(`if \(\$whole -cnotmatch '([^']+)'\) \{\s+#[^\n]+\n\s+\$quoted = "'" \+ (\S+)\(\$whole\) \+ "'"`).FindStringSubmatch(script)
	if found == nil {
		t.Fatal("the script does not quote what it offers")
	}
	if want := "[System.Management.Automation.Language.CodeGeneration]::EscapeSingleQuotedStringContent"; found[2] != want {
		t.Errorf("it quotes with %s, want %s", found[2], want)
	}
	bare := regexp.MustCompile(found[1])
	for _, name := range []string{"adele.vance", "b_c-1", "sign_in_list"} {
		if !bare.MatchString(name) {
			t.Errorf("%s is quoted, though nothing in it means anything", name)
		}
	}
	for _, name := range []string{
		"$(calc)", "`calc`", "a;calc", "a|calc", "a&calc", "a b", "'", "’;calc;’", "‘", "‚", "‛", `"`, "“", "@args", "#", "%", "{calc}", "(calc)",
		"<a", ">a", "a,b", "–User", "—a", "―a", "a\ncalc", "a\x00", "a\r", "", "adele\n", "é", "名", "a\u2028b", "a\u00a0b", "*", "?", "[a]", "~",
	} {
		if bare.MatchString(name) {
			t.Errorf("%q stands bare", name)
		}
	}
	for _, evaluates := range []string{"Invoke-Expression $", "iex", "Invoke-Command", "[scriptblock]::Create"} {
		if _, code, _ := strings.Cut(script, "\n"); strings.Contains(code, evaluates) {
			t.Errorf("the script evaluates: %s", evaluates)
		}
	}
}

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"entrail/queries/given"
)

// shellHostile are users' names that a shell would act on, or take apart.
var shellHostile = []string{
	"$(touch PWNED)", "`touch PWNED`", "x'; touch PWNED; '", `x"; touch PWNED; "`, "x; touch PWNED", "x | touch PWNED > PWNED & y",
	"$HOME ${HOME} ~", "~root", "!! !$ x!y", "a  b\\c", "{a,b}", "*?[a-z]", "#none", "-rf", "--force", "@/etc/passwd", "Vance, Adele",
	"it\u2019s \u2018odd\u201b", "=touch", "%1 $PATH $(touch PWNED) (touch PWNED)", "line\ntouch PWNED", "tab\ttouch PWNED", "\x1b[31mred", "ad\u202eele",
}

// completed are the names in case that a completion offers, as a call receives them.
func completed() []string {
	var want []string
	for _, name := range slices.Concat(hostile, shellHostile) {
		if strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == '\x7f' || r == '\u202e' || r == '\u009b' }) {
			continue // can't be typed
		}
		name = strings.ToLower(name) // as a case has it
		if strings.HasPrefix(name, "@") || strings.HasPrefix(name, "~") {
			name = "*" + name[1:]
		}
		if strings.ContainsAny(name, `,;"`) {
			name = `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
		}
		want = append(want, name)
	}
	slices.Sort(want)
	return slices.Compact(want)
}

// TestCompletion: what the shells themselves make of the scripts. Each prints the
// arguments that a call would get, of all completions of --user, one a line.
func TestCompletion(t *testing.T) {
	folder := t.TempDir()
	var signIns []map[string]any
	for i, name := range shellHostile {
		signIns = append(signIns, map[string]any{
			"id": fmt.Sprintf("2c5d1f9a-6f0b-4b52-9f0e-7d1c7a4d01%02d", i), "createdDateTime": "2026-10-01T08:00:00Z",
			"userPrincipalName": name, "appDisplayName": "x", "signInEventTypes": []string{"interactiveUser"},
		})
	}
	b, err := json.Marshal(signIns)
	if err != nil {
		t.Fatal(err)
	}
	export := filepath.Join(folder, "signins.json")
	if err := os.WriteFile(export, b, 0o644); err != nil {
		t.Fatal(err)
	}
	db := filepath.Join(folder, "a case.duckdb")
	if code, _, stderr := entrail(t, hostileEvidence(t), export, "--db", db, "-q", "select 1"); code != exitIncomplete {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	want := completed()
	for _, name := range want { // what a call makes of it
		var list given.List
		if err := list.Set(name); err != nil || len(list) != 1 || strings.HasPrefix(list[0], "@") {
			t.Errorf("--user %s is read as %q", name, list)
		}
	}

	for shell, test := range map[string]struct {
		args   []string
		script string
	}{
		"bash": {[]string{"--norc"}, `
			source <(entrail --completion bash)
			try() {
				local quote=$2
				COMP_LINE=$1 COMP_POINT=${#1} COMP_WORDS=(entrail "${1##*[ =]}") COMP_CWORD=1
				_entrail entrail
				for reply in "${COMPREPLY[@]}"; do
					reply=$quote$reply$quote
					eval "set -- $reply"
					printf '%s\n' "$#:$1"
				done
			}
			try "entrail --db 'a case.duckdb' --user "
			echo ...
			try "entrail --db a\\ case.duckdb --user '" "'"
			echo ...
			try "entrail -r signin_us"
			try "entrail --report=files,signin_us"
			try "entrail --not-u"
			try "entrail -f mis"
			try "entrail --explain password_spr"
			try "entrail --columns risk_level_dur"`},
		"fish": {[]string{"--no-config"}, `
			entrail --completion fish | source
			function try
				for reply in (complete --escape -C $argv[1])
					set reply (string split -f 1 \t -- $reply)
					eval "set got $reply"
					printf '%s\n' (count $got):$got
				end
			end
			try "entrail --db 'a case.duckdb' --user "
			echo ...
			try "entrail --db 'a case.duckdb' --user '" | string match -r '^0'
			echo ...
			try "entrail -r signin_us"
			echo 1:files,signin_users
			try "entrail --not-u"
			try "entrail -f mis"
			try "entrail --explain password_spr"
			try "entrail --columns risk_level_dur"`},
		// zsh completes on a terminal only: one of its own, on which all completions
		// are put into the line
		"zsh": {[]string{"-f"}, `
			zmodload zsh/zpty
			entrail --completion zsh > _entrail
			cat > rc <<-'END'
				fpath=($PWD $fpath)
				autoload -Uz compinit && compinit -u -D
				all() { _main_complete; compstate[insert]=all }
				zle -C all complete-word all
				bindkey '^T' all
				bindkey -e '^T' all
				setopt no_beep
				entrail() {
					[[ $1 == --quiet ]] && { command entrail "$@"; return }
					print -rl -- 1:${^@[$from,-1]} > shown.new
					mv shown.new shown
				}
			END
			zpty z zsh -f -i
			zpty -w z 'source ./rc'
			try() {
				zpty -w z "from=$1; rm -f shown; print READY''$1"
				zpty -r z line "*READY$1*"
				zpty -w -n z "$2"$'\x14\n'
				for ((i = 0; i < 600 && ! $+shown; i++)); do
					[[ -e shown ]] && break
					zpty -r -t z line
					sleep 0.1
				done
				cat shown
			}
			try 4 "entrail --db 'a case.duckdb' --user "
			echo ...
			echo ...
			try 2 "entrail -r signin_us"
			try 2 "entrail --report files,signin_us"
			try 1 "entrail --not-u"
			try 2 "entrail -f mis"
			try 2 "entrail --explain password_spr"
			try 2 "entrail --columns risk_level_dur"`},
	} {
		t.Run(shell, func(t *testing.T) {
			path, err := exec.LookPath(shell)
			if err != nil {
				t.Skipf("needs %s", shell)
			}
			cmd := exec.Command(path, append(test.args, "-c", test.script)...)
			cmd.Dir = folder
			cmd.Env = append(os.Environ(), "HOME="+folder)
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			parts := strings.Split(string(out), "...\n")
			if len(parts) != 3 {
				t.Fatalf("%s", out)
			}
			var names []string
			for line := range strings.Lines(parts[0]) {
				names = append(names, strings.TrimPrefix(strings.TrimSuffix(line, "\n"), "1:"))
			}
			slices.Sort(names)
			if !slices.Equal(names, want) {
				t.Errorf("--user is completed by\n%q\nwant\n%q", names, want)
			}
			if shell == "bash" {
				if parts[1] != parts[0] {
					t.Errorf("within single quotes:\n%swithout:\n%s", parts[1], parts[0])
				}
			}
			if got, want := parts[2], "1:signin_users\n1:files,signin_users\n1:--not-user\n1:misp\n1:password_spray\n1:risk_level_during_sign_in\n"; got != want {
				t.Errorf("got %s, want %s", got, want)
			}
			for _, name := range []string{"PWNED", "pwned"} {
				if _, err := os.Stat(filepath.Join(folder, name)); err == nil {
					t.Error("a name was run as a command")
				}
			}
		})
	}
}

// Command generate rewrites testdata/contoso and testdata/contoso.json, or makes
// a tenant of another size elsewhere:
//
//	go run ./testdata/tenant/generate
//	go run ./testdata/tenant/generate -sign-ins 250000 -audit-events 1000000 -out large
//	go run ./testdata/tenant/generate -quiet -people 500 -sign-ins 4000 -audit-events 2000 -out month
//	go run ./testdata/tenant/generate -intrusion forwarding -out forwarding
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"entrail/testdata/tenant"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run() error {
	var o tenant.Options
	flag.Uint64Var(&o.Seed, "seed", tenant.DefaultSeed, "what the tenant is drawn from")
	flag.IntVar(&o.SignIns, "sign-ins", 0, "about how many sign-ins (0 = as in testdata)")
	flag.IntVar(&o.AuditEvents, "audit-events", 0, "about how many audit records (0 = as in testdata)")
	flag.IntVar(&o.People, "people", 0, "how many people (0 = as many as the sign-ins ask for)")
	flag.BoolVar(&o.Quiet, "quiet", false, "a month without an intrusion; out gets its files")
	flag.StringVar(&o.Intrusion, "intrusion", "", "another story: "+strings.Join(tenant.Intrusions, ", ")+"; out gets logs/ and answers.json")
	out := flag.String("out", testdata(), "folder that gets contoso/ and contoso.json")
	flag.Parse()

	if o.Intrusion != "" && !slices.Contains(tenant.Intrusions, o.Intrusion) {
		return fmt.Errorf("no intrusion %q, there are %s", o.Intrusion, strings.Join(tenant.Intrusions, ", "))
	}
	if o.Quiet {
		return tenant.New(o).WriteMonth(*out)
	}
	if o.Intrusion != "" {
		t := tenant.New(o)
		if err := t.WriteMonth(filepath.Join(*out, "logs")); err != nil {
			return err
		}
		text, err := json.MarshalIndent(t.Answers(), "", "  ")
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(*out, "answers.json"), append(text, '\n'), 0o644)
	}
	folder := filepath.Join(*out, "contoso")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	truth, err := tenant.New(o).WriteContoso(folder)
	if err != nil {
		return err
	}
	f, err := os.Create(folder + ".json")
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := truth.WriteTo(f); err != nil {
		return err
	}
	return f.Close()
}

// testdata is the folder that this command lives in, two levels up.
func testdata() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..")
}

// Command generate rewrites testdata/contoso and testdata/contoso.json, or makes
// a tenant of another size elsewhere:
//
//	go run ./testdata/tenant/generate
//	go run ./testdata/tenant/generate -sign-ins 250000 -audit-events 1000000 -out large
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

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
	out := flag.String("out", testdata(), "folder that gets contoso/ and contoso.json")
	flag.Parse()

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

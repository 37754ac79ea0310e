package render

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"entrail/ingest"
	"entrail/ingest/engine"
	"entrail/queries"
	"entrail/testdata/tenant"
)

// TestIndicatorsAreTheIntruders holds what other programs are told to what the generator
// of tenants did: the intruder's addresses, sessions and browsers are in, and nothing that
// the victim used from elsewhere.
func TestIndicatorsAreTheIntruders(t *testing.T) {
	takesLong(t)
	type truth struct{ users, addresses, sessions []string }
	check := func(name, logs string, is truth) {
		t.Run(name, func(t *testing.T) {
			ctx, folder := context.Background(), t.TempDir()
			path, o := filepath.Join(folder, "case.duckdb"), engine.Options{Temp: folder}
			if _, err := ingest.Load(ctx, path, []string{logs}, ingest.Options{Engine: o}); err != nil {
				t.Fatal(err)
			}
			c, err := queries.Open(ctx, path, o, queries.Filter{}, time.UTC)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			report, _ := queries.Lookup("indicators")
			result, err := c.Run(ctx, report)
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			if err := STIX(&b, document(result)); err != nil {
				t.Fatal(err)
			}
			var bundle struct{ Objects []struct{ Name string } }
			if err := json.Unmarshal(b.Bytes(), &bundle); err != nil {
				t.Fatal(err)
			}
			told := map[string]bool{}
			for _, o := range bundle.Objects {
				told[o.Name] = true
			}
			// of the logs alone: what was used from the intruder's addresses, and what only from others
			used := func(condition string) (names []string) {
				result, err := c.Query(ctx, fmt.Sprintf(`
					select distinct unnest(['ip address ' || ip_address, 'session id ' || session_id, 'user agent ' || user_agent, 'token id ' || unique_token_id, 'device ' || device_id]) as name
					from sign_ins
					where %s
					order by name`, condition))
				if err != nil {
					t.Fatal(err)
				}
				for row, err := range result.Rows {
					if err != nil {
						t.Fatal(err)
					}
					if name, _ := row[0].(string); name != "" {
						names = append(names, name)
					}
				}
				return names
			}
			list := func(values []string) string { return "('" + strings.Join(values, "', '") + "')" }
			others := used("ip_address not in " + list(is.addresses))
			var want []string
			for _, address := range is.addresses {
				want = append(want, "ip address "+address)
			}
			for _, session := range is.sessions {
				want = append(want, "session id "+session)
			}
			for _, name := range used("ip_address in " + list(is.addresses)) {
				if strings.HasPrefix(name, "user agent ") && !slices.Contains(others, name) {
					want = append(want, name)
				}
			}
			for _, name := range want {
				if !told[name] {
					t.Errorf("the intruder's is missing: %s", name)
				}
			}
			own := used("user_principal_name in " + list(is.users) + " and ip_address not in " + list(is.addresses))
			if len(own) < 10 {
				t.Errorf("the victim has used %d things, which is too few to tell", len(own))
			}
			for _, name := range own {
				if told[name] && !slices.Contains(want, name) {
					t.Errorf("the victim's own is told: %s", name)
				}
			}
		})
	}

	text, err := os.ReadFile("../testdata/contoso.json")
	if err != nil {
		t.Fatal(err)
	}
	var sample struct {
		Incident struct {
			User                string
			SessionID           string   `json:"session_id"`
			AttackerIPAddresses []string `json:"attacker_ip_addresses"`
			PhishingIPAddress   string   `json:"phishing_ip_address"`
			SprayIPAddresses    []string `json:"spray_ip_addresses"`
		}
	}
	if err := json.Unmarshal(text, &sample); err != nil {
		t.Fatal(err)
	}
	i := sample.Incident
	check("sample", "../testdata/contoso", truth{
		[]string{i.User}, slices.Concat(i.AttackerIPAddresses, i.SprayIPAddresses, []string{i.PhishingIPAddress}), []string{i.SessionID},
	})
	for _, name := range tenant.Intrusions {
		for _, seed := range []uint64{tenant.DefaultSeed, 2} {
			made := tenant.New(tenant.Options{Intrusion: name, Seed: seed})
			logs := t.TempDir()
			if err := made.WriteMonth(logs); err != nil {
				t.Fatal(err)
			}
			is := made.Answers()
			slices.Sort(is.Addresses)
			check(fmt.Sprint(name, " ", seed), logs, truth{is.Users, slices.Compact(is.Addresses), is.Sessions})
		}
	}
}

package queries

import (
	"context"
	"strings"
	"testing"
	"time"

	"entrail/ingest/engine"
)

// TestDossierKinds: a user, an address, an application, a finding and an incident are told
// in the parts of a session, each of its own records and of no other's.
func TestDossierKinds(t *testing.T) {
	path, _ := loadTenant(t)
	ctx := context.Background()
	c := askedTenant(t)
	results, err := c.Dossiers().Incident(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	if sentences := lines(t, partOf(results, "sentences")); !strings.Contains(sentences, "99 messages were read") || !strings.Contains(sentences, "Still open|3 things") {
		t.Errorf("the first incident is told as\n%s", sentences)
	}
	if _, err := c.Dossiers().Incident(ctx, 9); err == nil {
		t.Error("an incident that there is not has a dossier")
	}
	// The consent of 2026-10-08 is evidence of a finding; the first sign-in of the account is none.
	story := partOf(results, "story")
	if !story.Evidence["7:177"] || story.Evidence["5:650"] {
		t.Errorf("the consent is evidence: %t, a sign-in of the owner's: %t", story.Evidence["7:177"], story.Evidence["5:650"])
	}
	takesLong(t)
	for _, test := range []struct {
		filter        Filter
		want, without string // of the sentences
		reason        string
	}{
		{Filter{Users: []string{"adele.vance@contoso.com"}}, "8 messages were deleted", "2 accounts", "what the user did, the intruder's part included"},
		{Filter{IPs: []string{"203.0.113.201"}}, "26 files were downloaded", "messages were sent", "the traveller took the files, and read no mail"},
		{Filter{Apps: []string{"03b8142e-05d5-43d3-94c2-4f963c08d98d"}}, "adele.vance@contoso.com", "pieter.de.wit", "one account uses the lookalike"},
		{Filter{Apps: []string{"eM Backup for 0utlook"}}, "Still open|2 things", "pieter.de.wit", "what let the application in is a part of it: it and its permission"},
		{Filter{Findings: []string{"password_spray"}}, "48 records of 24 accounts", "messages", "the spray, by the name of its rule"},
		{Filter{Incidents: []string{"2"}}, "4 addresses in Bulgaria", "downloaded", "what bears the traces of the second incident"},
	} {
		c := openPath(t, path, test.filter, time.UTC)
		results, err := c.Dossiers().Shown(ctx, "It")
		if err != nil {
			t.Fatalf("%s: %v", test.reason, err)
		}
		sentences := lines(t, partOf(results, "sentences"))
		if !strings.Contains(sentences, test.want) || strings.Contains(sentences, test.without) {
			t.Errorf("%s: want %q and no %q in\n%s", test.reason, test.want, test.without, sentences)
		}
		for _, part := range []string{"lanes", "story", "findings", "limits", "facts"} {
			if partOf(results, part).Rows == nil {
				t.Errorf("%s: there is no part %s", test.reason, part)
			}
		}
	}
}

// TestFindingsAsked: a finding or an incident that is not there is said to be none.
func TestFindingsAsked(t *testing.T) {
	takesLong(t)
	t.Parallel()
	path, _ := loadTenant(t)
	for _, f := range []Filter{{Findings: []string{"no_such_rule"}}, {Incidents: []string{"99"}}} {
		c, err := Open(t.Context(), path, engine.Options{Temp: t.TempDir()}, f, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if err := c.Filters().WantFindings(t.Context()); err == nil || !strings.Contains(err.Error(), "lists them") {
			t.Errorf("%+v: %v, want an error that names the report which lists them", f, err)
		}
	}
	// A rule that found nothing is no mistake: the answer is empty, and says where it looked.
	c := openPath(t, path, Filter{Findings: []string{"mfa-fatigue", "federation_changed"}}, time.UTC)
	sentences, none, err := c.Filters().NotFound(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(sentences, "\n")
	for _, want := range []string{"No finding mfa_fatigue: the rule looked in sign-ins", "--explain federation_changed says"} {
		if !strings.Contains(all, want) {
			t.Errorf("it says %q, want %q in it", all, want)
		}
	}
	if got := answer(t, c, "select count(*) from findings"); !none || got != "0" {
		t.Errorf("none of both has a hit: %s findings, none is %t", got, none)
	}
	// Where another of those asked for has hits, they are shown.
	c = openPath(t, path, Filter{Findings: []string{"mfa_fatigue", "password_spray"}}, time.UTC)
	_, none, err = c.Filters().NotFound(t.Context(), nil)
	if got := answer(t, c, "select count(*) from findings"); err != nil || none || got != "1" {
		t.Errorf("of two, one has a hit: %s findings, none is %t, %v", got, none, err)
	}
}

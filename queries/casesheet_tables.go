package queries

import (
	"context"
	"database/sql/driver"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"entrail/ingest/engine"
	"entrail/ingest/schema"
)

// What a run has of the case sheet, by its own tables; empty where it is given none. The
// views known_addresses and all_findings of the model say what becomes of it.
var sheetTables = []struct{ name, columns string }{
	// what is trusted and what is bad, in lower case
	{"sheet_entries", "kind varchar, thing varchar, value varchar"},
	// the addresses of evidence that lie in one of its networks
	{"sheet_addresses", "kind varchar, ip_address varchar, value varchar"},
	// the verdicts, by the thing that they are about
	{"sheet_notes", "position integer, thing varchar, value varchar, verdict varchar, text varchar"},
	// of those about findings, the records of their evidence, see noteEvidence
	{"sheet_evidence", "file_id integer, record bigint, position integer, verdict varchar, text varchar"},
}

// isTableOfSheet tells of a name that it is one of these.
func isTableOfSheet(name string) bool { return strings.HasPrefix(name, "sheet_") }

// Sheet is what a run has of the case sheet.
type Sheet struct {
	c               *Case
	isGiven         bool // it trusts something, calls something bad, or has notes
	isNoted         bool // it has notes
	isEvidenceNoted bool // and noteEvidence was asked for
}

// makeSheetTables makes the run's tables of it, empty.
func makeSheetTables(ctx context.Context, e *engine.Engine) error {
	for _, t := range sheetTables {
		if err := e.Exec(ctx, "create table "+t.name+" ("+t.columns+")"); err != nil {
			return err
		}
	}
	return nil
}

// Know takes over what the analyst knows, for this run only, before the first question.
func (sh *Sheet) Know(ctx context.Context, s CaseSheet) error {
	type network struct {
		kind, value string
		prefix      netip.Prefix
	}
	var networks []network
	err := sh.c.engine.Append("sheet_entries", func(add func(...driver.Value) error) error {
		for _, l := range s.lists() {
			for _, v := range l.values {
				v = strings.ToLower(strings.TrimSpace(v))
				thing := l.thing
				if thing == "network" {
					if as := asNumber.FindStringSubmatch(v); as != nil {
						thing, v = "asn", as[1]
					} else {
						prefix, err := parseRange(v)
						if err != nil {
							return err
						}
						networks = append(networks, network{l.kind, v, prefix})
					}
				}
				if err := add(l.kind, thing, v); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("take over the case sheet: %w", err)
	}
	if err := enterNotes(ctx, sh.c.engine, s.Notes, sessionsLogged()); err != nil {
		return fmt.Errorf("take over the notes of the case sheet: %w", err)
	}
	sh.isNoted = len(s.Notes) > 0
	sh.isGiven = sh.isNoted || slices.ContainsFunc(s.lists(), func(l sheetList) bool { return len(l.values) > 0 })
	if len(networks) == 0 {
		return nil
	}
	addresses, err := sh.clientAddresses(ctx)
	if err != nil {
		return fmt.Errorf("list the addresses for the case sheet: %w", err)
	}
	err = sh.c.engine.Append("sheet_addresses", func(add func(...driver.Value) error) error {
		for _, address := range addresses {
			for _, n := range networks {
				if !within(address, []netip.Prefix{n.prefix}) {
					continue
				}
				if err := add(n.kind, address, n.value); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("look for the networks of the case sheet: %w", err)
	}
	return nil
}

// judging says, behind what is not there, that the sheet had a part in it.
func (sh *Sheet) judging() string {
	if sh.isGiven {
		return ", judged with the case sheet"
	}
	return ""
}

// enterNotes fills sheet_notes. sessions is the query of the session ids that there are: where
// a note has the beginning of one alone, the whole id stands in its place.
func enterNotes(ctx context.Context, e *engine.Engine, notes []Note, sessions string) error {
	err := e.Append("sheet_notes", func(add func(...driver.Value) error) error {
		for i, n := range notes {
			for _, t := range n.things() {
				if t.value == "" {
					continue
				}
				value := strings.ToLower(strings.TrimSpace(t.value))
				if ip, ok := logged(value); ok && t.name == "address" {
					value = ip.String()
				}
				if err := add(int32(i+1), t.name, value, n.Verdict, n.Text); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil || !slices.ContainsFunc(notes, func(n Note) bool { return n.Session != "" }) {
		return err
	}
	return e.Exec(ctx, fmt.Sprintf(`
		update sheet_notes
		set value = begun.id
		from (
			select n.value, min(s.id) as id
			from (select distinct value from sheet_notes where thing = 'session' and length(value) >= %d) as n
			join (select distinct id from (%s)) as s on left(s.id, %[1]d) = left(n.value, %[1]d) and starts_with(s.id, n.value)
			group by n.value
			having count(*) = 1
		) as begun
		where thing = 'session' and sheet_notes.value = begun.value`, shortestPrefix, sessions))
}

// noteEvidence puts the records of the findings that notes are about beside them, once a
// run, if there are such notes: for this the rules have to run.
func (sh *Sheet) noteEvidence(ctx context.Context) error {
	if sh.isEvidenceNoted {
		return nil
	}
	sh.isEvidenceNoted = true
	rows, err := sh.c.all(ctx, "select count(*) from sheet_notes where thing = 'finding'")
	if err != nil || rows[0][0] == int64(0) {
		return err
	}
	if err := sh.c.define(ctx, false, "finding_records"); err != nil {
		return err
	}
	return sh.c.engine.Exec(ctx, `
		insert into sheet_evidence
		select r.file_id, r.record, n.position, n.verdict, n.text
		from sheet_notes as n
		join finding_records as r on r.finding_id = n.value
		where n.thing = 'finding'`)
}

// Unmatched says what in the case sheet is about nothing in evidence: a mistyped name, or
// evidence of another case. Of notes on findings it says so if the run has looked for any.
func (sh *Sheet) Unmatched(ctx context.Context) ([]string, error) {
	notes, err := sh.unmatchedNotes(ctx)
	if err != nil {
		return nil, err
	}
	trust, err := sh.unmatchedTrust(ctx)
	return append(notes, trust...), err
}

// unmatchedTrust names, in one sentence, what the sheet trusts and no record bears. What it
// calls bad and no record bears is no mistake: it was looked for.
func (sh *Sheet) unmatchedTrust(ctx context.Context) ([]string, error) {
	rows, err := sh.c.all(ctx, "select count(*) from sheet_entries where kind = 'trusted'")
	if err != nil || rows[0][0] == int64(0) {
		return nil, err
	}
	if err := sh.c.define(ctx, false, "all_events", "addresses", "app_names"); err != nil {
		return nil, err
	}
	rows, err = sh.c.all(ctx, `
		with logged as (
			select 'account' as thing, lower(actor) as value from all_events
			union
			select 'device', unnest([lower(device_id), lower(device_name)]) from evidence.sign_ins
			union
			select 'device', lower(device_name) from (select device_name from evidence.identity_logons union all select device_name from evidence.alerts)
			union
			select 'application', unnest([lower(app_id), lower(app_display_name)]) from app_names
			union
			select 'application', unnest([lower(client_app_id), lower(app_id)]) from evidence.audit_events
			union
			select 'network', value from sheet_addresses where kind = 'trusted'
			union
			select 'asn', network::varchar from addresses
		)
		select case thing when 'asn' then 'network AS' || value else thing || ' ' || value end
		from sheet_entries
		where kind = 'trusted' and (thing, value) not in (select (thing, value) from logged where value is not null)
		order by thing, value`)
	if err != nil {
		return nil, fmt.Errorf("look for what the case sheet trusts: %w", err)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	var idle []string
	for _, row := range rows {
		idle = append(idle, row[0].(string))
	}
	return []string{"What the case sheet trusts, and no record of these files has: " + firstNamed(idle)}, nil
}

// unmatchedNotes says of each note of the case sheet that nothing in evidence is what it is
// about.
func (sh *Sheet) unmatchedNotes(ctx context.Context) ([]string, error) {
	rows, err := sh.c.all(ctx, "from sheet_notes select distinct thing")
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	is := map[string]string{
		"session": "select lower(session_id) from all_events where session_id is not null",
		"record": `
			select lower(id) from all_events where id is not null
			union all
			select f.sha256 || ':' || e.record
			from (
				select file_id, record from all_events
				union all
				select file_id, record from evidence.duplicates
				union all
				select file_id, record from evidence.risk_history
			) as e
			join evidence.files as f using (file_id)`,
		"user":    "select lower(actor) from all_events where actor is not null union all select lower(target) from all_events where target is not null",
		"address": "select client_address(ip_address) from all_events where client_address(ip_address) is not null",
	}
	if sh.c.findings.isLookedFor {
		is["finding"] = "select finding_id from all_findings"
	}
	var absent []string
	for _, row := range rows {
		thing := row[0].(string)
		if is[thing] == "" {
			continue
		}
		if err := sh.c.define(ctx, false, namesIn(is[thing])...); err != nil {
			return nil, err
		}
		absent = append(absent, "select position, thing, value from sheet_notes where thing = '"+thing+"' and value not in ("+is[thing]+")")
	}
	if len(absent) == 0 {
		return nil, nil
	}
	rows, err = sh.c.all(ctx, strings.Join(absent, " union all ")+" order by position")
	if err != nil {
		return nil, fmt.Errorf("look for what the notes are about: %w", err)
	}
	var sentences []string
	for _, row := range rows {
		sentence := fmt.Sprintf("Note %v of the case sheet is about nothing in these files: there is no %s %s", row[0], row[1], row[2])
		if row[1] == "session" {
			ids, err := sh.c.sessionsOf(ctx, row[2].(string))
			if err != nil {
				return nil, fmt.Errorf("look for what the notes are about: %w", err)
			}
			switch {
			case len(ids) == 1:
				sentence += fmt.Sprintf("; give %d characters of the id or more", shortestPrefix)
			case len(ids) > 1:
				sentence += ", several begin so; give more of it: " + strings.Join(ids, ", ")
			}
		}
		sentences = append(sentences, sentence)
	}
	return sentences, nil
}

// addressColumns are those of logs that the case sheet's addresses are looked for in. In
// some several stand, comma-joined.
var addressColumns = []string{"ip_address", "to_ip", "target_ip"}

// clientAddresses lists the distinct client addresses of all logs.
func (sh *Sheet) clientAddresses(ctx context.Context) ([]string, error) {
	var logs []string
	for _, t := range schema.Logs() {
		for _, column := range addressColumns {
			if t.Has(column) {
				logs = append(logs, "select "+column+" as addresses from evidence."+t.Name)
			}
		}
	}
	rows, err := sh.c.all(ctx, `
		with logged as (
			select distinct addresses
			from (`+strings.Join(logs, " union all ")+`)
		)
		select distinct client_address(trim(ip_address)) as ip_address
		from (select unnest(string_split(addresses, ',')) as ip_address from logged)
		where client_address(trim(ip_address)) is not null
		order by ip_address`)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, row := range rows {
		all = append(all, row[0].(string))
	}
	return all, nil
}

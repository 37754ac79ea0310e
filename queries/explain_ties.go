package queries

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"entrail/ingest/schema"
)

// near is how many of the records tied to an explained one are listed.
const near = 20

// ties are what leads from one record to others: a column of the one holds
// the same id as a column of the other.
var ties = []struct {
	words     string
	own       string
	ownTable  string // "" = any table with the column
	column    string
	table     string // "" = any table with the column
	caseFolds bool
}{
	{"risk detected in this sign-in", "id", "sign_ins", "request_id", "risk_detections", true},
	{"the sign-in that the risk was detected in", "request_id", "risk_detections", "id", "sign_ins", true},
	{"done with the token of this sign-in", "id", "sign_ins", "sign_in_id", "", true},
	{"the sign-in that issued the token", "sign_in_id", "", "id", "sign_ins", true},
	{"the same event in another log, or logged again", "id", "", "id", "", true},
	{"with the same token", "unique_token_id", "", "unique_token_id", "", false},
	{"of the same correlation", "correlation_id", "", "correlation_id", "", true},
	{"of the same sequence of requests", "original_request_id", "", "original_request_id", "", true},
	{"of the same session", "session_id", "", "session_id", "", true},
}

// tiedTo is what is tied to the record: how many by each tie, and the nearest
// in time. nil when nothing is.
func (e *explanation) tiedTo(ctx context.Context, r record) ([]*Result, error) {
	var parts []string
	for i, tie := range ties {
		id := r.text(tie.own)
		if id == "" || strings.Trim(id, "0-") == "" || tie.ownTable != "" && tie.ownTable != r.table.Name {
			continue
		}
		for _, t := range schema.Logs() {
			if !t.Has(tie.column) || tie.table != "" && tie.table != t.Name {
				continue
			}
			same := tie.column + " = " + literal(id)
			if tie.caseFolds {
				same = "lower(" + tie.column + ") = lower(" + literal(id) + ")"
			}
			parts = append(parts, fmt.Sprintf(
				"select %d as tie_no, %s as tie, '%s' as source, file_id, record, event_time from evidence.%s where %s and not ('%s' = '%s' and file_id = %v and record = %v)",
				i, literal(tie.words), t.Name, t.Name, same, t.Name, r.table.Name, r.values["file_id"], r.values["record"]))
		}
	}
	if len(parts) == 0 {
		return nil, nil
	}
	tied := strings.Join(parts, " union all ")
	counts, err := e.held(ctx, Report{
		Name: "ties", Title: "What is tied to it",
		Description: "How many other records share an id with this one, by what they share.",
		SQL: `
			select tie, source, count(*) as records, min(event_time) as first_seen, max(event_time) as last_seen
			from (` + tied + `)
			group by tie_no, tie, source
			order by tie_no, source`,
	})
	if counts == nil || err != nil {
		return nil, err
	}
	at := "null::timestamp"
	if moment, ok := r.values["event_time"].(time.Time); ok {
		at = timestamp(moment)
	}
	nearest, err := e.held(ctx, Report{
		Name: "nearest", Title: "The nearest of them in time",
		Description: fmt.Sprintf("At most %d, by time; seconds counts from this record, before it with a minus. --explain takes what stands in the column record.", near),
		SQL: `
			with tied as (` + tied + `),
			nearest as (
				select source, file_id, record, any_value(event_time) as event_time, string_agg(tie, ', ' order by tie_no) as tie
				from tied
				group by source, file_id, record
				order by abs(epoch(any_value(event_time)) - epoch(` + at + `)) nulls last, source, file_id, record
				limit ` + strconv.Itoa(near) + `
			)
			select
				n.event_time,
				round(epoch(n.event_time) - epoch(` + at + `))::bigint as seconds,
				n.tie,
				n.source,
				e.action,
				e.result,
				e.actor,
				e.target,
				e.ip_address,
				n.file_id || ':' || n.record as record
			from nearest as n
			left join all_events as e using (source, file_id, record)
			order by n.event_time, n.source, n.file_id, n.record`,
	})
	if err != nil {
		return nil, err
	}
	return []*Result{counts, nearest}, nil
}

package sigma

import (
	"encoding/json"
	"fmt"
	"strings"

	"entrail/ingest/engine"
	"entrail/queries/rules"
)

// particulars are what a record of a table tells of a hit: SQL.
type particulars struct{ who, what, target, appID, sessionID string }

var particularsOf = map[string]particulars{
	"sign_ins": {
		who:       "coalesce(user_principal_name, service_principal_name, user_id, service_principal_id)",
		what:      "concat_ws(', ', 'sign-in to ' || coalesce(app_display_name, app_id), status)",
		target:    "resource_display_name",
		appID:     "app_id",
		sessionID: "session_id",
	},
	"directory_audits": {who: "initiated_by", what: "activity", target: "targets", appID: "null::varchar", sessionID: "null::varchar"},
	"risk_detections":  {who: "user_principal_name", what: "risk_event_type", target: "user_principal_name", appID: "null::varchar", sessionID: "null::varchar"},
	"azure_activity":   {who: "caller", what: "operation", target: "resource_id", appID: "app_id", sessionID: "null::varchar"},
	"graph_activity":   {who: "coalesce(user_id, service_principal_id)", what: "request_method || ' ' || request_uri", target: "null::varchar", appID: "app_id", sessionID: "session_id"},
	"audit_events":     {who: "user_id", what: "operation", target: "object_id", appID: "app_id", sessionID: "session_id"},
}

// compiler writes the steps of one rule.
type compiler struct {
	log     *Log
	rule    Rule
	suffix  string // of the names of the steps, where there are several rules
	sources []source
	names   []string // of the fields, as the rule writes them
}

func newCompiler(r Rule, l *Log, suffix string, more []string) *compiler {
	c := &compiler{log: l, rule: r, suffix: suffix}
	for _, name := range append(r.Fields(), more...) {
		if c.index(name) < 0 {
			c.names = append(c.names, name)
			c.sources = append(c.sources, l.find(name))
		}
	}
	return c
}

// index is the place of a field among those of the rule; -1 where it is none.
func (c *compiler) index(name string) int {
	for i, n := range c.names {
		if strings.EqualFold(n, name) {
			return i
		}
	}
	return -1
}

func testName(i int) string  { return fmt.Sprintf("test_%d", i+1) }
func fieldName(i int) string { return fmt.Sprintf("field_%d", i+1) }

// values is the SQL of all values of a field, in the step of the tests.
func (c *compiler) values(field string) string {
	i := c.index(field)
	return source{sql: fieldName(i), isList: c.sources[i].isList}.all()
}

// first is the SQL of the first value of a field, in lower case.
func (c *compiler) first(field string) string {
	i := c.index(field)
	if c.sources[i].isList {
		return "lower(" + fieldName(i) + "[1])"
	}
	return "lower(" + fieldName(i) + ")"
}

// steps are the common table expressions up to the hits.
func (c *compiler) steps() string {
	p := particularsOf[c.log.Table]
	var b strings.Builder
	fmt.Fprintf(&b, "-- What the fields of the rule are in each record.\nfields%s as (\n    select\n        file_id,\n        record,\n        id,\n        event_time,\n        ip_address,\n        raw,\n", c.suffix)
	fmt.Fprintf(&b, "        %s as who,\n        %s as what,\n        %s as target,\n        %s as app_id,\n        %s as session_id,\n", p.who, p.what, p.target, p.appID, p.sessionID)
	for i, s := range c.sources {
		fmt.Fprintf(&b, "        %s as %s,\n", s.sql, fieldName(i))
	}
	fmt.Fprintf(&b, "    from evidence.%s\n),\n-- Which of its tests each passes.\ntests%s as (\n    select\n        *,\n", c.log.Table, c.suffix)
	for i, t := range c.rule.tests {
		fmt.Fprintf(&b, "        %s as %s,\n", c.test(t), testName(i))
	}
	fmt.Fprintf(&b, "    from fields%s\n),\nhits%[1]s as (\n    select *\n    from tests%[1]s\n    where %[2]s\n)", c.suffix, c.rule.condition.sql())
	return b.String()
}

// test is the SQL of one test: true or false, never NULL.
func (c *compiler) test(t test) string {
	var is string
	switch {
	case t.field == "":
		is = anyOrAll(t, func(m matcher) string { return inRecord(m) })
	case t.isNull || t.isExists:
		i := c.index(t.field)
		if is = fieldName(i) + " is null"; c.sources[i].isList {
			is = "len(" + fieldName(i) + ") = 0"
		}
		if t.isExists {
			is = "not " + is
		}
	case !c.sources[c.index(t.field)].isList:
		is = anyOrAll(t, func(m matcher) string { return m.sql(fieldName(c.index(t.field)), c.values) })
	case t.isAll:
		is = anyOrAll(t, func(m matcher) string {
			return "len(list_filter(" + c.values(t.field) + ", v -> " + m.sql("v", c.values) + ")) > 0"
		})
	default:
		is = "len(list_filter(" + c.values(t.field) + ", v -> " + anyOrAll(t, func(m matcher) string { return m.sql("v", c.values) }) + ")) > 0"
	}
	is = "coalesce(" + is + ", false)"
	if t.isNot {
		return "not " + is
	}
	return is
}

// anyOrAll joins what the values of a test give.
func anyOrAll(t test, of func(matcher) string) string {
	var parts []string
	for _, m := range t.values {
		parts = append(parts, of(m))
	}
	if len(parts) == 1 {
		return parts[0]
	}
	if t.isAll {
		return "(" + strings.Join(parts, " and ") + ")"
	}
	return "(" + strings.Join(parts, " or ") + ")"
}

// inRecord is the SQL of a text that must be somewhere in the record, as it is or as JSON
// writes it.
func inRecord(m matcher) string {
	is := m.sql("raw", nil)
	escaped, err := json.Marshal(m.text)
	if inside := string(escaped[1 : len(escaped)-1]); err == nil && m.as <= endsWith && inside != m.text {
		m.text = inside
		return "(" + is + " or " + m.sql("raw", nil) + ")"
	}
	return is
}

// Compile writes a rule as package rules wants it. all are the rules that a correlation may
// stand on, logs those of all tables. A hit is what one actor did on one day.
func (r Rule) Compile(logs map[string]*Log, all []Rule) rules.Rule {
	if r.correlate != nil {
		return r.compileCorrelation(logs, all)
	}
	c := newCompiler(r, logs[r.Table], "", nil)
	return r.rule([]string{r.Table}, "with\n"+c.steps()+fmt.Sprintf(`
select
    %s as severity,
    concat(
        %s, ': ', coalesce(who, 'an actor that is not logged'), ', ', coalesce(listed(list(distinct what order by what)), 'what is not logged'),
        case when count(*) > 1 then ', ' || count(*) || ' records' end, ', from ' || listed(list(distinct ip_address order by ip_address)), '.'
    ) as what,
    who,
    min(event_time) as first_seen,
    max(event_time) as last_seen,
    count(*) as events,
    case when count(distinct target) = 1 then min(target) end as target,
    min(app_id) as app_id,
    case when count(distinct session_id) = 1 then min(session_id) end as session_id,
    list(distinct ip_address order by ip_address) filter (where ip_address is not null) as ip_addresses,
    null::varchar as rarity,
    case when count(*) = 1 then min(id) end as act,
    list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
from hits
group by who, event_time::date
order by first_seen, who`, engine.Literal(r.Severity), engine.Literal(r.Title)))
}

// rule is what the header of a finding says.
func (r Rule) rule(needs []string, sql string) rules.Rule {
	text := func(s, otherwise string) string {
		if s = strings.TrimSpace(s); s == "" {
			return otherwise
		}
		return strings.Join(strings.Fields(s), " ")
	}
	return rules.Rule{
		Name: r.Name, Tactic: r.Tactic, Title: text(r.Title, r.Name), Severity: r.Severity, Techniques: r.Techniques, Needs: needs,
		Meaning:        text(r.Description, "A Sigma rule of your own; it says no more."),
		FalsePositives: text(strings.Join(r.FalsePositives, "; "), "The rule names none."),
		BlindSpots:     "What the rule does not ask for.",
		Next:           "Read the records that are its evidence.",
		Source:         text(strings.Join(r.References, " "), "--rules"),
		SQL:            sql,
	}
}

// Absence is what a rule asks for that no record has, so that it can't find anything.
type Absence struct {
	Table   string
	Field   string   // as the rule writes it; empty = anywhere in the record
	IsThere bool     // the logs have the field, but none of the values
	Values  []string // as the rule writes them
	There   string   // SELECT of the values that the field has, in order
}

// Probe is the SELECT of one row: for each test of a rule, whether a record passes it.
func (r Rule) Probe(l *Log) string {
	c := newCompiler(r, l, "", nil)
	var columns []string
	for i := range r.tests {
		columns = append(columns, "    coalesce(bool_or("+testName(i)+"), false) as "+testName(i))
	}
	return "with\n" + c.steps() + "\nselect\n" + strings.Join(columns, ",\n") + "\nfrom tests"
}

// Absent tells, from what the Probe gave, what keeps a rule from ever finding anything.
func (r Rule) Absent(l *Log, isPassed []bool) []Absence {
	never, blamed := r.condition.never(isPassed)
	if !never {
		return nil
	}
	c := newCompiler(r, l, "", nil)
	var all []Absence
	for _, i := range blamed {
		t := r.tests[i]
		a := Absence{Table: l.Table, Field: t.field}
		for _, v := range t.values {
			a.Values = append(a.Values, v.written)
		}
		if t.field != "" {
			s := c.sources[c.index(t.field)]
			a.IsThere = s.isThere
			a.There = fmt.Sprintf("select distinct value\nfrom (select unnest(%s) as value from evidence.%s)\nwhere value <> ''\norder by value\nlimit 1000", s.all(), l.Table)
		}
		all = append(all, a)
	}
	return all
}

package queries

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"entrail/ingest/schema"
	"entrail/queries/rules"
)

// The columns that a nearest name is looked for in.
var (
	userNames = []string{"user_principal_name", "user_display_name", "user_id"}
	appNames  = []string{"app_display_name"}
)

// isAmong tells that a value, in which * stands for any text, is one of those known,
// which are in lower case and order.
func isAmong(value string, known []string) bool {
	value = strings.ToLower(value)
	if !strings.Contains(value, "*") {
		_, found := slices.BinarySearch(known, value)
		return found
	}
	return slices.ContainsFunc(known, func(name string) bool { return fitsPattern(name, value) })
}

// fitsPattern tells that a text is a pattern's, in which * stands for any text.
func fitsPattern(text, pattern string) bool {
	parts := strings.Split(pattern, "*")
	last := len(parts) - 1
	rest, ok := strings.CutPrefix(text, parts[0])
	if !ok || last == 0 {
		return ok && rest == ""
	}
	for _, part := range parts[1:last] {
		_, after, found := strings.Cut(rest, part)
		if !found {
			return false
		}
		rest = after
	}
	return strings.HasSuffix(rest, parts[last])
}

// shortestPrefix is how much of a session id tells it from others: the first
// group of a GUID.
const shortestPrefix = 8

// beginning is the first part of a session id, and the ids that begin so.
type beginning struct {
	asked string
	ids   []string
}

// completeSessions puts the whole id in the place of its beginning, if no
// other session begins so.
func (fs *Filters) completeSessions(ctx context.Context) error {
	sessions := slices.Clone(fs.filter.Sessions)
	for i, asked := range sessions {
		if len(asked) < shortestPrefix || strings.Contains(asked, "*") {
			continue
		}
		ids, err := fs.c.sessionsOf(ctx, asked)
		if err != nil {
			return err
		}
		if len(ids) == 0 || slices.Contains(ids, strings.ToLower(asked)) {
			continue
		}
		fs.begun = append(fs.begun, beginning{asked, ids})
		if len(ids) == 1 {
			sessions[i] = ids[0]
		}
	}
	fs.filter.Sessions = sessions
	return nil
}

// sessionsOf are the ids that begin so, the first five.
func (c *Case) sessionsOf(ctx context.Context, beginning string) (ids []string, err error) {
	rows, err := c.all(ctx, "select distinct id from ("+sessionsLogged()+") where starts_with(id, lower("+literal(beginning)+")) order by id limit 5")
	for _, row := range rows {
		ids = append(ids, row[0].(string))
	}
	return ids, err
}

// sessionsLogged is the query of the session ids in evidence, in lower case.
func sessionsLogged() string {
	var parts []string
	for _, t := range schema.Logs() {
		if t.Has("session_id") {
			parts = append(parts, "select lower(session_id) as id from evidence."+t.Name+" where session_id is not null")
		}
	}
	return strings.Join(parts, " union all ")
}

// NotFound says of each user, session, application and address asked for, or to be
// left out, that no record in evidence has it, with the nearest that there are; of
// each value of a --filter on the tables of these reports that no record has, which
// there are; and of the beginnings of session ids, what they are. none is true where
// no user, or no session, of those asked for is there: nothing can be shown.
func (fs *Filters) NotFound(ctx context.Context, reports []Report) (sentences []string, none bool, err error) {
	var how []applied
	if len(fs.filter.Columns) > 0 {
		for _, r := range reports {
			one, err := fs.judged(ctx, r)
			if err != nil {
				return nil, false, err
			}
			how = append(how, one)
		}
	}
	isSeveral := map[string]bool{}
	for _, b := range fs.begun {
		if len(b.ids) == 1 {
			sentences = append(sentences, "Session "+b.asked+" is "+b.ids[0])
			continue
		}
		isSeveral[b.asked] = true
		sentences = append(sentences, "Several sessions begin with "+b.asked+", none is shown; give more of it: "+strings.Join(b.ids, ", "))
	}
	for _, asked := range []struct {
		what    string
		not     bool // the values are those to be left out
		values  []string
		columns []string
		names   []string // the columns that a nearest one is looked for in
	}{
		{"User", false, fs.filter.Users, userColumns, userNames},
		{"Session", false, fs.filter.Sessions, sessionColumns, sessionColumns},
		{"Application", false, fs.filter.Apps, appColumns, appNames},
		{"User agent", false, fs.filter.UserAgents, agentColumns, nil},
		{"User", true, fs.filter.NotUsers, userColumns, userNames},
		{"Application", true, fs.filter.NotApps, appColumns, appNames},
	} {
		if len(asked.values) == 0 {
			continue
		}
		known, err := fs.valuesOf(ctx, asked.columns)
		if err != nil {
			return nil, false, fmt.Errorf("look for what was asked for: %w", err)
		}
		var names []string // read once, if any is missing
		missing := 0
		for _, v := range asked.values {
			if isSeveral[v] {
				missing++
				continue
			}
			if isAmong(v, known) {
				continue
			}
			if asked.what == "User" {
				home, err := fs.c.all(ctx, "select home_account("+literal(v)+")")
				if err != nil {
					return nil, false, err
				}
				if isAmong(home[0][0].(string), known) {
					continue
				}
			}
			missing++
			if names == nil && asked.names != nil {
				if names, err = fs.valuesOf(ctx, asked.names); err != nil {
					return nil, false, fmt.Errorf("look for the nearest of what was asked for: %w", err)
				}
			}
			if err := ctx.Err(); err != nil { // to compare a long list takes long
				return nil, false, err
			}
			near := ""
			switch {
			case strings.Contains(v, "*") || asked.names == nil:
			case asked.what == "User":
				near = didYouMeanUser(v, names)
			default:
				near = didYouMean(v, names)
			}
			if part := "*" + v + "*"; near == "" && !strings.Contains(v, "*") && isAmong(part, known) {
				near = " as a whole; '" + part + "' would find it within others"
			}
			sentences = append(sentences, asked.what+" not found: "+v+near)
		}
		none = none || missing == len(asked.values) && asked.what != "Application" && !asked.not
	}
	for _, asked := range []struct {
		flag   string
		ranges []string
	}{{"ip", fs.filter.IPs}, {"not-ip", fs.filter.NotIPs}} {
		for _, text := range asked.ranges {
			found, err := fs.addressesWithin(ctx, addressesLogged(), []string{text})
			if err != nil {
				return nil, false, fmt.Errorf("look for what was asked for: %w", err)
			}
			if len(found) == 0 {
				sentences = append(sentences, "No record has an address of --"+asked.flag+" "+text)
			}
		}
	}
	for _, n := range fs.filter.Networks {
		found, err := fs.c.all(ctx, "select count(*) from evidence.sign_ins where "+networkColumn+" = "+networkNumber.FindStringSubmatch(n)[1])
		if err != nil {
			return nil, false, fmt.Errorf("look for what was asked for: %w", err)
		}
		if found[0][0] == int64(0) {
			sentences = append(sentences, "No sign-in comes from the network of --asn "+n)
		}
	}
	for i, f := range fs.filter.Columns {
		if !slices.ContainsFunc(how, func(a applied) bool { return a.actions[i+fs.firstFilter()] == onTables }) {
			continue // what the rows shown have, their note tells
		}
		var tables []string
		for _, t := range schema.Logs() {
			if t.Has(f.Column) {
				tables = append(tables, "evidence."+t.Name)
			}
		}
		more, err := fs.absentValues(ctx, f, tables, f.Column)
		if err != nil {
			return nil, false, fmt.Errorf("look for what was asked for: %w", err)
		}
		sentences = append(sentences, more...)
	}
	for _, r := range fs.without {
		sentence, err := fs.aboutWithout(ctx, r)
		if err != nil {
			return nil, false, fmt.Errorf("look for what was asked for: %w", err)
		}
		sentences = append(sentences, sentence)
	}
	none = none || len(fs.without) > 0 && len(fs.without) == len(fs.filter.Findings)
	return sentences, none, nil
}

// aboutWithout says of a rule that was asked for why it has no finding.
func (fs *Filters) aboutWithout(ctx context.Context, r rules.Rule) (string, error) {
	var read, absent []string
	for _, name := range r.Needs {
		n, err := fs.count(ctx, "evidence."+name)
		if err != nil {
			return "", err
		}
		table, _ := schema.Lookup(name)
		if table.Parent.Table != "" { // with the log that it hangs on
			table, _ = schema.Lookup(table.Parent.Table)
		}
		logs := &absent
		if n > 0 {
			logs = &read
		}
		if log := cmp.Or(table.Log, table.Snapshot, name); !slices.Contains(*logs, log) {
			*logs = append(*logs, log)
		}
	}
	about := "; --explain " + r.Name + " says what is looked for"
	if len(read) == 0 {
		return "No finding " + r.Name + ": it was not looked for, since these are not among the files: " + strings.Join(absent, ", ") + about, nil
	}
	sentence := "No finding " + r.Name + ": the rule looked in " + strings.Join(read, ", ") + ", and nothing there is what it describes"
	if len(absent) > 0 {
		sentence += "; not among the files: " + strings.Join(absent, ", ")
	}
	return sentence + about, nil
}

// firstFilter is the place of the first --filter among the conditions.
func (fs *Filters) firstFilter() int {
	return slices.IndexFunc(fs.conditions, func(one condition) bool { return one.filter != nil })
}

const (
	fewValues = 12   // how many of a column's values are listed
	fewNames  = 5    // how many names a sentence lists
	compared  = 1000 // beyond, the column is an identifier, and no list of it helps
)

// absentValues says of each value of a --filter that no row of the tables has it in
// that column, and which there are.
func (fs *Filters) absentValues(ctx context.Context, f ColumnFilter, tables []string, column string) ([]string, error) {
	var parts []string
	for _, t := range tables {
		parts = append(parts, "select "+column+"::varchar as value from "+t)
	}
	all := strings.Join(parts, " union all ")
	var absent []string
	for from := 0; from < len(f.Values); from += compared {
		some := f.Values[from:min(from+compared, len(f.Values))]
		var hits []string
		for _, v := range some {
			one := ColumnFilter{Values: []string{v}}
			if len(one.ranges()) == 0 {
				hits = append(hits, "coalesce(bool_or("+equals("value", one.Values)+"), false)")
				continue
			}
			found, err := fs.addressesWithin(ctx, all, one.Values)
			if err != nil {
				return nil, err
			}
			hits = append(hits, fmt.Sprint(len(found) > 0))
		}
		rows, err := fs.c.all(ctx, "select "+strings.Join(hits, ", ")+" from ("+all+")")
		if err != nil {
			return nil, err
		}
		for i, v := range some {
			if !rows[0][i].(bool) {
				absent = append(absent, v)
			}
		}
	}
	if len(absent) == 0 {
		return nil, nil
	}
	rows, err := fs.c.all(ctx, fmt.Sprintf("select distinct value from (%s) where value <> '' order by value limit %d", all, compared+1))
	if err != nil {
		return nil, err
	}
	var there []string
	for _, row := range rows {
		there = append(there, row[0].(string))
	}
	var sentences []string
	for _, v := range absent {
		sentences = append(sentences, absentValue(f.Column, v, there))
	}
	return sentences, nil
}

// absentValue says that no row has the value in the column, and what there is of it.
func absentValue(column, value string, there []string) string {
	sentence := "No record has " + column + " " + value
	if value == "" {
		sentence = "No record is without " + column
	}
	near := didYouMean(strings.ReplaceAll(value, "*", ""), there)
	switch {
	case value == "" || len(there) > compared:
		return sentence
	case len(there) == 0:
		return sentence + ": none has any"
	case len(there) <= fewValues:
		return sentence + "; there are " + strings.Join(there, ", ")
	case near == "":
		return fmt.Sprintf("%s; there are %s and %d more", sentence, strings.Join(there[:fewValues], ", "), len(there)-fewValues)
	}
	return sentence + near
}

// didYouMeanUser offers the addresses whose name before the @, or its beginning, is
// near the one given: adele@contoso.com is rather adele.vance@contoso.com than
// another short name of that domain. What stands after the @ is much the same in all
// addresses, and makes none of them near.
func didYouMeanUser(name string, names []string) string {
	local, _, isAddress := strings.Cut(strings.ToLower(name), "@")
	if !isAddress {
		return didYouMean(name, names)
	}
	away := func(address string) int {
		other, _, _ := strings.Cut(address, "@")
		least := distance(local, other)
		for i := range other {
			if strings.ContainsRune("._-", rune(other[i])) {
				least = min(least, distance(local, other[:i]))
			}
		}
		if len(local) >= 3 && strings.HasPrefix(other, local) {
			least = 0
		}
		return least
	}
	var near []string
	for _, n := range names {
		if strings.Contains(n, "@") && away(n) <= max(1, len(local)/4) {
			near = append(near, n)
		}
	}
	if len(near) == 0 {
		return ""
	}
	slices.SortStableFunc(near, func(a, b string) int {
		return cmp.Or(away(a)-away(b), distance(name, a)-distance(name, b))
	})
	return " (did you mean " + strings.Join(near[:min(len(near), 3)], " or ") + "?)"
}

// valuesOf returns all values of columns in evidence, in lower case and order.
func (fs *Filters) valuesOf(ctx context.Context, columns []string) ([]string, error) {
	var parts []string
	for _, t := range schema.Logs() {
		for _, column := range columns {
			switch {
			case !t.Has(column):
			case column == "targets": // a comma-joined list
				parts = append(parts, `select unnest(string_split_regex(lower(targets), '\s*,\s*')) as value from evidence.`+t.Name)
			default:
				parts = append(parts, "select lower("+column+") as value from evidence."+t.Name)
			}
		}
	}
	rows, err := fs.c.all(ctx, "select distinct value from ("+strings.Join(parts, " union all ")+") where value <> ''")
	if err != nil {
		return nil, err
	}
	var values []string
	for _, row := range rows {
		values = append(values, row[0].(string))
	}
	slices.Sort(values)
	return values, nil
}

// SessionCounts says how many sessions the users asked for have, why they have
// none, and which of the sessions asked for have no audit records. It is empty
// where no user and no session was asked for.
func (fs *Filters) SessionCounts(ctx context.Context) ([]string, error) {
	var sentences []string
	if len(fs.filter.Users) > 0 {
		sentence, err := fs.sessionsOfUsers(ctx)
		if err != nil {
			return nil, fmt.Errorf("count the sessions of the users: %w", err)
		}
		sentences = append(sentences, sentence)
		more, err := fs.unauditedOfUsers(ctx)
		if err != nil {
			return nil, fmt.Errorf("look for the audit records of the users' sessions: %w", err)
		}
		sentences = append(sentences, more...)
	}
	for _, session := range fs.filter.Sessions {
		if strings.Contains(session, "*") {
			continue
		}
		rows, err := fs.c.all(ctx, `
			select
				(select count(*) from evidence.audit_events where lower(session_id) = lower(`+literal(session)+`)),
				(select count(*) from evidence.sign_ins where lower(session_id) = lower(`+literal(session)+`)),
				(select count(*) from evidence.audit_events)`)
		if err != nil {
			return nil, fmt.Errorf("count the records of session %s: %w", session, err)
		}
		events, signIns, loaded := rows[0][0].(int64), rows[0][1].(int64), rows[0][2].(int64)
		switch {
		case events > 0 || signIns == 0: // a session that is not there is in NotFound
		case loaded == 0:
			sentences = append(sentences, "No audit records found for session "+session+": no audit log is loaded")
		default:
			sentences = append(sentences, "No audit records found for session "+session)
		}
	}
	return sentences, nil
}

// unauditedOfUsers names the sessions that are shown of the users and of which the
// audit log, which is loaded, has nothing.
func (fs *Filters) unauditedOfUsers(ctx context.Context) ([]string, error) {
	rows, err := fs.c.all(ctx, `
		select session_id
		from sign_ins
		where session_id <> ''
			and lower(session_id) not in (select lower(session_id) from evidence.audit_events where session_id is not null)
			and exists (from evidence.audit_events)
		group by session_id
		order by min(event_time), session_id`)
	if err != nil {
		return nil, err
	}
	var sentences []string
	for i, row := range rows {
		if i == fewValues {
			return append(sentences, fmt.Sprintf("No audit records found for %d more of the sessions", len(rows)-i)), nil
		}
		sentences = append(sentences, "No audit records found for session "+row[0].(string))
	}
	return sentences, nil
}

// sessionsOfUsers counts the sessions that are shown of the users.
func (fs *Filters) sessionsOfUsers(ctx context.Context) (string, error) {
	whose := "user " + fs.filter.Users[0]
	if len(fs.filter.Users) > 1 {
		whose = "users " + strings.Join(fs.filter.Users, ", ")
	} else {
		name, err := fs.c.all(ctx, "select min(user_display_name) from evidence.sign_ins where user_display_name <> '' and "+
			among("user_principal_name", "wanted_user", nil)+" having min(user_display_name) = max(user_display_name)")
		if err != nil {
			return "", err
		}
		if len(name) > 0 && !strings.EqualFold(name[0][0].(string), fs.filter.Users[0]) {
			whose += " (" + name[0][0].(string) + ")"
		}
	}
	rows, err := fs.c.all(ctx, `
		select
			(select count(distinct session_id) from (
				select session_id from sign_ins
				union all
				select session_id from audit_events
			) where session_id <> ''),
			(select count(*) from sign_ins),
			(select count(*) from sign_ins where status = 'success'),
			(select count(*) from audit_events),
			(select count(*) from evidence.sign_ins where session_id <> ''),
			(select count(*) from evidence.audit_events where session_id <> '')`)
	if err != nil {
		return "", err
	}
	var n [6]int64
	for i := range n {
		n[i] = rows[0][i].(int64)
	}
	sessions, signIns, successes, events, withID, eventsWithID := n[0], n[1], n[2], n[3], n[4], n[5]
	none := "No sessions found for " + whose + ": "
	switch {
	case sessions == 1:
		return "Found 1 session for " + whose, nil
	case sessions > 1:
		return fmt.Sprintf("Found %d sessions for %s", sessions, whose), nil
	case signIns+events == 0:
		return none + "no sign-in or audit record of theirs is shown", nil
	case withID+eventsWithID == 0:
		return none + "no record in these files has a session id; the portal's CSV has them since November 2024", nil
	case signIns > 0 && successes == 0:
		return none + "none of the sign-ins succeeded, and only then a session id is given", nil
	}
	return none + "their records have no session id, which exports before November 2024 and failed sign-ins lack", nil
}

// firstNamed lists names in a sentence, and counts those that it has no room for.
func firstNamed(names []string) string {
	if more := len(names) - fewNames; more > 0 {
		return fmt.Sprintf("%s, and %d more", strings.Join(names[:fewNames], ", "), more)
	}
	return strings.Join(names, ", ")
}

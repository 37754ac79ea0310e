package queries

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"entrail/ingest/engine"
	"entrail/ingest/schema"
	"entrail/queries/rules"
	"entrail/queries/sigma"
)

// RuleEndings are those of files with rules of one's own: Sigma, and findings as package
// rules has them.
var RuleEndings = []string{".yml", ".yaml", ".sql"}

// IsRuleFile tells by its ending that a file can hold rules.
func IsRuleFile(path string) bool {
	return slices.Contains(RuleEndings, strings.ToLower(filepath.Ext(path)))
}

// RuleFile is a file of rules: its text, or why it can't be read.
type RuleFile struct {
	Path, Text string
	SHA256     string // of its bytes, lower-case hex
	Err        error
}

// Bounds of rules of one's own, which may come from a stranger.
const (
	maxOwnRules = 2_000
	maxRuleTime = 5 * time.Minute
)

// ownRules adds rules of one's own to the findings of a case.
type ownRules struct {
	c     *Case
	known []sigma.Rule          // those that are Sigma's
	logs  map[string]*sigma.Log // that these are for, by table
}

// ownRule is a rule that is to be added.
type ownRule struct {
	path  string
	sigma sigma.Rule // with Name, if it is one
	rule  rules.Rule
}

// AddRules looks for what rules of one's own name, whose hits are findings from then on. It
// is called before the first question. refused says of each rule that can't be used why;
// idle of each that can't find anything in this evidence what it asks for that no record has.
func (c *Case) AddRules(ctx context.Context, files []RuleFile) (refused, idle []string, err error) {
	if len(files) == 0 {
		return nil, nil, nil
	}
	c.findings.addsOwn = true
	defer func() { c.findings.addsOwn = false }()
	if err := c.findings.list(ctx); err != nil {
		return nil, nil, fmt.Errorf("list the rules: %w", err)
	}
	all, refused := readOwn(files)
	own := &ownRules{c: c, known: sigmaRules(all), logs: map[string]*sigma.Log{}}
	if err := own.learnSpellings(ctx); err != nil {
		return nil, nil, fmt.Errorf("--rules: look for the fields: %w", err)
	}
	isBase := map[string]bool{} // of a correlation, which alone makes findings
	for i, r := range all {
		if !r.sigma.IsCorrelation() {
			continue
		}
		bases, missing := r.sigma.Find(own.known)
		isNested := slices.ContainsFunc(bases, sigma.Rule.IsCorrelation)
		switch {
		case len(missing) > 0:
			refused = append(refused, refusal(r.path, r.sigma.Title, "it stands on rules that are not there: "+strings.Join(missing, ", ")))
		case isNested:
			refused = append(refused, refusal(r.path, r.sigma.Title, "it stands on another correlation, which is not supported"))
		}
		if len(missing) > 0 || isNested {
			all[i].sigma.Name, all[i].path = "", ""
			continue
		}
		for _, base := range bases {
			isBase[base.Name] = isBase[base.Name] || !r.sigma.IsFed()
		}
	}
	for _, r := range all {
		isSigma := r.sigma.Name != ""
		if r.path == "" || isSigma && isBase[r.sigma.Name] {
			continue
		}
		if isSigma {
			r.rule = r.sigma.Compile(own.logs, own.known)
		}
		if err := own.add(ctx, r.rule); err != nil {
			if ctx.Err() != nil {
				return nil, nil, ctx.Err()
			}
			refused = append(refused, refusal(r.path, r.rule.Name, err.Error()))
			continue
		}
		if !isSigma {
			continue
		}
		absences, err := own.absences(ctx, r.sigma)
		if err != nil {
			return nil, nil, fmt.Errorf("--rules: rule %s: look for what is missing: %w", r.rule.Name, err)
		}
		for _, a := range absences {
			idle = append(idle, "rule "+r.rule.Name+" can find nothing: "+a)
			if err := c.engine.Exec(ctx, "insert into rule_absences values ("+engine.Literal(r.rule.Name)+", "+engine.Literal(a)+")"); err != nil {
				return nil, nil, err
			}
		}
	}
	return refused, idle, c.findings.enter(ctx, c.findings.own, len(rules.All()))
}

// OwnRules are the rules of one's own as they would be looked for in logs of which nothing is
// known: fields and values are spelled as Sigma rules spell them. refused says of each that
// can't be used why, as far as it shows without logs.
func OwnRules(files []RuleFile) (own []rules.Rule, refused []string) {
	all, refused := readOwn(files)
	known := sigmaRules(all)
	logs := map[string]*sigma.Log{}
	for _, r := range known {
		if r.Table != "" && logs[r.Table] == nil {
			logs[r.Table] = sigma.NewLog(r.Table)
		}
	}
	for _, r := range all {
		if r.sigma.Name == "" {
			r.rule.Tactic = "own"
			own = append(own, r.rule)
			continue
		}
		if r.sigma.IsCorrelation() {
			if _, missing := r.sigma.Find(known); len(missing) > 0 {
				refused = append(refused, refusal(r.path, r.sigma.Title, "it stands on rules that are not there: "+strings.Join(missing, ", ")))
				continue
			}
		}
		compiled := r.sigma.Compile(logs, known)
		compiled.Tactic = "own"
		own = append(own, compiled)
	}
	return own, refused
}

// refusal says which rule can't be used, and why.
func refusal(path, rule, reason string) string {
	reason, _, _ = strings.Cut(reason, "\n")
	if rule == "" {
		return "--rules " + path + ": can't be used: " + reason
	}
	return "--rules " + path + ": rule " + rule + " can't be used: " + reason
}

var ruleName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,79}$`)

// readOwn reads the rules of files, each under a name of its own.
func readOwn(files []RuleFile) (all []ownRule, refused []string) {
	others := map[string][]string{} // rules by logs that are not read
	names := map[string]bool{}
	add := func(r ownRule, name string) {
		_, isOurs := rules.Lookup(name)
		switch {
		case isOurs || names[name]:
			refused = append(refused, refusal(r.path, name, "another rule has this name"))
		case len(all) == maxOwnRules:
			refused = append(refused, refusal(r.path, name, fmt.Sprintf("there are more than %d rules", maxOwnRules)))
		default:
			names[name] = true
			all = append(all, r)
		}
	}
	for _, f := range files {
		ending := strings.ToLower(filepath.Ext(f.Path))
		name := strings.TrimSuffix(filepath.Base(f.Path), filepath.Ext(f.Path))
		switch {
		case f.Err != nil:
			refused = append(refused, refusal(f.Path, "", f.Err.Error()))
		case ending == ".sql" && !ruleName.MatchString(canonical(name)):
			refused = append(refused, refusal(f.Path, "", "its name must be the finding's: letters a to z, digits and _, and at most 80"))
		case ending == ".sql":
			r, err := rules.Parse(canonical(name), f.Text)
			if err == nil {
				err = needsExist(r)
			}
			if err != nil {
				refused = append(refused, refusal(f.Path, "", err.Error()))
				continue
			}
			r.SQL = strings.TrimRight(r.SQL, "; \r\n\t")
			add(ownRule{path: f.Path, rule: r}, r.Name)
		default:
			found, problems := sigma.Read(name, f.Text)
			for _, p := range problems {
				if p.Log != "" {
					others[p.Log] = append(others[p.Log], p.Rule)
					continue
				}
				refused = append(refused, refusal(f.Path, p.Rule, p.Reason))
			}
			for _, r := range found {
				add(ownRule{path: f.Path, sigma: r}, r.Name)
			}
		}
	}
	for _, log := range slices.Sorted(maps.Keys(others)) {
		times, names := "1 rule is", others[log]
		if len(names) > 1 {
			times = fmt.Sprintf("%d rules are", len(names))
		}
		refused = append(refused, "--rules: "+times+" for the log "+log+", which entrail does not read: "+firstNamed(names))
	}
	return all, refused
}

// needsExist tells why a rule can't look in the tables that it names.
func needsExist(r rules.Rule) error {
	var tables []string
	for _, t := range schema.Tables() {
		tables = append(tables, t.Name)
	}
	for _, need := range r.Needs {
		if !slices.Contains(tables, need) {
			return fmt.Errorf("needs: there is no table %s%s", need, didYouMean(need, tables))
		}
	}
	return nil
}

// sigmaRules are those of all that are Sigma's.
func sigmaRules(all []ownRule) []sigma.Rule {
	var found []sigma.Rule
	for _, r := range all {
		if r.sigma.Name != "" {
			found = append(found, r.sigma)
		}
	}
	return found
}

// learnSpellings makes the logs that the rules are for, and asks how the records write the
// names that they use.
func (o *ownRules) learnSpellings(ctx context.Context) error {
	names := map[string][]string{} // fields by table
	for _, r := range o.known {
		if !r.IsCorrelation() {
			names[r.Table] = append(names[r.Table], r.Fields()...)
			continue
		}
		bases, _ := r.Find(o.known)
		for _, base := range bases {
			names[base.Table] = append(names[base.Table], r.Grouped(base)...)
		}
	}
	for table, fields := range names {
		if table == "" { // of a correlation
			continue
		}
		o.logs[table] = sigma.NewLog(table)
		statement := o.logs[table].Spellings(fields)
		if statement == "" {
			continue
		}
		rows, err := o.c.all(ctx, statement)
		if err != nil {
			return err
		}
		for _, row := range rows {
			o.logs[table].Learn(row[0].(string))
		}
	}
	return nil
}

// add checks a rule as a question of one's own is checked, and runs it.
func (o *ownRules) add(ctx context.Context, r rules.Rule) error {
	c := o.c
	if err := c.CheckQuery(ctx, r.SQL); err != nil {
		return err
	}
	if err := c.define(ctx, false, namesIn(r.SQL)...); err != nil {
		return err
	}
	rows, err := c.all(ctx, "select column_name from (describe "+r.SQL+"\n)")
	if err != nil {
		return err
	}
	for i, column := range rules.Columns {
		if i >= len(rows) || rows[i][0] != column.Name || len(rows) > len(rules.Columns) {
			var names []string
			for _, column := range rules.Columns {
				names = append(names, column.Name)
			}
			return fmt.Errorf("its columns must be %s", strings.Join(names, ", "))
		}
	}
	bounded, cancel := context.WithTimeout(ctx, maxRuleTime)
	defer cancel()
	if err := c.findings.run(bounded, r); err != nil {
		if errors.Is(bounded.Err(), context.DeadlineExceeded) {
			return fmt.Errorf("it takes longer than %s", maxRuleTime)
		}
		return err
	}
	ofRule := "from rule_hits where finding = " + engine.Literal(r.Name)
	wrong, err := c.engine.Count(ctx, "("+ofRule+" and (severity is null or severity not in (select severity from severities)))")
	if err != nil {
		return err
	}
	if wrong > 0 {
		if err := c.engine.Exec(ctx, "delete "+ofRule); err != nil {
			return err
		}
		return fmt.Errorf("it gives a severity that is none of %s", strings.Join(rules.Severities, ", "))
	}
	c.findings.own = append(c.findings.own, r)
	return nil
}

// absences say what a rule asks for that no record has, so that it can't find anything; none
// where there is no log to look in, which another report says.
func (o *ownRules) absences(ctx context.Context, r sigma.Rule) ([]string, error) {
	hits, err := o.c.engine.Count(ctx, "(from rule_hits where finding = "+engine.Literal(r.Name)+")")
	if err != nil || hits > 0 {
		return nil, err
	}
	bases := []sigma.Rule{r}
	if r.IsCorrelation() {
		bases, _ = r.Find(o.known)
	}
	var sentences []string
	for _, base := range bases {
		log := o.logs[base.Table]
		if n, err := o.c.filters.count(ctx, "evidence."+base.Table); err != nil || n == 0 {
			return nil, err
		}
		rows, err := o.c.all(ctx, base.Probe(log))
		if err != nil {
			return nil, err
		}
		isPassed := make([]bool, len(rows[0]))
		for i, v := range rows[0] {
			isPassed[i], _ = v.(bool)
		}
		for _, a := range base.Absent(log, isPassed) {
			sentence, err := o.absence(ctx, a)
			if err != nil {
				return nil, err
			}
			if r.IsCorrelation() {
				sentence += ", of its rule " + base.Name
			}
			sentences = append(sentences, sentence)
		}
		if !r.IsCorrelation() {
			continue
		}
		for _, name := range r.Grouped(base) {
			if !log.Has(name) {
				sentence, err := o.absence(ctx, sigma.Absence{Table: base.Table, Field: name})
				if err != nil {
					return nil, err
				}
				sentences = append(sentences, sentence)
			}
		}
	}
	return sentences, nil
}

// absence says of a field, or of its values, that no record has it, and what is nearest.
func (o *ownRules) absence(ctx context.Context, a sigma.Absence) (string, error) {
	t, _ := schema.Lookup(a.Table)
	if a.Field != "" && !a.IsThere {
		rows, err := o.c.all(ctx, "select distinct unnest(json_keys(json_text(raw))) as name from (from evidence."+a.Table+" limit 2000) order by name limit 1000")
		if err != nil {
			return "", err
		}
		names := o.logs[a.Table].Names()
		for _, row := range rows {
			if name, ok := row[0].(string); ok {
				names = append(names, name)
			}
		}
		return "no record of the " + t.Log + " has a field " + a.Field + didYouMean(a.Field, names), nil
	}
	const few = 3
	values := strings.Join(a.Values[:min(few, len(a.Values))], " or ")
	if more := len(a.Values) - few; more > 0 {
		values += fmt.Sprintf(" or %d more", more)
	}
	if a.Field == "" {
		return "no record of the " + t.Log + " has the text " + values, nil
	}
	if len(a.Values) == 0 {
		return "no record of the " + t.Log + " has " + a.Field + " so", nil
	}
	rows, err := o.c.all(ctx, a.There)
	if err != nil {
		return "", err
	}
	var there []string
	for _, row := range rows {
		there = append(there, row[0].(string))
	}
	near := ""
	for _, v := range a.Values[:min(few, len(a.Values))] {
		if near == "" {
			near = didYouMeanValue(strings.Trim(v, "*"), there)
		}
	}
	return "no record of the " + t.Log + " has " + a.Field + " " + values + near, nil
}

// didYouMeanValue offers the nearest of values, as they are written.
func didYouMeanValue(v string, there []string) string {
	written := map[string]string{}
	var names []string
	for _, value := range there {
		names = append(names, canonical(value))
		written[canonical(value)] = value
	}
	near := Nearest(v, names)
	for i, name := range near {
		near[i] = written[name]
	}
	if len(near) == 0 {
		return ""
	}
	return " (did you mean " + strings.Join(near, " or ") + "?)"
}

package sigma

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Bounds of one rule.
const (
	maxTests    = 500
	maxBranches = 5_000 // of the condition, each selection as often as it is named
	maxField    = 200   // bytes of a field's name
	maxTitle    = 200   // bytes
)

// Problem is why a rule, or a whole file, can't be used.
type Problem struct {
	Rule   string // title or name; empty = the file
	Reason string
	Log    string // product/service, where it is for logs that are not read; else empty
}

// Read reads the rules of a file. file names the only rule of one that gives no name.
func Read(file, text string) (rules []Rule, problems []Problem) {
	all, err := documents(text)
	if err != nil {
		problems = append(problems, Problem{Reason: err.Error()})
	}
	for _, document := range all {
		r, err := read(document)
		if r.Name == "" {
			r.Name = nameOf(r.Title)
		}
		if !document.has("name") && len(all) == 1 && nameOf(file) != "" {
			r.Name = nameOf(file)
		}
		if err == nil && r.Name == "" {
			err = errors.New("its title has no letter of a to z that a finding could be called by; give it a name")
		}
		if err != nil {
			problem := Problem{Rule: r.Title, Reason: err.Error()}
			if other := (*otherLog)(nil); errors.As(err, &other) {
				problem.Log = other.name
			}
			problems = append(problems, problem)
			continue
		}
		rules = append(rules, r)
	}
	if len(all) == 0 && err == nil {
		problems = append(problems, Problem{Reason: "it holds no rule"})
	}
	return rules, problems
}

// otherLog is the error of a rule for logs that are not read.
type otherLog struct{ name string }

func (e *otherLog) Error() string {
	return "it is for the log " + e.name + ", which entrail does not read"
}

var (
	technique  = regexp.MustCompile(`^t\d{4}(\.\d{3})?$`)
	tacticWord = regexp.MustCompile(`^[a-z_]{3,30}$`)
	timespan   = regexp.MustCompile(`^(\d{1,6})([smhdwM])$`)
)

func read(d value) (Rule, error) {
	r := Rule{
		Title:          d.at("title").text,
		ID:             d.at("id").text,
		Name:           nameOf(d.at("name").text),
		Description:    d.at("description").text,
		FalsePositives: d.at("falsepositives").texts(),
		References:     d.at("references").texts(),
	}
	switch {
	case !d.isMap():
		return r, errors.New("want names and values")
	case d.has("action"):
		return r, errors.New("a collection with action is not supported; write its parts whole")
	case strings.TrimSpace(r.Title) == "" && r.Name == "":
		return r, errors.New("it has no title")
	case len(r.Title) > maxTitle:
		r.Title = strings.ToValidUTF8(r.Title[:maxTitle], "")
		return r, fmt.Errorf("its title has more than %d bytes", maxTitle)
	case r.Title == "":
		r.Title = d.at("name").text
	}
	if r.Severity = severityOf(d.at("level").text); r.Severity == "" {
		return r, fmt.Errorf("level %q: want critical, high, medium, low or informational", d.at("level").text)
	}
	for _, tag := range d.at("tags").texts() {
		name, isAttack := strings.CutPrefix(strings.ToLower(tag), "attack.")
		name = strings.ReplaceAll(name, "-", "_")
		switch {
		case !isAttack:
		case technique.MatchString(name):
			r.Techniques = append(r.Techniques, strings.ToUpper(name))
		case r.Tactic == "" && tacticWord.MatchString(name):
			r.Tactic = name
		}
	}
	if d.has("correlation") {
		c, err := readCorrelation(d.at("correlation"))
		r.correlate = c
		return r, err
	}
	if err := r.readLog(d.at("logsource")); err != nil {
		return r, err
	}
	return r, r.readDetection(d.at("detection"))
}

// readLog finds the table of a logsource.
func (r *Rule) readLog(source value) error {
	product, service := strings.ToLower(source.at("product").text), strings.ToLower(source.at("service").text)
	name := strings.Trim(product+"/"+service, "/")
	if category := source.at("category").text; category != "" && service == "" {
		name = strings.Trim(product+"/"+category, "/")
	}
	switch {
	case product == "azure":
		r.Table = map[string]string{
			"signinlogs": "sign_ins", "auditlogs": "directory_audits", "pim": "directory_audits", "riskdetection": "risk_detections",
			"activitylogs": "azure_activity", "azureactivity": "azure_activity", "microsoftgraphactivitylogs": "graph_activity",
		}[service]
	case slices.Contains([]string{"m365", "o365", "microsoft365"}, product):
		r.Table = "audit_events"
	case name == "":
		return errors.New("it has no logsource with a product")
	}
	if r.Table == "" {
		return &otherLog{name}
	}
	return nil
}

// readDetection reads the selections and the condition.
func (r *Rule) readDetection(d value) error {
	if !d.isMap() {
		return errors.New("it has no detection")
	}
	var selections []selection
	for i, name := range d.keys {
		switch name {
		case "condition", "timeframe":
			continue
		}
		e, err := r.selection(d.items[i])
		if err != nil {
			return fmt.Errorf("selection %s: %w", name, err)
		}
		selections = append(selections, selection{name, e})
	}
	if d.has("timeframe") {
		return errors.New("timeframe is not supported; write a correlation")
	}
	conditions := d.at("condition").texts()
	if len(conditions) == 0 {
		return errors.New("it has no condition")
	}
	var parts []expr
	for _, text := range conditions {
		e, err := parseCondition(text, selections)
		if err != nil {
			return err
		}
		parts = append(parts, e)
	}
	r.condition = joinedBy(isOr, parts)
	if left := maxBranches; r.condition.exceeds(&left) {
		return fmt.Errorf("its condition has more than %d parts, each selection as often as it is named", maxBranches)
	}
	return nil
}

// exceeds counts the tree's parts down.
func (e expr) exceeds(left *int) bool {
	*left--
	return *left < 0 || slices.ContainsFunc(e.parts, func(part expr) bool { return part.exceeds(left) })
}

// selection reads a map, whose fields must all fit; a list of maps, of which one must;
// or a list of texts, of which one must be somewhere in the record.
func (r *Rule) selection(v value) (expr, error) {
	if v.isMap() {
		var parts []expr
		for i, key := range v.keys {
			e, err := r.field(key, v.items[i])
			if err != nil {
				return e, err
			}
			parts = append(parts, e)
		}
		if len(parts) == 0 {
			return expr{}, errors.New("it is empty")
		}
		return joinedBy(isAnd, parts), nil
	}
	var parts []expr
	var keywords value
	for _, item := range v.list() {
		switch {
		case item.isMap():
			e, err := r.selection(item)
			if err != nil {
				return e, err
			}
			parts = append(parts, e)
		case item.isScalar() && !item.isNil:
			keywords.items = append(keywords.items, item)
		default:
			return expr{}, errors.New("want fields, or texts to look for")
		}
	}
	if len(keywords.items) > 0 {
		keywords.kind = yaml.SequenceNode
		e, err := r.field("", keywords)
		if err != nil {
			return e, err
		}
		parts = append(parts, e)
	}
	if len(parts) == 0 {
		return expr{}, errors.New("it is empty")
	}
	return joinedBy(isOr, parts), nil
}

// field reads `field|modifiers: values`; without a field, texts to look for in the whole record.
func (r *Rule) field(key string, v value) (expr, error) {
	name, m, err := parseModifiers(key)
	if err != nil {
		return expr{}, err
	}
	if err := checkField(name); err != nil {
		return expr{}, err
	}
	if name == "" {
		if m.as != "" && m.as != "re" || m.isNot {
			return expr{}, fmt.Errorf("%s: it needs a field", key)
		}
		if m.side == "" && m.as == "" {
			m.side = "contains"
		}
	}
	t := test{field: name, isAll: m.isAll, isNot: m.isNot}
	if m.as == "exists" {
		switch strings.ToLower(v.text) {
		case "true", "yes":
			t.isExists = true
		case "false", "no":
			t.isNull = true
		default:
			return expr{}, fmt.Errorf("%s: want true or false", key)
		}
		return r.add(t)
	}
	items := v.list()
	if v.isNil {
		items = []value{v}
	}
	isNull := false
	for _, item := range items {
		switch {
		case item.isNil || item.isScalar() && item.text == "" && m == (modifiers{isAll: m.isAll, isNot: m.isNot}) && name != "":
			isNull = true // the tables have no empty text
		case !item.isScalar():
			return expr{}, fmt.Errorf("%s: want a value or a list of values", key)
		default:
			more, err := m.matchers(item.text)
			if err != nil {
				return expr{}, err
			}
			t.values = append(t.values, more...)
		}
	}
	switch {
	case isNull && (name == "" || m.as != "" || m.side != ""):
		return expr{}, fmt.Errorf("%s: nothing to compare with", key)
	case isNull && len(t.values) == 0:
		t.isNull = true
		return r.add(t)
	case len(t.values) == 0:
		return expr{}, fmt.Errorf("%s: there is no value", key)
	case m.encoding == "base64offset" && m.isAll && len(items) > 1:
		return expr{}, fmt.Errorf("%s: base64offset and all exclude each other", key)
	case m.encoding == "base64offset":
		t.isAll = false
	}
	e, err := r.add(t)
	if err != nil || !isNull {
		return e, err
	}
	none, err := r.add(test{field: name, isNull: true})
	return joinedBy(map[bool]kind{true: isAnd, false: isOr}[m.isAll], []expr{e, none}), err
}

// add is the tree of one test.
func (r *Rule) add(t test) (expr, error) {
	if len(r.tests) == maxTests {
		return expr{}, fmt.Errorf("it has more than %d fields to compare", maxTests)
	}
	r.tests = append(r.tests, t)
	return expr{kind: isTest, test: len(r.tests) - 1}, nil
}

// checkField tells why a field can't have that name.
func checkField(name string) error {
	isOdd := func(c rune) bool { return c < ' ' || c == '"' || c == '\\' || c == 0x7f }
	if len(name) > maxField || strings.ContainsFunc(name, isOdd) {
		return fmt.Errorf("field %.40q: no log has a field of that name", name)
	}
	return nil
}

var seconds = map[string]int64{"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400, "M": 30 * 86400}

const (
	maxCorrelated = 20 // rules, and fields to group by
	maxTimespan   = 400 * 86400
)

func readCorrelation(v value) (*correlation, error) {
	c := &correlation{kind: v.at("type").text, rules: v.at("rules").texts(), groupBy: v.at("group-by").texts(), aliases: map[string]map[string]string{}, isFed: v.at("generate").text == "true"}
	switch {
	case !slices.Contains([]string{"event_count", "value_count", "temporal", "temporal_ordered"}, c.kind):
		return c, fmt.Errorf("correlation of type %q: want event_count, value_count, temporal or temporal_ordered", c.kind)
	case len(c.rules) == 0:
		return c, errors.New("the correlation names no rules")
	case len(c.rules) > maxCorrelated || len(c.groupBy) > maxCorrelated:
		return c, fmt.Errorf("the correlation names more than %d rules or fields", maxCorrelated)
	case strings.HasPrefix(c.kind, "temporal") && len(c.rules) < 2:
		return c, fmt.Errorf("the correlation %s needs two rules or more", c.kind)
	}
	span := v.at("timespan").text
	if span == "" {
		span = v.at("timeframe").text
	}
	parts := timespan.FindStringSubmatch(span)
	if parts == nil {
		return c, fmt.Errorf("timespan %q: want a number and s, m, h, d, w or M, such as 15m", span)
	}
	n, _ := strconv.ParseInt(parts[1], 10, 64)
	if c.seconds = n * seconds[parts[2]]; c.seconds == 0 || c.seconds > maxTimespan {
		return c, fmt.Errorf("timespan %q: want more than nothing and at most 400 days", span)
	}
	for i, alias := range v.at("aliases").keys {
		fields := v.at("aliases").items[i]
		c.aliases[alias] = map[string]string{}
		for j, rule := range fields.keys {
			c.aliases[alias][rule] = fields.items[j].text
			if err := checkField(fields.items[j].text); err != nil {
				return c, err
			}
		}
	}
	condition := v.at("condition")
	switch isTemporal := strings.HasPrefix(c.kind, "temporal"); {
	case isTemporal && condition.isNil:
		c.compare, c.count = "gte", int64(len(c.rules))
	case isTemporal:
		return c, fmt.Errorf("a condition of the correlation %s is not supported: all its rules must be there", c.kind)
	case !condition.isMap():
		return c, errors.New("the correlation has no condition such as gte: 10")
	}
	for i, name := range condition.keys {
		text := condition.items[i].text
		switch {
		case name == "field" && c.kind == "value_count" && condition.items[i].isScalar():
			c.field = text
		case comparisons[name] == "":
			return c, fmt.Errorf("condition: %s is not supported", name)
		case c.compare != "":
			return c, errors.New("condition: want one comparison")
		default:
			c.compare = name
			var err error
			if c.count, err = strconv.ParseInt(text, 10, 32); err != nil || c.count < 0 {
				return c, fmt.Errorf("condition: %s %q: want a number", name, text)
			}
		}
	}
	switch {
	case c.compare == "":
		return c, errors.New("the correlation has no condition such as gte: 10")
	case c.kind == "value_count" && c.field == "":
		return c, errors.New("condition: value_count needs a field")
	}
	for _, name := range append([]string{c.field}, c.groupBy...) {
		if err := checkField(name); err != nil {
			return c, err
		}
	}
	return c, nil
}

var comparisons = map[string]string{"gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "eq": "=", "neq": "<>"}

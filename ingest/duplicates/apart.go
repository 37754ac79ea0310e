package duplicates

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"entrail/ingest/engine"
	"entrail/ingest/schema"
)

// Bounds on what is compared of one event, so that a file full of one id is not
// compared with itself.
const (
	mostClasses = 100 // records that all contradict each other; further ones stand alone
	mostMembers = 50  // of these, with which others are compared
)

// member is a record of an event as it is compared.
type member struct {
	row      int64
	sum      string
	identity []string // "" = not known
	body     value
}

// tellApart fills `classes` with the records that contradict a fuller one of their
// id and second, and therefore are another event.
func (r *remover) tellApart(t schema.Table) error {
	names := flatIdentity(t)
	var columns, torn []string
	for i := range names {
		columns = append(columns, fmt.Sprintf("coalesce(d.i%d, '')", i))
		torn = append(torn, fmt.Sprintf("min(i%d) <> max(i%[1]d)", i))
	}
	columns = append(columns, "''")
	if comparesBodies(t) {
		columns[len(columns)-1] = "s.raw"
		torn = append(torn, "count(distinct body) > 1")
	}
	err := r.exec(`
		create or replace temp table torn as
		select event
		from details
		group by event
		having ` + strings.Join(torn, " or "))
	if n, err := r.countIf(err, "torn"); n == 0 {
		return err
	}
	rows, err := r.engine.Query(r.ctx, `
		select d.event, d.row, d.body, `+strings.Join(columns, ", ")+`
		from details as d
		join `+t.Name+` as s on s.rowid = d.row
		where d.event in (from torn)
		order by d.event, d.rank`)
	if err != nil {
		return err
	}
	var apart, rewritten []string
	var event int64
	var classes eventClasses
	finish := func() {
		for row, raw := range classes.rewritten() {
			rewritten = append(rewritten, fmt.Sprintf("(%d, %s)", row, engine.Literal(raw)))
		}
	}
	for rows.Next() {
		v, err := rows.Values()
		if err != nil {
			rows.Close()
			return err
		}
		if n := v[0].(int64); n != event {
			finish()
			event, classes = n, eventClasses{identity: t.Identity, known: map[string]int{}}
		}
		m := member{row: v[1].(int64), sum: v[2].(string)}
		for _, x := range v[3 : 3+len(names)] {
			m.identity = append(m.identity, x.(string))
		}
		raw, _ := v[3+len(names)].(string)
		if class := classes.of(m, raw); class > 0 {
			apart = append(apart, fmt.Sprintf("(%d, %d)", m.row, class))
		}
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return err
	}
	finish()
	for some := range slices.Chunk(apart, 5000) {
		if err := r.exec("insert into classes values " + strings.Join(some, ", ")); err != nil {
			return err
		}
	}
	for some := range slices.Chunk(rewritten, 500) {
		if err := r.exec("insert into rewritten values " + strings.Join(some, ", ")); err != nil {
			return err
		}
	}
	return nil
}

// eventClasses are the records of one id and second, those in one class that don't
// contradict each other.
type eventClasses struct {
	identity [][]string
	known    map[string]int // class by what a record says: many say the same
	classes  [][]member
	parts    map[int]map[string][]value // class -> list -> the elements that its records have, one each
	first    map[int]string             // class -> raw text of the fullest record
}

// mostElements bounds a list that is put together.
const mostElements = 1000

// part takes the elements that a record of the class has of lists.
func (c *eventClasses) part(class int, m member, raw string) {
	m.body.partLists(func(name string, element value) {
		if c.parts == nil {
			c.parts, c.first = map[int]map[string][]value{}, map[int]string{}
		}
		if c.parts[class] == nil {
			c.parts[class] = map[string][]value{}
		}
		element = element.opened().element()
		elements := c.parts[class][name]
		if len(elements) < mostElements && !slices.ContainsFunc(elements, func(e value) bool { return !differ("", e, element) }) {
			c.parts[class][name] = append(elements, element)
		}
	})
	if m.row == c.classes[class][0].row && c.parts[class] != nil {
		c.first[class] = raw
	}
}

// rewritten are the raw texts of the rows that stand for records with an element of
// a list each, as mv-expand writes them: with the whole list.
func (c *eventClasses) rewritten() map[int64]string {
	all := map[int64]string{}
	for class, parts := range c.parts {
		raw, ok := c.first[class]
		if !ok {
			continue // the fullest has the list
		}
		fullest := c.classes[class][0]
		for _, name := range slices.Sorted(maps.Keys(parts)) {
			if elements := parts[name]; len(elements) > 1 {
				fullest.body = body(raw) // a list before may have moved it
				fullest.body.partLists(func(other string, member value) {
					if other == name {
						raw = withList(raw, member, elements)
					}
				})
			}
		}
		if raw != c.first[class] {
			all[fullest.row] = raw
		}
	}
	return all
}

// of is the class of the next record, which is not fuller than those before it: the
// first in which it contradicts none.
func (c *eventClasses) of(m member, raw string) int {
	key := m.sum + "\x00" + strings.Join(m.identity, "\x00")
	if class, ok := c.known[key]; ok {
		return class
	}
	class := len(c.classes)
	if class < mostClasses {
		if raw != "" {
			m.body = body(raw)
		}
		for i, members := range c.classes {
			if !slices.ContainsFunc(members, func(o member) bool { return c.contradict(m, o) }) {
				class = i
				break
			}
		}
	}
	if class == len(c.classes) {
		c.classes = append(c.classes, nil)
	}
	if len(c.classes[class]) < mostMembers {
		c.classes[class] = append(c.classes[class], m)
	}
	c.known[key] = class
	c.part(class, m, raw)
	return class
}

// contradict tells whether two records differ in what tells them apart: of several
// columns for one thing, in the first that both have.
func (c *eventClasses) contradict(a, b member) bool {
	i := 0
	for k, alternatives := range c.identity {
		if k == 0 && slices.Equal(alternatives, []string{"event_time"}) || slices.Equal(alternatives, []string{"raw"}) {
			continue
		}
		decided := false
		for range alternatives {
			if !decided && a.identity[i] != "" && b.identity[i] != "" {
				if a.identity[i] != b.identity[i] {
					return true
				}
				decided = true
			}
			i++
		}
	}
	return a.body.contradicts(b.body)
}

package queries

import (
	"context"
	"slices"
	"strings"

	"entrail/ingest/pseudonym"
)

// Extent is what of the tenant's evidence a case has.
type Extent struct {
	part       string          // what was read, where that is not all
	reductions map[string]bool // of the whole tenant, by the names of their queries
	isCopy     bool            // with pseudonyms in the place of names
}

// readExtent reads it.
func readExtent(ctx context.Context, c *Case) (x Extent, err error) {
	rows, err := c.all(ctx, "select string_agg(distinct value, '; ' order by value) from evidence.meta where key = 'part'")
	if err != nil {
		return x, err
	}
	x.part, _ = rows[0][0].(string)
	if rows, err = c.all(ctx, "select distinct reduction from evidence.reductions where reduction is not null"); err != nil {
		return x, err
	}
	x.reductions = map[string]bool{}
	for _, row := range rows {
		x.reductions[row[0].(string)] = true
	}
	rows, err = c.all(ctx, "select count(*) > 0 from evidence.meta where key = '"+pseudonym.MetaKey+"'")
	if err != nil {
		return x, err
	}
	x.isCopy = rows[0][0] == true
	return x, nil
}

// Part says in a sentence that only a part of the evidence was read, and which; "" = all.
func (x Extent) Part() string {
	if x.part == "" {
		return ""
	}
	return "Only a part of the evidence was read: " + x.part
}

// Pseudonyms says in two sentences that the case is a copy with pseudonyms; "" = it is not.
func (x Extent) Pseudonyms() string {
	if !x.isCopy {
		return ""
	}
	return "This is a copy with pseudonyms in the place of names. Findings that end in" + asJudged + " are those of the original, for their rules read how a name is spelt"
}

// ofRules is what the rules compare all accounts for.
const ofRules = "what findings compare accounts, addresses and days for, such as sprays"

// noteOn says what a question with these references judges by a part of the tenant,
// where a part was read; "" = nothing.
func (x Extent) noteOn(refs []reference) string {
	if x.part == "" {
		return ""
	}
	var byReductions, byPart []string
	for _, j := range judgedBy(refs) {
		if x.reductions[j.reducedBy] {
			byReductions = append(byReductions, j.what)
		} else {
			byPart = append(byPart, j.what)
		}
	}
	switch {
	case len(byPart) == 0:
		return ""
	case len(byReductions) == 0:
		return x.Part() + ". What is judged on the whole tenant, such as what is first, new, usual, shared, own or missing, was judged on this part."
	}
	return x.Part() + ". Judged on the whole tenant, by its reductions: " + strings.Join(byReductions, ", ") +
		". Judged on this part: " + strings.Join(byPart, ", ") + "."
}

// judgement is something that a question says of the whole tenant.
type judgement struct{ what, reducedBy string }

// judgedBy lists what a question with these references judges on all evidence, whatever is
// shown, each once.
func judgedBy(refs []reference) []judgement {
	var all []judgement
	add := func(j judgement) {
		if !slices.Contains(all, j) {
			all = append(all, j)
		}
	}
	seen := map[string]bool{}
	var walk func(ref reference)
	walk = func(ref reference) {
		if ref.evidence {
			add(judgement{what: "what all rows of " + ref.name + " are read for"})
			return
		}
		if seen[ref.name] {
			return
		}
		seen[ref.name] = true
		if slices.Contains(ruleTables, ref.name) || slices.Contains(hitTables, ref.name) {
			for _, v := range views {
				if v.reducedBy != "" {
					add(judgement{v.judges, v.reducedBy})
				}
			}
			add(judgement{what: ofRules})
			return
		}
		v, _ := lookupRelation(ref.name)
		if v.reducedBy != "" {
			add(judgement{v.judges, v.reducedBy})
			return
		}
		if strings.Contains(v.SQL, "evidence.") {
			add(judgement{what: "what the view " + v.Name + " has of all evidence"})
		}
		for _, name := range v.names {
			walk(reference{name: name})
		}
	}
	for _, ref := range refs {
		walk(ref)
	}
	return all
}

package queries

import (
	"context"
	"embed"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

//go:embed model
var modelFiles embed.FS

type modelView struct {
	name, sql      string
	isMaterialized bool
	reads          []string
}

var modelViews = mustReadModel()

func mustReadModel() []modelView {
	var all []modelView
	entries, err := modelFiles.ReadDir("model")
	if err != nil {
		panic(err)
	}
	for _, e := range entries {
		if path.Ext(e.Name()) != ".sql" {
			continue
		}
		text, err := modelFiles.ReadFile("model/" + e.Name())
		if err != nil {
			panic(err)
		}
		all = append(all, modelView{
			name: strings.TrimSuffix(e.Name(), ".sql"), sql: string(text),
			isMaterialized: strings.Contains(string(text), "-- materialized: yes"),
		})
	}
	word := regexp.MustCompile(`[a-z_]+`)
	for i := range all {
		words := word.FindAllString(all[i].sql, -1)
		for _, other := range all {
			if other.name != all[i].name && slices.Contains(words, other.name) {
				all[i].reads = append(all[i].reads, other.name)
			}
		}
	}
	return all
}

// defineModel defines the views of these names, and what they read.
func (c *Case) defineModel(ctx context.Context, names ...string) error {
	for _, v := range modelViews {
		if c.kept["model "+v.name] || !slices.Contains(names, v.name) {
			continue
		}
		c.kept["model "+v.name] = true
		if err := c.defineModel(ctx, v.reads...); err != nil {
			return err
		}
		refs, err := c.references(ctx, v.sql)
		if err != nil {
			return err
		}
		if err := c.prepareFor(ctx, refs, false); err != nil {
			return err
		}
		kind := "view"
		if v.isMaterialized {
			kind = "table"
		}
		if err := c.engine.Exec(ctx, "create "+kind+" "+v.name+" as\n"+v.sql); err != nil {
			return fmt.Errorf("define %s: %w", v.name, err)
		}
	}
	return nil
}

package pseudonym

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"entrail/ingest/engine"
	"entrail/ingest/schema"
)

// MetaKey is the key in the table meta of a copy. Its value says which Key it was made with,
// and which of its permutations of addresses.
const MetaKey = "pseudonyms"

// ErrOtherKey is the error of a key that a copy was not made with.
var ErrOtherKey = errors.New("the copy was made with another key")

// Copy writes a copy of the case at from into the file to, which must not be there, and
// returns what replaced the names. It leads back once Seal is done.
func Copy(ctx context.Context, from, to string, k *Key, known Known, o engine.Options) (*Mapper, error) {
	m := NewMapper(k, known)
	err := transcribe(ctx, from, to, o, func(c *transcript) error {
		switch made, err := c.madeWith(ctx); {
		case err != nil:
			return err
		case made != "":
			return errors.New("the case is a copy with pseudonyms already")
		}
		if err := c.meetNames(ctx, m); err != nil {
			return err
		}
		m.choosePermutation()
		if err := c.write(ctx, m.Text); err != nil {
			return err
		}
		return c.to.Exec(ctx, "insert into meta (key, value) values ($1, $2)", MetaKey, fmt.Sprintf("key %s addresses %d", k.ID, m.permutation))
	})
	return m, err
}

// Seal writes the words that the pseudonyms of a copy stand for into its table, sealed. The
// copy is attached as evidence, writable.
func Seal(ctx context.Context, e *engine.Engine, m *Mapper) error {
	if err := e.Use(ctx); err != nil {
		return err
	}
	return e.Append("pseudonyms", func(add func(...driver.Value) error) error {
		for _, p := range slices.Sorted(maps.Keys(m.words.originals)) {
			if err := add(p, m.key.sealed(m.words.originals[p])); err != nil {
				return err
			}
		}
		return nil
	})
}

// Restore writes the case that a copy was made of into the file to, which must not be
// there.
func Restore(ctx context.Context, from, to string, k *Key, o engine.Options) error {
	return transcribe(ctx, from, to, o, func(c *transcript) error {
		m, err := c.restorer(ctx, k)
		if err != nil {
			return err
		}
		if err := c.write(ctx, m.Text); err != nil {
			return err
		}
		return c.to.Exec(ctx, "delete from meta where key = $1", MetaKey)
	})
}

// Restorer returns what leads back from the pseudonyms of a copy.
func Restorer(ctx context.Context, copyPath string, k *Key, o engine.Options) (m *Mapper, err error) {
	c := &transcript{}
	if c.from, err = open(ctx, copyPath, o); err != nil {
		return nil, err
	}
	defer c.from.Close()
	return c.restorer(ctx, k)
}

// transcript is a case that is copied text by text.
type transcript struct{ from, to *engine.Engine }

// open attaches a case as data.
func open(ctx context.Context, path string, o engine.Options) (*engine.Engine, error) {
	e, err := engine.New(ctx, o)
	if err != nil {
		return nil, err
	}
	for _, step := range []func() error{
		func() error { return e.Attach(ctx, path) },
		func() error { return e.Lock(ctx) },
		func() error { return schema.Check(ctx, e, "evidence") },
	} {
		if err := step(); err != nil {
			e.Close()
			return nil, err
		}
	}
	return e, nil
}

func transcribe(ctx context.Context, from, to string, o engine.Options, do func(*transcript) error) (err error) {
	c := &transcript{}
	o.Beside = 1
	if c.from, err = open(ctx, from, o); err != nil {
		return err
	}
	defer c.from.Close()
	if c.to, err = engine.New(ctx, o); err != nil {
		return err
	}
	defer c.to.Close()
	if err := c.to.Create(ctx, to); err != nil {
		return err
	}
	err = c.to.Together(ctx, func() error {
		if err := schema.CreateTables(ctx, c.to); err != nil {
			return err
		}
		return schema.CreateMacros(ctx, c.to)
	})
	if err != nil {
		return err
	}
	if err := do(c); err != nil {
		return err
	}
	return c.to.Detach(ctx)
}

// madeWith is the value of MetaKey; empty for a case that is no copy.
func (c *transcript) madeWith(ctx context.Context) (string, error) {
	rows, err := c.from.All(ctx, "select value from evidence.meta where key = $1 and value is not null", MetaKey)
	if err != nil || len(rows) == 0 {
		return "", err
	}
	made, _ := rows[0][0].(string)
	return made, nil
}

// restorer reads the words of a copy.
func (c *transcript) restorer(ctx context.Context, k *Key) (*Mapper, error) {
	made, err := c.madeWith(ctx)
	switch {
	case err != nil:
		return nil, err
	case made == "":
		return nil, errors.New("the case is no copy with pseudonyms")
	}
	m := NewMapper(k, Known{})
	m.back = true
	var id string
	if _, err := fmt.Sscanf(made, "key %16s addresses %d", &id, &m.permutation); err != nil || m.permutation < 0 || m.permutation >= mostTries {
		return nil, errSeal
	}
	if id != k.ID {
		return nil, ErrOtherKey
	}
	m.addresses = k.permutation(m.permutation)
	rows, err := c.from.Query(ctx, "select pseudonym, sealed from evidence.pseudonyms")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			return nil, err
		}
		pseudonym, _ := values[0].(string)
		sealed, _ := values[1].(string)
		word, err := k.opened(sealed)
		if err != nil {
			return nil, err
		}
		m.words.originals[pseudonym] = word
	}
	return m, rows.Err()
}

// kindOf is what the text of a column is.
func kindOf(t schema.Table, column string) Kind {
	switch {
	case slices.Contains(t.Names, column):
		return Name
	case slices.Contains(t.Words, column):
		return Own
	}
	return Other
}

// meetNames notes the names of the whole case, and what Microsoft's logs say, before the first is
// replaced.
func (c *transcript) meetNames(ctx context.Context, m *Mapper) error {
	for _, t := range all() {
		if t.Name == "meta" || t.Name == "rejects" || t.Name == "files" {
			continue
		}
		for _, column := range t.Columns {
			kind := kindOf(t.Table, column.Name)
			isAddress := strings.HasPrefix(column.Name, "ip_address")
			if isAddress {
				kind = Name
			}
			isRaw := column.Name == "raw"
			if column.Type != "varchar" || kind == Other && !isRaw && !slices.Contains(t.Bucket, column.Name) {
				continue
			}
			distinct := "distinct "
			if isRaw {
				distinct = "" // each is another
			}
			rows, err := c.from.Query(ctx, "select "+distinct+column.Name+" from evidence."+t.at+" where "+column.Name+" <> ''")
			if err != nil {
				return err
			}
			for rows.Next() {
				values, err := rows.Values()
				if err != nil {
					rows.Close()
					return err
				}
				if text := values[0].(string); isRaw {
					m.MeetRaw(text)
				} else {
					m.Meet(text, kind)
				}
			}
			if err := errors.Join(rows.Err(), rows.Close()); err != nil {
				return err
			}
		}
	}
	return nil
}

// located is a table of a case, or its counterpart in the schema copies.
type located struct {
	schema.Table
	at string // SCHEMA.TABLE
}

// all are the tables of the evidence.
func all() (tables []located) {
	for _, t := range schema.Tables() {
		if !t.IsCodes && t.Name != "pseudonyms" && t.Name != "judged_findings" {
			tables = append(tables, located{t, "main." + t.Name})
		}
	}
	for _, t := range schema.Copied() {
		tables = append(tables, located{t, "copies." + t.Name})
	}
	return tables
}

// write copies every table, each text as replace has it.
func (c *transcript) write(ctx context.Context, replace func(string, Kind) string) error {
	for _, t := range all() {
		if err := c.writeTable(ctx, t, replace); err != nil {
			return fmt.Errorf("copy the table %s: %w", t.Name, err)
		}
	}
	return nil
}

func (c *transcript) writeTable(ctx context.Context, t located, replace func(string, Kind) string) error {
	var columns []string
	for _, column := range t.Columns {
		columns = append(columns, column.Name)
	}
	rows, err := c.from.Query(ctx, "select "+strings.Join(columns, ", ")+" from evidence."+t.at)
	if err != nil {
		return err
	}
	defer rows.Close()
	err = c.to.Append(t.at, func(add func(...driver.Value) error) error {
		for rows.Next() {
			values, err := rows.Values()
			if err != nil {
				return err
			}
			row := make([]driver.Value, len(values))
			for i, column := range t.Columns {
				kind := kindOf(t.Table, column.Name)
				if t.Name == "meta" {
					kind = kindOfMeta(values[0], column.Name)
				}
				switch v := values[i].(type) {
				case string:
					row[i] = replace(v, kind)
				case int64:
					if row[i] = v; column.Type == "integer" {
						row[i] = int32(v)
					}
				default:
					row[i] = v
				}
			}
			if err := add(row...); err != nil {
				return err
			}
		}
		return ctx.Err()
	})
	return errors.Join(err, rows.Err())
}

// kindOfMeta is what a text of the table meta is: of a command line, each word may be a
// name.
func kindOfMeta(key any, column string) Kind {
	switch {
	case column != "value":
		return Own
	case key == "load":
		return Name
	case key == "part":
		return Other
	}
	return Own
}

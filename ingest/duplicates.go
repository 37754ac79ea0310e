package ingest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"entrail/ingest/schema"
)

// removeDuplicates makes one row of all records that are the same one, and lists
// the others in `duplicates`.
func (l *loader) removeDuplicates() error {
	// A session that an earlier load found in a text is no part of the record.
	err := l.exec("update audit_events set session_id = null, session_id_source = null where session_id_source = 'free text'")
	if err != nil {
		return err
	}
	for _, t := range schema.Records() {
		var err error
		switch {
		case t.Log == "":
			err = l.removeEqual(t, t.ID, "true")
		default:
			if err = l.unite(t); err == nil {
				err = l.removeEqual(t, withoutID(t), nameless)
			}
		}
		switch {
		case err == nil && t.Name == "directory_audits":
			err = l.matchPortalAudits(t)
		case err == nil && t.Name == "provisioning_events":
			err = l.matchPortalProvisioning(t)
		}
		if err != nil {
			return fmt.Errorf("find the duplicates in %s: %w", t.Name, err)
		}
	}
	return nil
}

// withoutID stands for the id of a record that has none: what equal bodies have in
// common, so that few are compared.
func withoutID(t schema.Table) string {
	return "concat_ws('|', event_time, " + strings.Join(flatIdentity(t), ", ") + ")"
}

// removeEqual takes out records with equal id and equal body, among those of
// which the condition is true. Bodies are compared as text first; only where
// one id has several texts, Go compares them with their keys sorted and their
// scalars as text.
func (l *loader) removeEqual(t schema.Table, id, condition string) error {
	err := l.exec(fmt.Sprintf(`
		create or replace temp table candidates as
		with repeated as (
			select coalesce(%[2]s, '') as id
			from %[1]s
			where file_id is not null and %[3]s
			group by all
			having count(*) > 1
		)
		select
			rowid as row,
			coalesce(%[2]s, '') as id,
			file_id,
			record,
			md5(raw) as body
		from %[1]s
		where file_id is not null and %[3]s
			and coalesce(%[2]s, '') in (select id from repeated)`, t.Name, id, condition))
	if n, err := l.countIf(err, "candidates"); n == 0 {
		return err
	}
	if err := l.exec("create or replace temp table canonical (row bigint, body varchar)"); err != nil {
		return err
	}
	if err := l.compareBodies(t.Name); err != nil {
		return err
	}
	err = l.exec(`
		create or replace temp table duplicate_rows as
		with ranked as (
			select
				c.row,
				c.id,
				c.file_id,
				c.record,
				first_value(c.file_id) over copies as kept_file_id,
				first_value(c.record) over copies as kept_record,
				row_number() over copies as place
			from candidates as c
			join files as f using (file_id)
			left join canonical as k on k.row = c.row
			window copies as (
				partition by c.id, coalesce(k.body, c.body)
				order by c.body, f.path, c.file_id, c.record
			)
		)
		select *, true as identical from ranked where place > 1`)
	if err == nil {
		err = l.compare(t)
	}
	if err != nil {
		return err
	}
	return l.moveDuplicates(t)
}

// compareBodies fills `canonical` for the candidates whose id has several texts.
func (l *loader) compareBodies(table string) error {
	rows, err := l.engine.Query(l.ctx, `
		with unequal as (
			select id
			from candidates
			group by all
			having count(distinct body) > 1
		)
		select c.row, t.raw
		from candidates as c
		join `+table+` as t on t.rowid = c.row
		where c.id in (select id from unequal)`)
	if err != nil {
		return err
	}
	var values []string
	for rows.Next() {
		v, err := rows.Values()
		if err != nil {
			rows.Close()
			return err
		}
		text, _ := v[1].(string)
		values = append(values, fmt.Sprintf("(%d, '%s')", v[0], canonicalSum(text)))
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return err
	}
	for some := range slices.Chunk(values, 5000) {
		if err := l.exec("insert into canonical values " + strings.Join(some, ", ")); err != nil {
			return err
		}
	}
	return nil
}

// canonicalSum is the same for two JSON texts that say the same: white space,
// the order of keys, and whether a scalar is a number or its text don't count.
// Of a key that is there twice, both values do. A text that is no JSON stands
// for itself.
func canonicalSum(text string) string {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	canonical, err := appendCanonical(nil, d)
	if err != nil {
		canonical = []byte(text)
	}
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:16])
}

// appendCanonical appends the decoder's next value.
func appendCanonical(dst []byte, d *json.Decoder) ([]byte, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		type member struct {
			key   string
			value []byte
		}
		var members []member
		for d.More() {
			key, err := d.Token()
			if err != nil {
				return nil, err
			}
			value, err := appendCanonical(nil, d)
			if err != nil {
				return nil, err
			}
			members = append(members, member{key.(string), value})
		}
		slices.SortStableFunc(members, func(a, b member) int { return strings.Compare(a.key, b.key) })
		dst = append(dst, '{')
		for _, m := range members {
			dst = append(appendScalar(dst, m.key), m.value...)
		}
		dst = append(dst, '}')
		_, err = d.Token()
	case json.Delim('['):
		dst = append(dst, '[')
		for d.More() {
			if dst, err = appendCanonical(dst, d); err != nil {
				return nil, err
			}
		}
		dst = append(dst, ']')
		_, err = d.Token()
	case nil:
		dst = append(dst, 'n')
	default:
		dst = appendScalar(dst, fmt.Sprint(token))
	}
	return dst, err
}

// appendScalar writes the length first, so that no text can look like two.
func appendScalar(dst []byte, s string) []byte {
	dst = fmt.Appendf(dst, "%d:", len(s))
	return append(dst, s...)
}

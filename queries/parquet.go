package queries

import (
	"context"
	"strings"

	"entrail/ingest/engine"
	"entrail/ingest/parquet"
	"entrail/ingest/schema"
)

// WriteParquet writes the whole case into a folder that is there and empty, with the
// lookups of the model, and the indexes by which the partitions of a user are found.
func WriteParquet(ctx context.Context, casePath, folder, version string, o engine.Options) (parquet.Written, error) {
	options := parquet.Options{Engine: o, Version: version, Lookups: []parquet.Lookup{partitionsOfUsers(), namesOfAccounts()}}
	for name := range filesOf("model/lookups/*.sql") {
		v, _ := lookupView(name)
		options.Lookups = append(options.Lookups, parquet.Lookup{Table: v.Table, SQL: "from (" + v.SQL + ") order by all"})
	}
	for _, m := range macros {
		if m.Name == "home_account" {
			options.Macros = append(options.Macros, m.SQL)
		}
	}
	return parquet.Write(ctx, casePath, folder, options)
}

// partitionsOfUsers says where the records are that --user shows of a name: those that have
// it in a column of users, and all of the sessions that these are of.
func partitionsOfUsers() parquet.Lookup {
	t := schema.Table{Name: parquet.UserPartitions, Comment: "Where the records of a user lie: those that name the user, and those of the same sessions.", Columns: []schema.Column{
		{Name: "name", Type: "varchar", Comment: "a user's name or id in any log, lower case; what looks like a path isn't listed"},
		{Name: "in_log", Type: "varchar", Comment: "the table"},
		{Name: "in_bucket", Type: "varchar", Comment: "the bucket"},
		{Name: "first_day", Type: "date", Comment: "the first day there"},
		{Name: "last_day", Type: "date", Comment: "the last day there"},
	}}
	place := func(t schema.Table) string {
		return "'" + t.Name + "' as in_log, " + parquet.Bucket(t) + " as in_bucket, " + parquet.Day(t) + " as day"
	}
	named := namesLogged(
		func(column string) string { return column + " <> '' and not contains(" + column + ", '/')" },
		func(t schema.Table) string {
			if t.Has("session_id") {
				return ", " + place(t) + ", nullif(session_id, '') as session_id"
			}
			return ", " + place(t) + ", null as session_id"
		})
	var sessions []string
	for _, t := range schema.Logs() {
		if t.Has("session_id") {
			sessions = append(sessions, "select session_id, "+place(t)+" from evidence."+t.Name+" where session_id <> ''")
		}
	}
	return parquet.Lookup{Table: t, SQL: `
		with
		named as (` + named + `),
		in_sessions as (
			select
				session_id,
				in_log,
				in_bucket,
				min(day) as first_day,
				max(day) as last_day,
			from (` + strings.Join(sessions, " union all ") + `)
			group by all
		),
		-- in which a user's records lie with those of another name
		spread as (
			select session_id
			from in_sessions
			group by session_id
			having count(distinct in_bucket) > 1
		),
		found as (
			select lower(name) as name, in_log, in_bucket, day as first_day, day as last_day
			from named
			where name <> ''
			union all
			select n.name, s.in_log, s.in_bucket, s.first_day, s.last_day
			from (select distinct lower(name) as name, session_id from named where name <> '' and session_id in (from spread)) as n
			join in_sessions as s using (session_id)
		)
		select
			name,
			in_log,
			in_bucket,
			min(first_day) as first_day,
			max(last_day) as last_day,
		from found
		group by all
		order by all`}
}

// namesOfAccounts says which names are one account's, as accountsOf and homesOf find them.
func namesOfAccounts() parquet.Lookup {
	t := schema.Table{Name: parquet.UserNames, Comment: "Names and ids that one account has in the logs.", Columns: []schema.Column{
		{Name: "name", Type: "varchar", Comment: "user principal name, display name, id or what was typed, lower case"},
		{Name: "other_name", Type: "varchar", Comment: "another name of the account, or its id, lower case"},
	}}
	return parquet.Lookup{Table: t, SQL: `
		with
		accounts as (select distinct * from (` + accountsLogged + `)),
		meant as (
			select
				unnest([user_principal_name, user_id]) as name,
				[user_principal_name, user_display_name, user_id, sign_in_identifier] as names,
			from accounts
		),
		guests as (` + guestsLogged() + `),
		pairs as (
			select lower(unnest(names)) as name, lower(name) as other_name
			from meant
			where ` + isAccount + `
			union
			select name, home from guests
			union
			select home, name from guests
		)
		select name, other_name
		from pairs
		where name <> other_name
		order by all`}
}

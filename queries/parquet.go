package queries

import (
	"context"
	"slices"
	"strings"

	"entrail/ingest/engine"
	"entrail/ingest/parquet"
	"entrail/ingest/schema"
)

// WriteParquet writes the whole case into a folder that is there and empty, with the
// lookups of the model, and the indexes by which the partitions of a user are found.
func WriteParquet(ctx context.Context, casePath, folder, version string, o engine.Options) (parquet.Written, error) {
	options := parquet.Options{Engine: o, Version: version, Lookups: []parquet.Lookup{partitionsOfUsers(), namesOfAccounts()}}
	for name := range filesOf(modelFiles, "model/lookups/*.sql") {
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
	return parquet.Lookup{Table: parquet.UserPartitions, SQL: `
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
	return parquet.Lookup{Table: parquet.UserNames, SQL: `
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

// Partitions are those of a folder of Parquet that can have what the filter shows: by
// users and by time. A session may be anybody's, at any time.
func (f Filter) Partitions() parquet.Choice {
	var c parquet.Choice
	if len(f.Sessions)+len(f.Findings)+len(f.Incidents) > 0 {
		return c
	}
	var by []string
	if len(f.Users) > 0 && !slices.ContainsFunc(f.Users, func(user string) bool { return !parquet.IsIndexed(user) }) {
		c.Users = f.Users
		by = append(by, "--user")
	}
	if !f.Since.IsZero() {
		c.From = f.Since.at
		by = append(by, "--since")
	}
	if !f.Until.IsZero() {
		c.To = f.Until.at
		by = append(by, "--until")
	}
	c.By = strings.Join(by, ", ")
	return c
}

package queries

import (
	"context"
	"testing"
	"time"

	"entrail/ingest/engine"
)

// BenchmarkReports asks the reports that read both logs of a tenant with a
// million audit events, 250,000 sign-ins and 50,000 sessions, each in a run of
// its own: the sessions are worked out once a run. sessions may take five
// seconds on two cores.
//
//	go test ./queries -run '^$' -bench Reports -benchtime 1x
func BenchmarkReports(b *testing.B) {
	ctx := context.Background()
	path := newCase(b, sessionsOfAMonth, whatTheyDid, theirResets)
	for _, name := range []string{"sessions", "session_events", "coverage", "summary"} {
		b.Run(name, func(b *testing.B) {
			report, _ := Lookup(name)
			for b.Loop() {
				c, err := Open(ctx, path, engine.Options{Temp: b.TempDir(), Threads: 2}, Filter{}, time.UTC)
				if err != nil {
					b.Fatal(err)
				}
				r, err := c.Run(ctx, report)
				if err != nil {
					b.Fatal(err)
				}
				for _, err := range r.Rows {
					if err != nil {
						b.Fatal(err)
					}
				}
				if err := c.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// A session has five sign-ins and fourteen audit events within a day or so; one
// event in a hundred is from elsewhere. Ids are as long as real ones. Three
// audit events in ten carry no session id.
const sessionsOfAMonth = `
insert into sign_ins by name
with numbered as (
    select
        i,
        i % 50000 as s, -- the session
        i % 5000 as u, -- its user
        hash(i) % 100 as dice,
    from range(250000) as numbers (i)
)
select
    1 as file_id,
    i as record,
    md5('sign-in' || i)::uuid::varchar as id,
    timestamp '2026-09-01' + to_seconds((hash(s) % 2500000 + hash(i) % 90000)::bigint) as event_time,
    case when i < 50000 then 'interactive' else 'non_interactive' end as category,
    'user' || u || '@contoso.com' as user_principal_name,
    md5('user' || u)::uuid::varchar as user_id,
    md5('app' || hash(i) % 60)::uuid::varchar as app_id,
    'Application ' || hash(i) % 60 as app_display_name,
    case when dice = 0 then '203.0.113.' || hash(i + 1) % 200
        else '10.' || u // 250 || '.' || u % 250 || '.' || hash(i + 1) % 3 end as ip_address,
    case when dice = 0 then 64500 + hash(i + 2) % 9 else 1000 + u % 40 end as autonomous_system_number,
    case when dice = 0 then ['US', 'PT'][1 + i % 2] else ['DE', 'FR', 'GB', 'IE', 'NL'][1 + u % 5] end as country,
    case when dice between 1 and 5 then 'interrupted' else 'success' end as status,
    case when dice between 1 and 5 then 50140 else 0 end as error_code,
    'none' as client_credential_type,
    'Windows10' as operating_system,
    'Edge ' || 100 + s % 20 as browser,
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/' || 100 + s % 20 as user_agent,
    case when u % 3 > 0 then md5('device' || u)::uuid::varchar end as device_id,
    case when u % 3 > 0 then 'LT-' || u end as device_name,
    'multi_factor' as authentication_requirement,
    md5('session' || s)::uuid::varchar as session_id
from numbered`

const whatTheyDid = `
insert into audit_events by name
with numbered as (
    select
        i,
        i % 50000 as s,
        i % 5000 as u,
        hash(i) % 100 as dice,
        hash(i + 1) % 100 as other,
    from range(1000000) as numbers (i)
)
select
    2 as file_id,
    i as record,
    md5('event' || i)::uuid::varchar as id,
    timestamp '2026-09-01' + to_seconds((hash(s) % 2500000 + hash(i) % 90000)::bigint) as event_time,
    6 as record_type,
    ['Exchange', 'SharePoint', 'OneDrive', 'MicrosoftTeams'][1 + (dice % 4)::integer] as workload,
    case when dice = 0 then 'New-InboxRule'
        else ['MailItemsAccessed', 'FileAccessed', 'Send', 'MessageSent'][1 + (dice % 4)::integer] end as operation,
    'user' || u || '@contoso.com' as user_id,
    'True' as result_status,
    case when dice = 1 then '2603:1026::5' when dice = 2 then '192.0.2.' || other
        else '10.' || u // 250 || '.' || u % 250 || '.' || other % 3 end as ip_address,
    'Client=OWA;Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/' || 100 + s % 20 as user_agent,
    md5('app' || other % 60)::uuid::varchar as app_id,
    case when other >= 30 then md5('session' || s)::uuid::varchar end as session_id,
    case when other >= 30 then md5('sign-in' || (i % 250000))::uuid::varchar end as sign_in_id,
    case when other >= 30 then 'AppAccessContext.AADSessionId' end as session_id_source,
    other = 0 as is_system,
    '{}' as raw
from numbered`

const theirResets = `
insert into directory_audits by name
select
    3 as file_id,
    i as record,
    'd' || i as id,
    timestamp '2026-09-01' + to_seconds((hash(i) % 2500000)::bigint) as event_time,
    'Reset user password' as activity,
    'success' as result,
    'it@contoso.com' as initiated_by,
    'user' || i * 7 || '@contoso.com' as targets
from range(300) as numbers (i)`

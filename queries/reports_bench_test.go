package queries

import (
	"context"
	"testing"
	"time"

	"entrail/ingest/engine"
)

// BenchmarkMillionSignIns asks every report over a million sign-ins of 5,000 users,
// with six policies on the interactive ones: for the rows that a page of all reports
// shows, and whole. For a page, all reports together may take ten seconds on two
// cores; whole takes half as long again, most of it sorting and handing over the
// million rows of the lists. The time is that of the queries, not of rendering what
// they return.
//
//	go test ./queries -run '^$' -bench MillionSignIns -benchtime 1x
func BenchmarkMillionSignIns(b *testing.B) {
	ctx := context.Background()
	path := newCase(b, millionSignIns, theirPolicies, theirSteps)
	zone, err := LoadZone("Europe/Berlin")
	if err != nil {
		b.Fatal(err)
	}
	for _, of := range []struct {
		part string
		rows int
	}{{"page", 1000}, {"whole", 0}} {
		c, err := Open(ctx, path, engine.Options{Temp: b.TempDir(), Threads: 2}, Filter{}, zone)
		if err != nil {
			b.Fatal(err)
		}
		var all time.Duration
		for _, r := range Reports() {
			b.Run(of.part+"/"+r.Name, func(b *testing.B) {
				for b.Loop() {
					start := time.Now()
					if _, err := c.RunFirst(ctx, r, of.rows); err != nil {
						b.Fatal(err)
					}
					all += time.Since(start)
				}
			})
		}
		c.Close()
		b.Logf("all reports, %s: %.1f s (with -benchtime 1x)", of.part, all.Seconds())
	}
}

// BenchmarkBothLogs asks every report, for the first 1,000 rows, over a million sign-ins
// and a million audit records, after the findings, which are timed apart. Each of the
// sessions was used from several addresses there, which is more than a tenant has.
//
//	go test ./queries -run '^$' -bench BothLogs -benchtime 1x
func BenchmarkBothLogs(b *testing.B) {
	ctx := context.Background()
	c, err := Open(ctx, newCase(b, millionSignIns, theirPolicies, millionAuditRecords), engine.Options{Temp: b.TempDir(), Threads: 2}, Filter{}, time.UTC)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	b.Run("findings", func(b *testing.B) {
		for b.Loop() {
			if err := c.findings.look(ctx); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, r := range Reports() {
		b.Run(r.Name, func(b *testing.B) {
			for b.Loop() {
				if _, err := c.RunFirst(ctx, r, 1000); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// A user has a home network and country, three addresses, a registered device,
// a dozen applications; one sign-in in a hundred is an attempt from elsewhere,
// and one in a hundred comes from a legacy client.
const millionSignIns = `
insert into sign_ins by name
with numbered as (
    select
        i,
        (hash(i) % 5000)::bigint as u,
        hash(i + 1) % 100 as dice,
        hash(i + 2) % 100 = 0 as is_attack,
        hash(i + 3) % 10 as kind
    from range(1, 1000001) as numbers (i)
)
select
    1 as file_id,
    i as record,
    'id' || i as id,
    timestamp '2026-09-01' + to_seconds((hash(i + 4) % 2592000)::bigint) as event_time,
    case when kind < 3 then 'interactive' when kind < 9 then 'non_interactive' else 'service_principal' end as category,
    case when kind < 9 then 'user' || u || '@contoso.com' end as user_principal_name,
    case when kind < 9 then 'User ' || u end as user_display_name,
    case when kind < 9 then 'oid' || u end as user_id,
    case when kind < 9 then 'member' end as user_type,
    case when kind = 9 then 'sp' || u % 50 end as service_principal_id,
    'app' || (u + hash(i + 5) % 12) % 200 as app_id,
    'Application ' || (u + hash(i + 5) % 12) % 200 as app_display_name,
    'resource' || hash(i + 6) % 30 as resource_id,
    'Resource ' || hash(i + 6) % 30 as resource_display_name,
    case when is_attack then '203.0.113.' || hash(i + 7) % 40
        else '10.' || u // 250 || '.' || u % 250 || '.' || hash(i + 7) % 3 end as ip_address,
    case when is_attack then 64500 else 1000 + u % 40 end as autonomous_system_number,
    'City ' || u % 60 as city,
    case when is_attack then 'BY' else ['DE', 'FR', 'US', 'GB', 'NL'][1 + u % 5] end as country,
    case when is_attack and dice < 95 or dice < 7 then 'failure' when dice < 12 then 'interrupted' else 'success' end as status,
    case when is_attack and dice < 95 or dice < 7 then [50126, 50053, 53003, 500121][1 + (hash(i + 8) % 4)::int]
        when dice < 12 then [50074, 50140][1 + (hash(i + 8) % 2)::int] else 0 end as error_code,
    'reason' as failure_reason,
    case when hash(i + 9) % 100 = 0 then 'IMAP4' when kind < 3 then 'Browser' else 'Mobile Apps and Desktop clients' end as client_app,
    hash(i + 9) % 100 = 0 as is_legacy_auth,
    'oAuth2' as authentication_protocol,
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/' || 100 + hash(i + 10) % 8 as user_agent,
    'Edge ' || 100 + hash(i + 10) % 8 || '.0.0' as browser,
    'Windows 10' as operating_system,
    case when not is_attack then 'device' || u end as device_id,
    case when not is_attack then 'DESK-' || u end as device_name,
    not is_attack as is_compliant,
    not is_attack as is_managed,
    case when not is_attack then 'Azure AD joined' end as trust_type,
    ['success', 'success', 'failure', 'not_applied'][1 + (hash(i + 11) % 4)::int] as conditional_access_status,
    kind < 3 as has_policy_detail,
    case when hash(i + 12) % 3 = 0 then 'single_factor' else 'multi_factor' end as authentication_requirement,
    'MFA requirement satisfied by claim in the token' as mfa_result,
    case when is_attack and dice > 90 then 'high' else 'none' end as risk_level_during_sign_in,
    'none' as risk_level_aggregated,
    'none' as risk_state,
    case when dice >= 12 then 'session' || u || '-' || hash(i + 13) % 60 end as session_id,
    'token' || i as unique_token_id,
    'correlation' || i // 2 as correlation_id,
    '{"id": "' || i || '", "padding": "' || repeat('x', 200) || '"}' as raw
from numbered`

const theirPolicies = `
insert into sign_in_policies by name
select
    file_id as parent_file_id,
    record as parent_record,
    id as sign_in_id,
    event_time,
    'policy' || p as policy_id,
    'CA00' || p || ': policy' as policy_name,
    ['success', 'failure', 'notApplied', 'notApplied', 'reportOnlyFailure', 'reportOnlyNotApplied', 'notEnabled', 'success'][
        1 + case when p = 4 then 4 + (hash(record) % 20 > 0)::int when p = 6 then 6 when hash(record + p) % 20 = 0 then 1 else 2 + (hash(record + p) % 5)::int // 4 * 5 end
    ] as result,
    'Mfa' as grant_controls,
    'application, users' as conditions_satisfied
from sign_ins, range(1, 7) as policies (p)
where category = 'interactive'`

const theirSteps = `
insert into sign_in_steps by name
select
    file_id as parent_file_id,
    record as parent_record,
    id as sign_in_id,
    event_time as step_time,
    case when hash(record) % 2 = 0 then 'Previously satisfied' else 'Mobile app notification' end as method,
    true as succeeded,
    'MFA requirement satisfied by claim in the token' as result_detail,
    'Multifactor authentication' as requirement
from sign_ins
where category = 'interactive'`

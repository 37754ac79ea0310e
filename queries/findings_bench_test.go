package queries

import (
	"context"
	"testing"
	"time"

	"entrail/ingest/engine"
	"entrail/queries/rules"
)

// BenchmarkFindings looks for every finding over a million sign-ins and a million audit
// records of 5,000 users. What several rules read is worked out once and timed apart;
// then all rules may take ten seconds on two cores, each of them one. Incidents are timed
// apart too.
//
//	go test ./queries -run '^$' -bench Findings -benchtime 1x -v
func BenchmarkFindings(b *testing.B) {
	ctx := context.Background()
	c, err := Open(ctx, newCase(b, millionSignIns, theirPolicies, millionAuditRecords), engine.Options{Temp: b.TempDir(), Threads: 2}, Filter{}, time.UTC)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	c.findings.isLookedFor = true
	if err := c.findings.list(ctx); err != nil {
		b.Fatal(err)
	}
	timed := func(name string, sum *time.Duration, work func() error) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				start := time.Now()
				if err := work(); err != nil {
					b.Fatal(err)
				}
				*sum += time.Since(start)
			}
		})
	}
	var shared, all time.Duration
	for _, v := range views { // each after those that it reads
		if v.materialized && readByRules(v.Name) {
			timed("view/"+v.Name, &shared, func() error { return c.define(ctx, false, v.Name) })
		}
	}
	for _, r := range rules.All() {
		timed("rule/"+r.Name, &all, func() error { return c.findings.run(ctx, r) })
	}
	var joined time.Duration
	timed("incidents", &joined, func() error {
		if err := c.define(ctx, false, "all_findings", "finding_records"); err != nil {
			return err
		}
		if err := c.engine.Exec(ctx, "drop table if exists incident_findings"); err != nil {
			return err
		}
		return c.findings.putTogether(ctx)
	})
	b.Logf("what rules share: %.1f s; %d rules: %.1f s; the incidents put together: %.1f s (with -benchtime 1x)",
		shared.Seconds(), len(rules.All()), all.Seconds(), joined.Seconds())
}

// readByRules tells of a view that a rule stands on.
func readByRules(name string) bool {
	var below func(names []string) bool
	below = func(names []string) bool {
		for _, n := range names {
			v, isView := lookupView(n)
			if n == name || isView && below(v.reads) {
				return true
			}
		}
		return false
	}
	for _, r := range rules.All() {
		if below(namesIn(r.SQL)) {
			return true
		}
	}
	return false
}

// Mostly files and mail, a tenth logons, and a little administration: 200 inbox rules,
// 200 mailbox settings, 500 changes of the directory in 20,000 records, by few people.
const millionAuditRecords = `
insert into audit_events by name
with numbered as (
    select
        i,
        (hash(i) % 5000)::bigint as u,
        hash(i + 1) % 20000 as dice
    from range(1, 1000001) as numbers (i)
),
operations as (
    select
        *,
        case
            when dice < 200 then 'New-InboxRule'
            when dice < 400 then 'Set-Mailbox'
            when dice < 900 then ['Add member to group.', 'Update user.', 'Add service principal.', 'Consent to application.', 'Reset user password.'][1 + (i % 5)::int]
            when dice < 2900 then 'UserLoggedIn'
            when dice < 6900 then 'MailItemsAccessed'
            when dice < 8900 then 'Send'
            when dice < 9900 then 'SoftDelete'
            else ['FileAccessed', 'FileDownloaded', 'FileModified', 'FilePreviewed'][1 + (i % 4)::int]
        end as operation
    from numbered
)
select
    2 as file_id,
    i as record,
    'audit' || i as id,
    timestamp '2026-09-01' + to_seconds((hash(i + 4) % 2592000)::bigint) as event_time,
    operation,
    case
        when operation like '%-%' then 1
        when operation = 'UserLoggedIn' then 15
        when operation in ('MailItemsAccessed', 'Send', 'SoftDelete') then 2
        when operation like 'File%' then 6
        else 8
    end as record_type,
    case
        when operation like '%.' or operation = 'UserLoggedIn' then 'AzureActiveDirectory'
        when operation like 'File%' then 'SharePoint'
        else 'Exchange'
    end as workload,
    case when operation like '%.' then 'admin' || u % 5 else 'user' || u end || '@contoso.com' as user_id,
    '10.' || u // 250 || '.' || u % 250 || '.' || hash(i + 7) % 3 as ip_address,
    'session' || u || '-' || hash(i + 13) % 60 as session_id,
    case when operation like 'File%' then 'https://contoso.sharepoint.com/sites/s' || u % 300 || '/f' || hash(i + 5) % 100000 || '.docx' else 'user' || u || '@contoso.com' end as object_id,
    'Succeeded' as result_status,
    case
        when operation = 'New-InboxRule' then '{"Parameters": [{"Name": "Name", "Value": "rule ' || i % 40 || '"}, {"Name": "SubjectContainsWords", "Value": "newsletter ' || i % 50 || '"}, {"Name": "MoveToFolder", "Value": "News"}]}'
        when operation = 'Set-Mailbox' then '{"Parameters": [{"Name": "Identity", "Value": "user' || u || '"}, {"Name": "RetainDeletedItemsFor", "Value": "30"}]}'
        when operation = 'MailItemsAccessed' then '{"OperationProperties": [{"Name": "MailAccessType", "Value": "Bind"}], "Folders": [{"Path": "\\Inbox", "FolderItems": [{"Id": "m' || i || '", "InternetMessageId": "<' || i || '@contoso.com>"}]}]}'
        when operation = 'Send' then '{"Item": {"Id": "m' || i || '", "InternetMessageId": "<s' || i || '@contoso.com>", "Subject": "Minutes ' || i % 900 || '"}}'
        when operation = 'SoftDelete' then '{"AffectedItems": [{"Id": "m' || i || '", "InternetMessageId": "<d' || i || '@contoso.com>", "Subject": "Newsletter ' || i % 900 || '"}]}'
        when operation like '%.' then '{"Target": [{"ID": "user' || u || '@contoso.com", "Type": 5}], "ModifiedProperties": [{"Name": "Group.DisplayName", "NewValue": "team ' || u % 90 || '", "OldValue": ""}]}'
        else '{"Id": "audit' || i || '", "padding": "' || repeat('x', 500) || '"}'
    end as raw
from operations`

-- title: Search, export or purge of mail and files of the tenant
-- severity: medium
-- techniques: T1114.002
-- catalogue: D106
-- meaning: eDiscovery and content searches look through every mailbox and site, and export or purge what they find.
--   In the hands of an intruder that is all data at once.
-- false positives: The legal team, and searches for a phishing mail that must be removed.
-- blind spots: What the search found: the log has only its words.
-- next: Ask the legal team. See what was searched for, and whether it was exported.
-- needs: audit_events
-- source: https://learn.microsoft.com/purview/audit-log-activities
-- seen: in 1 samples, marked 0 of 58 benign ones
with acts as (
    select
        coalesce(id, file_id || ':' || record) as act_id,
        event_time,
        user_id as actor,
        operation,
        object_id as object,
        left(coalesce(parts[1], parts[2], parts[3]), 200) as query,
        case
            when regexp_matches(lower(operation || ' ' || coalesce(parts[4], '') || ' ' || coalesce(parts[5], '')), 'purge|harddelete|softdelete') then 'purge'
            when regexp_matches(lower(operation || ' ' || coalesce(parts[4], '') || ' ' || coalesce(parts[5], '')), 'export|download') then 'export'
            when regexp_matches(lower(operation || ' ' || coalesce(parts[4], '') || ' ' || coalesce(parts[5], '')), 'preview') then 'preview'
            else 'search'
        end as kind,
        lower(app_id) as app_id,
        session_id,
        client_address(ip_address) as ip_address,
        file_id,
        record,
        id
    from (
        select
            *,
            json_extract_string(json_text(raw), ['$.Query', '$.ContentMatchQuery', '$.QueryText', '$.Parameters', '$.ExtendedProperties']) as parts
        from evidence.audit_events
        where regexp_matches(operation, '^(Search(Created|Started|Exported|ExportDownloaded|Previewed|Purged|ResultsPurged|Updated)|ViewedSearch\w+|SearchPreviewed|RemovedSearchResultsSentToZoom|SearchResultsPurged|New-ComplianceSearch(Action)?|Start-ComplianceSearch|New-MailboxExportRequest|New-MailboxSearch|Start-MailboxSearch|Search-Mailbox|New-MailboxRestoreRequest|CaseAdded|NewAeDAnalytics|StartAeDExport|SearchReportExported|PurgeResultsInitiated|ExportJob\w*|DownloadedExport\w*)$')
            and not coalesce(is_system, false)
    )
),
routine as (
    select
        actor,
        count(distinct event_time::date) as days
    from acts
    group by actor
),
searches as (
    select
        a.actor,
        a.kind,
        min(a.event_time) as first_seen,
        max(a.event_time) as last_seen,
        count(*) as events,
        string_agg(distinct a.operation, ', ' order by a.operation) as operations,
        list_sort(list(distinct a.object) filter (where a.object <> '')) as objects,
        list_sort(list(distinct a.query) filter (where a.query <> '')) as queries,
        min(r.days) as days,
        min_by(a.app_id, (a.event_time, a.file_id, a.record)) as app_id,
        min_by(a.session_id, (a.event_time, a.file_id, a.record)) as session_id,
        list_sort(list(distinct a.ip_address) filter (where a.ip_address is not null)) as addresses,
        min_by(a.act_id, (a.event_time, a.file_id, a.record)) as act_id,
        list({'file_id': a.file_id, 'record': a.record, 'id': a.id} order by a.event_time, a.file_id, a.record) as records
    from acts as a
    left join routine as r using (actor)
    group by a.actor, a.kind, a.event_time::date
)
select
    case
        when kind = 'purge' and coalesce(days, 0) < 3 then 'high'
        when kind in ('purge', 'export') and coalesce(days, 0) < 5 then 'medium'
        else 'low'
    end as severity,
    coalesce(actor, 'Somebody') || case kind when 'purge' then ' purged what a search found' when 'export' then ' exported what a search found'
            when 'preview' then ' looked at what a search found' else ' searched the tenant' end
        || ' (' || operations || coalesce('; ' || few(objects), '') || ')' || coalesce(', looking for ' || few(queries), '') as what,
    actor as who,
    first_seen,
    last_seen,
    events,
    lower(objects[1]) as target,
    app_id,
    session_id,
    addresses as ip_addresses,
    case when days < 3 then 'on ' || counted(days, 'day', 'days') || ' of the log ' || actor || ' did so' end as rarity,
    act_id as act,
    records
from searches
order by first_seen, actor, kind

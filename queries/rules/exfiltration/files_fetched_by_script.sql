-- title: Files fetched by a script
-- severity: medium
-- techniques: T1567.002
-- catalogue: D111
-- meaning: Files were fetched by a script or a copy program instead of a browser, Office or OneDrive. That takes a
--   stolen token further than any browser.
-- false positives: Migration and backup tools: low where the account did so on earlier days.
-- blind spots: Programs that call themselves a browser.
-- next: Ask the user whether a script of theirs runs. See where the account signed in.
-- needs: audit_events
-- parts: audit_events SharePoint or OneDrive
-- source: https://learn.microsoft.com/purview/audit-log-activities; list tool_agents
-- lists: tool_agents
-- seen: in 1 samples, marked 0 of 58 benign ones
with agents as (
    select
        a.user_agent,
        min_by(l.name, (l.kind, l.name)) as name,
        bool_or(l.kind = 'attack') as is_attack
    from (
        select distinct user_agent from evidence.audit_events
        where record_type = 6 and user_agent is not null or list_contains(['FileDownloaded', 'FileAccessed', 'FileSyncDownloadedFull'], operation)
    ) as a
    join list_tool_agents as l on regexp_matches(lower(a.user_agent), l.pattern)
    group by a.user_agent
),
fetched as (
    select
        user_id as who,
        name,
        bool_or(is_attack) as is_attack,
        count(distinct object_id) as files,
        count(distinct event_time::date) as days,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        count(*) as events,
        min_by(lower(app_id), (event_time, file_id, record)) as app_id,
        min_by(session_id, (event_time, file_id, record)) as session_id,
        list_sort(list(distinct client_address(ip_address)) filter (where client_address(ip_address) is not null)) as addresses,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from evidence.audit_events
    join agents using (user_agent)
    where list_contains(['FileDownloaded', 'FileAccessed', 'FileAccessedExtended', 'FileSyncDownloadedFull', 'FilePreviewed'], operation) and not coalesce(is_system, false)
    group by user_id, name
)
select
    case when is_attack then 'high' when days >= 5 then 'low' else 'medium' end as severity,
    coalesce(who, 'Somebody') || ' fetched ' || counted(files, 'file', 'files') || ' with ' || name as what,
    who,
    first_seen,
    last_seen,
    events,
    null::varchar as target,
    app_id,
    session_id,
    addresses as ip_addresses,
    'on ' || counted(days, 'day', 'days') as rarity,
    'script ' || coalesce(who, '') || ' ' || name as act,
    records
from fetched
order by first_seen, who, target, what

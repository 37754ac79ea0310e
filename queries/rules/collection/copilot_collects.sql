-- title: Copilot read much within an hour, or was told to break its limits
-- severity: medium
-- techniques: T1213
-- catalogue: D120
-- meaning: Somebody had Copilot answer again and again from documents: a fast way to find what is worth taking.
--   Or Microsoft's own check of Copilot saw a prompt that was meant to get around its limits, or orders to it in a document.
-- false positives: People who work with Copilot all day. Curious people who try its limits.
-- blind spots: What was done slowly, under the limit in every hour.
-- next: Ask the user. See from which addresses it was done, and what they did before and after.
-- needs: audit_events
-- source: https://learn.microsoft.com/purview/audit-log-activities
-- seen: in 1 samples, marked 0 of 58 benign ones
with bursts as (
    from bulk_hours
    where kind = 'questions to Copilot'
    qualify row_number() over (partition by who, hour::date order by things desc, hour) = 1
),
read as (
    select
        b.who,
        b.hour,
        unnest(json_extract_string(json_text(a.raw), '$.CopilotEventData.AccessedResources[*].Name')) as document
    from bursts as b
    join evidence.audit_events as a on a.user_id = b.who and date_trunc('hour', a.event_time) = b.hour
    where a.operation = 'CopilotInteraction' and not coalesce(a.is_system, false)
),
documents_of_hours as (
    select
        who,
        hour,
        list_sort(list(distinct document)) as documents
    from read
    group by who, hour
),
-- Microsoft's own check of what was asked, and of what the answer was made of.
misled as (
    select
        user_id as who,
        event_time,
        case when regexp_matches(raw, '(?i)"JailbreakDetected"\s*:\s*true') then 'a prompt was meant to get around its limits' else 'a document held orders to it' end as reason,
        lower(app_id) as app_id,
        session_id,
        list_filter([client_address(ip_address)], a -> a is not null) as addresses,
        coalesce(id, file_id || ':' || record) as act_id,
        [{'file_id': file_id, 'record': record, 'id': id}] as records
    from evidence.audit_events
    where operation = 'CopilotInteraction' and regexp_matches(raw, '(?i)"(JailbreakDetected|XPIADetected)"\s*:\s*true')
)
select
    'medium' as severity,
    coalesce(who, 'Somebody') || ' used Copilot, and ' || reason as what,
    who,
    event_time as first_seen,
    event_time as last_seen,
    1::bigint as events,
    null::varchar as target,
    app_id,
    session_id,
    addresses as ip_addresses,
    null::varchar as rarity,
    act_id as act,
    records
from misled
union all by name
select
    'medium' as severity,
    who || ' asked Copilot ' || things || ' times within an hour'
        || case when len(documents) > 0 then ', and it read ' || counted(len(documents), 'document', 'documents') || ' (' || few(documents) || ')' else '' end
        || coalesce('; the most in an hour of other days was ' || usual, '') as what,
    who,
    first_seen,
    last_seen,
    events,
    null::varchar as target,
    app_id,
    session_id,
    addresses as ip_addresses,
    case when other_days > 0 then 'at least three times what is usual, over ' || counted(other_days, 'other day', 'other days') end as rarity,
    'copilot_collects ' || who || ' ' || hour as act,
    records
from bursts
left join documents_of_hours using (who, hour)
order by first_seen, who, target, what

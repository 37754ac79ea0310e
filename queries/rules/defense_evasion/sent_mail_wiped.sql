-- title: Mail sent, and its traces wiped
-- severity: medium
-- techniques: T1070.008, T1534
-- catalogue: D104
-- meaning: What an account had just sent was deleted for good within a day, so that it lies neither in the sent items nor in
--   the bin. Intruders who write in somebody's name do so, that the owner may not see it.
-- false positives: A message or two that somebody sent by mistake and cleared away: low.
-- blind spots: Mail whose subject was changed, and deletions without a subject in the record. What was only moved to the
--   deleted items.
-- next: Ask the owner. Look for the messages at those who got them: their subjects are in the records.
-- needs: audit_events
-- parts: audit_events Exchange
-- source: https://learn.microsoft.com/purview/audit-log-activities (Send, SoftDelete, HardDelete)
-- seen: in 0 samples, marked 0 of 58 benign ones
with sent as (
    select
        user_id as who,
        event_time,
        date_trunc('day', event_time) as day,
        json_extract_string(json_text(raw), '$.Item.InternetMessageId') as message_id,
        json_extract_string(json_text(raw), '$.Item.Subject') as subject,
        session_id,
        lower(coalesce(client_app_id, app_id)) as app_id,
        client_address(ip_address) as ip_address,
        file_id,
        record,
        id
    from evidence.audit_events
    where list_contains(['Send', 'SendAs', 'SendOnBehalf'], operation) and user_id is not null and not coalesce(is_system, false)
),
wiped as (
    select
        s.*,
        list({'file_id': d.file_id, 'record': d.record, 'id': d.id} order by d.file_id, d.record) as deletions,
        list(distinct client_address(d.ip_address)) as wiped_from,
        max(d.event_time) as wiped_at
    from sent as s
    join deleted_messages as d on d.actor = s.who and d.operation <> 'MoveToDeletedItems' and d.event_time between s.event_time and s.event_time + interval 1 day
        and (d.message_id = s.message_id or d.subject = s.subject and d.subject <> '')
    group by all
),
days as (
    select
        who,
        day,
        count(distinct coalesce(message_id, file_id || ':' || record)) as messages,
        list_sort(list(distinct subject) filter (where subject <> '')) as subjects,
        min(event_time) as first_seen,
        max(wiped_at) as last_seen,
        min_by(session_id, (event_time, file_id, record)) as session_id,
        min_by(app_id, (event_time, file_id, record)) as app_id,
        list_sort(list_distinct(list_filter(list(ip_address) || flatten(list(wiped_from)), a -> a is not null))) as ip_addresses,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record)[1:500]
            || list_sort(list_distinct(flatten(list(deletions))))[1:500] as records
    from wiped
    group by who, day
)
select
    case when messages >= 3 then 'medium' else 'low' end as severity,
    who || ' sent ' || counted(messages, 'message', 'messages') || coalesce(' ("' || array_to_string(subjects[1:3], '", "') || '"' || case when len(subjects) > 3 then ' and more' else '' end || ')', '')
        || ' and deleted ' || case when messages = 1 then 'it' else 'them' end || ' for good within ' || span_text(first_seen, last_seen) as what,
    who,
    first_seen,
    last_seen,
    len(records)::bigint as events,
    null::varchar as target,
    app_id,
    session_id,
    ip_addresses,
    null::varchar as rarity,
    'sent and wiped ' || who || ' ' || day as act,
    records
from days
order by first_seen, who

-- title: Much mail destroyed within an hour
-- severity: medium
-- techniques: T1070.008
-- catalogue: D104
-- meaning: Much mail was deleted for good in a short time: fifty deletions or a hundred messages in an hour. Intruders remove what they sent and what was answered.
-- false positives: Clearing up of a mailbox by its owner.
-- blind spots: What was done slowly, under the limit in every hour.
-- next: See which folder and subjects the records name, and what was sent before.
-- needs: audit_events
-- source: https://learn.microsoft.com/purview/audit-log-activities
-- seen: in 1 samples, marked 0 of 58 benign ones
with acts as (
    select
        user_id as who,
        event_time,
        date_trunc('hour', event_time) as hour,
        object_id,
        app_id,
        session_id,
        ip_address,
        user_agent,
        -- of a record with many, each message has its id
        greatest(len(regexp_extract_all(raw, '"InternetMessageId"')), 1) as messages,
        file_id,
        record,
        id
    from evidence.audit_events
    where operation in ('HardDelete', 'SoftDelete')
        and not coalesce(is_system, false)
        and user_id is not null
),
-- Only those who deleted much in some hour are looked at closely.
busy as (
    select who
    from acts
    group by who, hour
    having count(*) >= 50 or sum(messages) >= 100
),
hours as (
    select
        who,
        hour,
        count(distinct coalesce(id, file_id || ':' || record)) as things,
        sum(messages)::bigint as messages,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        count(*) as events,
        min_by(lower(app_id), event_time) as app_id,
        min_by(session_id, event_time) as session_id,
        list_sort(list(distinct client_address(ip_address)) filter (where client_address(ip_address) is not null)) as addresses,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record)[1:1000] as records
    from acts
    where who in (from busy)
    group by who, hour
),
-- What is usual: the most in an hour of the user's other days.
compared as (
    select
        h.*,
        max(o.things) as usual,
        count(distinct o.hour::date) as other_days
    from hours as h
    left join hours as o on o.who = h.who and o.hour::date <> h.hour::date
    where h.things >= 50 or h.messages >= 100
    group by all
),
bursts as (
    select
        *,
        sum(things) over (partition by who, hour::date) as things_of_day
    from compared
    where things >= 3 * coalesce(usual, 0)
    qualify row_number() over (partition by who, hour::date order by things desc, hour) = 1
)
select
    'medium' as severity,
    who || ' destroyed mail ' || counted(things, 'time', 'times') || ' within an hour' || case when messages > things then ', ' || messages || ' messages' else '' end || coalesce('; the most in an hour of other days was ' || usual, '') as what,
    who,
    first_seen,
    last_seen,
    events,
    null::varchar as target,
    app_id,
    session_id,
    addresses as ip_addresses,
    case when other_days > 0 then 'at least three times what is usual, over ' || counted(other_days, 'other day', 'other days') end as rarity,
    'mail_destroyed ' || who || ' ' || hour as act,
    records
from bursts
order by first_seen, who, target, what

-- title: Many files downloaded within an hour
-- severity: medium
-- techniques: T1530
-- catalogue: D110
-- meaning: Somebody fetched many files in a short time, by hand or by having a program take over whole libraries.
-- false positives: A new laptop that takes over its libraries: low when the address was used before. Migrations.
-- blind spots: What was done slowly, under the limit in every hour.
-- next: Ask the user. See from which addresses it was done, and what they did before and after.
-- needs: audit_events
-- source: https://learn.microsoft.com/purview/audit-log-activities
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
        file_id,
        record,
        id
    from evidence.audit_events
    where operation in ('FileDownloaded', 'FileSyncDownloadedFull', 'FileSyncDownloadedPartial', 'FileDownloadedFromBrowser')
        and not coalesce(is_system, false)
        and user_id is not null
),
-- Since when the user has been at an address.
addresses_used as (
    select
        who,
        ip_address,
        min(event_time)::date as first_day
    from acts
    where ip_address is not null
    group by who, ip_address
),
hours as (
    select
        who,
        hour,
        count(distinct coalesce(object_id, file_id || ':' || record)) as things,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        count(*) as events,
        min_by(lower(app_id), event_time) as app_id,
        min_by(session_id, event_time) as session_id,
        list_sort(list(distinct client_address(ip_address)) filter (where client_address(ip_address) is not null)) as addresses,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record)[1:1000] as records,
        any_value(user_agent) as user_agent,
        bool_and(coalesce(first_day >= event_time::date, true)) as is_new_address
    from acts
    left join addresses_used using (who, ip_address)
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
    where h.things >= 100
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
    case when other_days > 0 and contains(user_agent, 'SkyDriveSync') and not is_new_address then 'low' else 'medium' end as severity,
    who || ' downloaded ' || things || ' files within an hour' || coalesce('; the most in an hour of other days was ' || usual, '') as what,
    who,
    first_seen,
    last_seen,
    events,
    null::varchar as target,
    app_id,
    session_id,
    addresses as ip_addresses,
    case when other_days > 0 then 'at least three times what is usual, over ' || counted(other_days, 'other day', 'other days') end as rarity,
    'mass_download ' || who || ' ' || hour as act,
    records
from bursts
order by first_seen, who, target, what

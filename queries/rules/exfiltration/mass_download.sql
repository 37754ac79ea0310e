-- title: Many files downloaded or opened within an hour
-- severity: medium
-- techniques: T1530
-- catalogue: D110
-- meaning: Somebody fetched many files in a short time, by hand or by having a program take over whole libraries.
--   Two hundred that were opened count, a hundred that were fetched, or twenty from a network that is new for the user.
-- false positives: A new laptop that takes over its libraries: low when the address was used before. Migrations.
-- blind spots: What was done slowly, under the limit in every hour. A network is new only for users with sign-ins on
--   five days, since three days before.
-- next: Ask the user. See from which addresses it was done, and what they did before and after.
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
        -- opened one by one, as a script does that leaves no downloads
        operation in ('FileAccessed', 'FileAccessedExtended', 'FilePreviewed') as is_opened,
        file_id,
        record,
        id
    from evidence.audit_events
    where operation in ('FileAccessed', 'FileAccessedExtended', 'FilePreviewed', 'FileDownloaded', 'FileSyncDownloadedFull', 'FileSyncDownloadedPartial', 'FileDownloadedFromBrowser')
        and not coalesce(is_system, false)
        and user_id is not null
),
-- Only those who fetched much in some hour are looked at closely.
busy as (
    select who
    from acts
    group by who, hour
    having count(*) filter (where not is_opened) >= 20 or count(*) >= 200
),
-- Since when the user has been at an address.
addresses_used as (
    select
        who,
        ip_address,
        min(event_time)::date as first_day
    from acts
    where ip_address is not null and who in (from busy)
    group by who, ip_address
),
hours as (
    select
        who,
        hour,
        is_opened,
        count(distinct coalesce(object_id, file_id || ':' || record)) as things,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        count(*) as events,
        min_by(lower(app_id), event_time) as app_id,
        min_by(session_id, event_time) as session_id,
        list_sort(list(distinct client_address(ip_address)) filter (where client_address(ip_address) is not null)) as addresses,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record)[1:1000] as records,
        any_value(user_agent) as user_agent,
        list_sort(list(distinct nullif(regexp_extract(object_id, '^https?://[^/]+/(?:sites|teams|personal)/[^/]+'), ''))
            filter (where regexp_matches(object_id, '^https?://[^/]+/(sites|teams|personal)/[^/]+'))) as sites,
        bool_and(coalesce(first_day >= event_time::date, true)) as is_new_address
    from acts
    left join addresses_used using (who, ip_address)
    where who in (from busy)
    group by who, hour, is_opened
),
-- What is usual: the most in an hour of the user's other days.
compared as (
    select
        h.*,
        max(o.things) as usual,
        count(distinct o.hour::date) as other_days
    from hours as h
    left join hours as o on o.who = h.who and o.is_opened = h.is_opened and o.hour::date <> h.hour::date
    where h.things >= case when h.is_opened then 200 else 20 end
    group by all
),
-- The user's own addresses and networks among those of the hour, from days before.
own as (
    select distinct
        c.who,
        c.hour
    from (select who, hour, unnest(addresses) as ip_address from compared) as c
    left join addresses as a using (ip_address)
    join account_habits as h on h.account = c.who and h.first_seen < date_trunc('day', c.hour)
        and (h.feature = 'address' and h.value = c.ip_address or h.feature = 'network' and h.value = a.network::varchar)
),
strangers as (
    select
        c.who,
        c.hour
    from compared as c
    join account_habits as h on h.account = c.who and h.feature = 'any' and h.account_days >= 5 and h.first_seen < date_trunc('day', c.hour) - interval 3 day
    anti join own as o on o.who = c.who and o.hour = c.hour
    where len(c.addresses) > 0
),
bursts as (
    select
        c.*,
        s.who is not null as is_stranger
    from compared as c
    left join strangers as s using (who, hour)
    where c.things >= 3 * coalesce(c.usual, 0) and (c.things >= case when c.is_opened then 200 else 100 end or s.who is not null)
    qualify row_number() over (partition by who, is_opened, hour::date order by things desc, hour) = 1
)
select
    case when other_days > 0 and contains(user_agent, 'SkyDriveSync') and not is_new_address then 'low' else 'medium' end as severity,
    who || case when is_opened then ' opened ' else ' downloaded ' end || things || ' files within an hour' || coalesce(case when len(sites) <= 3 then ' from ' || in_words(sites) end, '')
        || case when is_stranger then ', over a network that is new for the user' else '' end
        || coalesce('; the most in an hour of other days was ' || usual, '') as what,
    who,
    first_seen,
    last_seen,
    events,
    case when len(sites) = 1 then lower(sites[1]) end as target,
    app_id,
    session_id,
    addresses as ip_addresses,
    case when other_days > 0 then 'at least three times what is usual, over ' || counted(other_days, 'other day', 'other days') end as rarity,
    case when is_opened then 'mass_opening ' else 'mass_download ' end || who || ' ' || hour as act,
    records
from bursts
order by first_seen, who, target, what

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
-- parts: audit_events SharePoint or OneDrive
-- source: https://learn.microsoft.com/purview/audit-log-activities
-- seen: in 1 samples, marked 0 of 58 benign ones
with busy as (
    from bulk_hours
    where kind in ('files downloaded', 'files opened')
),
downloads as (
    select
        *,
        user_id as who,
        date_trunc('hour', event_time) as hour,
        if(operation in ('FileAccessed', 'FileAccessedExtended', 'FilePreviewed'), 'files opened', 'files downloaded') as kind
    from evidence.audit_events
    where list_contains(['FileAccessed', 'FileAccessedExtended', 'FilePreviewed', 'FileDownloaded', 'FileSyncDownloadedFull', 'FileSyncDownloadedPartial', 'FileDownloadedFromBrowser'], operation)
        and not coalesce(is_system, false)
        and user_id in (select who from busy)
),
-- Since when the user has been at an address.
addresses_used as (
    select
        who,
        ip_address,
        min(event_time)::date as first_day
    from downloads
    where ip_address is not null
    group by who, ip_address
),
places as (
    select
        kind,
        who,
        hour,
        min(d.user_agent) as user_agent,
        list_sort(list(distinct regexp_extract(d.object_id, '^https?://[^/]+/(?:sites|teams|personal)/[^/]+'))
            filter (where regexp_matches(d.object_id, '^https?://[^/]+/(sites|teams|personal)/[^/]+'))) as sites,
        bool_and(coalesce(u.first_day >= d.event_time::date, true)) as is_new_address
    from downloads as d
    join busy as b using (kind, who, hour)
    left join addresses_used as u using (who, ip_address)
    group by kind, who, hour
),
-- The user's own addresses and networks among those of the hour, from days before.
own as (
    select distinct
        c.who,
        c.hour
    from (select who, hour, unnest(addresses) as ip_address from busy) as c
    left join addresses as a using (ip_address)
    join account_habits as h on h.account = c.who and h.first_seen < date_trunc('day', c.hour)
        and (h.feature = 'address' and h.value = c.ip_address or h.feature = 'network' and h.value = a.network::varchar)
),
strangers as (
    select distinct
        c.who,
        c.hour
    from busy as c
    join account_habits as h on h.account = c.who and h.feature = 'any' and h.account_days >= 5 and h.first_seen < date_trunc('day', c.hour) - interval 3 day
    anti join own as o on o.who = c.who and o.hour = c.hour
    where len(c.addresses) > 0
),
bursts as (
    select
        b.*,
        p.* exclude (kind, who, hour),
        s.who is not null as is_stranger
    from busy as b
    join places as p using (kind, who, hour)
    left join strangers as s using (who, hour)
    where b.things >= case kind when 'files opened' then 200 else 100 end or s.who is not null
    qualify row_number() over (partition by kind, who, hour::date order by things desc, hour) = 1
)
select
    case when other_days > 0 and contains(user_agent, 'SkyDriveSync') and not is_new_address then 'low' else 'medium' end as severity,
    who || case kind when 'files opened' then ' opened ' else ' downloaded ' end || things || ' files within an hour' || coalesce(case when len(sites) <= 3 then ' from ' || in_words(sites) end, '')
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
    case kind when 'files opened' then 'mass_opening ' else 'mass_download ' end || who || ' ' || hour as act,
    records
from bursts
order by first_seen, who, target, what

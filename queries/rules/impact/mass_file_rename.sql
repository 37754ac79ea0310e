-- title: Many files renamed within an hour
-- severity: medium
-- techniques: T1486
-- catalogue: D116
-- meaning: Many files were given other names in a short time. Programs that encrypt files for ransom do that, with
--   one new ending.
-- false positives: A tidy-up of names by a script or a sync client.
-- blind spots: What was done slowly, under the limit in every hour.
-- next: Stop the session. See with which program the files were renamed, and restore earlier versions.
-- needs: audit_events
-- parts: audit_events SharePoint or OneDrive
-- source: https://learn.microsoft.com/purview/audit-log-activities
-- seen: in 1 samples, marked 0 of 58 benign ones
with bursts as (
    from bulk_hours
    where kind = 'files renamed'
    qualify row_number() over (partition by who, hour::date order by things desc, hour) = 1
),
renames as (
    select
        b.who,
        b.hour,
        lower(nullif(regexp_extract(a.raw, '"DestinationFileExtension"\s*:\s*"([^"]*)"', 1), '')) as ending
    from bursts as b
    join evidence.audit_events as a on a.user_id = b.who and date_trunc('hour', a.event_time) = b.hour
    where a.operation = 'FileRenamed' and not coalesce(a.is_system, false)
),
endings as (
    select
        who,
        hour,
        count(distinct ending) as new_endings,
        min(ending) as ending,
        ['docx', 'xlsx', 'pptx', 'pdf', 'doc', 'xls', 'ppt', 'txt', 'csv', 'jpg', 'jpeg', 'png', 'mp4', 'mov', 'zip', 'msg', 'eml'] as ending_list
    from renames
    group by who, hour
)
select
    case when new_endings = 1 and not contains(ending_list, ending) then 'high' else 'medium' end as severity,
    who || ' renamed ' || things || ' files within an hour' || case when new_endings = 1 then ', all to .' || ending else '' end || coalesce('; the most in an hour of other days was ' || usual, '') as what,
    who,
    first_seen,
    last_seen,
    events,
    null::varchar as target,
    app_id,
    session_id,
    addresses as ip_addresses,
    case when other_days > 0 then 'at least three times what is usual, over ' || counted(other_days, 'other day', 'other days') end as rarity,
    'mass_file_rename ' || who || ' ' || hour as act,
    records
from bursts
join endings using (who, hour)
order by first_seen, who, target, what

-- title: Several teams deleted within an hour
-- severity: medium
-- techniques: T1485
-- catalogue: D116
-- meaning: Somebody deleted several teams of Microsoft Teams in a short time, with their files and messages.
-- false positives: Clearing up at the end of a year, by an administrator.
-- blind spots: What was done slowly, under the limit in every hour.
-- next: Ask the administrator. Deleted groups can be had back for 30 days.
-- needs: audit_events
-- parts: audit_events MicrosoftTeams
-- source: https://learn.microsoft.com/purview/audit-log-activities
-- seen: in 1 samples, marked 0 of 58 benign ones
select
    case when things >= 10 then 'high' else 'medium' end as severity,
    who || ' deleted ' || things || ' teams within an hour' || coalesce('; the most in an hour of other days was ' || usual, '') as what,
    who,
    first_seen,
    last_seen,
    events,
    null::varchar as target,
    app_id,
    session_id,
    addresses as ip_addresses,
    case when other_days > 0 then 'at least three times what is usual, over ' || counted(other_days, 'other day', 'other days') end as rarity,
    'teams_deleted ' || who || ' ' || hour as act,
    records
from bulk_hours
where kind = 'teams deleted'
qualify row_number() over (partition by who, hour::date order by things desc, hour) = 1
order by first_seen, who, target, what

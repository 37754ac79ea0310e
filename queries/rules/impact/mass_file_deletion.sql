-- title: Many files deleted within an hour
-- severity: medium
-- techniques: T1485
-- catalogue: D116
-- meaning: Somebody deleted many files in a short time.
-- false positives: Clearing up after a project.
-- blind spots: What was done slowly, under the limit in every hour.
-- next: Ask the user. Restore the files from the recycle bin before it is emptied.
-- needs: audit_events
-- parts: audit_events SharePoint or OneDrive
-- source: https://learn.microsoft.com/purview/audit-log-activities
-- seen: in 0 samples, marked 0 of 58 benign ones
select
    'medium' as severity,
    who || ' deleted ' || things || ' files within an hour' || coalesce('; the most in an hour of other days was ' || usual, '') as what,
    who,
    first_seen,
    last_seen,
    events,
    null::varchar as target,
    app_id,
    session_id,
    addresses as ip_addresses,
    case when other_days > 0 then 'at least three times what is usual, over ' || counted(other_days, 'other day', 'other days') end as rarity,
    'mass_file_deletion ' || who || ' ' || hour as act,
    records
from bulk_hours
where kind = 'files deleted'
qualify row_number() over (partition by who, hour::date order by things desc, hour) = 1
order by first_seen, who, target, what

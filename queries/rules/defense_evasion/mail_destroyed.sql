-- title: Much mail destroyed within an hour
-- severity: medium
-- techniques: T1070.008
-- catalogue: D104
-- meaning: Much mail was deleted for good in a short time: fifty deletions or a hundred messages in an hour. Intruders remove what they sent and what was answered.
-- false positives: Clearing up of a mailbox by its owner.
-- blind spots: What was done slowly, under the limit in every hour.
-- next: See which folder and subjects the records name, and what was sent before.
-- needs: audit_events
-- parts: audit_events Exchange
-- source: https://learn.microsoft.com/purview/audit-log-activities
-- seen: in 1 samples, marked 0 of 58 benign ones
select
    'medium' as severity,
    who || ' destroyed mail ' || counted(things, 'time', 'times') || ' within an hour' || case when messages > things then ', ' || messages || ' messages' else '' end
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
    'mail_destroyed ' || who || ' ' || hour as act,
    records
from bulk_hours
where kind = 'mail destroyed'
qualify row_number() over (partition by who, hour::date order by things desc, hour) = 1
order by first_seen, who, target, what

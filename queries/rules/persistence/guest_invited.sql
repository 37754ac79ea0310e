-- title: Guest invited
-- severity: low
-- techniques: T1136.003
-- catalogue: D67
-- meaning: Somebody invited a person from outside. An intruder invites an account of theirs, to come back after
--   the stolen one is locked.
-- false positives: Working with others: every day. Many by one person in a day is medium here.
-- blind spots: What the guest was then given.
-- next: See what the guest was given and where it signed in from.
-- needs: directory_audits, audit_events
-- parts: audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
-- seen: in 2 samples, marked 0 of 58 benign ones
with invitations as (
    select
        *,
        lower(coalesce(
            -- a guest's name holds its address: name_domain#EXT#@tenant
            filled(regexp_extract(details, '(?i)inviteduseremailaddress"[^"]*"(?:value":\s*")?([^"]+@[^"]+)"', 1)),
            filled(regexp_replace(regexp_extract(target, '(?i)^(.+)#ext#', 1), '_([^_]+)$', '@\1')),
            target, 'somebody'
        )) as invited
    from directory_acts
    where activity = 'invite external user' or activity like 'bulk invite users%'
),
outsiders as (
    select *
    from invitations
    where split_part(invited, '@', 2) not in (select domain from own_domains)
        and split_part(invited, '@', 2) <> split_part(actor, '@', 2)
)
select
    case when count(distinct invited) >= 15 or count(*) filter (result = 'failure') >= 5 then 'medium' else 'low' end as severity,
    concat(actor, case when bool_and(result = 'failure') then ' tried to invite ' else ' invited ' end, listed(list(distinct invited order by invited))) as what,
    actor as who,
    min(event_time) as first_seen,
    max(event_time) as last_seen,
    count(*) as events,
    case when count(distinct invited) = 1 then min(invited) else counted(count(distinct invited), 'guest', 'guests') end as target,
    min_by(app_id, {'t': event_time, 'id': act_id}) as app_id,
    min_by(session_id, {'t': event_time, 'id': act_id}) as session_id,
    list_sort(list_distinct(flatten(list(ip_addresses)))) as ip_addresses,
    min(rarity) as rarity,
    min_by(act_id, {'t': event_time, 'id': act_id}) as act,
    flatten(list(records order by event_time, act_id)) as records
from outsiders
group by actor, event_time::date
order by first_seen, who, target

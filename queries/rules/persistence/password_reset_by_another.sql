-- title: Password of another reset
-- severity: low
-- techniques: T1098
-- catalogue: D59
-- meaning: Somebody set the password of another account. An intruder with an administrator's rights does so to
--   take the account over.
-- false positives: The help desk, every day. A sign-in to the account from the resetter's address within a day
--   raises it, if that address isn't one that many users share.
-- blind spots: What the resetter did with the account by way of an address of its own.
-- next: Ask the owner of the account whether they asked for it.
-- needs: directory_audits, audit_events
-- source: https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
with resets as (
    select
        *,
        case when activity = 'enable account' then 'switched on the account' else 'reset the password of' end as verb
    from directory_acts
    where activity in ('reset user password', 'reset password (by admin)', 'reset password', 'enable account')
        and target is not null
        and lower(actor) <> target
        and not is_service
        and actor_type = 'user'
        and result is distinct from 'failure'
),
successes as (
    select
        lower(user_principal_name) as account,
        ip_address,
        event_time,
        [{'file_id': file_id, 'record': record, 'id': id}] as evidence
    from evidence.sign_ins
    where status = 'success'
        and lower(user_principal_name) in (select target from resets)
        and ip_address in (select ip_address from resets)
),
crowded as (
    select ip_address
    from evidence.sign_ins
    where ip_address in (select ip_address from resets)
    group by ip_address
    having count(distinct user_principal_name) > 3
),
taken as (
    select
        r.act_id,
        min_by(s.evidence, s.event_time) as evidence
    from resets as r
    join successes as s
        on s.account = r.target and s.ip_address = r.ip_address and s.event_time between r.event_time and r.event_time + interval 1 day
    where r.ip_address not in (select ip_address from crowded)
    group by r.act_id
),
judged as (
    select
        r.*,
        t.evidence as taken_by
    from resets as r
    left join taken as t using (act_id)
)
select
    case when taken_by is not null then 'high' else 'low' end as severity,
    concat(
        any_value(actor), ' ', verb, ' ', listed(list(distinct target order by target)),
        case when taken_by is not null then ', and the account signed in from the same address within a day' end
    ) as what,
    actor as who,
    min(event_time) as first_seen,
    max(event_time) as last_seen,
    count(*) as events,
    case when count(distinct target) = 1 then any_value(target) else counted(count(distinct target), 'account', 'accounts') end as target,
    null::varchar as app_id,
    any_value(session_id) as session_id,
    list_sort(list_distinct(flatten(list(ip_addresses)))) as ip_addresses,
    null::varchar as rarity,
    min_by(act_id, {'t': event_time, 'id': act_id}) as act,
    flatten(list(records order by event_time, act_id)) || coalesce(taken_by, []) as records
from judged
group by actor, event_time::date, verb, taken_by
order by first_seen, who, target

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
-- parts: audit_events AzureActiveDirectory, audit_events Exchange
-- source: https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
-- seen: in 2 samples, marked 0 of 58 benign ones
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
sign_ins_after as (
    select
        r.act_id,
        r.ip_address,
        s.event_time,
        [{'file_id': s.file_id, 'record': s.record, 'id': s.id}] as evidence
    from resets as r
    join logons as s
        on s.account = r.target and s.ip_address = r.ip_address and s.event_time between r.event_time and r.event_time + interval 1 day
    where s.kind = 'user' and s.is_success
),
-- Addresses of more people than somebody who tries out another's account has.
crowded as (
    select value as ip_address
    from account_habits
    where feature = 'address' and kind = 'user' and value in (select ip_address from sign_ins_after)
    group by value
    having count(distinct account) > 3
),
taken as (
    select
        act_id,
        min_by(evidence, (event_time, evidence)) as evidence
    from sign_ins_after
    where ip_address not in (select ip_address from crowded)
    group by act_id
),
-- The resetter gives themselves the mailbox, or reads it.
opened as (
    select
        r.act_id,
        case when c.operation is not null then 'gave themselves rights on the mailbox' end as deed,
        [{'file_id': c.file_id, 'record': c.record, 'id': c.id}] as evidence
    from resets as r
    join cmdlets as c
        on c.operation in ('add-mailboxpermission', 'add-recipientpermission') and not c.failed
        and c.actor = lower(r.actor) and lower(coalesce(c.mailbox, c.object)) = r.target
        and c.event_time between r.event_time and r.event_time + interval 1 day
        and lower(coalesce(nullif(c.parameters['user'], ''), c.parameters['trustee'])) in (lower(r.actor), split_part(lower(r.actor), '@', 1))
    union all
    select
        r.act_id,
        'read the mailbox',
        [{'file_id': m.file_id, 'record': m.record, 'id': m.id}]
    from resets as r
    join mail_reads as m
        on m.actor = lower(r.actor) and m.mailbox = r.target and m.is_other
        and m.event_time between r.event_time and r.event_time + interval 1 day
),
deeds as (
    select
        act_id,
        string_agg(distinct deed, ' and ' order by deed) as deed,
        flatten(list(evidence)) as evidence
    from opened
    group by act_id
),
judged as (
    select
        r.*,
        d.deed,
        case when t.evidence is not null or d.evidence is not null then coalesce(t.evidence, []) || coalesce(d.evidence, []) end as taken_by,
        t.evidence is not null as has_signed_in
    from resets as r
    left join taken as t using (act_id)
    left join deeds as d using (act_id)
)
select
    case when taken_by is not null then 'high' else 'low' end as severity,
    concat(
        min(actor), ' ', verb, ' ', listed(list(distinct target order by target)),
        case when bool_or(has_signed_in) then ', and the account signed in from the same address within a day' end,
        case when min(deed) is not null then ', and then ' || min(deed) end
    ) as what,
    actor as who,
    min(event_time) as first_seen,
    max(event_time) as last_seen,
    count(*) as events,
    case when count(distinct target) = 1 then min(target) else counted(count(distinct target), 'account', 'accounts') end as target,
    null::varchar as app_id,
    min_by(session_id, {'t': event_time, 'id': act_id}) as session_id,
    list_sort(list_distinct(flatten(list(ip_addresses)))) as ip_addresses,
    null::varchar as rarity,
    min_by(act_id, {'t': event_time, 'id': act_id}) as act,
    flatten(list(records order by event_time, act_id)) || coalesce(taken_by, []) as records
from judged
group by actor, event_time::date, verb, taken_by
order by first_seen, who, target

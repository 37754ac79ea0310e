-- title: Licence taken away that the audit log needs
-- severity: low
-- techniques: T1562.008
-- catalogue: D82
-- meaning: The licence decides how much of a mailbox's use is logged. Without advanced auditing, some of what an
--   intruder does leaves no trace.
-- false positives: Licences move every day. Only records that name advanced auditing are medium here.
-- blind spots: The record of a licence change rarely says which plans went.
-- next: Compare the licences of the account with those of its colleagues.
-- needs: directory_audits, audit_events
-- parts: audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/purview/audit-premium,
--   https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
-- seen: in 1 samples, marked 0 of 58 benign ones
with plans as (
    select
        'm365_advanced_auditing' as plan,
        '[{][^{}]*m365_advanced_auditing[^{}]*(disabled|deleted|suspended)|[{][^{}]*(disabled|deleted|suspended)[^{}]*m365_advanced_auditing'
            || '|[{][^{}]*capabilitystatus[^{}]{1,4}[1-9][^{}]*m365_advanced_auditing|[{][^{}]*m365_advanced_auditing[^{}]*capabilitystatus[^{}]{1,4}[1-9]'
            || '|disabledplans=\[[^\]]*m365_advanced_auditing' as off
),
changes as (
    select
        *,
        lower(old_values::varchar) as old_text,
        lower(new_values::varchar) as new_text
    from directory_acts
    where activity in ('change user license', 'update user')
        and result is distinct from 'failure'
        and not is_service
),
licences as (
    select
        *,
        coalesce(details like '%M365_ADVANCED_AUDITING%', false)
        or coalesce(contains(old_text, plan), false) and not coalesce(contains(new_text, plan), false)
        -- a plan that is there and was not off is off now: by a word, by a number above 0, or among those disabled
        or case when contains(new_text, plan) then regexp_matches(new_text, off) and not coalesce(regexp_matches(old_text, off), false) else false end as is_audit
    from changes
    cross join plans
)
select
    case when bool_or(is_audit) then 'medium' else 'low' end as severity,
    concat(actor, case when bool_or(is_audit) then ' took advanced auditing away from ' else ' changed licences of ' end, listed(list(distinct coalesce(target, 'an account') order by coalesce(target, 'an account')))) as what,
    actor as who,
    min(event_time) as first_seen,
    max(event_time) as last_seen,
    count(*) as events,
    case when count(distinct target) = 1 then min(target) else counted(count(distinct target), 'account', 'accounts') end as target,
    min_by(app_id, {'t': event_time, 'id': act_id}) as app_id,
    min_by(session_id, {'t': event_time, 'id': act_id}) as session_id,
    list_sort(list_distinct(flatten(list(ip_addresses)))) as ip_addresses,
    min(rarity) as rarity,
    min_by(act_id, {'t': event_time, 'id': act_id}) as act,
    flatten(list(records order by event_time, act_id)) as records
from licences
where activity = 'change user license' or is_audit
group by actor, event_time::date, is_audit
order by first_seen, who, target

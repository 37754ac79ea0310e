-- title: Application added
-- severity: low
-- techniques: T1136.003
-- catalogue: D49
-- meaning: A user registered an application, or a program of another organization got an identity in the tenant.
--   It is often the first step of a consent attack or of access that stays.
-- false positives: Developers and IT; every application that is used for the first time.
-- blind spots: What the application may do is in other records (consent, permissions, secrets).
-- next: See whether it got secrets, owners or permissions afterwards, and by whom.
-- needs: directory_audits, audit_events
-- parts: audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
-- seen: in 5 samples, marked 0 of 58 benign ones
with added as (
    select
        *,
        coalesce(list_filter(targets, t -> t.target is not null)[1].target, 'not logged') as application,
        count(*) over (partition by actor, activity order by event_time range between interval 10 minute preceding and interval 10 minute following) as near
    from directory_acts
    where activity in ('add application', 'add service principal')
        and result is distinct from 'failure'
        and not is_service
),
-- A consent adds the application within seconds.
consented as (
    select
        a.act_id,
        min(c.act_id) as consent
    from added as a
    join consents as c on c.actor = a.actor and lower(c.application) = lower(a.application)
        and c.event_time between a.event_time - interval 1 minute and a.event_time + interval 1 minute
    group by a.act_id
),
judged as (
    select
        a.* exclude (act_id),
        coalesce(c.consent, a.act_id) as act_id,
        c.consent is not null as is_consented,
        max(a.near) over (partition by a.actor, a.event_time::date) >= 4 as is_wave
    from added as a
    left join consented as c using (act_id)
)
select
    case when is_wave then 'medium' else 'low' end as severity,
    concat(
        actor, ' added ', case when count(distinct application) = 1 then 'the application ' else count(distinct application) || ' applications: ' end,
        listed(list(distinct application order by application)), case when is_wave then ', several within ten minutes' end
    ) as what,
    actor as who,
    min(event_time) as first_seen,
    max(event_time) as last_seen,
    count(*) as events,
    lower(min(application)) as target,
    min_by(app_id, {'t': event_time, 'id': act_id}) as app_id,
    min_by(session_id, {'t': event_time, 'id': act_id}) as session_id,
    list_sort(list_distinct(flatten(list(ip_addresses)))) as ip_addresses,
    min(rarity) as rarity,
    min_by(act_id, {'t': event_time, 'id': act_id}) as act,
    flatten(list(records order by event_time, act_id)) as records
from judged
group by actor, event_time::date, is_wave, case when is_consented then act_id end
order by first_seen, who, target

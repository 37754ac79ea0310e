-- title: What policies would have stopped
-- sheet: Policies that would stop it
-- description: For each incident, each Conditional Access policy that its sign-ins were held against, those in report-only mode too: the
--   first sign-in that it stopped or would have stopped, and how many records of the incident came later in other ways, whatever the
--   policy had done. A policy that stopped nothing is listed as well. An incident whose sign-ins no policy was held against has one row
--   that says why.
-- wrap: policy_name, grant_controls
-- notes on: session_id, user_principal_name, ip_address
-- position: 8
-- topics: prevention, conditional access, report-only, lessons learned, what if
-- needs: sign_ins, sign_in_policies, audit_events
-- filled by: the sign-in logs as JSON (Entra admin center > Sign-in logs > Download, or Graph's auditLogs/signIns; the CSV has no
--   policies) and the unified audit log
-- caveat: A policy is judged as Entra judged it at each sign-in. Who is stopped at one door may try another: that it would have
--   stopped this sign-in does not say that it would have stopped the attacker.
with incident_sign_ins as (
    select
        coalesce(s.incident, a.incident) as incident,
        i.*
    from evidence.sign_ins as i
    left join incident_traces as s on s.trace = 'session' and i.session_id = s.value
    left join incident_traces as a on a.trace = 'address' and i.ip_address = a.value
    where coalesce(s.incident, a.incident) is not null
),
incident_records as (
    select incident, event_time, session_id, ip_address from incident_sign_ins
    union all
    select coalesce(s.incident, a.incident), e.event_time, e.session_id, client_address(e.ip_address)
    from evidence.audit_events as e
    left join incident_traces as s on s.trace = 'session' and e.session_id = s.value
    left join incident_traces as a on a.trace = 'address' and client_address(e.ip_address) = a.value
    where coalesce(s.incident, a.incident) is not null
),
judged as (
    select
        i.incident,
        coalesce(p.policy_name, p.policy_id) as policy,
        starts_with(p.result, 'reportOnly') as is_report_only,
        p.result = 'reportOnlyFailure' or p.result = 'failure' and i.status = 'failure' as is_block,
        -- where a second factor was asked for, the sign-in went on
        p.result = 'reportOnlyInterrupted' or p.result = 'failure' and i.status is distinct from 'failure' as is_demand,
        p.grant_controls,
        i.event_time,
        i.user_principal_name,
        coalesce(i.app_display_name, i.app_id) as app,
        i.ip_address,
        i.session_id,
        i.status,
        i.id
    from incident_sign_ins as i
    join evidence.sign_in_policies as p on p.parent_file_id = i.file_id and p.parent_record = i.record
    where p.result not in ('notEnabled', 'unknown')
),
per_policy as (
    select
        incident,
        policy,
        bool_or(is_report_only) as is_report_only,
        count(*) as sign_ins,
        count(*) filter (where is_block) as blocks,
        count(*) filter (where is_demand) as demands,
        min(event_time) filter (where is_block or is_demand) as first_stop,
        min_by(user_principal_name, (event_time, id)) filter (where is_block or is_demand) as user_principal_name,
        min_by(app, (event_time, id)) filter (where is_block or is_demand) as app,
        min_by(ip_address, (event_time, id)) filter (where is_block or is_demand) as ip_address,
        min_by(session_id, (event_time, id)) filter (where is_block or is_demand) as session_id,
        min_by(id, (event_time, id)) filter (where is_block or is_demand) as sign_in_id,
        min(grant_controls) as grant_controls
    from judged
    group by all
),
followed as (
    select
        p.incident,
        p.policy,
        count(*) as later_records,
        count(*) filter (where r.session_id is distinct from p.session_id) as later_elsewhere
    from per_policy as p
    join incident_records as r on r.incident = p.incident and r.event_time > p.first_stop
    group by all
),
unjudged as (
    select
        k.incident,
        count(s.incident) as sign_ins,
        count(*) filter (where s.status = 'failure') as failures
    from (select distinct incident from incident_findings) as k
    left join incident_sign_ins as s using (incident)
    where k.incident not in (select incident from judged)
    group by k.incident
)
select
    p.incident,
    p.policy as policy_name,
    case when p.is_report_only then 'report-only' else 'enforced' end as state,
    case
        when p.blocks > 0 and p.is_report_only then 'would have stopped'
        when p.blocks > 0 then 'stopped'
        when p.demands > 0 and p.is_report_only then 'would have asked for more'
        when p.demands > 0 then 'asked for more'
        when not p.is_report_only then 'stopped nothing'
        else 'would have stopped nothing'
    end as effect,
    p.first_stop,
    p.user_principal_name,
    p.app as app_display_name,
    p.ip_address,
    p.sign_ins,
    p.blocks,
    p.demands,
    coalesce(f.later_records, 0) as later_records,
    coalesce(f.later_elsewhere, 0) as later_in_other_sessions,
    p.grant_controls,
    p.session_id,
    p.sign_in_id
from per_policy as p
left join followed as f using (incident, policy)
union all
select
    incident,
    null,
    null,
    case
        when sign_ins = 0 then 'no policy: the incident has no sign-in in these logs'
        when failures = sign_ins then 'no policy was held against its sign-ins: all of them failed before, or the export has no policies'
        else 'no policy: the export of its sign-ins has none'
    end,
    null, null, null, null,
    sign_ins,
    0, 0, 0, 0,
    null, null, null
from unjudged
order by
    incident,
    first_stop nulls last,
    policy_name

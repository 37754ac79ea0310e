-- description: What was done against each incident, and what came after it: one row an incident of which the logs show any. Who
--   acts from an address or in a session of the incident covers traces: that is no countermeasure.
-- materialized: yes
-- ordered by: incident
-- column incident integer: of incidents
-- column measures varchar: passwords reset, tokens revoked, forwards ended, in words; NULL = none
-- column by_intruder varchar: what of this the intruder did, as it seems; NULL = nothing
-- column acts bigint: acts of the intruder that succeeded after the first measure
-- column last_act timestamp: the last of them (UTC)
-- column attempts bigint: attempts that failed after it
-- column last_attempt timestamp: the last of them (UTC)
with contained as (
    select
        h.incident,
        c.event_time,
        c.account,
        c.action,
        c.action || ' (' || c.account || ')' as what,
        s.value is not null or a.value is not null as is_traced
    from incident_accounts as h
    join incident_periods as p using (incident)
    join containments as c on c.account = h.account and c.event_time >= p.first_seen
    left join incident_traces as s on s.trace = 'session' and s.incident = h.incident and s.value = c.session_id
    left join incident_traces as a on a.trace = 'address' and a.incident = h.incident and a.value = c.ip_address
    where h.is_actor
),
-- The two logs tell of one act within some seconds, and one of them may not say from where.
ended as (
    select
        incident,
        event_time,
        what,
        max(event_time) filter (where is_traced) over (
            partition by incident, account, action order by event_time range between interval 10 seconds preceding and interval 10 seconds following
        ) is not null as is_by_intruder
    from contained
    union
    select incident, until, 'mail of ' || mailbox || ' was no longer sent on', is_ended_by_intruder
    from incident_forwards
    where until is not null
),
taken_back as (
    select incident, listed(list_sort(list(distinct minute_text(event_time) || ' ' || what))) as what
    from ended
    where is_by_intruder
    group by incident
),
measures as (
    select
        incident,
        min(event_time) as first_measure,
        listed(list_sort(list(distinct minute_text(event_time) || ' ' || what))) as what
    from ended
    where not is_by_intruder
    group by incident
),
-- A sign-in stands in two logs, and is one act.
afterwards as (
    select
        m.incident,
        count(*) filter (where not e.is_failed) as acts,
        max(e.event_time) filter (where not e.is_failed) as last_act,
        count(*) filter (where e.is_failed) as attempts,
        max(e.event_time) filter (where e.is_failed) as last_attempt
    from measures as m
    join incident_events as e on e.incident = m.incident and e.event_time > m.first_measure
        -- what was done to end it is no act of the intruder's
        and e.source in ('sign_ins', 'audit_events', 'graph_activity') and coalesce(e.address, '') <> ''
    left join logons as l on e.file_id = l.file_id and e.record = l.record
    where l.record is not null or e.source <> 'sign_ins' and e.action not in ('UserLoggedIn', 'UserLoginFailed')
    group by m.incident
)
select
    coalesce(m.incident, t.incident) as incident,
    m.what as measures,
    t.what as by_intruder,
    coalesce(a.acts, 0) as acts,
    a.last_act,
    coalesce(a.attempts, 0) as attempts,
    a.last_attempt
from measures as m
full join taken_back as t on t.incident = m.incident
left join afterwards as a on a.incident = m.incident

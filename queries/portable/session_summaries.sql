-- title: Sessions over both logs
-- description: One row a session id, with what it did in the sign-ins and in the unified audit log. Several networks or countries
--   in one session pick the sessions to look at.
-- position: 5
-- needs: sign_ins, audit_events
with
seen as (
    select
        lower(session_id) as session_id,
        lower(user_principal_name) as user_name,
        ip_address,
        autonomous_system_number,
        country,
        user_agent,
        event_time,
        1 as sign_ins,
        0 as audit_events
    from sign_ins
    where session_id <> ''
    union all
    select
        lower(session_id),
        lower(user_id),
        ip_address,
        cast(null as bigint),
        cast(null as varchar(2)),
        user_agent,
        event_time,
        0,
        1
    from audit_events
    where session_id <> ''
)
select
    session_id,
    min(user_name) as user_name,
    count(distinct user_name) as users,
    cast(sum(sign_ins) as bigint) as sign_ins,
    cast(sum(audit_events) as bigint) as audit_events,
    count(distinct ip_address) as addresses,
    count(distinct autonomous_system_number) as networks,
    count(distinct country) as countries,
    count(distinct user_agent) as user_agents,
    min(event_time) as first_event,
    max(event_time) as last_event
from seen
group by session_id
order by session_id

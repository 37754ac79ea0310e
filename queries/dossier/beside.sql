-- title: Beside it, without a session id
-- description: What the session's users did, or what was tried in their name, between its first and last event, in records
--   that carry no session id: failed sign-ins, changes in the directory, risk. They may belong to another session.
-- group: sessions 9
with span as (
    select
        min(event_time) as first_seen,
        max(event_time) as last_seen,
    from (
        select event_time from evidence.sign_ins where session_id = getvariable('dossier_session')
        union all
        select event_time from evidence.audit_events where session_id = getvariable('dossier_session')
    )
),
accounts as (
    select lower(user_principal_name) as name from evidence.sign_ins where session_id = getvariable('dossier_session')
    union
    select lower(user_id) from evidence.audit_events where session_id = getvariable('dossier_session')
)
select
    e.event_time,
    e.source,
    e.action,
    e.result,
    e.target,
    e.actor,
    e.ip_address,
    e.id,
    e.file_id || ':' || e.record as record
from evidence.events as e
cross join span
where coalesce(e.session_id, '') = ''
    and lower(e.actor) in (select name from accounts)
    and e.event_time between first_seen and last_seen
order by e.event_time, e.source, e.file_id, e.record

-- description: One row a session that went on after its user's password was reset or tokens were revoked: the events that came
--   then, until somebody gave the password anew, and not only a claim that it had been given.
-- column session bigint: its number
-- column action varchar: what had been done, in words
-- column contained_at timestamp: when (UTC)
-- column by_user boolean: by the users themselves alone
-- column surviving_events bigint: events after it
-- column last_event timestamp: the last of them (UTC)
with
passwords_given as (
    select
        k.session,
        s.event_time,
    from evidence.sign_ins as s
    join session_numbers as k using (session_id)
    join evidence.sign_in_steps as p
        on s.id = p.sign_in_id and coalesce(p.parent_file_id = s.file_id and p.parent_record = s.record, true)
    where s.status = 'success' and p.succeeded and p.method ilike 'password%' and s.event_time is not null
    group by all
),
contained as (
    select
        p.session,
        min_by(c.action, (c.by_user, c.event_time, c.action)) as action,
        min_by(c.event_time, (c.by_user, c.event_time, c.action)) as event_time,
        bool_and(c.by_user) as by_user,
    from session_people as p
    join containments as c on p.user_name = c.account and c.event_time > p.first_seen and c.event_time < p.last_seen
    group by p.session
)
select
    s.session,
    min(s.action) as action,
    min(s.event_time) as contained_at,
    min(s.by_user) as by_user,
    count(*) as surviving_events,
    max(a.event_time) as last_event,
from contained as s
join session_activity as a on s.session = a.session and a.event_time > s.event_time
asof left join passwords_given as p on s.session = p.session and s.event_time < p.event_time
where p.event_time is null or a.event_time < p.event_time
group by s.session

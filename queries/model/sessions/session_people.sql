-- description: One row a session and user of it, where both its time and its users are known.
-- column session bigint: its number
-- column person bigint: number of the user
-- column user_name varchar: the user, as in session_accounts
-- column first_seen timestamp: earliest event of the session (UTC)
-- column last_seen timestamp: latest event of the session (UTC)
with
people as (
    select distinct person, user_name
    from session_accounts
),
people_of_sessions as (
    select session, person, first_seen, last_seen
    from session_counts
    where not has_people
    union all
    select distinct session, a.person, first_seen, last_seen
    from session_activity as a
    join session_counts using (session)
    where has_people
)
select
    session,
    person,
    user_name,
    first_seen,
    last_seen,
from people_of_sessions
join people using (person)
where first_seen is not null

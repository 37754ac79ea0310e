-- description: One row a session in whose time its users did something without a session id, counted by the number of such events
--   up to its end less that before its start.
-- column session bigint: its number
-- column events_without_id bigint: audit events of its users within its time that have no session id: some of them may be its own
with
people as (
    select distinct person, user_name
    from session_accounts
),
events_without_id as materialized (
    select
        person,
        event_time,
        max(n) as n,
    from (
        select
            people.person,
            e.event_time,
            row_number() over (partition by people.person order by e.event_time) as n,
        from evidence.audit_events as e
        left join account_names as u on lower(e.user_id) = u.user_id
        join people on people.user_name = coalesce(u.user_principal_name, home_account(e.user_id))
        where coalesce(e.session_id, '') = '' and not coalesce(e.is_system, false) and e.event_time is not null
    )
    group by all
)
select
    session,
    sum(coalesce(until.n, 0) - coalesce(before.n, 0))::bigint as events_without_id,
from (from session_people where person in (select person from events_without_id)) as p
asof left join events_without_id as until on p.person = until.person and p.last_seen >= until.event_time
asof left join events_without_id as before on p.person = before.person and p.first_seen > before.event_time
group by session

-- title: Newest applications
-- description: Applications by the time of their first sign-in in all the evidence, the newest first, and how they do
--   since. baseline_days is how many days of evidence lie before that first sign-in: the more, the surer that the
--   application is new. first_user was the first to try. The counts and last_seen obey the filters, those three do not.
-- position: 4
-- wrap: app_display_name
-- topics: rogue apps, new applications
-- needs: sign_ins
-- filled by: the sign-in logs of the Entra admin center (Download, CSV or JSON), or Graph's auditLogs/signIns
-- caveat: First seen in the export is not first used: what was used before the export begins looks new on its first
--   days, and an application that is rarely used looks new whenever it is used.
with evidence_start as (
    select min(first_seen) as first_event
    from application_firsts
),
by_user as (
    select
        app_display_name,
        app_id,
        coalesce(user_principal_name, user_id) as who,
        count(*) as sign_ins,
        count(*) filter (where status = 'success') as success,
        count(*) filter (where status = 'failure') as failure,
        count(*) filter (where status = 'interrupted') as interrupted,
        max(event_time) as last_seen
    from sign_ins
    group by all
),
uses as (
    select
        app_display_name,
        app_id,
        sum(sign_ins)::bigint as sign_ins,
        sum(success)::bigint as success,
        sum(failure)::bigint as failure,
        sum(interrupted)::bigint as interrupted,
        count(who) as users,
        count(who) filter (where success > 0) as users_signed_in,
        max(last_seen) as last_seen
    from by_user
    group by all
)
select
    u.app_display_name,
    f.first_seen,
    u.sign_ins,
    u.users,
    u.users_signed_in,
    u.success,
    u.failure,
    date_sub('day', evidence_start.first_event, f.first_seen) as baseline_days,
    f.first_user,
    u.interrupted,
    round(100.0 * u.success / nullif(u.success + u.failure, 0), 1) as success_percent,
    u.last_seen,
    u.app_id
from uses as u
join application_firsts as f
    on f.app_display_name is not distinct from u.app_display_name
    and f.app_id is not distinct from u.app_id
cross join evidence_start
order by
    f.first_seen desc,
    u.app_display_name,
    u.app_id

-- title: Top applications
-- description: Every application with a sign-in, the most used first. success_percent is the share of successes among
--   sign-ins that ended (success or failure; interrupted ones went on). first_cause is the most frequent reason of its
--   failures. resources names the three most used targets of its tokens. Two rows with one name are two
--   applications: look at app_id, a name is easily copied.
-- position: 1
-- workbook: yes
-- known by: rank, app_display_name, last_used
-- wrap: app_display_name
-- portal days: 30
-- needs: sign_ins
-- filled by: the sign-in logs of the Entra admin center (Download, CSV or JSON), or Graph's auditLogs/signIns
-- chart: bar x=app_display_name y=sign_ins overview=yes title=Sign-ins by application
with by_actor as (
    select
        app_display_name,
        app_id,
        coalesce(user_principal_name, user_id) as who,
        case when coalesce(user_principal_name, user_id) is null
            then coalesce(service_principal_id, service_principal_name) end as service_principal,
        count(*) as sign_ins,
        count(*) filter (where status = 'success') as success,
        count(*) filter (where status = 'failure') as failure,
        count(*) filter (where status = 'interrupted') as interrupted,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        max(event_time) filter (where status = 'success') as last_used
    from sign_ins
    group by all
),
applications as (
    select
        app_display_name,
        app_id,
        sum(sign_ins)::bigint as sign_ins,
        count(who) as users,
        count(service_principal) as service_principals,
        sum(success)::bigint as success,
        sum(failure)::bigint as failure,
        sum(interrupted)::bigint as interrupted,
        min(first_seen) as first_seen,
        max(last_seen) as last_seen,
        max(last_used) as last_used
    from by_actor
    group by all
),
causes as (
    select
        app_display_name,
        app_id,
        error_code,
        min(failure_reason) as failure_reason,
        count(*) as failures
    from sign_ins
    where status = 'failure'
    group by app_display_name, app_id, error_code
    qualify row_number() over (partition by app_display_name, app_id order by count(*) desc, error_code) = 1
),
targets as (
    select
        app_display_name,
        app_id,
        resource_display_name,
        count(*) as sign_ins
    from sign_ins
    where resource_display_name is not null
    group by app_display_name, app_id, resource_display_name
    qualify row_number() over (
        partition by app_display_name, app_id order by count(*) desc, resource_display_name
    ) <= 3
),
resources as (
    select
        app_display_name,
        app_id,
        string_agg(resource_display_name, ', ' order by sign_ins desc, resource_display_name) as resources
    from targets
    group by all
)
select
    rank() over (order by a.sign_ins desc) as rank,
    a.app_display_name,
    a.sign_ins,
    a.users,
    round(100.0 * a.success / nullif(a.success + a.failure, 0), 1) as success_percent,
    a.failure,
    cause.error_code as first_cause_code,
    coalesce(code.meaning, cause.failure_reason) as first_cause,
    a.last_used,
    a.service_principals,
    a.success,
    a.interrupted,
    r.resources,
    a.first_seen,
    a.last_seen,
    a.app_id
from applications as a
left join causes as cause
    on cause.app_display_name is not distinct from a.app_display_name
    and cause.app_id is not distinct from a.app_id
left join resources as r
    on r.app_display_name is not distinct from a.app_display_name
    and r.app_id is not distinct from a.app_id
left join error_codes as code on code.error_code = cause.error_code
order by
    a.sign_ins desc,
    a.app_display_name,
    a.app_id

-- title: Coverage a day
-- description: For each log and each day of the whole period the records. A day without
--   any stands here with 0, unless the log has not begun yet or has ended: that is empty. Never filtered.
-- position: 3
-- needs: sign_ins, audit_events, directory_audits
-- filled by: Entra admin center > Sign-in logs and Audit logs > Download, and the unified audit log.
-- caveat: Days are counted in the zone of the page. Weekends and holidays are quiet without anything missing.
-- chart: stacked x=day y=interactive,non_interactive,service_principal,managed_identity,unified_audit_log title=Records a day
with
records as (
    select
        local_time(event_time)::date as day,
        case category
            when 'interactive' then 'interactive'
            when 'non_interactive' then 'non_interactive'
            when 'service_principal' then 'service_principal'
            when 'managed_identity' then 'managed_identity'
            else 'other_sign_ins'
        end as log,
    from evidence.sign_ins
    where event_time is not null
    union all
    select local_time(event_time)::date, 'unified_audit_log' from evidence.audit_events where event_time is not null
    union all
    select local_time(event_time)::date, 'directory_audit_log' from evidence.directory_audits where event_time is not null
),
spans as (
    select
        log,
        min(day) as first_day,
        max(day) as last_day,
    from records
    group by all
),
days as (
    select unnest(generate_series(min(first_day), max(last_day), interval 1 day))::date as day
    from spans
),
counts as (
    select
        day,
        log,
        count(*) as n,
    from records
    group by all
),
filled_days as (
    select
        days.day,
        spans.log,
        case when days.day between first_day and last_day then coalesce(n, 0) end as n,
    from days
    cross join spans
    left join counts on counts.day = days.day and counts.log = spans.log
)
select
    strftime(day, '%Y-%m-%d') as day,
    strftime(day, '%a') as weekday,
    max(n) filter (where log = 'interactive') as interactive,
    max(n) filter (where log = 'non_interactive') as non_interactive,
    max(n) filter (where log = 'service_principal') as service_principal,
    max(n) filter (where log = 'managed_identity') as managed_identity,
    max(n) filter (where log = 'other_sign_ins') as other_sign_ins,
    max(n) filter (where log = 'unified_audit_log') as unified_audit_log,
    max(n) filter (where log = 'directory_audit_log') as directory_audit_log,
    nullif(string_agg(replace(log, '_', ' '), ', ' order by log) filter (where n = 0), '') as without
from filled_days
group by day
order by
    day

-- title: directory changes
-- description: What was changed in the directory most often.
with
-- The Entra audit log, or else the unified audit log's records of the same.
directory_changes as (
    select activity, initiated_by, event_time
    from directory_audits
    union all
    select operation, user_id, event_time
    from audit_events
    where record_type = 8 and not exists (from evidence.directory_audits)
)
select
    row_number() over (order by times desc, activity) as item_no,
    activity as item,
    times::varchar as value,
    concat_ws('; ', 'by ' || initiators, period_text(first_seen, last_seen)) as detail,
from (
    select
        coalesce(activity, 'activity unknown') as activity,
        count(*) as times,
        few(list_sort(list(distinct initiated_by) filter (where initiated_by <> ''))) as initiators,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
    from directory_changes
    group by all
)
qualify item_no <= 5
union all
select 0, 'source', null, 'The unified audit log: the directory audit log is not loaded (Entra admin center > Audit logs > Download).',
where not exists (from evidence.directory_audits) and exists (from evidence.audit_events where record_type = 8)
union all
select 0, 'not loaded', null, 'The directory audit log, to be had from Entra admin center > Audit logs > Download.',
where not exists (from evidence.directory_audits) and not exists (from evidence.audit_events where record_type = 8)

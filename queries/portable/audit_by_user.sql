-- title: Audit events by user, operation and day
-- description: What each account did in Microsoft 365 on each day, operation by operation. Services' own records are left out.
-- position: 4
-- needs: audit_events
select
    day,
    bucket,
    coalesce(user_id, user_key) as user_name,
    workload,
    operation,
    count(*) as events,
    count(distinct ip_address) as addresses,
    count(distinct object_id) as objects,
    count(distinct session_id) as sessions,
    min(event_time) as first_event,
    max(event_time) as last_event
from audit_events
where coalesce(user_id, user_key) is not null and not coalesce(is_system, false)
group by day, bucket, coalesce(user_id, user_key), workload, operation
order by day nulls last, user_name, workload nulls last, operation nulls last, bucket

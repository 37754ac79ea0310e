-- title: First time that each user did each operation
-- description: When an account first did an operation of the unified audit log, from where, how often it did so, and how many accounts do it at all. An
--   operation that few do, and that an account begins with late, is one to look at.
-- position: 11
-- needs: audit_events
-- caveat: The first in these logs is not the first ever.
with
numbered as (
    select
        bucket,
        user_id,
        operation,
        event_time,
        ip_address,
        id,
        row_number() over (
            partition by bucket, user_id, operation
            order by event_time, id nulls last, file_id, record
        ) as place,
        count(*) over (partition by bucket, user_id, operation) as events
    from audit_events
    where user_id is not null
        and operation is not null
        and event_time is not null
        and not coalesce(is_system, false)
),
doers as (
    select
        operation,
        count(distinct user_id) as users_of_operation
    from numbered
    group by operation
)
select
    n.user_id,
    n.bucket,
    n.operation,
    n.event_time as first_event,
    n.ip_address,
    n.id,
    n.events,
    d.users_of_operation
from numbered as n
join doers as d on d.operation = n.operation
where n.place = 1
order by n.user_id, n.operation, n.bucket

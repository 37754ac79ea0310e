-- title: Audit log operations
-- description: What was done, by workload and operation. by_people leaves out the services' own accounts
--   (NT AUTHORITY\SYSTEM and the like), which often fill most of the log; users counts people only.
--   Operations that people did come first, the most frequent before the others.
-- position: 2
-- needs: audit_events
-- filled by: the unified audit log (Search-UnifiedAuditLog, or Microsoft Purview > Audit > Export)
-- chart: bar x=operation y=by_people title=Operations by people
with by_user as (
    select
        workload,
        operation,
        user_id,
        coalesce(is_system, false) as is_system,
        count(*) as events,
        min(event_time) as first_seen,
        max(event_time) as last_seen
    from audit_events
    group by all
),
operations as (
    select
        workload,
        operation,
        sum(events)::bigint as events,
        coalesce(sum(events) filter (where not is_system), 0)::bigint as by_people,
        coalesce(sum(events) filter (where is_system), 0)::bigint as by_system,
        count(distinct user_id) filter (where not is_system) as users,
        min(first_seen) as first_seen,
        max(last_seen) as last_seen
    from by_user
    group by workload, operation
),
used_addresses as (
    select
        workload,
        operation,
        count(distinct ip_address) as ip_addresses,
        string_agg(distinct record_type_name, ', ' order by record_type_name) as record_types
    from (select distinct workload, operation, ip_address, record_type_name from audit_events)
    group by workload, operation
)
select
    o.workload,
    o.operation,
    o.events,
    o.by_people,
    o.by_system,
    o.users,
    a.ip_addresses,
    a.record_types,
    o.first_seen,
    o.last_seen
from operations as o
join used_addresses as a
    on a.workload is not distinct from o.workload
    and a.operation is not distinct from o.operation
order by
    o.by_people desc,
    o.events desc,
    o.workload,
    o.operation

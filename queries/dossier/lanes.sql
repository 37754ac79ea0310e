-- title: At a glance
-- description: For the picture: how many events each lane has in each of at most 240 parts of the time, by network; what
--   carries no id of it, and failed attempts, in lanes of their own. Where nothing happened for long the time is left out: segment
--   counts the parts that are left. mark names what a reader must not miss.
-- position: 1
-- layout: lanes
with own as (
    select
        event_time,
        case when status = 'failure' then 4 else 1 end as source_no,
        case when status = 'failure' then 'failed sign-ins' else 'sign-ins: ' || coalesce(app_display_name, app_id, 'application unknown') end as lane,
        caller_address(s.ip_address, category, client_credential_type) as address,
        coalesce(autonomous_system_number, a.network) as network,
        coalesce(nullif(s.country, ''), a.country) as country,
        'sign-in ' || coalesce(status, '') as what,
        null as mark,
    from evidence.sign_ins as s
    left join addresses as a on caller_address(s.ip_address, category, client_credential_type) = a.ip_address
    where (s.file_id, s.record) in (from dossier_records)
    union all
    select
        e.event_time,
        case when lower(e.operation) = 'userloginfailed' or lower(e.result_status) in ('failed', 'failure', 'false') then 4 else 2 end,
        case when e.workload = 'AzureActiveDirectory' then 'Entra ID' else coalesce(e.workload, 'audit log') end || ': ' || case
            when lower(e.operation) = 'userloginfailed' then 'failed sign-ins'
            when lower(e.result_status) in ('failed', 'failure', 'false') then 'failed'
            else coalesce(k.kind, case when notable_operation(e.operation) is not null then 'changed' end, 'other')
        end,
        client_address(e.ip_address),
        a.network,
        a.country,
        e.operation || case when lower(e.result_status) in ('failed', 'failure', 'false') then ' (failed)' else '' end,
        coalesce(notable_operation(e.operation), case when k.kind = 'downloaded' then 'download' end)
            || case when lower(e.result_status) in ('failed', 'failure', 'false') then ' (failed)' else '' end,
    from dossier_events as e
    left join operation_kinds as k on rtrim(lower(e.operation), '. ') = k.operation
    left join addresses as a on client_address(e.ip_address) = a.ip_address
    union all
    select
        g.event_time,
        2,
        'Microsoft Graph: requests',
        client_address(g.ip_address),
        a.network,
        a.country,
        g.request_method,
        null,
    from evidence.graph_activity as g
    left join addresses as a on client_address(g.ip_address) = a.ip_address
    where (g.file_id, g.record) in (from dossier_records)
    union all
    select
        o.event_time,
        2,
        replace(o.source, '_', ' '),
        client_address(o.ip_address),
        a.network,
        a.country,
        o.action,
        notable_operation(o.action),
    from all_events as o
    left join addresses as a on client_address(o.ip_address) = a.ip_address
    where o.source not in ('sign_ins', 'audit_events', 'graph_activity') and (o.file_id, o.record) in (from dossier_records)
),
-- What carries no id within the same time. Attempts that failed are no doing of the
-- user's, and their networks not theirs.
beside as (
    select
        event_time,
        case when is_failed_attempt then 4 else 3 end,
        case
            when is_failed_attempt then 'no id: failed attempts'
            when sign_in_status = 'interrupted' then 'no id: interrupted sign-ins'
            when not is_by_user then 'done to the account by others'
            when b.source = 'sign_ins' then 'no id: signed in'
            when b.source = 'audit_events'
            then 'no id: ' || coalesce(k.kind, case when notable_operation(action) is not null then 'changed' end, 'other')
            else 'no id: ' || replace(b.source, '_', ' ')
        end,
        b.address,
        coalesce(told_network, a.network),
        coalesce(told_country, a.country),
        concat_ws(' ', action, case when is_failed_attempt then nullif(concat_ws(' ', result, 'from', b.ip_address, coalesce(told_country, a.country), 'AS' || coalesce(told_network, a.network)), '') end),
        case when action ilike '%StsRefreshTokenValidFrom%' then 'tokens revoked' else notable_operation(action) end,
    from dossier_beside as b
    left join operation_kinds as k on rtrim(lower(action), '. ') = k.operation
    left join addresses as a on b.address = a.ip_address
    where is_within
),
drawn as (
    select * from own where event_time is not null
    union all
    select * from beside where event_time is not null
),
-- The longest times without an event, fifteen at most, are breaks of the axis.
moments as (
    select
        event_time,
        event_time - lag(event_time) over (order by event_time) as gap,
        max(event_time) over () - min(event_time) over () as span,
    from (select distinct event_time from drawn)
),
breaks as (
    select
        event_time,
        coalesce(epoch(gap), 0) as seconds,
        coalesce(gap > greatest(span / 15, interval 1 hour), false)
            and row_number() over (order by gap desc nulls last, event_time) <= 15 as is_break,
    from moments
),
axis as (
    select
        event_time,
        (sum(is_break::integer) over until_then)::integer as segment,
        sum(case when is_break then 0 else seconds end) over until_then as active,
    from breaks
    window until_then as (order by event_time rows unbounded preceding)
),
scale as (
    select
        greatest(max(active), 1) as seconds,
        240 - 6 * max(segment) as slots,
    from axis
),
-- A lane for each of the first eight applications, and for each of the first eight other
-- things; the others share one.
lanes as (
    select
        lane,
        case
            when source_no = 1 and dense_rank() over (partition by source_no order by times desc, lane) > 8
            then 'sign-ins: other applications'
            else lane
        end as shown_as,
    from (select source_no, lane, count(*) as times from drawn group by all)
),
slots as (
    select
        source_no,
        shown_as as lane,
        source_no = 4 as is_failed,
        case when not is_failed then nullif(concat_ws(' ', country, 'AS' || network), '') end as network,
        coalesce(address, '') <> '' as has_address,
        least(floor(active / seconds * (slots - 1)) + 6 * segment, 239)::integer as slot,
        segment,
        what,
        mark,
        count(*) as times,
        min(event_time) as first_event,
        max(event_time) as last_event,
    from drawn
    join axis using (event_time)
    cross join scale
    join lanes using (lane)
    group by all
)
select
    lane,
    case
        when is_failed then 'failed attempt in the user''s name'
        when network is not null then network
        when has_address then 'network unknown'
        else 'no address of the user'
    end as network,
    slot,
    min(first_event) as first_event,
    max(last_event) as last_event,
    sum(times)::bigint as events,
    few(list(times || ' ' || what order by times desc, what, mark)) as what,
    segment,
    listed(list_sort(list(distinct mark))) as mark
from slots
group by source_no, lane, is_failed, network, has_address, slot, segment
order by
    source_no,
    min(min(first_event)) over (partition by source_no, lane),
    lane,
    slot,
    network

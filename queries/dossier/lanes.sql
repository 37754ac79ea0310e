-- title: The session at a glance
-- description: For the picture: how many events each lane has in each of at most 240 equal parts of the session's
--   time, by network; what carries no session id, and failed attempts, in lanes of their own.
-- position: 1
-- layout: lanes
with in_session as (
    select
        event_time,
        1 as source_no,
        'sign-ins: ' || coalesce(app_display_name, app_id, 'application not told') as lane,
        caller_address(s.ip_address, category, client_credential_type) as address,
        coalesce(autonomous_system_number, a.network) as network,
        coalesce(nullif(s.country, ''), a.country) as country,
        'sign-in ' || coalesce(status, '') as what,
    from evidence.sign_ins as s
    left join addresses as a on caller_address(s.ip_address, category, client_credential_type) = a.ip_address
    where session_id = getvariable('dossier_session')
    union all
    select
        e.event_time,
        2,
        coalesce(e.workload, 'audit log') || ': '
            || case when lower(e.operation) = 'userloginfailed' then 'failed sign-ins' else coalesce(k.kind, case when notable_operation(e.operation) is not null then 'changed' end, 'other') end,
        client_address(e.ip_address),
        a.network,
        a.country,
        e.operation,
    from evidence.audit_events as e
    left join operation_kinds as k on rtrim(lower(e.operation), '. ') = k.operation
    left join addresses as a on client_address(e.ip_address) = a.ip_address
    where e.session_id = getvariable('dossier_session')
    union all
    select
        g.event_time,
        2,
        'Microsoft Graph: requests',
        client_address(g.ip_address),
        a.network,
        a.country,
        g.request_method,
    from evidence.graph_activity as g
    left join addresses as a on client_address(g.ip_address) = a.ip_address
    where g.session_id = getvariable('dossier_session')
),
span as (
    select
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        greatest(epoch(max(event_time)) - epoch(min(event_time)), 1) / 240 as seconds,
    from in_session
),
-- What carries no session id within the same time. Attempts that failed are
-- no doing of the user's, and their networks not the session's.
beside as (
    select
        event_time,
        case when is_failed_attempt then 4 else 3 end,
        case
            when is_failed_attempt then 'no session id: failed attempts'
            when sign_in_status = 'interrupted' then 'no session id: interrupted sign-ins'
            when not is_by_user then 'done to the account by others'
            when b.source = 'sign_ins' then 'no session id: signed in'
            when b.source = 'audit_events'
            then 'no session id: ' || coalesce(k.kind, case when notable_operation(action) is not null then 'changed' end, 'other')
            else 'no session id: ' || replace(b.source, '_', ' ')
        end,
        b.address,
        coalesce(told_network, a.network),
        coalesce(told_country, a.country),
        concat_ws(' ', action, case when is_failed_attempt then nullif(concat_ws(' ', result, 'from', b.ip_address, coalesce(told_country, a.country), 'AS' || coalesce(told_network, a.network)), '') end),
    from dossier_beside as b
    left join operation_kinds as k on rtrim(lower(action), '. ') = k.operation
    left join addresses as a on b.address = a.ip_address
    where is_within
),
drawn as (
    select * from in_session
    union all
    select * from beside
),
-- A lane for each of the first eight applications; the others share one.
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
        least(floor((epoch(event_time) - epoch(first_seen)) / seconds), 239)::integer as slot,
        what,
        count(*) as times,
        min(event_time) as first_event,
        max(event_time) as last_event,
    from drawn
    cross join span
    join lanes using (lane)
    where event_time is not null
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
    few(list(times || ' ' || what order by times desc, what)) as what,
from slots
group by source_no, lane, is_failed, network, has_address, slot
order by
    source_no,
    min(min(first_event)) over (partition by source_no, lane),
    lane,
    slot,
    network

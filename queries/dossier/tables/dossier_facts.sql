with own as (
    select
        e.*,
        client_address(e.ip_address) as address
    from all_events as e
    where (e.file_id, e.record) in (from dossier_records)
),
signed_in as (
    select s.*
    from evidence.sign_ins as s
    where (s.file_id, s.record) in (from dossier_records)
),
lines as (
    select 1 as position, 'first_trace' as field, minute_text(min(event_time)) as value, 'its first record' as meaning from own
    union all
    select 2, 'last_trace', minute_text(max(event_time)), 'its last record' from own
    union all
    select 3, 'records', string_agg(times || ' ' || source, ', ' order by source), 'how many, by log'
    from (select source, count(*) as times from own group by source)
    union all
    select 4, 'accounts', listed(list_sort(list(distinct home_account(actor)))), 'who acted' from own where actor <> ''
    union all
    select 5, 'names', listed(list_sort(list(distinct user_display_name))), 'their display names' from signed_in where user_display_name <> ''
    union all
    select 6, 'user_ids', listed(list_sort(list(distinct user_id))), 'their object ids' from signed_in where user_id <> ''
    union all
    select 7, 'addresses', listed(list_sort(list(distinct placed_address(o.address, a.country, a.network, a.source)))), 'from where, with the place that is known of it'
    from own as o
    left join addresses as a on o.address = a.ip_address
    where o.address <> ''
    union all
    select 8, 'applications', listed(list_sort(list(distinct app_display_name))), 'to what it signed in' from signed_in where app_display_name <> ''
    union all
    select 9, 'devices', listed(list_sort(list(distinct coalesce(nullif(device_name, ''), device_id)))), 'registered devices' from signed_in where device_id <> ''
    union all
    select 10, 'user_agents', listed(list_sort(list(distinct user_agent))), 'what the programs call themselves' from signed_in where user_agent <> ''
    union all
    select 11, 'sessions', listed(list_sort(list(distinct session_id))), 'ids of its sessions' from own where session_id <> ''
)
select
    field,
    value,
    meaning
from lines
where value <> ''
order by position

-- title: The story in order
-- description: Each sign-in, audit event and request to Microsoft Graph of it, by time, and among them what
--   stands beside it (without its id, as their detail says), but for failed attempts from elsewhere. change says where the
--   country, the network or the user agent is another than the last known one before; agents are compared within the
--   sign-ins or one workload, as each spells them its own way, and each one's first is given too. An address has its country and
--   network behind it; in brackets stands where they come from if the record itself does not say: learned = from a sign-in from
--   the same address, else the geolocation database. The raw record is folded into the last column; --explain takes what
--   stands in the column record.
-- notes on: record
-- position: 3
-- status: result
-- chart: days x=event_time title=Events a day
-- wrap: detail, change
-- repeats: what
-- raw: raw
with device_names as (
    select device_id, min(device_name) as device_name
    from evidence.sign_ins
    where device_id <> '' and device_name <> ''
    group by device_id
),
steps as (
    select
        'sign_ins' as source,
        s.file_id,
        s.record,
        s.event_time,
        'Sign-in' || coalesce(' (' || s.category || ')', '') as what,
        concat_ws(' ', s.status, nullif(s.error_code, 0)) as result,
        coalesce(s.app_display_name, s.app_id) as app,
        concat_ws(
            '; ',
            'to ' || s.resource_display_name,
            case s.authentication_requirement
                when 'multi_factor' then 'multi-factor'
                when 'single_factor' then 'single-factor'
            end,
            nullif(coalesce(s.mfa_detail, s.mfa_method, s.authentication_methods_used), ''),
            case when s.conditional_access_status = 'not_applied' then 'no policy applied' end,
            nullif('risk ' || coalesce(nullif(s.risk_level_during_sign_in, 'none'), nullif(s.risk_level_aggregated, 'none')), 'risk hidden'),
            'on ' || coalesce(s.device_name, d.device_name, 'device ' || s.device_id)
        ) as detail,
        caller_address(s.ip_address, s.category, s.client_credential_type) as address,
        s.ip_address,
        s.autonomous_system_number as network,
        nullif(s.country, '') as country,
        s.user_agent,
        null as workload,
        s.raw,
    from evidence.sign_ins as s
    left join device_names as d on s.device_id = d.device_id
    where (s.file_id, s.record) in (from dossier_records)
    union all
    select
        'audit_events',
        e.file_id,
        e.record,
        e.event_time,
        e.operation,
        case
            when e.operation = 'UserLoginFailed' then concat_ws(' ', 'failure', nullif(e.error_number, 0))
            else e.result_status
        end,
        coalesce(p.app_display_name, w.name, e.app_id, e.client_app_id),
        nullif(concat_ws(
            '; ',
            coalesce(notable_operation(e.operation), k.kind),
            coalesce(
                e.raw ->> '$.Item.Subject',
                e.raw ->> '$.AffectedItems[0].Subject',
                e.raw ->> '$.SourceFileName',
                nullif(array_to_string(list_sort(list_distinct(json_extract_string(e.raw, '$.Folders[*].Path'))), ', '), ''),
                e.raw ->> '$.Item.ParentFolder.Path',
                nullif(array_to_string(list_transform(
                    list_filter(json_extract(e.raw, '$.Parameters[*]'), p -> json_extract_string(p, '$.Name') <> 'Identity'),
                    p -> json_extract_string(p, '$.Name') || ' = ' || coalesce(json_extract_string(p, '$.Value'), '')
                ), ', '), ''),
                o.name,
                e.object_id
            ),
            list_extract(list_filter(
                json_extract(e.raw, '$.OperationProperties[*]'), p -> json_extract_string(p, '$.Name') = 'MailAccessType'
            ), 1) ->> '$.Value',
            counted(try_cast(e.raw ->> '$.OperationCount' as bigint), 'read', 'reads')
        ), ''),
        client_address(e.ip_address),
        e.ip_address,
        null,
        null,
        e.user_agent,
        e.workload,
        e.raw,
    from dossier_events as e
    left join app_names as p on lower(coalesce(nullif(e.client_app_id, ''), e.app_id)) = p.app_id
    left join well_known_ids as w on lower(coalesce(nullif(e.client_app_id, ''), e.app_id)) = w.id
    left join well_known_ids as o on lower(e.object_id) = o.id
    left join operation_kinds as k on rtrim(lower(e.operation), '. ') = k.operation
    union all
    select
        'graph_activity',
        g.file_id,
        g.record,
        g.event_time,
        'Microsoft Graph: ' || g.request_method,
        g.response_status_code::varchar,
        coalesce(p.app_display_name, w.name, g.app_id),
        g.request_uri,
        client_address(g.ip_address),
        g.ip_address,
        null,
        null,
        g.user_agent,
        'Microsoft Graph',
        g.raw,
    from evidence.graph_activity as g
    left join app_names as p on lower(g.app_id) = p.app_id
    left join well_known_ids as w on lower(g.app_id) = w.id
    where (g.file_id, g.record) in (from dossier_records)
    union all
    select
        o.source,
        o.file_id,
        o.record,
        o.event_time,
        o.action,
        o.result,
        null,
        o.target,
        client_address(o.ip_address),
        o.ip_address,
        null,
        null,
        null,
        o.source,
        null,
    from all_events as o
    where o.source not in ('sign_ins', 'audit_events', 'graph_activity') and (o.file_id, o.record) in (from dossier_records)
),
placed as (
    select
        t.* exclude (country, network),
        coalesce(t.country, a.country) as country,
        coalesce(t.network, a.network) as network,
        t.country is null as is_country_found,
        t.network is null as is_network_found,
        looked_up(t.country, t.network, a.country, a.network, a.source) as place_source,
    from steps as t
    left join addresses as a on t.address = a.ip_address
),
compared as (
    select
        *,
        place_text(country, is_country_found, place_source) as country_text,
        place_text('AS' || network, is_network_found, place_source) as network_text,
        case when address is not null then country end as caller_country,
        case when address is not null then network end as caller_network,
        lag(caller_country ignore nulls) over in_session as country_before,
        lag(case when not is_country_found then caller_country end ignore nulls) over in_session as country_told_before,
        lag(case when caller_country is not null then country_text end ignore nulls) over in_session as country_before_text,
        lag(caller_network ignore nulls) over in_session as network_before,
        lag(case when not is_network_found then caller_network end ignore nulls) over in_session as network_told_before,
        lag(case when caller_network is not null then network_text end ignore nulls) over in_session as network_before_text,
        lag(address ignore nulls) over in_session as address_before,
        lag(user_agent ignore nulls) over in_log as agent_before,
    from placed
    window
        in_session as (order by event_time, source = 'sign_ins' desc, source, file_id, record),
        in_log as (partition by source, workload order by event_time, file_id, record)
),
shown as (
    select
        event_time,
        concat_ws(' · ', what, app) as what,
        detail,
        result,
        concat_ws(' · ', ip_address, nullif(concat_ws(' ', country, 'AS' || network, '(' || place_source || ')'), '')) as "from",
        nullif(concat_ws(
            '; ',
            move_text('country', country_before, country_told_before, country_before, country_before_text, caller_country, country_text),
            move_text('network', network_before, network_told_before, 'AS' || network_before, network_before_text, caller_network, network_text),
            case when network is null and address <> address_before then 'address ' || address_before || ' to ' || address || ', network unknown' end,
            case when user_agent is distinct from agent_before and user_agent <> '' then 'agent ' || user_agent end
        ), '') as change,
        file_id,
        compared.record as number,
        source,
        raw,
    from compared
    union all
    select
        b.event_time,
        concat_ws(' · ', b.action, case when b.source = 'sign_ins' then b.target end),
        concat_ws('; ', b.belongs, case when b.source <> 'sign_ins' then b.target end, case when not b.is_by_user then 'by ' || b.actor end),
        b.result,
        concat_ws(' · ', b.ip_address, nullif(concat_ws(
            ' ',
            coalesce(told_country, a.country),
            'AS' || coalesce(told_network, a.network),
            '(' || looked_up(told_country, told_network, a.country, a.network, a.source) || ')'
        ), '')),
        null,
        b.file_id,
        b.record,
        b.source,
        b.raw,
    from dossier_beside as b
    left join addresses as a on b.address = a.ip_address
    where b.is_trace or not b.is_failed_attempt
)
select
    event_time,
    what,
    detail,
    result,
    "from",
    change,
    file_id || ':' || number as record,
    raw
from shown
order by
    event_time,
    source = 'sign_ins' desc, -- a sign-in before what was done with it in the same second
    source,
    file_id,
    number

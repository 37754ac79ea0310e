-- title: From sign-in to token to activity
-- sheet: From sign-in to token
-- description: Each token that shows up in the audit log or in requests to Microsoft Graph, led back to the sign-in that
--   issued it: where it was issued and where it was used. One row a token and address of use, those used elsewhere than
--   issued first: other network is the mark of a token that was taken away by itself, other address may be a phone that
--   moved. Where the sign-in is not in the files, issued_at is the
--   time that the token itself gives: the export does not reach back so far, or leaves out that kind of sign-in.
--   used_network and used_country are looked up: used_place_source learned = from a sign-in that came from the address,
--   else the file name of the geolocation database.
-- notes on: session_id, user_principal_name, issued_ip_address, used_ip_address
-- position: 3
-- wrap: app_display_name
-- topics: token replay, stolen token, token theft
-- needs: audit_events, graph_activity
-- filled by: the unified audit log (Search-UnifiedAuditLog, or Microsoft Purview > Audit > Export), whose records carry token
--   ids since 2024, and by Microsoft Graph's activity log
-- caveat: The same address proves nothing when the whole session was stolen: the thief's tokens are issued to the thief.
--   See sessions for that. The network of a use is known only where some sign-in came from the same address, or from a geolocation
--   database. Services acting for a user write their own addresses. For non-interactive sign-ins of confidential clients
--   the address of issue is that of the first token, and is not compared.
with token_uses as (
    select
        unique_token_id,
        sign_in_id,
        user_id,
        client_address(ip_address) as ip_address,
        operation,
        workload,
        session_id,
        event_time,
    from audit_events
    where unique_token_id is not null
    union all
    select
        g.unique_token_id,
        g.sign_in_id,
        coalesce(u.user_principal_name, g.user_id, g.service_principal_id),
        client_address(g.ip_address),
        -- what was asked for, without its id: GET me/messages, GET users
        concat_ws(' ', g.request_method, nullif(regexp_extract(g.request_uri, '^[a-z]+://[^/]+/[^/]+/(me/[^/?(]+|[^/?(]+)', 1), '')),
        'Microsoft Graph',
        g.session_id,
        g.event_time,
    from graph_activity as g
    left join account_names as u on lower(g.user_id) = u.user_id
    where g.unique_token_id is not null
),
uses as (
    select
        unique_token_id,
        sign_in_id,
        user_id,
        ip_address,
        count(*) as events,
        listed(list_sort(list(distinct operation))) as operations,
        listed(list_sort(list(distinct workload) filter (where workload is not null))) as workloads,
        max(session_id) as session_id,
        min(event_time) as first_use,
        max(event_time) as last_use,
    from token_uses
    group by all
),
-- Of a million sign-ins those that a use names.
issuing as not materialized (
    select
        lower(id) as id, unique_token_id, event_time, user_principal_name, app_display_name, resource_display_name, category,
        ip_address, ip_address_from_resource_provider, autonomous_system_number, country,
        caller_address(ip_address, category, client_credential_type) as caller,
        file_id, record,
    from evidence.sign_ins
),
issued_by_id as (
    select *
    from issuing
    where id in (select sign_in_id from uses)
    qualify row_number() over (partition by id order by event_time, file_id, record) = 1
),
-- For the tokens that do not name their sign-in.
issued_by_token as (
    select *
    from issuing
    where unique_token_id in (
        select unique_token_id from uses where sign_in_id is null or sign_in_id not in (select id from issued_by_id)
    )
    qualify row_number() over (partition by unique_token_id order by event_time, file_id, record) = 1
),
traced as (
    select
        uses.*,
        coalesce(by_id.id, by_token.id) as found_id,
        case when by_id.id is not null then by_id else by_token end as sign_in,
        used.network as used_network,
        used.country as used_country,
        place_mark(used.country, used.network, used.source) as used_place_source,
    from uses
    left join issued_by_id as by_id on by_id.id = uses.sign_in_id
    left join issued_by_token as by_token on by_token.unique_token_id = uses.unique_token_id
    left join addresses as used on used.ip_address = uses.ip_address
),
placed as (
    select
        traced.*,
        coalesce(sign_in.autonomous_system_number, place.network) as issued_network,
        coalesce(nullif(sign_in.country, ''), place.country) as issued_country,
        case
            when found_id is null then 'sign-in not in the files'
            when traced.ip_address is null then 'address unknown'
            when traced.ip_address in (sign_in.ip_address, sign_in.ip_address_from_resource_provider) then 'same address'
            when sign_in.caller is null then 'address of issue unknown'
            when used_network = coalesce(sign_in.autonomous_system_number, place.network) then 'same network'
            when used_network <> coalesce(sign_in.autonomous_system_number, place.network) then 'other network'
            else 'other address'
        end as movement,
    from traced
    left join addresses as place on place.ip_address = sign_in.ip_address
),
ranked as (
    select
        *,
        row_number() over (
            order by
                list_position([
                    'other network', 'other address', 'sign-in not in the files', 'address of issue unknown', 'address unknown', 'same network', 'same address'
                ], movement),
                first_use desc nulls last,
                unique_token_id,
                ip_address,
                coalesce(user_id, ''),
                sign_in_id
        ) as place,
    from placed
),
-- The record's own word for when its token was issued, where the sign-in is
-- missing: reading the record's text takes time.
untraced as (
    select unique_token_id
    from ranked
    where found_id is null and place <= coalesce(getvariable('first_rows')::bigint, place)
),
own_times as (
    select
        unique_token_id,
        min(issued_at) as issued_at,
    from (
        select
            unique_token_id,
            utc(case when json_valid(raw) then raw ->> '$.AppAccessContext.IssuedAtTime' end) as issued_at,
        from audit_events
        where unique_token_id in (from untraced)
        union all
        select unique_token_id, token_issued_at
        from graph_activity
        where unique_token_id in (from untraced)
    )
    group by unique_token_id
)
select
    coalesce(sign_in.user_principal_name, user_id) as user_principal_name,
    movement,
    sign_in.ip_address as issued_ip_address,
    ip_address as used_ip_address,
    first_use,
    used_country,
    used_network,
    issued_country,
    issued_network,
    coalesce(sign_in.event_time, own_times.issued_at) as issued_at,
    last_use,
    events,
    operations,
    workloads,
    used_place_source,
    sign_in.app_display_name as app_display_name,
    sign_in.resource_display_name as resource_display_name,
    sign_in.category as category,
    session_id,
    found_id is not null as sign_in_found,
    sign_in_id,
    unique_token_id
from ranked
left join own_times using (unique_token_id)
order by place

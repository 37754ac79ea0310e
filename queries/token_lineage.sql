-- title: From sign-in to token to activity
-- description: Each token that shows up in the audit log, led back to the sign-in that issued it: where it was issued and
--   where it was used. One row a token and address of use, those used elsewhere than issued first: other network is
--   the mark of a stolen token, other address may be a phone that moved. Where the sign-in is not in the files, issued_at is the
--   time that the token itself gives: the export does not reach back so far, or leaves out that kind of sign-in.
-- group: sessions 3
-- needs: audit_events
-- filled by: the unified audit log (Search-UnifiedAuditLog, or Microsoft Purview > Audit > Export); records carry token
--   ids since 2024
-- caveat: The network of a use is known only where some sign-in came from the same address. Services acting for a user
--   write their own addresses. For non-interactive sign-ins of confidential clients the address of issue is that of the first
--   token.
with uses as (
    select
        unique_token_id,
        sign_in_id,
        user_id,
        client_address(ip_address) as ip_address,
        count(*) as events,
        listed(list_sort(list(distinct operation))) as operations,
        listed(list_sort(list(distinct workload) filter (where workload is not null))) as workloads,
        max(session_id) as session_id,
        min(event_time) as first_use,
        max(event_time) as last_use
    from audit_events
    where unique_token_id is not null
    group by all
),
issued_by_id as (
    select
        id, event_time, user_principal_name, app_display_name, resource_display_name, category,
        ip_address, ip_address_from_resource_provider, autonomous_system_number, country
    from evidence.sign_ins
    where id in (select sign_in_id from uses)
    qualify row_number() over (partition by id order by event_time, file_id, record) = 1
),
-- For the tokens whose sign-in can't be told from the token itself.
issued_by_token as (
    select
        id, unique_token_id, event_time, user_principal_name, app_display_name, resource_display_name, category,
        ip_address, ip_address_from_resource_provider, autonomous_system_number, country
    from evidence.sign_ins
    where unique_token_id in (
        select unique_token_id from uses where sign_in_id is null or sign_in_id not in (select id from issued_by_id)
    )
    qualify row_number() over (partition by unique_token_id order by event_time, file_id, record) = 1
),
networks as (
    select
        ip_address,
        max(autonomous_system_number) as autonomous_system_number,
        max(country) as country
    from evidence.sign_ins
    where ip_address in (select ip_address from uses)
    group by ip_address
),
traced as (
    select
        uses.*,
        coalesce(by_id.id, by_token.id) as found_id,
        coalesce(by_id.event_time, by_token.event_time) as issued_at,
        coalesce(by_id.user_principal_name, by_token.user_principal_name) as user_principal_name,
        coalesce(by_id.app_display_name, by_token.app_display_name) as app_display_name,
        coalesce(by_id.resource_display_name, by_token.resource_display_name) as resource_display_name,
        coalesce(by_id.category, by_token.category) as category,
        case when by_id.id is not null then by_id.ip_address else by_token.ip_address end as issued_ip_address,
        case when by_id.id is not null then by_id.ip_address_from_resource_provider
            else by_token.ip_address_from_resource_provider end as issued_ip_address_seen_by_resource,
        case when by_id.id is not null then by_id.autonomous_system_number
            else by_token.autonomous_system_number end as issued_network,
        case when by_id.id is not null then by_id.country else by_token.country end as issued_country,
        networks.autonomous_system_number as used_network,
        networks.country as used_country
    from uses
    left join issued_by_id as by_id on by_id.id = uses.sign_in_id
    left join issued_by_token as by_token on by_token.unique_token_id = uses.unique_token_id
    left join networks on networks.ip_address = uses.ip_address
),
-- Only where the sign-in is missing: reading the record's text takes time.
own_times as (
    select
        unique_token_id,
        min(try_cast(case when json_valid(raw) then raw ->> '$.AppAccessContext.IssuedAtTime' end as timestamp)) as issued_at
    from audit_events
    where unique_token_id in (select unique_token_id from traced where found_id is null)
    group by unique_token_id
),
judged as (
    select
        traced.*,
        coalesce(traced.issued_at, own_times.issued_at) as token_issued_at,
        case
            when traced.found_id is null then 'sign-in not in the files'
            when traced.ip_address is null then 'address not told'
            when traced.ip_address in (issued_ip_address, issued_ip_address_seen_by_resource) then 'same address'
            when traced.used_network = traced.issued_network then 'same network'
            when traced.used_network <> traced.issued_network then 'other network'
            else 'other address'
        end as movement
    from traced
    left join own_times using (unique_token_id)
)
select
    coalesce(user_principal_name, user_id) as user_principal_name,
    movement,
    token_issued_at as issued_at,
    issued_ip_address,
    issued_network,
    issued_country,
    ip_address as used_ip_address,
    used_network,
    used_country,
    first_use,
    last_use,
    events,
    operations,
    workloads,
    app_display_name,
    resource_display_name,
    category,
    session_id,
    found_id is not null as sign_in_found,
    sign_in_id,
    unique_token_id
from judged
order by
    list_position([
        'other network', 'other address', 'sign-in not in the files', 'address not told', 'same network', 'same address'
    ], movement),
    first_use desc nulls last,
    unique_token_id,
    used_ip_address,
    user_id

-- description: One row a sign-in or audit event with a session id, made for counting. Session ids are issued on success: failed
--   attempts have none. Accounts and systems are numbered; of devices, addresses and user agents it is enough whether they differ,
--   which their hashes tell.
-- materialized: yes
-- column session bigint: number of its session
-- column event_time timestamp: when (UTC)
-- column is_sign_in boolean: a sign-in, else an audit event
-- column status varchar: of a sign-in
-- column is_admitted boolean: not refused
-- column category varchar: of a sign-in
-- column person bigint: number of who acted, see session_accounts
-- column address ubigint: hash of the client's address; NULL = none, or that of a service or an earlier token
-- column network bigint: number of its autonomous system
-- column country varchar: its country
-- column agent ubigint: hash of a sign-in's user agent
-- column tool varchar: what of a script or attack kit the user agent names
-- column system bigint: number of the operating system, see session_programs
-- column device ubigint: hash of the registered device
-- column client ubigint: hash of the program on a device: operating system, browser and device
-- column is_device_code boolean: signed in by device code, or with a session that was
-- column is_legacy boolean: signed in by a protocol that cannot do multifactor authentication
-- column risk varchar: of the sign-in, if it is medium or high
-- column is_moved boolean: an audit event from another address and network than the sign-in that issued its token
-- column operation varchar: of an audit event
-- column has_failed boolean: an audit event that says so
-- column is_system boolean: an audit event of a service
-- column is_free_text boolean: an audit event whose session id stood in no field of its own
-- column start_page_without_device varchar: the application, if a page of an adversary in the middle may have led there
-- column file_id integer: of a sign-in, the file it came from
-- column record bigint: of a sign-in, its number in that file
with
audit_events as (
    select
        *,
        client_address(ip_address) as address,
    from evidence.audit_events
    where session_id <> ''
),
sign_ins as (
    select
        *,
        caller_address(ip_address, category, client_credential_type) as address,
    from evidence.sign_ins
    where session_id <> ''
),
issuing_sign_ins as (
    select
        lower(s.id) as id,
        caller_address(s.ip_address, s.category, s.client_credential_type) as ip_address,
        s.ip_address_from_resource_provider as seen_by_resource,
        coalesce(s.autonomous_system_number, a.network) as network,
    from evidence.sign_ins as s
    left join addresses as a on caller_address(s.ip_address, s.category, s.client_credential_type) = a.ip_address
    where lower(s.id) in (select sign_in_id from audit_events)
    qualify row_number() over (partition by lower(s.id) order by s.event_time, s.file_id, s.record) = 1
),
agents as materialized (
    select
        user_agent,
        tool_agent(user_agent) as tool,
    from (select user_agent from sign_ins union select user_agent from audit_events)
)
select
    k.session,
    s.event_time,
    true as is_sign_in,
    s.status,
    coalesce(s.status, 'success') = 'success' as is_admitted,
    s.category,
    u.person,
    case when s.address is not null then hash(s.address) end as address,
    case when s.address is not null then coalesce(s.autonomous_system_number, a.network) end as network,
    case when s.address is not null then coalesce(nullif(s.country, ''), a.country) end as country,
    case when s.user_agent <> '' then hash(s.user_agent) end as agent,
    t.tool,
    p.system,
    case when s.device_id <> '' then hash(s.device_id) end as device,
    hash(p.system_name, coalesce(p.program, s.user_agent), s.device_id) as client,
    s.authentication_protocol = 'deviceCode' or s.original_transfer_method = 'deviceCodeFlow' as is_device_code,
    s.is_legacy_auth or s.authentication_protocol = 'ropc' as is_legacy,
    case
        when 'high' in (s.risk_level_during_sign_in, s.risk_level_aggregated) then 'high'
        when 'medium' in (s.risk_level_during_sign_in, s.risk_level_aggregated) then 'medium'
    end as risk,
    false as is_moved,
    null as operation,
    false as has_failed,
    false as is_system,
    false as is_free_text,
    case
        when is_start_page_without_device(s.app_id, s.device_id) then coalesce(s.app_display_name, s.app_id)
    end as start_page_without_device,
    s.file_id,
    s.record,
from sign_ins as s
join session_numbers as k using (session_id)
left join session_accounts as u
    on s.user_id is not distinct from u.user_id and s.user_principal_name is not distinct from u.user_principal_name
left join addresses as a
    on case when s.autonomous_system_number is null or coalesce(s.country, '') = '' then s.address end = a.ip_address
left join session_programs as p
    on s.operating_system is not distinct from p.operating_system and s.browser is not distinct from p.browser
left join agents as t on s.user_agent = t.user_agent
union all
select
    k.session,
    e.event_time,
    false,
    null,
    e.operation is distinct from 'UserLoginFailed' and coalesce(e.error_number, 0) = 0,
    null,
    u.person,
    case when e.address is not null then hash(e.address) end,
    a.network,
    a.country,
    null,
    t.tool,
    null,
    null,
    null,
    false,
    false,
    null,
    e.address <> s.ip_address
        and e.address is distinct from s.seen_by_resource
        and coalesce(a.network <> s.network, true),
    e.operation,
    lower(e.result_status) in ('failed', 'failure', 'false'),
    coalesce(e.is_system, false),
    e.session_id_source = 'free text',
    null,
    null,
    null,
from audit_events as e
join session_numbers as k using (session_id)
left join addresses as a on e.address = a.ip_address
left join session_accounts as u on e.user_id = u.user_id and e.user_id = u.user_principal_name
left join issuing_sign_ins as s on e.sign_in_id = s.id
left join agents as t on e.user_agent = t.user_agent

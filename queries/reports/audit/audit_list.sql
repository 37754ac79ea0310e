-- title: Audit log
-- description: One row a record of the unified audit log, newest first. is_system marks the services' own accounts
--   (--filter is_system=false leaves people). object_id is what was acted on: a mailbox, a file's address, an account.
--   country and network are looked up for ip_address: place_source learned = a sign-in from there gives them, else the
--   geolocation database.
--   The whole record is shown by --explain with its id.
-- notes on: file_id:record
-- position: 1
-- status: result_status
-- paths: object_id
-- needs: audit_events
-- records: audit_events
-- filled by: the unified audit log (Search-UnifiedAuditLog, or Microsoft Purview > Audit > Export)
-- caveat: result_status says Success for most failed sign-ins, see audit_logons. Directory events carry addresses of
--   Microsoft's own servers for what users do.
select
    event_time,
    user_id,
    operation,
    object_id,
    e.ip_address,
    workload,
    a.country,
    'AS' || a.network as network,
    place_mark(a.country, a.network, a.source) as place_source,
    result_status,
    error_number,
    logon_error,
    is_system,
    case user_type
        when 0 then 'regular'
        when 2 then 'administrator'
        when 3 then 'datacentre administrator'
        when 4 then 'system'
        when 5 then 'application'
        when 6 then 'service principal'
        when 7 then 'custom policy'
        when 8 then 'system policy'
        when 9 then 'partner technician'
        when 10 then 'guest'
        else user_type::varchar
    end as user_type,
    user_agent,
    app_id,
    client_app_id,
    session_id,
    session_id_source,
    unique_token_id,
    sign_in_id,
    record_type_name,
    record_type,
    user_key,
    ip_address_raw,
    id,
    file_id,
    record
from audit_events as e
left join addresses as a on client_address(e.ip_address) = a.ip_address
where is_on_page(e.file_id, e.record)
order by
    event_time desc nulls last,
    file_id,
    record

-- title: Exchange admin audit log
-- family: Exchange audit logs of older cases
-- description: Search-AdminAuditLog as CSV or JSON, also as hawk shortens it, as older cases have it: the cmdlets that changed something. CSV has only the names of
--   their parameters. raw has what was exported and, beside that, the names of AuditData, which reports read.
--   https://learn.microsoft.com/powershell/module/exchangepowershell/search-adminauditlog
-- recognised by: csv CmdletName; ObjectModified; RunDate
-- recognised by: json CmdletName; ObjectModified; RunDate
-- recognised by: csv Cmdlet; FullCommand; RunDate(UTC)
-- recognised by: json Cmdlet; FullCommand; RunDate(UTC)
-- nested: Parameters[] or text; ModifiedProperties[] or text
-- flat: RunDate = CreationTime; CmdletName = Operation; Caller = UserId; ObjectModified = ObjectId; Succeeded = ResultStatus
-- flat: CmdletParameters = Parameters; Cmdlet = Operation; RunDate(UTC) = CreationTime

-- table: audit_events
with fields as (
    select
        file_id,
        record,
        raw,
        from_json(body, '{
            "Identity": "VARCHAR",
            "CreationTime": "VARCHAR",
            "Operation": "VARCHAR",
            "UserId": "VARCHAR",
            "ObjectId": "VARCHAR",
            "ResultStatus": "VARCHAR",
            "ClientIP": "VARCHAR",
            "SessionId": "VARCHAR"
        }') as f
    from source
)
select
    file_id,
    record,
    filled(f.Identity) as id,
    utc(f.CreationTime) as event_time,
    -- that of the same acts in the unified audit log
    1 as record_type,
    getvariable('record_type_names')[1] as record_type_name,
    'Exchange' as workload,
    filled(f.Operation) as operation,
    lower(filled(f.UserId)) as user_id,
    filled(f.ResultStatus) as result_status,
    filled(f.ObjectId) as object_id,
    bare_ip(f.ClientIP) as ip_address,
    address_text(f.ClientIP) as ip_address_raw,
    filled(f.SessionId) as session_id,
    case when filled(f.SessionId) is not null then 'SessionId' end as session_id_source,
    service_actor(f.UserId, null) as is_system,
    raw
from fields

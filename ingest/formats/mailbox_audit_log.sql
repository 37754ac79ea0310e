-- title: Mailbox audit log
-- family: Exchange audit logs of older cases
-- description: Search-MailboxAuditLog -ShowDetails as CSV or JSON, as older cases have it. It names who acted as a display name, but for
--   the owner. raw has what was exported and, beside that, the names of AuditData, which reports read.
--   https://learn.microsoft.com/powershell/module/exchangepowershell/search-mailboxauditlog
-- recognised by: csv Operation; LogonType; MailboxOwnerUPN; LastAccessed
-- recognised by: json Operation; LogonType; MailboxOwnerUPN; LastAccessed
-- nested: Item or text; DestFolder or text
-- flat: LastAccessed = CreationTime; OperationResult = ResultStatus; ItemSubject = Item.Subject
-- flat: ItemInternetMessageId = Item.InternetMessageId; FolderPathName = Item.ParentFolder.Path; DestFolderPathName = DestFolder.Path

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
            "ResultStatus": "VARCHAR",
            "LogonType": "VARCHAR",
            "MailboxOwnerUPN": "VARCHAR",
            "LogonUserDisplayName": "VARCHAR",
            "LogonUserSid": "VARCHAR",
            "ClientIPAddress": "VARCHAR",
            "ClientInfoString": "VARCHAR",
            "AppId": "VARCHAR",
            "ClientAppId": "VARCHAR",
            "SessionId": "VARCHAR"
        }') as f
    from source
),

named as (
    select
        *,
        lower(case
            when lower(f.LogonType) in ('owner', '0') then coalesce(filled(f.MailboxOwnerUPN), filled(f.LogonUserDisplayName))
            else coalesce(filled(f.LogonUserDisplayName), filled(f.LogonUserSid))
        end) as user_id
    from fields
)
select
    file_id,
    record,
    filled(f.Identity) as id,
    utc(f.CreationTime) as event_time,
    -- that of the same acts in the unified audit log
    2 as record_type,
    getvariable('record_type_names')[2] as record_type_name,
    'Exchange' as workload,
    filled(f.Operation) as operation,
    user_id,
    filled(f.LogonUserSid) as user_key,
    filled(f.ResultStatus) as result_status,
    filled(f.MailboxOwnerUPN) as object_id,
    bare_ip(f.ClientIPAddress) as ip_address,
    address_text(f.ClientIPAddress) as ip_address_raw,
    filled(f.ClientInfoString) as user_agent,
    filled(f.AppId) as app_id,
    filled(f.ClientAppId) as client_app_id,
    filled(f.SessionId) as session_id,
    case when filled(f.SessionId) is not null then 'SessionId' end as session_id_source,
    service_actor(user_id, null) as is_system,
    raw
from named

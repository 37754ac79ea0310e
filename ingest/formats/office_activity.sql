-- title: Log Analytics OfficeActivity
-- description: The unified audit log of Exchange, SharePoint and Teams as the table OfficeActivity of Sentinel has it,
--   CSV or JSON: other names for some properties, names for numbers, and no sign-ins.
--   https://learn.microsoft.com/azure/azure-monitor/reference/tables/officeactivity
-- recognised by: csv OfficeWorkload; Operation; RecordType; TimeGenerated
-- recognised by: json OfficeWorkload; Operation; RecordType

-- table: audit_events
with fields as (
    select
        file_id,
        record,
        raw,
        from_json(body, '{
            "OfficeId": "VARCHAR",
            "TimeGenerated": "VARCHAR",
            "RecordType": "VARCHAR",
            "OfficeWorkload": "VARCHAR",
            "Operation": "VARCHAR",
            "UserId": "VARCHAR",
            "UserId_": "VARCHAR",
            "UserKey": "VARCHAR",
            "UserType": "VARCHAR",
            "ResultStatus": "VARCHAR",
            "OfficeObjectId": "VARCHAR",
            "ClientIP": "VARCHAR",
            "ClientIP_": "VARCHAR",
            "Client_IPAddress": "VARCHAR",
            "ActorIpAddress": "VARCHAR",
            "UserAgent": "VARCHAR",
            "ClientInfoString": "VARCHAR",
            "AppId": "VARCHAR",
            "ApplicationId": "VARCHAR",
            "ClientAppId": "VARCHAR",
            "SessionId": "VARCHAR",
            "AppAccessContext": "VARCHAR"
        }') as f
    from source
),

opened as (
    select
        *,
        from_json(
            json_text(f.AppAccessContext), '{"AADSessionId": "VARCHAR", "UniqueTokenId": "VARCHAR", "ClientAppId": "VARCHAR"}'
        ) as access,
        coalesce(filled(f.ClientIP), filled(f.ClientIP_), filled(f.Client_IPAddress), filled(f.ActorIpAddress)) as ip_address_raw,
        coalesce(filled(f.UserId), filled(f.UserId_)) as user_id,
        coalesce(
            try_cast(whole(f.RecordType) as integer),
            nullif(list_position(getvariable('record_type_names'), filled(f.RecordType)), 0)::integer
        ) as record_type,
        coalesce(
            try_cast(whole(f.UserType) as integer),
            (nullif(list_position(
                ['regular', 'reserved', 'admin', 'dcadmin', 'system', 'application', 'serviceprincipal', 'custompolicy',
                    'systempolicy', 'partnertechnician', 'guest'],
                lower(f.UserType)
            ), 0) - 1)::integer
        ) as user_type
    from fields
)
select
    file_id,
    record,
    filled(f.OfficeId) as id,
    utc(f.TimeGenerated) as event_time,
    record_type,
    coalesce(case when record_type > 0 then getvariable('record_type_names')[record_type] end, case when record_type is null then filled(f.RecordType) end) as record_type_name,
    filled(f.OfficeWorkload) as workload,
    f.Operation as operation,
    lower(user_id) as user_id,
    filled(f.UserKey) as user_key,
    user_type,
    filled(f.ResultStatus) as result_status,
    filled(f.OfficeObjectId) as object_id,
    bare_ip(ip_address_raw) as ip_address,
    ip_address_raw,
    coalesce(filled(f.UserAgent), filled(f.ClientInfoString)) as user_agent,
    coalesce(filled(f.ApplicationId), filled(f.AppId)) as app_id,
    coalesce(filled(f.ClientAppId), filled(trim(access.ClientAppId))) as client_app_id,
    coalesce(filled(trim(access.AADSessionId)), filled(f.SessionId)) as session_id,
    case
        when filled(trim(access.AADSessionId)) is not null then 'AppAccessContext.AADSessionId'
        when filled(f.SessionId) is not null then 'SessionId'
    end as session_id_source,
    filled(trim(access.UniqueTokenId)) as unique_token_id,
    token_sign_in(filled(trim(access.UniqueTokenId))) as sign_in_id,
    service_actor(user_id, user_type) as is_system,
    raw
from opened

-- title: Entra portal directory audit log, CSV
-- family: Entra directory audit log
-- description: Entra admin center > Audit logs > Download > CSV: 86 columns, with room for 3 targets, 5 changes of
--   each and 6 details; the JSON download has them all. The rows have no id: a sum over the row stands for it, so
--   that changes can name their record and overlapping downloads are found.
--   https://learn.microsoft.com/entra/identity/monitoring-health/howto-download-logs
-- in Spanish: Fecha (UTC) = Date (UTC); Categoría = Category; Resultado = Result; Servicio = Service
-- in Spanish: Actividad = Activity; Agente de usuario = User Agent
-- in Spanish: Objetivo1NombrePrincipalDeUsuario = Target1UserPrincipalName
-- in Spanish: Objetivo2NombrePrincipalDeUsuario = Target2UserPrincipalName
-- in Spanish: Objetivo3NombrePrincipalDeUsuario = Target3UserPrincipalName
-- recognised by: csv Date (UTC); Service; Category; Activity; Result

-- table: directory_audits
with fields as (
    select
        file_id,
        record,
        raw,
        from_json(body, '{
            "Date (UTC)": "VARCHAR",
            "CorrelationId": "VARCHAR",
            "Service": "VARCHAR",
            "Category": "VARCHAR",
            "Activity": "VARCHAR",
            "Result": "VARCHAR",
            "ResultReason": "VARCHAR",
            "User Agent": "VARCHAR",
            "ActorType": "VARCHAR",
            "ActorDisplayName": "VARCHAR",
            "ActorObjectId": "VARCHAR",
            "ActorUserPrincipalName": "VARCHAR",
            "IPAddress": "VARCHAR",
            "ActorServicePrincipalId": "VARCHAR",
            "ActorServicePrincipalName": "VARCHAR",
            "Target1DisplayName": "VARCHAR",
            "Target1ObjectId": "VARCHAR",
            "Target1UserPrincipalName": "VARCHAR",
            "Target2DisplayName": "VARCHAR",
            "Target2ObjectId": "VARCHAR",
            "Target2UserPrincipalName": "VARCHAR",
            "Target3DisplayName": "VARCHAR",
            "Target3ObjectId": "VARCHAR",
            "Target3UserPrincipalName": "VARCHAR",
            "AdditionalDetail1Key": "VARCHAR",
            "AdditionalDetail1Value": "VARCHAR",
            "AdditionalDetail2Key": "VARCHAR",
            "AdditionalDetail2Value": "VARCHAR",
            "AdditionalDetail3Key": "VARCHAR",
            "AdditionalDetail3Value": "VARCHAR",
            "AdditionalDetail4Key": "VARCHAR",
            "AdditionalDetail4Value": "VARCHAR",
            "AdditionalDetail5Key": "VARCHAR",
            "AdditionalDetail5Value": "VARCHAR",
            "AdditionalDetail6Key": "VARCHAR",
            "AdditionalDetail6Value": "VARCHAR"
        }') as f
    from source
),

detailed as (
    select
        *,
        list_filter(
            [
                {'key': f.AdditionalDetail1Key, 'value': f.AdditionalDetail1Value},
                {'key': f.AdditionalDetail2Key, 'value': f.AdditionalDetail2Value},
                {'key': f.AdditionalDetail3Key, 'value': f.AdditionalDetail3Value},
                {'key': f.AdditionalDetail4Key, 'value': f.AdditionalDetail4Value},
                {'key': f.AdditionalDetail5Key, 'value': f.AdditionalDetail5Value},
                {'key': f.AdditionalDetail6Key, 'value': f.AdditionalDetail6Value}
            ],
            d -> d.key = 'User-Agent'
        )[1].value as detailed_user_agent
    from fields
)
select
    file_id,
    record,
    md5(raw) as id,
    utc(f."Date (UTC)") as event_time,
    filled(f.Category) as category,
    filled(f.Activity) as activity,
    filled(f.Service) as service,
    outcome(f.Result) as result,
    filled(f.ResultReason) as result_reason,
    coalesce(
        lower(filled(f.ActorUserPrincipalName)), filled(f.ActorDisplayName), filled(f.ActorServicePrincipalName),
        filled(f.ActorObjectId), filled(f.ActorServicePrincipalId)
    ) as initiated_by,
    case
        when filled(f.ActorUserPrincipalName) is not null or lower(f.ActorType) = 'user' then 'user'
        when filled(f.ActorServicePrincipalId) is not null or filled(f.ActorServicePrincipalName) is not null
            or lower(f.ActorType) in ('application', 'app', 'serviceprincipal', 'service principal') then 'app'
    end as initiated_by_type,
    bare_ip(f.IPAddress) as ip_address,
    coalesce(unguarded(f."User Agent"), unguarded(detailed_user_agent)) as user_agent,
    nullif(concat_ws(', ',
        coalesce(filled(f.Target1UserPrincipalName), filled(f.Target1DisplayName), filled(f.Target1ObjectId)),
        coalesce(filled(f.Target2UserPrincipalName), filled(f.Target2DisplayName), filled(f.Target2ObjectId)),
        coalesce(filled(f.Target3UserPrincipalName), filled(f.Target3DisplayName), filled(f.Target3ObjectId))
    ), '') as targets,
    filled(f.CorrelationId) as correlation_id,
    raw
from detailed

-- table: directory_audit_changes of directory_audits
-- The names of all fifteen changes are read at once; of the few that a record has, what they
-- changed.
with properties as (
    select
        file_id,
        record,
        id,
        body,
        unnest(json_extract_string(body, [
            '$.Target1ModifiedProperty1Name',
            '$.Target1ModifiedProperty2Name',
            '$.Target1ModifiedProperty3Name',
            '$.Target1ModifiedProperty4Name',
            '$.Target1ModifiedProperty5Name',
            '$.Target2ModifiedProperty1Name',
            '$.Target2ModifiedProperty2Name',
            '$.Target2ModifiedProperty3Name',
            '$.Target2ModifiedProperty4Name',
            '$.Target2ModifiedProperty5Name',
            '$.Target3ModifiedProperty1Name',
            '$.Target3ModifiedProperty2Name',
            '$.Target3ModifiedProperty3Name',
            '$.Target3ModifiedProperty4Name',
            '$.Target3ModifiedProperty5Name'
        ])) as property,
        unnest(range(15)) as place
    from parents
),

placed as (
    select
        *,
        'Target' || (place // 5 + 1) as target,
        'Target' || (place // 5 + 1) || 'ModifiedProperty' || (place % 5 + 1) as column_name
    from properties
    where filled(trim(property)) is not null
),

changes as (
    select
        file_id,
        record,
        id,
        property,
        body ->> ('$.' || target || 'Type') as target_type,
        body ->> ('$.' || target || 'UserPrincipalName') as target_user,
        body ->> ('$.' || target || 'DisplayName') as target_name,
        body ->> ('$.' || target || 'ObjectId') as target_id,
        body ->> ('$.' || column_name || 'OldValue') as old_value,
        body ->> ('$.' || column_name || 'NewValue') as new_value
    from placed
)
select
    file_id as parent_file_id,
    record as parent_record,
    id as audit_id,
    filled(trim(target_type)) as target_type,
    coalesce(filled(trim(target_user)), filled(trim(target_name)), filled(trim(target_id))) as target,
    filled(trim(property)) as property,
    filled(trim(old_value)) as old_value,
    filled(trim(new_value)) as new_value
from changes

-- title: Azure activity log
-- family: Azure activity log
-- description: What was done to the resources of a subscription: the REST API, az monitor activity-log list, and Get-AzActivityLog as
--   JSON or CSV. https://learn.microsoft.com/azure/azure-monitor/platform/activity-log-schema
-- recognised by: json eventTimestamp; operationName; caller
-- recognised by: json eventTimestamp; operationName; eventDataId
-- recognised by: csv eventTimestamp; operationName; caller
-- recognised by: csv eventTimestamp; operationName; eventDataId
-- nested: authorization or text; claims or text; httpRequest or text; identity or text; properties or text

-- table: azure_activity
with fields as (
    select
        file_id,
        record,
        raw,
        from_json(body, '{
            "eventDataId": "VARCHAR",
            "eventTimestamp": "VARCHAR",
            "category": "VARCHAR",
            "operationName": "VARCHAR",
            "operationTitle": "VARCHAR",
            "status": "VARCHAR",
            "subStatus": "VARCHAR",
            "level": "VARCHAR",
            "caller": "VARCHAR",
            "callerIpAddress": "VARCHAR",
            "authorization": "VARCHAR",
            "claims": "VARCHAR",
            "identity": "VARCHAR",
            "httpRequest": "VARCHAR",
            "resourceId": "VARCHAR",
            "resourceGroupName": "VARCHAR",
            "resourceProviderName": "VARCHAR",
            "subscriptionId": "VARCHAR",
            "correlationId": "VARCHAR",
            "operationId": "VARCHAR",
            "properties": "VARCHAR"
        }') as f
    from source
),

-- PowerShell has the claims and the properties in a member of that name, and an event hub both in the identity.
opened as (
    select
        *,
        json_text(coalesce(json_text(f.claims) ->> '$.Content', json_text(f.claims) ->> '$.content', f.claims, json_text(f.identity) ->> '$.claims')) as claims,
        json_text(coalesce(f."authorization", json_text(f.identity) ->> '$.authorization')) as allowed,
        coalesce(json_text(f.properties) ->> '$.Content', json_text(f.properties) ->> '$.content', f.properties) as details,
        json_text(f.httpRequest) as request,
        untranslated(f.status) as outcome
    from fields
),

named as (
    select
        *,
        filled(claims ->> '$.uti') as token,
        coalesce(
            filled(f.caller),
            filled(claims ->> '$."http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"'),
            filled(claims ->> '$."http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name"'),
            filled(claims ->> '$.upn'),
            filled(claims ->> '$.appid')
        ) as caller
    from opened
)
select
    file_id,
    record,
    lower(filled(f.eventDataId)) as id,
    utc(f.eventTimestamp) as event_time,
    untranslated(f.category) as category,
    coalesce(untranslated(f.operationName), filled(f.operationTitle)) as operation,
    case
        when lower(outcome) in ('start', 'started') then 'Started'
        when lower(outcome) in ('success', 'succeeded') then 'Succeeded'
        when lower(outcome) in ('failure', 'failed') then 'Failed'
        when lower(outcome) in ('accept', 'accepted') then 'Accepted'
        else outcome
    end as status,
    filled(regexp_replace(untranslated(f.subStatus), '^\w+\.', '')) as sub_status,
    filled(f.level) as level,
    lower(caller) as caller,
    filled(claims ->> '$."http://schemas.microsoft.com/identity/claims/objectidentifier"') as user_id,
    filled(claims ->> '$.appid') as app_id,
    coalesce(
        bare_ip(f.callerIpAddress), bare_ip(request ->> '$.clientIpAddress'), bare_ip(request ->> '$.ClientIpAddress'), bare_ip(claims ->> '$.ipaddr')
    ) as ip_address,
    token as unique_token_id,
    token_sign_in(token) as sign_in_id,
    filled(f.resourceId) as resource_id,
    filled(f.resourceGroupName) as resource_group,
    untranslated(f.resourceProviderName) as resource_provider,
    coalesce(filled(f.subscriptionId), nullif(lower(regexp_extract(f.resourceId, '(?i)^/subscriptions/([^/]+)', 1)), '')) as subscription_id,
    filled(coalesce(allowed ->> '$.role', allowed ->> '$.evidence.role')) as role,
    filled(allowed ->> '$.scope') as scope,
    filled(f.correlationId) as correlation_id,
    filled(f.operationId) as operation_id,
    filled(details) as details,
    raw
from named

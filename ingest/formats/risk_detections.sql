-- title: Entra ID Protection risk detections
-- family: Entra ID Protection: risk detections, risky users
-- description: Graph identityProtection/riskDetections as JSON, the same as CSV columns with the location's parts
--   beside the others (Microsoft-Extractor-Suite), the properties of diagnostic-settings records of category
--   UserRiskEvents, and the table AADUserRiskEvents of Log Analytics, where the location may be JSON text; the same of
--   service principals (servicePrincipalRiskDetections) and of agents. https://learn.microsoft.com/graph/api/resources/riskdetection
-- recognised by: json riskEventType; detectedDateTime
-- recognised by: json riskType; detectedDateTime
-- recognised by: csv riskEventType; detectedDateTime
-- envelope: detectedDateTime = time; ipAddress = callerIpAddress
-- envelope, too: location.countryOrRegion = location

-- table: risk_detections
with fields as (
    select
        file_id,
        record,
        raw,
        from_json(body, '{
            "id": "VARCHAR",
            "activityDateTime": "VARCHAR",
            "detectedDateTime": "VARCHAR",
            "lastUpdatedDateTime": "VARCHAR",
            "requestId": "VARCHAR",
            "correlationId": "VARCHAR",
            "riskEventType": "VARCHAR",
            "riskType": "VARCHAR",
            "riskLevel": "VARCHAR",
            "riskState": "VARCHAR",
            "riskDetail": "VARCHAR",
            "source": "VARCHAR",
            "detectionTimingType": "VARCHAR",
            "activity": "VARCHAR",
            "ipAddress": "VARCHAR",
            "location": "VARCHAR",
            "city": "VARCHAR",
            "state": "VARCHAR",
            "countryOrRegion": "VARCHAR",
            "userId": "VARCHAR",
            "userPrincipalName": "VARCHAR",
            "userDisplayName": "VARCHAR",
            "servicePrincipalId": "VARCHAR",
            "servicePrincipalDisplayName": "VARCHAR",
            "agentId": "VARCHAR",
            "agentDisplayName": "VARCHAR",
            "appId": "VARCHAR",
            "blueprintId": "VARCHAR",
            "keyIds": "VARCHAR",
            "additionalInfo": "VARCHAR"
        }') as f
    from source
),

located as (
    select
        *,
        from_json(json_text(f.location), '{"city": "VARCHAR", "state": "VARCHAR", "countryOrRegion": "VARCHAR"}') as place
    from fields
)
select
    file_id,
    record,
    filled(f.id) as id,
    coalesce(utc(f.activityDateTime), utc(f.detectedDateTime)) as event_time,
    utc(f.detectedDateTime) as detected_date_time,
    utc(f.lastUpdatedDateTime) as last_updated_date_time,
    filled(f.requestId) as request_id,
    filled(f.correlationId) as correlation_id,
    coalesce(filled(f.riskEventType), filled(f.riskType)) as risk_event_type,
    filled(f.riskLevel) as risk_level,
    filled(f.riskState) as risk_state,
    filled(f.riskDetail) as risk_detail,
    filled(f.source) as source,
    filled(f.detectionTimingType) as detection_timing_type,
    filled(f.activity) as activity,
    bare_ip(f.ipAddress) as ip_address,
    coalesce(filled(trim(place.city)), filled(f.city)) as city,
    coalesce(filled(trim(place.state)), filled(f.state)) as state,
    coalesce(filled(trim(place.countryOrRegion)), filled(f.countryOrRegion)) as country,
    filled(f.userId) as user_id,
    lower(filled(f.userPrincipalName)) as user_principal_name,
    filled(f.userDisplayName) as user_display_name,
    coalesce(filled(f.servicePrincipalId), filled(f.agentId)) as service_principal_id,
    coalesce(filled(f.servicePrincipalDisplayName), filled(f.agentDisplayName)) as service_principal_name,
    coalesce(filled(f.appId), filled(f.blueprintId)) as app_id,
    joined(f.keyIds) as key_ids,
    filled(f.additionalInfo) as additional_info,
    raw
from located

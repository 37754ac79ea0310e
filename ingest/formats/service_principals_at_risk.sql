-- title: Entra ID Protection risky service principals and agents
-- family: Entra ID Protection: risk detections, risky users
-- description: Graph identityProtection/riskyServicePrincipals and riskyAgents as JSON, the same as CSV columns, the properties of
--   diagnostic-settings records of category RiskyServicePrincipals, and the table AADRiskyServicePrincipals of Log Analytics.
--   https://learn.microsoft.com/graph/api/resources/riskyserviceprincipal
-- recognised by: json riskLastUpdatedDateTime; riskState; servicePrincipalType
-- recognised by: json riskLastUpdatedDateTime; riskState; appId
-- recognised by: json riskLastUpdatedDateTime; riskState; agentDisplayName
-- recognised by: csv riskLastUpdatedDateTime; riskState; servicePrincipalType
-- recognised by: csv riskLastUpdatedDateTime; riskState; appId
-- recognised by: csv riskLastUpdatedDateTime; riskState; agentDisplayName
-- recognised by: json riskLastModifiedDateTime; riskState; agentDisplayName
-- recognised by: csv riskLastModifiedDateTime; riskState; agentDisplayName
-- envelope: riskLastUpdatedDateTime = time
-- flat: riskLastModifiedDateTime = riskLastUpdatedDateTime

-- table: risky_users
with fields as (
    select
        file_id,
        record,
        raw,
        from_json(body, '{
            "id": "VARCHAR",
            "riskLastUpdatedDateTime": "VARCHAR",
            "displayName": "VARCHAR",
            "agentDisplayName": "VARCHAR",
            "appId": "VARCHAR",
            "blueprintId": "VARCHAR",
            "riskLevel": "VARCHAR",
            "riskState": "VARCHAR",
            "riskDetail": "VARCHAR",
            "isDeleted": "VARCHAR",
            "isProcessing": "VARCHAR"
        }') as f
    from source
)
select
    file_id,
    record,
    filled(f.id) as id,
    utc(f.riskLastUpdatedDateTime) as event_time,
    coalesce(filled(f.agentDisplayName), filled(f.displayName), filled(f.id)) as service_principal_name,
    coalesce(filled(f.appId), filled(f.blueprintId)) as app_id,
    filled(f.riskLevel) as risk_level,
    filled(f.riskState) as risk_state,
    filled(f.riskDetail) as risk_detail,
    truth(f.isDeleted) as is_deleted,
    truth(f.isProcessing) as is_processing,
    raw
from fields

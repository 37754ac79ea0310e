-- title: Entra ID Protection risky users
-- family: Entra ID Protection: risk detections, risky users
-- description: Graph identityProtection/riskyUsers as JSON, the same as CSV columns (Microsoft-Extractor-Suite), and the
--   properties of diagnostic-settings records of category RiskyUsers.
--   https://learn.microsoft.com/graph/api/resources/riskyuser
-- recognised by: json riskLastUpdatedDateTime; riskState; userPrincipalName
-- recognised by: csv riskLastUpdatedDateTime; riskState; userPrincipalName
-- envelope: riskLastUpdatedDateTime = time

-- table: risky_users
with fields as (
    select
        file_id,
        record,
        raw,
        from_json(body, '{
            "id": "VARCHAR",
            "riskLastUpdatedDateTime": "VARCHAR",
            "userPrincipalName": "VARCHAR",
            "userDisplayName": "VARCHAR",
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
    lower(filled(f.userPrincipalName)) as user_principal_name,
    filled(f.userDisplayName) as user_display_name,
    filled(f.riskLevel) as risk_level,
    filled(f.riskState) as risk_state,
    filled(f.riskDetail) as risk_detail,
    truth(f.isDeleted) as is_deleted,
    truth(f.isProcessing) as is_processing,
    raw
from fields

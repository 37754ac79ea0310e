-- title: Defender AlertInfo and AlertEvidence
-- family: Defender alerts and incidents
-- description: Alerts of Defender XDR, and what they are about: two tables of advanced hunting as CSV, as the answer of an API, or
--   streamed to an event hub. https://learn.microsoft.com/defender-xdr/advanced-hunting-alertevidence-table
-- recognised by: csv AlertId; Title; Severity; DetectionSource
-- recognised by: csv AlertId; Title; Category; ServiceSource
-- recognised by: csv AlertId; EntityType; EvidenceRole
-- recognised by: json AlertId; Title; Severity; DetectionSource
-- recognised by: json AlertId; Title; Category; ServiceSource
-- recognised by: json AlertId; EntityType; EvidenceRole
-- times: as shown

-- table: alerts
with fields as (
    select
        file_id,
        record,
        raw,
        from_json(body, '{
            "Timestamp": "VARCHAR",
            "TimeGenerated": "VARCHAR",
            "AlertId": "VARCHAR",
            "Title": "VARCHAR",
            "Category": "VARCHAR",
            "Categories": "VARCHAR",
            "Severity": "VARCHAR",
            "ServiceSource": "VARCHAR",
            "DetectionSource": "VARCHAR",
            "AttackTechniques": "VARCHAR",
            "EntityType": "VARCHAR",
            "EvidenceRole": "VARCHAR",
            "AccountUpn": "VARCHAR",
            "AccountObjectId": "VARCHAR",
            "RemoteIP": "VARCHAR",
            "LocalIP": "VARCHAR",
            "RemoteUrl": "VARCHAR",
            "FileName": "VARCHAR",
            "SHA256": "VARCHAR",
            "DeviceName": "VARCHAR",
            "OAuthApplicationId": "VARCHAR",
            "Application": "VARCHAR",
            "NetworkMessageId": "VARCHAR",
            "EmailSubject": "VARCHAR"
        }') as f
    from source
)
select
    file_id,
    record,
    filled(f.AlertId) as id,
    coalesce(utc(f.Timestamp), utc(f.TimeGenerated)) as event_time,
    case when filled(f.EntityType) is null then 'alert' else 'evidence' end as kind,
    filled(f.Title) as title,
    coalesce(joined(f.Category), joined(f.Categories)) as category,
    lower(filled(f.Severity)) as severity,
    filled(f.ServiceSource) as service_source,
    filled(f.DetectionSource) as detection_source,
    joined(f.AttackTechniques) as techniques,
    filled(f.EntityType) as entity_type,
    filled(f.EvidenceRole) as evidence_role,
    lower(filled(f.AccountUpn)) as user_principal_name,
    filled(f.AccountObjectId) as user_id,
    coalesce(bare_ip(f.RemoteIP), bare_ip(f.LocalIP)) as ip_address,
    filled(f.RemoteUrl) as url,
    filled(f.FileName) as file_name,
    lower(filled(f.SHA256)) as sha256,
    filled(f.DeviceName) as device_name,
    filled(f.OAuthApplicationId) as app_id,
    filled(f.Application) as app_display_name,
    lower(filled(f.NetworkMessageId)) as network_message_id,
    filled(f.EmailSubject) as subject,
    raw
from fields

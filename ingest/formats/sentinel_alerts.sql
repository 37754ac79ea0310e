-- title: Sentinel SecurityAlert and SecurityIncident
-- family: Defender alerts and incidents
-- description: Alerts of all products that report to Sentinel, and its incidents, of which the table has a row for each change: CSV or
--   JSON from Log Analytics, and incidents as the API of Sentinel gives them. https://learn.microsoft.com/azure/azure-monitor/reference/tables/securityalert
-- recognised by: csv SystemAlertId; AlertName; AlertSeverity
-- recognised by: csv SystemAlertId; DisplayName; AlertSeverity
-- recognised by: csv IncidentNumber; Title; Severity; Status
-- recognised by: json SystemAlertId; AlertName; AlertSeverity
-- recognised by: json SystemAlertId; DisplayName; AlertSeverity
-- recognised by: json IncidentNumber; Title; Severity; Status
-- nested: Entities[]; Techniques[] or text; Owner or text
-- flat: createdTimeUtc = CreatedTime; firstActivityTimeUtc = FirstActivityTime; lastActivityTimeUtc = LastActivityTime
-- flat: lastModifiedTimeUtc = LastModifiedTime

-- table: alerts
with fields as (
    select
        file_id,
        record,
        raw,
        from_json(body, '{
            "SystemAlertId": "VARCHAR",
            "IncidentName": "VARCHAR",
            "IncidentNumber": "VARCHAR",
            "TimeGenerated": "VARCHAR",
            "CreatedTime": "VARCHAR",
            "StartTime": "VARCHAR",
            "EndTime": "VARCHAR",
            "FirstActivityTime": "VARCHAR",
            "LastActivityTime": "VARCHAR",
            "LastModifiedTime": "VARCHAR",
            "DisplayName": "VARCHAR",
            "AlertName": "VARCHAR",
            "Title": "VARCHAR",
            "Tactics": "VARCHAR",
            "Techniques": "VARCHAR",
            "AlertSeverity": "VARCHAR",
            "Severity": "VARCHAR",
            "Status": "VARCHAR",
            "Classification": "VARCHAR",
            "ClassificationReason": "VARCHAR",
            "Owner": "VARCHAR",
            "ProductName": "VARCHAR",
            "ProviderName": "VARCHAR",
            "Description": "VARCHAR",
            "Entities": [{
                "Type": "VARCHAR",
                "Name": "VARCHAR",
                "UPNSuffix": "VARCHAR",
                "UserPrincipalName": "VARCHAR",
                "AadUserId": "VARCHAR",
                "MailboxPrimaryAddress": "VARCHAR",
                "Address": "VARCHAR",
                "Url": "VARCHAR",
                "HostName": "VARCHAR",
                "AppId": "VARCHAR",
                "NetworkMessageId": "VARCHAR",
                "Subject": "VARCHAR"
            }]
        }') as f
    from source
),

-- An account is named in two parts.
entities as (
    select
        *,
        list_transform(f.Entities, e -> struct_insert(e,
            account := coalesce(
                filled(e.UserPrincipalName), case when e.UPNSuffix <> '' then e.Name || '@' || e.UPNSuffix end, filled(e.MailboxPrimaryAddress)
            )
        )) as involved
    from fields
)
select
    file_id,
    record,
    coalesce(filled(f.SystemAlertId), filled(f.IncidentName), filled(f.IncidentNumber)) as id,
    coalesce(utc(f.CreatedTime), utc(f.TimeGenerated), utc(f.StartTime)) as event_time,
    case when filled(f.SystemAlertId) is null then 'incident' else 'alert' end as kind,
    coalesce(filled(f.Title), filled(f.DisplayName), filled(f.AlertName)) as title,
    joined(f.Tactics) as category,
    lower(coalesce(filled(f.AlertSeverity), filled(f.Severity))) as severity,
    filled(f.Status) as status,
    filled(f.Classification) as classification,
    filled(f.ClassificationReason) as determination,
    coalesce(filled(json_text(f.Owner) ->> '$.userPrincipalName'), filled(json_text(f.Owner) ->> '$.assignedTo')) as assigned_to,
    coalesce(filled(f.ProductName), filled(f.ProviderName)) as service_source,
    filled(f.ProviderName) as detection_source,
    joined(f.Techniques) as techniques,
    filled(f.IncidentNumber) as incident_id,
    filled(f.Description) as description,
    coalesce(utc(f.FirstActivityTime), utc(f.StartTime)) as first_activity_time,
    coalesce(utc(f.LastActivityTime), utc(f.EndTime)) as last_activity_time,
    utc(f.LastModifiedTime) as last_update_time,
    distinct_values(list_transform(involved, e -> e.Type)) as entity_type,
    distinct_values(list_transform(involved, e -> lower(e.account))) as user_principal_name,
    distinct_values(list_transform(involved, e -> e.AadUserId)) as user_id,
    distinct_values(list_transform(involved, e -> bare_ip(e.Address))) as ip_address,
    distinct_values(list_transform(involved, e -> e.Url)) as url,
    distinct_values(list_transform(involved, e -> e.HostName)) as device_name,
    distinct_values(list_transform(involved, e -> e.AppId)) as app_id,
    distinct_values(list_transform(involved, e -> lower(e.NetworkMessageId))) as network_message_id,
    distinct_values(list_transform(involved, e -> e.Subject)) as subject,
    raw
from entities

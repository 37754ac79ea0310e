-- title: Graph security alerts and incidents
-- family: Defender alerts and incidents
-- description: What Graph returns for security/alerts_v2 and security/incidents, one alert or incident a record.
--   https://learn.microsoft.com/graph/api/resources/security-alert
-- recognised by: json incidentWebUrl; severity; status; createdDateTime
-- recognised by: json detectionSource; serviceSource; severity; status; createdDateTime
-- recognised by: json title; serviceSource; severity; status; createdDateTime
-- recognised by: csv detectionSource; serviceSource; severity; status; createdDateTime
-- recognised by: csv incidentWebUrl; severity; status; createdDateTime
-- nested: userStates[]; evidence[]; mitreTechniques[] or text; alerts[]

-- table: alerts
with fields as (
    select
        file_id,
        record,
        raw,
        from_json(body, '{
            "id": "VARCHAR",
            "createdDateTime": "VARCHAR",
            "lastUpdateDateTime": "VARCHAR",
            "firstActivityDateTime": "VARCHAR",
            "lastActivityDateTime": "VARCHAR",
            "title": "VARCHAR",
            "displayName": "VARCHAR",
            "category": "VARCHAR",
            "severity": "VARCHAR",
            "status": "VARCHAR",
            "classification": "VARCHAR",
            "determination": "VARCHAR",
            "assignedTo": "VARCHAR",
            "serviceSource": "VARCHAR",
            "detectionSource": "VARCHAR",
            "mitreTechniques": "VARCHAR",
            "incidentId": "VARCHAR",
            "description": "VARCHAR",
            "affectedUser": "VARCHAR",
            "affectedHost": "VARCHAR",
            "userStates": [{"userPrincipalName": "VARCHAR", "aadUserId": "VARCHAR", "logonIp": "VARCHAR"}],
            "evidence": [{
                "@odata.type": "VARCHAR",
                "userAccount": {"userPrincipalName": "VARCHAR", "azureAdUserId": "VARCHAR"},
                "primaryAddress": "VARCHAR",
                "ipAddress": "VARCHAR",
                "url": "VARCHAR",
                "fileDetails": {"fileName": "VARCHAR", "sha256": "VARCHAR"},
                "deviceDnsName": "VARCHAR",
                "appId": "VARCHAR",
                "displayName": "VARCHAR",
                "networkMessageId": "VARCHAR",
                "subject": "VARCHAR"
            }]
        }') as f
    from source
)
select
    file_id,
    record,
    filled(f.id) as id,
    coalesce(utc(f.createdDateTime), utc(f.firstActivityDateTime)) as event_time,
    case when coalesce(filled(f.detectionSource), filled(f.serviceSource), filled(f.title)) is null then 'incident' else 'alert' end as kind,
    coalesce(filled(f.title), filled(f.displayName)) as title,
    filled(f.category) as category,
    lower(filled(f.severity)) as severity,
    filled(f.status) as status,
    filled(f.classification) as classification,
    filled(f.determination) as determination,
    filled(f.assignedTo) as assigned_to,
    filled(f.serviceSource) as service_source,
    filled(f.detectionSource) as detection_source,
    joined(f.mitreTechniques) as techniques,
    filled(f.incidentId) as incident_id,
    filled(f.description) as description,
    utc(f.firstActivityDateTime) as first_activity_time,
    utc(f.lastActivityDateTime) as last_activity_time,
    utc(f.lastUpdateDateTime) as last_update_time,
    distinct_values(list_transform(f.evidence, e -> regexp_extract(e."@odata.type", '([A-Za-z]+?)(?:Evidence)?$', 1))) as entity_type,
    coalesce(
        distinct_values(list_transform(f.evidence, e -> lower(coalesce(e.userAccount.userPrincipalName, e.primaryAddress)))),
        distinct_values(list_transform(f.userStates, u -> lower(u.userPrincipalName))),
        distinct_values(list_transform(string_split(f.affectedUser, '; '), u -> lower(split_part(u, '/', 1))))
    ) as user_principal_name,
    coalesce(
        distinct_values(list_transform(f.evidence, e -> e.userAccount.azureAdUserId)),
        distinct_values(list_transform(f.userStates, u -> u.aadUserId))
    ) as user_id,
    coalesce(
        distinct_values(list_transform(f.evidence, e -> bare_ip(e.ipAddress))),
        distinct_values(list_transform(f.userStates, u -> bare_ip(u.logonIp))),
        distinct_values(list_transform(string_split(f.affectedUser, '; '), u -> bare_ip(split_part(u, '/', 2))))
    ) as ip_address,
    distinct_values(list_transform(f.evidence, e -> e.url)) as url,
    distinct_values(list_transform(f.evidence, e -> e.fileDetails.fileName)) as file_name,
    distinct_values(list_transform(f.evidence, e -> lower(e.fileDetails.sha256))) as sha256,
    coalesce(
        distinct_values(list_transform(f.evidence, e -> e.deviceDnsName)),
        distinct_values(list_transform(string_split(f.affectedHost, '; '), h -> split_part(h, '/', 1)))
    ) as device_name,
    distinct_values(list_transform(f.evidence, e -> e.appId)) as app_id,
    distinct_values(list_transform(list_filter(f.evidence, e -> e.appId <> ''), e -> e.displayName)) as app_display_name,
    distinct_values(list_transform(f.evidence, e -> lower(e.networkMessageId))) as network_message_id,
    distinct_values(list_transform(f.evidence, e -> e.subject)) as subject,
    raw
from fields

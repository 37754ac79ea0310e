-- title: Unified audit log
-- family: Unified audit log
-- description: AuditData, whatever it is wrapped in: Search-UnifiedAuditLog as CSV or JSON, the Purview portal's
--   CSV, Graph auditLogQuery records, Management API content, one AuditData a line, or its properties as columns
--   (hawk, Power Query). The wrapper's columns repeat what AuditData says and are not read: their dates follow the
--   culture of who exported them.
--   https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-schema
-- recognised by: json CreationTime; Id; Operation; RecordType
-- recognised by: csv CreationTime; Id; Operation; RecordType
-- recognised by: csv AuditCreationTime; AuditId; Operation; AuditRecordType
-- nested: Parameters[] or pairs or text; ExtendedProperties[] or pairs or text; DeviceProperties[] or pairs or text
-- nested: ModifiedProperties[] or text; OperationProperties[] or pairs or text; NonPIIParameters[] or pairs or text; Folders[] or text; AffectedItems[] or text
-- nested: Item or text; Folder or text; DestFolder or text; AppAccessContext or text; Actor[] or text; Target[] or text
-- nested: Folders.FolderItems[] or text; Item.ParentFolder or text; AffectedItems.ParentFolder or text; ExtraProperties[] or text; Members[] or text
-- nested: Recipients[] or text; FileData or text; CopilotEventData or text; CopilotEventData.AccessedResources[] or text
-- gathered: Param_ = Parameters
-- flat: AADSessionId = AppAccessContext.AADSessionId; AppAccessContextUniqueTokenId = AppAccessContext.UniqueTokenId
-- flat: AppAccessContextIssuedAtTime = AppAccessContext.IssuedAtTime; AuditCreationTime = CreationTime; AuditId = Id
-- flat: AuditRecordType = RecordType
-- names: OrganizationId; Version; MailboxOwnerUPN; MailboxOwnerSid; MailboxGuid; LogonType; InternalLogonType; LogonUserSid
-- names: OperationCount; ClientAppName; ClientVersion; ClientProcessName; ExternalAccess; OrganizationName; OriginatingServer
-- names: CrossMailboxOperation; SendAsUserSmtp; SendOnBehalfOfUserSmtp; SiteUrl; Site; SourceFileName; SourceRelativeUrl
-- names: SourceFileExtension; DestinationRelativeUrl; DestinationFileName; ItemType; EventSource; WebId; ListId; ListItemUniqueId
-- names: TargetUserOrGroupName; TargetUserOrGroupType; SharingLinkScope; FileSizeBytes; ApplicationDisplayName; EventData
-- names: InterSystemsId; IntraSystemId; ActorContextId; TargetContextId; AzureActiveDirectoryEventType; SupportTicketId
-- names: Actor>ID; Target>ID; Value; NewValue; OldValue; Type; Path; InternetMessageId; Subject; Attachments; FolderName; Recipients
-- names: UPN; Key; FileName; FileData; P1Sender; P2Sender; Url; UrlClickAction; Verdict; VirusInfo; MalwareFamily; DeliveryAction
-- names: LatestDeliveryLocation; QueryText; SearchQueryText; SearchQueryInitiatedExchange; SearchQueryInitiatedSharePoint
-- names: AlertDisplayName; AlertEntityId; AlertSeverity; CopilotEventData; AccessedResources; ParticipantInfo; HasForeignTenantUsers
-- names: CommunicationType; MemberRights; MemberUpn; Audience; ContentMatchQuery; Event; Reason; ActionType; AdditionalDetails
-- names: ServicePrincipalCredentialKeyId; FederatedCredentialId; FederatedTokenIssuer
-- names: TeamName; TeamGuid; ChannelName; ChatThreadId; MessageId; Members; Name; Data; AlertId; Severity; Status; Query

-- table: audit_events
with fields as (
    select
        file_id,
        record,
        raw,
        from_json(body, '{
            "Id": "VARCHAR",
            "CreationTime": "VARCHAR",
            "RecordType": "VARCHAR",
            "RecordTypeName": "VARCHAR",
            "Workload": "VARCHAR",
            "Operation": "VARCHAR",
            "UserId": "VARCHAR",
            "UserKey": "VARCHAR",
            "UserType": "VARCHAR",
            "ResultStatus": "VARCHAR",
            "ObjectId": "VARCHAR",
            "ClientIP": "VARCHAR",
            "ClientIPAddress": "VARCHAR",
            "ActorIpAddress": "VARCHAR",
            "ActorIP": "VARCHAR",
            "UserAgent": "VARCHAR",
            "ClientInfoString": "VARCHAR",
            "ActorInfoString": "VARCHAR",
            "AppId": "VARCHAR",
            "ApplicationId": "VARCHAR",
            "ClientAppId": "VARCHAR",
            "SessionId": "VARCHAR",
            "AppAccessContext": {
                "AADSessionId": "VARCHAR",
                "UniqueTokenId": "VARCHAR",
                "ClientAppId": "VARCHAR"
            },
            "ExtendedProperties": [{"Name": "VARCHAR", "Value": "VARCHAR"}],
            "DeviceProperties": [{"Name": "VARCHAR", "Value": "VARCHAR"}],
            "ErrorNumber": "VARCHAR",
            "LogonError": "VARCHAR"
        }') as f
    from source
),

named as (
    select
        *,
        list_filter(f.ExtendedProperties, p -> p.Name = 'UserAgent')[1].Value as extended_user_agent,
        list_filter(f.ExtendedProperties, p -> p.Name = 'additionalDetails')[1].Value as additional_details,
        list_filter(f.DeviceProperties, p -> p.Name = 'SessionId')[1].Value as device_session_id,
        coalesce(
            address_text(f.ClientIP), address_text(f.ClientIPAddress), address_text(f.ActorIpAddress), address_text(f.ActorIP),
            filled(f.ClientIP)
        ) as ip_address_raw,
        record_type_number(f.RecordType) as record_type,
        user_type_number(f.UserType) as user_type
    from fields
)
select
    file_id,
    record,
    filled(f.Id) as id,
    utc(f.CreationTime) as event_time,
    record_type,
    coalesce(
        case when record_type > 0 then getvariable('record_type_names')[record_type] end,
        filled(f.RecordTypeName),
        case when record_type is null then filled(f.RecordType) end
    ) as record_type_name,
    filled(f.Workload) as workload,
    f.Operation as operation,
    lower(filled(f.UserId)) as user_id,
    filled(f.UserKey) as user_key,
    user_type,
    filled(f.ResultStatus) as result_status,
    filled(f.ObjectId) as object_id,
    bare_ip(ip_address_raw) as ip_address,
    ip_address_raw,
    coalesce(
        filled(f.UserAgent),
        filled(extended_user_agent),
        filled(f.ClientInfoString),
        filled(f.ActorInfoString),
        case when json_valid(additional_details) then filled(trim(additional_details ->> '$."User-Agent"')) end
    ) as user_agent,
    coalesce(filled(f.ApplicationId), filled(f.AppId)) as app_id,
    coalesce(filled(f.ClientAppId), filled(f.AppAccessContext.ClientAppId)) as client_app_id,
    coalesce(
        filled(f.AppAccessContext.AADSessionId), filled(f.SessionId), filled(device_session_id)
    ) as session_id,
    case
        when filled(f.AppAccessContext.AADSessionId) is not null then 'AppAccessContext.AADSessionId'
        when filled(f.SessionId) is not null then 'SessionId'
        when filled(device_session_id) is not null then 'DeviceProperties'
    end as session_id_source,
    filled(f.AppAccessContext.UniqueTokenId) as unique_token_id,
    token_sign_in(filled(f.AppAccessContext.UniqueTokenId)) as sign_in_id,
    whole(f.ErrorNumber) as error_number,
    filled(f.LogonError) as logon_error,
    service_actor(f.UserId, user_type) as is_system,
    raw
from named

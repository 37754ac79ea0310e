-- title: Organisation settings (a state)
-- family: States of the directory: users, roles, applications, policies, ...
-- description: Graph organization, domains and authorizationPolicy as JSON, Get-OrganizationConfig and Get-AdminAuditLogConfig, and
--   the domains of Get-AzureADDomain, of CISA Sparrow and of Get-AcceptedDomain. https://learn.microsoft.com/graph/api/resources/organization
-- recognised by: json verifiedDomains; displayName
-- recognised by: csv verifiedDomains; displayName
-- recognised by: json authenticationType; isVerified; isInitial
-- recognised by: csv authenticationType; isVerified; isInitial
-- recognised by: json name; status; authentication
-- recognised by: csv name; status; authentication
-- recognised by: json auditDisabled; identity
-- recognised by: csv auditDisabled; identity
-- recognised by: json auditDisabled; name
-- recognised by: csv auditDisabled; name
-- recognised by: json unifiedAuditLogIngestionEnabled
-- recognised by: csv unifiedAuditLogIngestionEnabled
-- recognised by: json domainName; domainType
-- recognised by: csv domainName; domainType
-- recognised by: json allowInvitesFrom; defaultUserRolePermissions

-- table: state_organization
with fields as (
    select
        file_id,
        record,
        raw,
        from_json(body, '{
            "domainName": "VARCHAR",
            "domainType": "VARCHAR",
            "id": "VARCHAR",
            "identity": "VARCHAR",
            "guid": "VARCHAR",
            "name": "VARCHAR",
            "displayName": "VARCHAR",
            "verifiedDomains": "VARCHAR",
            "authenticationType": "VARCHAR",
            "authentication": "VARCHAR",
            "status": "VARCHAR",
            "isVerified": "VARCHAR",
            "isInitial": "VARCHAR",
            "auditDisabled": "VARCHAR",
            "unifiedAuditLogIngestionEnabled": "VARCHAR",
            "allowInvitesFrom": "VARCHAR"
        }') as f
    from source
)
select
    file_id,
    record,
    coalesce(filled(f.id), filled(f.guid), filled(f.identity), filled(f.name), filled(f.displayName)) as id,
    case
        when filled(f.verifiedDomains) is not null then 'organization'
        when coalesce(filled(f.authenticationType), filled(f.authentication), filled(f.isVerified), filled(f.domainType)) is not null then 'domain'
        when filled(f.allowInvitesFrom) is not null then 'authorization'
        when filled(f.unifiedAuditLogIngestionEnabled) is not null then 'audit'
        else 'Exchange'
    end as kind,
    coalesce(filled(f.displayName), filled(f.name), filled(f.identity), filled(f.id)) as name,
    lower(coalesce(
        nullif(array_to_string(list_transform(from_json(json_list(f.verifiedDomains), '[{"name": "VARCHAR"}]'), d -> d.name), ', '), ''),
        case when truth(f.isVerified) or lower(f.status) = 'verified' then coalesce(filled(f.name), filled(f.id)) end,
        filled(f.domainName)
    )) as domains,
    coalesce(filled(f.authenticationType), filled(f.authentication)) as authentication_type,
    coalesce(truth(f.isVerified), lower(filled(f.status)) = 'verified') as is_verified,
    truth(f.auditDisabled) as is_audit_disabled,
    truth(f.unifiedAuditLogIngestionEnabled) as is_audit_log_on,
    filled(f.allowInvitesFrom) as invites_from,
    raw
from fields

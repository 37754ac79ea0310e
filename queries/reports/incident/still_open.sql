-- title: Still open
-- description: The doors that the logs leave open: what was made or changed and, as far as the files go, not removed again. Inbox rules,
--   forwards, transport rules, connectors, permissions on mailboxes and folders, consents and credentials of applications, owners,
--   roles, authentication methods, devices, guests, accounts, group members, policies. What was switched off is not here until it is
--   switched on again, and what was given another name stands under its last one. how_sure says whether the log has it made, or only
--   changed; the_state says whether it stood in the newest dump of the tenant's state after that (inbox rules, mailboxes and who may open them, grants, users, ...),
--   where there is one. What a finding names in such a dump stands here too where no log has it made: then nothing says since when, or
--   by whom. What belongs to an incident or a finding comes first; the rest is ordinary administration, listed so that nothing is
--   missed.
-- severity: severity
-- wrap: object, detail, how_sure, the_state, findings, evidence
-- notes on: evidence, object
-- position: 5
-- on a terminal: severity, kind, object, detail, since, how_sure, incident
-- workbook: yes
-- known by: severity, since, object
-- topics: persistence, backdoors, remediation, clean up, containment, what is left, eviction
-- needs: audit_events, directory_audits, state_inbox_rules, state_mailboxes, state_transport_rules, state_mailbox_permissions,
--   state_consents, state_applications, state_role_assignments
-- filled by: the unified audit log (Search-UnifiedAuditLog, or Microsoft Purview > Audit > Export), the Entra audit log (Entra admin
--   center > Audit logs > Download), and dumps of the tenant's state (Get-InboxRule, Get-Mailbox, Get-MailboxPermission, Graph's
--   oauth2PermissionGrants, applications and roleAssignments)
-- caveat: What was made before the files begin is not in here, and what was removed after they end still is. Check each in the tenant
--   before saying that it is there. A failed attempt opens nothing.
with door_places as (
    select evidence, unnest(string_split(evidence, ' ')) as place
    from open_doors
),
door_records as (
    select distinct split_part(place, ':', 1)::integer as file_id, split_part(place, ':', 2)::bigint as record
    from door_places
),
shown_records as (
    select file_id || ':' || record as place from audit_events where (file_id, record) in (from door_records)
    union all
    select file_id || ':' || record as place from directory_audits where (file_id, record) in (from door_records)
    union all
    select file_id || ':' || record as place from state_inbox_rules where (file_id, record) in (from door_records)
    union all
    select file_id || ':' || record as place from state_mailboxes where (file_id, record) in (from door_records)
    union all
    select file_id || ':' || record as place from state_transport_rules where (file_id, record) in (from door_records)
    union all
    select file_id || ':' || record as place from state_mailbox_permissions where (file_id, record) in (from door_records)
    union all
    select file_id || ':' || record as place from state_consents where (file_id, record) in (from door_records)
    union all
    select file_id || ':' || record as place from state_applications where (file_id, record) in (from door_records)
    union all
    select file_id || ':' || record as place from state_role_assignments where (file_id, record) in (from door_records)
    union all
    select file_id || ':' || record as place from state_users where (file_id, record) in (from door_records)
    union all
    select file_id || ':' || record as place from state_group_members where (file_id, record) in (from door_records)
    union all
    select file_id || ':' || record as place from state_devices where (file_id, record) in (from door_records)
    union all
    select file_id || ':' || record as place from state_access_policies where (file_id, record) in (from door_records)
    union all
    select file_id || ':' || record as place from state_named_locations where (file_id, record) in (from door_records)
    union all
    select file_id || ':' || record as place from state_authentication_methods where (file_id, record) in (from door_records)
),
-- A door is shown where the filters show a record of it.
shown_doors as (
    select distinct evidence
    from door_places
    where place in (from shown_records)
)
select
    incident,
    severity,
    kind,
    object,
    detail,
    how_sure,
    the_state,
    since,
    last_changed,
    actor,
    ip_address,
    session_id,
    findings,
    evidence
from open_doors
where evidence in (from shown_doors)
order by
    incident nulls last,
    severity_rank nulls last,
    kind,
    since,
    object,
    part

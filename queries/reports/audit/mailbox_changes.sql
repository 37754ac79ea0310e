-- title: Changes to mailboxes and mail flow
-- sheet: Changes to mailboxes
-- description: Every rule, forwarding, permission and transport setting that somebody set or removed, newest first, with
--   what it does: conditions say which messages it takes, actions what becomes of them, destination where they go.
--   done is false where the service refused. One change may be logged twice, by the cmdlet and by the mailbox
--   (UpdateInboxRules). What Microsoft's own services set is left out.
-- notes on: file_id:record
-- position: 11
-- wrap: destination, actions, conditions
-- topics: persistence, inbox rules, forwarding, transport rules, mailbox permissions, delegation, exfiltration,
--   business email compromise, bec
-- needs: audit_events
-- records: mailbox_change_records
-- filled by: the unified audit log (Search-UnifiedAuditLog, or Microsoft Purview > Audit > Export)
-- caveat: The log does not show whether a rule is still there: look for its removal, then ask the mailbox.
with
changes as (
    select
        *,
        coalesce(
            from_json(json_text, '{"Parameters": [{"Name": "VARCHAR", "Value": "VARCHAR"}]}').Parameters,
            []
        ) || coalesce(
            from_json(json_text, '{"OperationProperties": [{"Name": "VARCHAR", "Value": "VARCHAR"}]}').OperationProperties,
            []
        ) as settings,
    from (
        select
            *,
            case when json_valid(raw) then raw end as json_text,
        from audit_events
        where not is_system
            and changes_mail_flow(operation)
            and is_on_page(file_id, record)
    )
),
-- Exchange names a mailbox by the object id of its owner.
owners as (
    select
        lower(user_id) as owner_id,
        min(user_principal_name) as owner,
    from evidence.sign_ins
    where user_id is not null and user_principal_name is not null
    group by all
),
sorted as (
    select
        *,
        coalesce(
            filled(json_text ->> '$.MailboxOwnerUPN'), filled(list_filter(settings, s -> s.Name in ('Mailbox', 'Identity'))[1].Value), object_id
        ) as mailbox_name,
        list_filter(settings, s -> s.Name = 'RuleActions' and json_valid(s.Value))[1].Value as rule_actions,
        list_filter(settings, s -> s.Value not in ('', 'False')
            and regexp_matches(lower(s.Name), '^(from|sentto|subject|body|header|recipient|withimportance|hasattachment|messagetype|receivedafter|receivedbefore|myname|rulecondition|sender|except)')) as conditions,
        -- what is set to False is a change where it was set by itself, and the rest of a new rule
        list_filter(settings, s -> s.Value <> '' and (s.Value <> 'False' or lower(operation) like 'set-%')
            and regexp_matches(lower(s.Name), '^(forward|redirect|blindcopy|copyto|delivertomailbox|moveto|copytofolder|delete|markas|stopprocessing|applycategory|ruleactions|ruleoperation|accessrights|grantsendonbehalf|user|trustee|deny|audit|defaultauditset|enabled|smarthosts|imapenabled|popenabled|ewsenabled|trustedsenders|identity)')) as actions,
    from changes
)
select
    event_time,
    user_id,
    coalesce(lower(result_status) not in ('false', 'failed', 'failure'), true) as done,
    operation,
    nullif(array_to_string(list_transform(
        list_filter(settings, s -> s.Value <> '' and regexp_matches(lower(s.Name), '^(forward|redirect|blindcopyto|movetofolder|copytofolder|smarthosts)')), s -> s.Value)
        -- the mailbox tells a rule's actions as JSON
        || coalesce(json_extract_string(rule_actions, '$[*].Recipients[*]'), [])
        || coalesce(json_extract_string(rule_actions, '$[*].FolderName'), []), ', '), '') as destination,
    list_filter(settings, s -> s.Name in ('Name', 'RuleName'))[1].Value as rule,
    nullif(array_to_string(list_transform(list_filter(actions, s -> s.Name <> 'Identity'), s -> s.Name || ' = ' || s.Value), '; '), '') as actions,
    nullif(array_to_string(list_transform(conditions, s -> s.Name || ' = ' || s.Value), '; '), '') as conditions,
    coalesce(owner, lower(mailbox_name)) as mailbox,
    ip_address,
    session_id,
    id,
    file_id,
    record
from sorted
left join owners on owner_id = regexp_extract(lower(mailbox_name), '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}')
order by
    event_time desc nulls last,
    id,
    file_id,
    record

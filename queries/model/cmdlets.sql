-- description: One row an act of administration in Exchange, in Security and Compliance or by another cmdlet, and a
--   change of rules and folder permissions that a mail program made, from the unified audit log.
-- source: https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-schema#exchange-admin-schema
-- materialized: yes
-- column act_id varchar: the record's id, else its place
-- column event_time timestamp: when (UTC)
-- column operation varchar: the cmdlet or operation, lower case
-- column cmdlet varchar: the same as logged
-- column actor varchar: who, lower case; a service's or partner's name as logged
-- column is_system boolean: a service of Microsoft's acted by itself
-- column object varchar: what was acted on, lower case: a mailbox, policy, rule, ...; the name at the end of Exchange's path
-- column mailbox varchar: the mailbox it is about, lower case; NULL = none named
-- column parameters map(varchar, varchar): what was set, by name in lower case; several values of a name joined by a semicolon; '' = taken
--   away, as by $null
-- column folder varchar: the folder whose permissions or rules a mail program changed
-- column failed boolean: it was refused
-- column ip_address varchar: of the client
-- column session_id varchar: of the client
-- column app_id varchar: the application through which it was done
-- column user_agent varchar: of the client
-- column file_id integer: the file it came from
-- column record bigint: its number in that file
-- column id varchar: of the record
with logged as (
    select
        * exclude (raw),
        json_extract(json_text(raw), [
            '$.Parameters', '$.OperationProperties', '$.MailboxOwnerUPN', '$.Item.ParentFolder.Path',
            '$.Item.ParentFolder.MemberUpn', '$.Item.ParentFolder.MemberRights', '$.NonPIIParameters', '$.OfficeObjectId'
        ]) as parts
    from evidence.audit_events
    where regexp_full_match(operation, '[A-Za-z]+-[A-Za-z][A-Za-z0-9]*')
        or list_contains([
            'UpdateInboxRules', 'ModifyFolderPermissions', 'AddFolderPermissions', 'RemoveFolderPermissions',
            'UpdateFolderPermissions', 'UpdateCalendarDelegation'
        ], operation)
),
texts as (
    select
        * exclude (parts),
        -- a list, or (Log Analytics) its text, or (Security and Compliance) a command line
        coalesce(parts[1] ->> '$', parts[7] ->> '$') as first_text,
        parts[2] ->> '$' as second_text,
        parts[3] ->> '$' as owner,
        parts[4] ->> '$' as folder,
        parts[5] ->> '$' as member,
        parts[6] ->> '$' as rights
    from logged
),
listed_parameters as (
    select
        *,
        coalesce(
            case
                when json_type(json_text(first_text)) = 'ARRAY'
                then from_json(json_text(first_text), '[{"Name": "VARCHAR", "Value": "VARCHAR"}]')
            end,
            case
                when not json_valid(first_text)
                then list_transform(
                    list_zip(
                        regexp_extract_all(first_text, '(?:^|\s)-([A-Za-z]\w*):?(?:\s+|\b)("[^"]*"|[^\s"-][^\s]*)?', 1),
                        regexp_extract_all(first_text, '(?:^|\s)-([A-Za-z]\w*):?(?:\s+|\b)("[^"]*"|[^\s"-][^\s]*)?', 2)
                    ),
                    p -> {'Name': p[1], 'Value': trim(p[2], '"')}
                )
            end,
            []
        ) || coalesce(
            case
                when json_type(json_text(second_text)) = 'ARRAY'
                then from_json(json_text(second_text), '[{"Name": "VARCHAR", "Value": "VARCHAR"}]')
            end,
            []
        ) || case when member is null and rights is null then [] else [{'Name': 'User', 'Value': member}, {'Name': 'AccessRights', 'Value': rights}] end as settings
    from texts
),
-- What PowerShell calls nothing is nothing.
filled_parameters as (
    select
        * exclude (settings),
        list_transform(settings, s -> {'Name': s.Name, 'Value': case when lower(trim(s.Value)) = '$null' then '' else coalesce(trim(s.Value), '') end}) as settings
    from listed_parameters
),
named_values as (
    select
        *,
        list_sort(list_filter(list_transform(settings, s -> {'name': lower(s.Name), 'value': s.Value}), v -> v.name is not null)) as set_values
    from filled_parameters
),
names_set as (
    select
        *,
        list_transform(set_values, v -> v.name) as names
    from named_values
),
mapped as (
    select
        *,
        case
            when list_unique(names) = len(names) then map(names, list_transform(set_values, v -> v.value))
            -- a name that is there twice has both values, in the log's order
            else map(
                list_sort(list_distinct(names)),
                list_transform(
                    list_sort(list_distinct(names)),
                    n -> array_to_string(
                        list_transform(list_filter(settings, s -> lower(s.Name) = n), s -> s.Value), ';'
                    )
                )
            )
        end as parameters
    from names_set
),
identified as (
    select
        *,
        coalesce(
            exchange_name(parameters['mailbox']),
            exchange_name(owner),
            case
                when regexp_matches(lower(operation), 'mailbox|recipientpermission') then coalesce(exchange_name(parameters['identity']), exchange_name(object_id))
                when regexp_matches(lower(operation), 'inboxrule') and contains(object_id, '\') then exchange_name(object_id)
                when regexp_matches(lower(operation), 'inboxrule') then lower(user_id)
            end
        ) as mailbox_name
    from mapped
)
select
    coalesce(i.id, i.file_id || ':' || i.record) as act_id,
    i.event_time,
    lower(i.operation) as operation,
    i.operation as cmdlet,
    i.user_id as actor,
    coalesce(i.is_system, false)
        or coalesce(regexp_matches(i.user_id, '^nt (authority|service)|\\microsoft\.|^microsoft operator|^s-1-5-18$'), false) as is_system,
    exchange_name(coalesce(nullif(i.parameters['identity'], ''), nullif(i.parameters['name'], ''), i.object_id)) as object,
    coalesce(n.user_principal_name, i.mailbox_name) as mailbox,
    i.parameters,
    i.folder,
    coalesce(lower(i.result_status) in ('false', 'fail', 'failed', 'failure', 'partiallysucceeded'), false) as failed,
    client_address(i.ip_address) as ip_address,
    i.session_id,
    lower(coalesce(i.app_id, i.client_app_id)) as app_id,
    i.user_agent,
    i.file_id,
    i.record,
    i.id
from identified as i
left join account_names as n on n.user_id = regexp_extract(i.mailbox_name, '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}')

-- title: audit log
-- description: What people did with mail, files and settings, by kind.
with
operation_kinds as materialized (
    select
        operation,
        coalesce(
            notable_operation(operation),
            case
                when operation = 'MailItemsAccessed' then 'mail read'
                when operation in ('Send', 'SendAs', 'SendOnBehalf') then 'mail sent'
                when operation in ('SoftDelete', 'HardDelete', 'MoveToDeletedItems') then 'mail deleted'
                when operation in ('FileDownloaded', 'FileSyncDownloadedFull') then 'files downloaded'
            end
        ) as operation_kind,
        notable_operation(operation) is not null as is_notable,
    from (select distinct operation from audit_events)
    where operation_kind is not null
),
done as (
    select
        operation_kind,
        operation,
        is_notable,
        coalesce(user_id, 'user unknown') as who,
        coalesce(lower(result_status) in ('failed', 'failure', 'false'), false) as has_failed,
        object_id,
        file_id || ':' || record as record_key,
        event_time,
        -- of a download, all that counts here stands in columns
        case when operation_kind <> 'files downloaded' and json_valid(raw) then raw end as data,
    from audit_events
    join operation_kinds using (operation)
    where not coalesce(is_system, false)
),
parsed as (
    select
        *,
        from_json(data, '{
            "MailboxOwnerUPN": "VARCHAR",
            "Parameters": [{"Name": "VARCHAR", "Value": "VARCHAR"}],
            "OperationProperties": [{"Name": "VARCHAR", "Value": "VARCHAR"}],
            "ModifiedProperties": [{"Name": "VARCHAR", "NewValue": "VARCHAR"}],
            "Target": [{"ID": "VARCHAR", "Type": "VARCHAR"}],
            "Item": {"Id": "VARCHAR", "InternetMessageId": "VARCHAR", "ParentFolder": {"Path": "VARCHAR"}},
            "AffectedItems": [{"Id": "VARCHAR", "InternetMessageId": "VARCHAR"}],
            "Folders": [{"Path": "VARCHAR", "FolderItems": [{"Id": "VARCHAR", "InternetMessageId": "VARCHAR"}]}]
        }') as details,
    from done
),
-- A rule is logged by the cmdlet and by the mailbox: it is one by its mailbox
-- and name.
acts as (
    select
        *,
        lower(coalesce(details.MailboxOwnerUPN, list_filter(details.Parameters, s -> s.Name = 'Mailbox')[1].Value, who)) as mailbox,
        coalesce(
            list_filter(settings, s -> s.Name in ('name', 'rulename'))[1].Value,
            nullif(regexp_extract(object_id, '[^\\]*$'), ''),
            list_filter(settings, s -> s.Name = 'ruleid')[1].Value
        ) as rule,
        case
            when operation_kind = 'inbox rule' and len(list_filter(settings, s ->
                s.Name in ('forwardto', 'forwardasattachmentto', 'redirectto')
                or s.Name = 'ruleactions' and regexp_matches(s.Value, '"ActionType" *: *"(Forward|Redirect)'))) > 0
            then 'inbox rule that forwards'
            when operation_kind = 'mailbox settings' and forward is not null then 'mailbox forwarding'
            else operation_kind
        end as kind,
        -- What to read first of the rules: those that delete, forward or put away unread, or have next to no name.
        len(list_filter(settings, s ->
            s.Name in ('forwardto', 'forwardasattachmentto', 'redirectto')
            or s.Name in ('deletemessage', 'softdeletemessage', 'markasread') and lower(s.Value) = 'true'
            or s.Name = 'movetofolder' and regexp_matches(lower(s.Value), 'rss|archive|conversation history|junk|deleted')
            or s.Name = 'ruleactions' and regexp_matches(s.Value, '"ActionType" *: *"(Forward|Redirect|Delete|SoftDelete|PermanentDelete|MarkAsRead)')
        )) > 0 or len(trim(rule)) <= 1 as is_telling,
        -- of a permission, the target is what the application may use
        case when operation not ilike '%permission grant%' then list_filter(details.Target, t -> t.Type = '1' and t.ID <> '')[1].ID end as target,
        len(list_filter(settings, s -> s.Name = 'mailaccesstype' and lower(s.Value) = 'sync')) > 0 as is_sync,
        len(list_filter(settings, s -> s.Name = 'isthrottled' and lower(s.Value) = 'true')) > 0 as is_throttled,
    from (
        select
            *,
            list_transform(
                list_filter(coalesce(details.Parameters, []) || coalesce(details.OperationProperties, []), s -> s.Value <> ''),
                s -> {'Name': lower(s.Name), 'Value': s.Value}
            ) as settings,
            list_filter(settings, s -> s.Name in ('forwardingsmtpaddress', 'forwardingaddress'))[1].Value as forward,
        from parsed
    )
),
-- What a record is about: each thing under what tells it from the others, and
-- the name that people know.
named_acts as materialized (
    select
        kind,
        is_notable,
        who,
        has_failed,
        event_time,
        is_telling,
        is_sync,
        is_throttled,
        case
            when kind in ('inbox rule', 'inbox rule that forwards') then [mailbox || ' ' || coalesce(rule, record_key)]
            when kind = 'mailbox forwarding' then [coalesce(object_id, mailbox)]
            when kind in ('consent to an application', 'new service principal', 'application credential') then [target]
            when kind in ('password', 'files downloaded') then [object_id]
            when kind in ('mail sent', 'mail deleted') then list_transform(
                [{'Id': details.Item.Id, 'InternetMessageId': details.Item.InternetMessageId}] || coalesce(details.AffectedItems, []),
                i -> coalesce(i.InternetMessageId, nullif(i.Id, 'Unknown')))
            when kind = 'mail read' and is_sync then [mailbox || ' ' || details.Item.ParentFolder.Path]
            when kind = 'mail read' then list_transform(
                flatten(list_transform(details.Folders, f -> coalesce(f.FolderItems, []))),
                i -> coalesce(i.InternetMessageId, i.Id))
        end as things,
        case
            when kind in ('inbox rule', 'inbox rule that forwards') then '"' || rule || '"'
            when kind = 'mailbox forwarding' then 'to ' || forward
            when kind in ('consent to an application', 'new service principal', 'application credential') then target
            when kind = 'password' then object_id
            when kind = 'role' then trim(list_filter(details.ModifiedProperties, p -> p.Name = 'Role.DisplayName')[1].NewValue, '"')
        end as name,
    from acts
),
-- Attempts that were refused stand with what was done, or alone.
refusals as (
    select
        kind,
        count(*) filter (where has_failed) as failed,
        bool_and(has_failed) as is_refused,
    from named_acts
    group by kind
),
counted_acts as (
    select named_acts.*
    from named_acts
    join refusals using (kind)
    where not has_failed or is_refused
),
thing_counts as (
    select
        kind,
        count(distinct thing) filter (where not is_folder) as things,
        count(distinct thing) filter (where is_folder) as folders,
    from (
        select
            kind,
            is_sync as is_folder,
            unnest(things) as thing,
        from counted_acts
    )
    group by kind
),
actors as (
    select
        kind,
        'by ' || few(list(who || ' ' || times order by times desc, who)) as who,
    from (
        select kind, who, count(*) as times
        from counted_acts
        group by all
    )
    group by kind
),
act_names as (
    select
        kind,
        few(list(name order by is_telling desc, name)) as names,
    from (
        select
            kind,
            name,
            kind like 'inbox rule%' and coalesce(bool_or(is_telling), false) as is_telling,
        from named_acts
        join refusals using (kind)
        where name is not null
        group by kind, name
        having bool_or(not has_failed or is_refused)
    )
    group by kind
),
act_counts as (
    select
        kind,
        is_notable,
        (map {
            'inbox rule': 'rule',
            'inbox rule that forwards': 'rule',
            'mailbox forwarding': 'mailbox',
            'consent to an application': 'application',
            'new service principal': 'application',
            'application credential': 'application',
            'password': 'account',
            'mail read': 'message',
            'mail sent': 'message',
            'mail deleted': 'message',
            'files downloaded': 'file'
        })[kind] as noun,
        count(*) as records,
        count(*) filter (where is_throttled) as throttled,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
    from counted_acts
    group by all
)
select 1 as item_no, 'events' as item, count(*)::varchar as value,
    concat_ws(
        '; ',
        period_text(min(event_time), max(event_time)),
        count(*) filter (where not coalesce(is_system, false)) || ' by '
            || counted(count(distinct user_id) filter (where not coalesce(is_system, false)), 'user', 'users') || ', '
            || count(*) filter (where is_system) || ' by services'
    ) as detail,
from audit_events
having exists (from evidence.audit_events)
union all
select
    1 + row_number() over (order by is_notable desc, kind),
    kind || case when is_refused then ': attempted, refused' else '' end,
    case when things + folders > 0 then counted(things, noun, noun || case when noun = 'mailbox' then 'es' else 's' end) else counted(records, 'record', 'records') end,
    concat_ws(
        '; ',
        names,
        case when folders > 0 then 'and all of ' || counted(folders, 'folder', 'folders') || ' that a mail client took over' end,
        case when things + folders <> records then 'in ' || counted(records, 'record', 'records') end,
        case when kind = 'mail read' then case when throttled > 0 then throttled || ' throttled: more was read than is named' else 'none throttled' end end,
        who,
        period_text(first_seen, last_seen),
        case when failed > 0 and not is_refused then counted(failed, 'more attempt', 'more attempts') || ' refused' end
    ),
from act_counts
join actors using (kind)
join refusals using (kind)
left join act_names using (kind)
left join thing_counts using (kind)
union all
select 1, 'not loaded', null, 'The unified audit log, to be had from Microsoft Purview > Audit > Export, or by Search-UnifiedAuditLog.',
where not exists (from evidence.audit_events)

-- description: One row an act of directory administration. The Entra audit log and the unified audit log write of the
--   same acts: what is in both is one row, with both in records.
-- materialized: yes
-- judges: first acts of directory administration
-- reduced by: first_directory_acts
-- column act_id varchar: the log's own id of the Entra audit record, else of the unified audit record
-- column event_time timestamp: when (UTC)
-- column activity varchar: what, lower case, without the final dot of the unified audit log
-- column category varchar: as logged
-- column service varchar: which logged it
-- column result varchar: success, failure; NULL = the log doesn't say
-- column result_reason varchar: the log's words
-- column actor varchar: who: user principal name in lower case, else name of the application; unknown = not logged
-- column actor_type varchar: user, application, service = Microsoft's own
-- column is_service boolean: a service of Microsoft's own acted, by its own decision
-- column app_id varchar: the application through which, or by which, it was done
-- column ip_address varchar: of the actor, where it can be the client's
-- column ip_addresses varchar[]: the same as a list
-- column user_agent varchar: of the actor
-- column target varchar: what it was done to: a user, where there is one, in lower case as actor; else the first that has a name, as logged
-- column target_type varchar: User, ServicePrincipal, Application, Group, Device, Policy, ...
-- column target_id varchar: object id
-- column targets struct(target_type varchar, "target" varchar, target_id varchar)[]: all of them, as logged
-- column changes struct(property varchar, old_value varchar, new_value varchar)[]: without JSON's quotes
-- column old_values json: by property in lower case, the first of each name: old_values ->> 'role.displayname'
-- column new_values json: by property in lower case, the first of each name
-- column details varchar: what else the log says: JSON, or several of them
-- column session_id varchar: where the log gives it
-- column nth_by_actor bigint: how often the actor had done so by then, this act counted
-- column rarity varchar: first of its kind by the actor, or in the tenant, in the days of log before; NULL = neither, or
--   less than a week before
-- column is_unusual boolean: no habit of the actor's: the first of its kind after a week of log, or the logs cover less
--   than a day and tell of no habits
-- column records struct(file_id integer, record bigint, id varchar)[]: the records of the act
with entra_parts as (
    select
        * exclude (raw),
        json_extract(json_text(raw), [
            '$.targetResources', '$.properties.targetResources', '$.TargetResources',
            '$.additionalDetails', '$.properties.additionalDetails', '$.AdditionalDetails',
            '$.initiatedBy', '$.properties.initiatedBy', '$.InitiatedBy',
            '$.Target1Type', '$.Target1ObjectId', '$.Target2Type', '$.Target2ObjectId', '$.Target3Type', '$.Target3ObjectId',
            '$.AdditionalDetail1Key', '$.AdditionalDetail1Value', '$.AdditionalDetail2Key', '$.AdditionalDetail2Value',
            '$.AdditionalDetail3Key', '$.AdditionalDetail3Value', '$.AdditionalDetail4Key', '$.AdditionalDetail4Value'
        ]) as parts
    from evidence.directory_audits
),
-- Log Analytics has JSON as text.
entra_opened as (
    select
        * exclude (parts),
        coalesce(parts[1], parts[2], parts[3]) as target_part,
        coalesce(parts[4], parts[5], parts[6]) as detail_part,
        coalesce(parts[7], parts[8], parts[9]) as initiator_part,
        [{'t': parts[10] ->> '$', 'id': parts[11] ->> '$'}, {'t': parts[12] ->> '$', 'id': parts[13] ->> '$'},
            {'t': parts[14] ->> '$', 'id': parts[15] ->> '$'}] as portal_targets,
        list_transform(
            list_filter([[parts[16], parts[17]], [parts[18], parts[19]], [parts[20], parts[21]], [parts[22], parts[23]]], d -> d[1] is not null),
            d -> {'key': d[1] ->> '$', 'value': d[2] ->> '$'}
        ) as portal_details
    from entra_parts
),
entra_read as (
    select
        *,
        case when json_valid(target_part ->> '$') then try_cast(
            json_transform(target_part ->> '$', '[{"type": "VARCHAR", "userPrincipalName": "VARCHAR", "displayName": "VARCHAR", "id": "VARCHAR"}]')
            as struct("type" varchar, userPrincipalName varchar, displayName varchar, id varchar)[]
        ) end as told_targets,
        coalesce(detail_part ->> '$', case when len(portal_details) > 0 then to_json(portal_details)::varchar end) as details,
        case when json_valid(initiator_part ->> '$') then json_extract_string(initiator_part ->> '$', ['$.app.appId', '$.user.id']) end as initiator
    from entra_opened
),
entra_acts as (
    select
        file_id,
        record,
        id,
        event_time,
        activity,
        category,
        service,
        result,
        result_reason,
        initiated_by as actor,
        case initiated_by_type when 'app' then 'application' else initiated_by_type end as actor_type,
        filled(initiator[1]) as app_id,
        ip_address,
        user_agent,
        case
            when len(told_targets) > 0 then list_transform(told_targets, t -> {
                'target_type': filled(trim(t."type")),
                'target': coalesce(filled(trim(t.userPrincipalName)), filled(trim(t.displayName)), filled(trim(t.id))),
                'target_id': filled(trim(t.id))
            })
            when targets is not null then list_transform(string_split(targets, ', '), (t, i) -> {
                'target_type': portal_targets[i].t, 'target': t, 'target_id': portal_targets[i].id
            })
        end as targets,
        details,
        null::varchar as session_id,
        correlation_id,
        true as is_entra
    from entra_read
),
unified_parts as (
    select
        * exclude (raw),
        json_extract(json_text(raw), [
            '$.ModifiedProperties', '$.ExtendedProperties', '$.Actor', '$.Target', '$.InterSystemsId', '$.ActorIpAddress'
        ]) as parts
    from evidence.audit_events
    where record_type = 8
        or record_type is null and workload = 'AzureActiveDirectory' and operation not in ('UserLoggedIn', 'UserLoginFailed')
),
unified_read as (
    select
        *,
        from_json(json_text(parts[2] ->> '$'), '[{"Name": "VARCHAR", "Value": "VARCHAR"}]') as properties,
        from_json(json_text(parts[3] ->> '$'), '[{"ID": "VARCHAR", "Type": "VARCHAR"}]') as actors,
        from_json(json_text(parts[4] ->> '$'), '[{"ID": "VARCHAR", "Type": "VARCHAR"}]') as told_targets
    from unified_parts
),
unified_acts as (
    select
        file_id,
        record,
        id,
        event_time,
        operation as activity,
        list_filter(properties, p -> p.Name = 'extendedAuditEventCategory')[1].Value as category,
        workload as service,
        result_status as result,
        null::varchar as result_reason,
        -- 1 name, 2 object id and kind, 5 user principal name
        case
            when user_id like '%@%' or not coalesce(is_system, false) then user_id
            else coalesce(list_filter(actors, a -> a.Type = '1')[1].ID, user_id)
        end as actor,
        case
            when user_id like '%@%' then 'user'
            when coalesce(is_system, false) or user_type = 5 then 'application'
            else 'user'
        end as actor_type,
        coalesce(
            app_id,
            case when user_id not like '%@%' then list_filter(actors, a -> a.Type = '2' and len(a.ID) = 36)[1].ID end
        ) as app_id,
        coalesce(ip_address, bare_ip(parts[6] ->> '$')) as ip_address,
        coalesce(user_agent, list_filter(properties, p -> p.Name = 'UserAgent')[1].Value) as user_agent,
        case when len(told_targets) > 0 or object_id is not null then [{
            'target_type': list_filter(told_targets, t -> t.Type = '2' and regexp_full_match(t.ID, '[A-Za-z]+'))[1].ID,
            'target': coalesce(
                filled(list_filter(told_targets, t -> t.Type = '5')[1].ID), filled(list_filter(told_targets, t -> t.Type = '1')[1].ID),
                case when object_id like '%@%' then object_id end,
                -- neither an object id nor KIND_ID
                list_filter(told_targets, t -> not regexp_matches(t.ID, '[0-9a-f]{8}-') and not regexp_full_match(t.ID, '[A-Za-z]+'))[1].ID,
                list_filter(told_targets, t -> coalesce(t.Type, '') = '' or t.Type not in ('2', '3'))[1].ID, object_id
            ),
            'target_id': list_filter(told_targets, t -> t.Type = '2' and len(t.ID) = 36)[1].ID
        }] end as targets,
        coalesce(list_filter(properties, p -> p.Name = 'additionalDetails')[1].Value, '')
            || case when len(properties) > 2 then ' ' || (parts[2] ->> '$') else '' end as details,
        session_id,
        parts[5] ->> '$' as correlation_id,
        false as is_entra
    from unified_read
),
logged_changes as (
    select
        true as is_entra,
        parent_file_id as file_id,
        parent_record as record,
        property,
        old_value,
        new_value
    from evidence.directory_audit_changes
    union all
    select
        false,
        file_id,
        record,
        change.Name,
        change.OldValue,
        change.NewValue
    from (
        select
            file_id,
            record,
            unnest(from_json(json_text(parts[1] ->> '$'), '[{"Name": "VARCHAR", "OldValue": "VARCHAR", "NewValue": "VARCHAR"}]')) as change
        from unified_parts
    )
),
-- Both logs write a value as JSON: a text in quotes, or a list.
plain_changes as (
    select
        is_entra,
        file_id,
        record,
        property,
        row_number() over () as place,
        case
            when old_value in ('', '""', '[]', 'null') then null
            when starts_with(old_value, '"') and json_valid(old_value) then filled(old_value ->> '$')
            when starts_with(old_value, '[') then joined(old_value)
            else old_value
        end as old_value,
        case
            when new_value in ('', '""', '[]', 'null') then null
            when starts_with(new_value, '"') and json_valid(new_value) then filled(new_value ->> '$')
            when starts_with(new_value, '[') then joined(new_value)
            else new_value
        end as new_value
    from logged_changes
    where property is not null
),
first_values as (
    select
        is_entra,
        file_id,
        record,
        lower(property) as name,
        first(old_value order by old_value is null, place) as old_value,
        first(new_value order by new_value is null, place) as new_value,
        list({'property': property, 'old_value': old_value, 'new_value': new_value} order by place) as changes,
        min(place) as place
    from plain_changes
    group by is_entra, file_id, record, name
),
record_changes as (
    select
        is_entra,
        file_id,
        record,
        flatten(list(changes order by place)) as changes,
        json_group_object(name, old_value) as old_values,
        json_group_object(name, new_value) as new_values
    from first_values
    group by is_entra, file_id, record
),
acts_of_both as (
    from entra_acts
    union all
    from unified_acts
),
read_acts as (
    select
        a.* exclude (activity, result, actor, ip_address),
        rtrim(trim(lower(a.activity)), '. ') as activity,
        case
            when lower(a.result) in ('success', 'succeeded', 'partiallysucceeded', 'true', '0') then 'success'
            when a.result is not null then 'failure'
        end as result,
        case when a.actor like '%@%' then lower(a.actor) else coalesce(a.actor, 'unknown') end as actor,
        client_address(a.ip_address) as ip_address,
        coalesce(list_filter(a.targets, t -> t.target_type = 'User')[1], list_filter(a.targets, t -> t.target is not null)[1]) as t,
        coalesce(c.changes, []) as changes,
        c.old_values,
        c.new_values,
        coalesce(
            c.new_values ->> 'role.displayname', c.old_values ->> 'role.displayname', c.new_values ->> 'approle.value',
            c.old_values ->> 'approle.value', c.new_values ->> 'consentaction.permissions', c.new_values ->> 'keydescription'
        ) as particular
    from acts_of_both as a
    left join record_changes as c using (file_id, record)
),
-- The record of the unified audit log that speaks of the same act.
pairs as (
    select
        u.file_id,
        u.record,
        min_by({'file_id': e.file_id, 'record': e.record}, {'gap': abs(epoch(e.event_time) - epoch(u.event_time)), 'record': e.record}) as entra
    from read_acts as u
    join read_acts as e
        on e.activity = u.activity
            and lower(e.t.target) = lower(u.t.target)
            and e.event_time between u.event_time - interval 5 second and u.event_time + interval 5 second
            and (e.correlation_id = u.correlation_id or lower(e.actor) = lower(u.actor))
            and coalesce(e.particular, u.particular, '') = coalesce(u.particular, e.particular, '')
    where e.is_entra
        and not u.is_entra
    group by u.file_id, u.record
),
second_records as (
    select
        p.entra.file_id as file_id,
        p.entra.record as record,
        list({'file_id': u.file_id, 'record': u.record, 'id': u.id} order by u.file_id, u.record) as records,
        min(u.session_id) as session_id,
        min(u.app_id) as app_id,
        min(u.user_agent) as user_agent,
        min(u.details) as details
    from pairs as p
    join read_acts as u on u.file_id = p.file_id and u.record = p.record and not u.is_entra
    group by all
),
-- Services of Microsoft's that change a directory by themselves. A name alone could be anybody's: it counts where the
-- record has no application id.
services (service_name, service_app_id) as (
    values
        ('microsoft azure ad internal - jit provisioning', null), ('microsoft online services', null), ('certificate', null),
        ('fim_password_service', null), ('azure mfa strongauthenticationservice', null), ('identity protection', null),
        ('azure ad identity protection', null), ('azure ad notification', null), ('managed service identity', null),
        ('azure ad identity governance - entitlement management', null), ('microsoft managed policy manager', null),
        ('microsoft app access panel', '0000000c-0000-0000-c000-000000000000'),
        ('aad app management', 'f0ae4899-d877-4d3c-ae25-679e38eea492'),
        ('aad terms of use', 'd52792f4-ba38-424d-8140-ada5b883f293'),
        ('azure ests service', '00000001-0000-0000-c000-000000000000'),
        ('azure multi-factor auth client', '981f26a1-7f43-403b-a875-f8b09b8cd720'),
        ('device registration service', '01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9'),
        ('microsoft approval management', '65d91a3d-ab74-42e6-8a2f-0add61688c74'),
        ('microsoft b2b admin worker', '1e2ca66a-c176-45ea-a877-e87f7231e0ee'),
        ('microsoft graph', '00000003-0000-0000-c000-000000000000'),
        ('microsoft intune', '0000000a-0000-0000-c000-000000000000'),
        ('microsoft invitation acceptance portal', '4660504c-45b3-4674-a709-71951a6b0763'),
        ('microsoft office 365 portal', '00000006-0000-0ff1-ce00-000000000000'),
        ('microsoft password reset service', '93625bc8-bfe2-437a-97e0-3d0060024faa'),
        ('microsoft substrate management', '98db8bd6-0cc0-4e67-9de5-f187f1cd1b41'),
        ('microsoft teams services', 'cc15fd57-2c6c-4117-a88c-83b1d56b4bbe'),
        ('microsoft.azure.syncfabric', '00000014-0000-0000-c000-000000000000'),
        ('ms-pim', '01fc33a7-78ba-4d2f-a4b7-768e336e890e'),
        ('office 365 exchange online', '00000002-0000-0ff1-ce00-000000000000'),
        ('office 365 sharepoint online', '00000003-0000-0ff1-ce00-000000000000'),
        ('signup', 'b4bddae8-ab25-483e-8670-df09b9f1d0ea'),
        ('windows azure active directory', '00000002-0000-0000-c000-000000000000')
),
judged_acts as (
    select
        *,
        case
            when actor_type = 'user' then coalesce(starts_with(lower(actor), 'nt authority\'), false)
                or coalesce(starts_with(lower(actor), 'fim_password_service@'), false)
            when app_id is not null then app_id in (select service_app_id from services where service_app_id is not null)
            else lower(coalesce(actor, '')) in (select service_name from services)
        end as is_service
    from read_acts
),
-- Where a part of a tenant is read, what all of it has. The two logs tell of an act within five seconds.
reduced as (
    select
        rtrim(trim(thing), '. ') as activity,
        account,
        first_event,
        last_event
    from evidence.reductions
    where reduction = 'first_directory_acts'
),
firsts_of_tenant as (
    select activity, min(first_event) + interval 5 second as first_until
    from reduced
    group by activity
),
firsts_of_actors as (
    select activity, account, min(first_event) + interval 5 second as first_until
    from reduced
    group by activity, account
),
-- What the logs about the directory cover.
period as (
    select
        min(first_event) as first_event,
        max(last_event) as last_event
    from (
        select event_time as first_event, event_time as last_event
        from read_acts
        union all
        select first_event, last_event
        from reduced
    )
)
select
    coalesce(a.id, a.file_id || ':' || a.record) as act_id,
    a.event_time,
    a.activity,
    a.category,
    a.service,
    a.result,
    a.result_reason,
    a.actor,
    case when a.is_service then 'service' else a.actor_type end as actor_type,
    a.is_service,
    coalesce(a.app_id, s.app_id) as app_id,
    a.ip_address,
    list_filter([a.ip_address], ip -> ip is not null) as ip_addresses,
    coalesce(a.user_agent, s.user_agent) as user_agent,
    case when a.t.target_type = 'User' or a.t.target like '%@%' then lower(a.t.target) else a.t.target end as target,
    a.t.target_type as target_type,
    a.t.target_id as target_id,
    a.targets,
    a.changes,
    a.old_values,
    a.new_values,
    coalesce(a.details, s.details) as details,
    coalesce(a.session_id, s.session_id) as session_id,
    row_number() over of_actor as nth_by_actor,
    case
        when a.event_time < p.first_event + interval 7 day then null
        when row_number() over of_tenant = 1 and coalesce(a.event_time <= ft.first_until, true) then 'first in this tenant in ' || date_sub('day', p.first_event, a.event_time) || ' days of log'
        when row_number() over of_actor = 1 and coalesce(a.event_time <= fa.first_until, true) then 'first for this user in ' || date_sub('day', p.first_event, a.event_time) || ' days of log'
    end as rarity,
    row_number() over of_actor = 1 and coalesce(a.event_time <= fa.first_until, true) and a.event_time >= p.first_event + interval 7 day
        or p.last_event < p.first_event + interval 1 day as is_unusual,
    [{'file_id': a.file_id, 'record': a.record, 'id': a.id}] || coalesce(s.records, []) as records
from judged_acts as a
cross join period as p
left join second_records as s on s.file_id = a.file_id and s.record = a.record
left join firsts_of_tenant as ft on ft.activity = a.activity
left join firsts_of_actors as fa on fa.activity = a.activity and fa.account = lower(a.actor)
where a.is_entra
    or not exists (select 1 from pairs where pairs.file_id = a.file_id and pairs.record = a.record)
window
    of_actor as (partition by a.activity, lower(a.actor) order by a.event_time, a.file_id, a.record),
    of_tenant as (partition by a.activity order by a.event_time, a.file_id, a.record)
order by a.event_time, a.file_id, a.record

-- description: One row an act of the logs that opens, changes or closes a door: an inbox rule, a forward, a permission, a role, an
--   account, ... is made, changed or removed. Refused acts are not here.
-- materialized: yes
-- column kind varchar: of door, as in the report still_open
-- column object varchar: what it is called, or the mailbox that it is of, lower case
-- column name varchar: the same as logged
-- column part varchar: which of several of that name, lower case; '' = there is one
-- column detail varchar: what was set
-- column effect varchar: open, change, close; off = it is there and does nothing, on = it does again
-- column event_time timestamp: when (UTC)
-- column actor varchar: who
-- column ip_address varchar: of the actor
-- column session_id varchar: of the actor
-- column file_id integer: the file it came from
-- column record bigint: its number in that file
with recursive exchange_steps as (
    select
        case
            when operation in ('new-transportrule', 'set-transportrule', 'enable-transportrule', 'disable-transportrule', 'remove-transportrule') then 'transport rule'
            when operation in ('new-inboundconnector', 'set-inboundconnector', 'remove-inboundconnector', 'new-outboundconnector', 'set-outboundconnector', 'remove-outboundconnector') then 'mail connector'
            when operation in ('add-mailboxpermission', 'remove-mailboxpermission') then 'mailbox permission'
            when operation in ('add-recipientpermission', 'remove-recipientpermission') then 'right to send as'
            when operation in (
                'add-mailboxfolderpermission', 'set-mailboxfolderpermission', 'remove-mailboxfolderpermission',
                'addfolderpermissions', 'modifyfolderpermissions', 'updatefolderpermissions', 'removefolderpermissions'
            ) then 'folder permission'
            when operation in ('new-managementroleassignment', 'remove-managementroleassignment', 'add-rolegroupmember', 'remove-rolegroupmember') then 'Exchange role'
        end as kind,
        coalesce(mailbox, object) as object,
        coalesce(mailbox, object) as name,
        lower(concat_ws(
            ' ',
            case when contains(operation, 'folder') then ltrim(coalesce(nullif(folder, ''), nullif(regexp_extract(parameters['identity'], ':(.*)$', 1), '')), '\') end,
            parameters['user'], parameters['trustee'], parameters['member']
        )) as part,
        concat_ws(', ', parameters['user'], parameters['trustee'], parameters['member'], parameters['accessrights'], parameters['role'], parameters['name']) as detail,
        case
            when starts_with(operation, 'remove') or lower(parameters['accessrights']) = 'none' then 'close'
            when starts_with(operation, 'disable-') or not truth(ltrim(parameters['enabled'], '$')) then 'off'
            when starts_with(operation, 'enable-') or starts_with(operation, 'set-') and truth(ltrim(parameters['enabled'], '$')) then 'on'
            when regexp_matches(operation, '^(set-|modify|update)') then 'change'
            else 'open'
        end as effect,
        event_time,
        actor,
        ip_address,
        session_id,
        file_id,
        record
    from cmdlets
    where not coalesce(failed, false) and not coalesce(is_system, false)
),
-- What one setting of a mailbox opens: set it is open, emptied it is closed.
setting_steps as (
    select
        setting.kind,
        coalesce(mailbox, object) as object,
        coalesce(mailbox, object) as name,
        '' as part,
        setting.detail,
        case when coalesce(setting.detail, '') = '' then 'close' else 'open' end as effect,
        event_time,
        actor,
        ip_address,
        session_id,
        file_id,
        record
    from (
        select
            *,
            unnest([
                {
                    'kind': 'forward of a mailbox',
                    'is_given': coalesce(parameters['forwardingsmtpaddress'], parameters['forwardingaddress']) is not null,
                    'detail': concat_ws(', ', nullif(parameters['forwardingsmtpaddress'], ''), nullif(parameters['forwardingaddress'], ''))
                },
                {
                    'kind': 'right to send on behalf',
                    'is_given': operation = 'set-mailbox' and parameters['grantsendonbehalfto'] is not null,
                    'detail': nullif(parameters['grantsendonbehalfto'], '')
                }
            ]) as setting
        from cmdlets
        where operation in ('set-mailbox', 'enable-mailbox', 'set-remotemailbox')
            and not coalesce(failed, false)
            and not coalesce(is_system, false)
    )
    where setting.is_given
),
rule_steps as (
    select
        'inbox rule' as kind,
        mailbox as object,
        mailbox as name,
        lower(coalesce(rule, '')) as part,
        what as detail,
        case operation when 'set-inboxrule' then 'change' when 'enable-inboxrule' then 'on' else 'open' end as effect,
        event_time,
        actor,
        ip_address,
        session_id,
        file_id,
        record
    from inbox_rules
    where not coalesce(failed, false)
    union all
    select
        'inbox rule',
        mailbox,
        mailbox,
        lower(coalesce(parameters['rulename'], parameters['name'], nullif(regexp_extract(parameters['identity'], '[^\\]*$'), ''), object, '')),
        null,
        case when starts_with(operation, 'remove-') or regexp_matches(lower(parameters['ruleoperation']), '^(remove|delete)') then 'close' else 'off' end,
        event_time,
        actor,
        ip_address,
        session_id,
        file_id,
        record
    from cmdlets
    where (
            operation in ('remove-inboxrule', 'disable-inboxrule')
            or operation = 'updateinboxrules' and (regexp_matches(lower(parameters['ruleoperation']), '^(remove|delete)') or parameters['rulestate'] = 'Disabled')
        )
        and not coalesce(failed, false)
),
directory_steps as (
    select
        case
            when regexp_matches(activity, '^(remove (delegated permission grant|oauth2permissiongrant)|(add|remove) app role assignment (grant )?(to|from) (service principal|user))$') then 'permission of an application'
            when regexp_matches(activity, '^(add|remove) service principal credentials$|certificates and secrets management$') then 'credential of an application'
            when regexp_matches(activity, '^(add|delete|hard delete|restore) (application|service principal)$') then 'application'
            when regexp_matches(activity, '^(add|remove) owner (to|from) (application|service principal)$') then 'owner of an application'
            when regexp_matches(activity, '^(add|remove) (eligible |scoped )?member (to|from) role') then 'role'
            when regexp_matches(activity, '^(add|remove) member (to|from) group$') then 'member of a group'
            when regexp_matches(activity, '^(user|admin) (registered|deleted|changed) (default )?security info$|^(register|delete) security info$') then 'authentication method'
            when regexp_matches(activity, '^(register|add|delete|unregister) device$') then 'device'
            when regexp_matches(activity, '^(invite external user|redeem external user invite)$') then 'guest'
            when regexp_matches(activity, '^(add|delete|hard delete|restore) user$|^(enable|disable) account$') then 'account'
            when regexp_matches(activity, 'conditional access policy$|named location$|authorization policy$|federation settings on domain$|set domain authentication$|partner (to|from) company$|cross-tenant') then 'policy or trust'
        end as kind,
        -- as logged; object is the same in lower case
        coalesce(
            -- the target of a grant is what may be read
            case when contains(activity, 'grant') then coalesce(
                old_values ->> 'serviceprincipal.displayname', new_values ->> 'serviceprincipal.displayname', old_values ->> 'serviceprincipal.name', new_values ->> 'serviceprincipal.name'
            ) end,
            list_filter(targets, t -> lower(t.target) = target)[1].target, target, target_id, ''
        ) as name,
        lower(name) as object,
        case
            when contains(activity, 'app role') then lower(coalesce(
                filled(new_values ->> 'approle.value'), filled(old_values ->> 'approle.value'),
                nullif(coalesce(filled(new_values ->> 'approle.id'), filled(old_values ->> 'approle.id')), '00000000-0000-0000-0000-000000000000'), ''
            ))
            when contains(activity, 'role') then lower(coalesce(new_values ->> 'role.displayname', old_values ->> 'role.displayname', ''))
            when contains(activity, 'group') then lower(coalesce(new_values ->> 'group.displayname', old_values ->> 'group.displayname', ''))
            when contains(activity, 'security info') then coalesce(regexp_extract(lower(result_reason), '(?:registered|deleted|changed) (.+)$', 1), '')
            else ''
        end as part,
        concat_ws(', ', activity, new_values ->> 'role.displayname', new_values ->> 'group.displayname', new_values ->> 'approle.value') as detail,
        case
            when regexp_matches(activity, '^(remove|delete|hard delete|unregister)|deleted security info$') then 'close'
            when activity = 'disable account' then 'off'
            when activity = 'enable account' then 'on'
            -- one activity adds secrets and takes them away
            when contains(activity, 'certificates and secrets') and (old_values ->> 'keydescription') is null then 'open'
            when contains(activity, 'certificates and secrets') and (new_values ->> 'keydescription') is null then 'close'
            when regexp_matches(activity, '^(update|set|user changed)') then 'change'
            else 'open'
        end as effect,
        event_time,
        actor,
        ip_address,
        session_id,
        records[1].file_id as file_id,
        records[1].record as record
    from directory_acts
    where result is distinct from 'failure' and not coalesce(is_service, false)
),
consent_steps as (
    select
        'permission of an application' as kind,
        lower(coalesce(application, resource, '')) as object,
        coalesce(application, resource, '') as name,
        '' as part,
        concat(
            case when is_for_all then 'for everybody' else 'for ' || actor end, ', with ' || listed(scopes),
            ', on ' || resource || ' (which application is not logged)'
        ) as detail,
        'open' as effect,
        event_time,
        actor,
        ip_addresses[1] as ip_address,
        session_id,
        unnested.r.file_id as file_id,
        unnested.r.record as record
    from (select *, unnest(records) as r from consents) as unnested
),
steps as (
    from exchange_steps
    where kind is not null
    union all by name
    from setting_steps
    union all by name
    from rule_steps
    union all by name
    from directory_steps
    where kind is not null
    union all by name
    from consent_steps
),
-- A rule that was given another name is the same rule: it goes by its last one.
renames as (
    select
        case when operation = 'set-inboxrule' then 'inbox rule' when operation = 'set-transportrule' then 'transport rule' else 'mail connector' end as kind,
        case when operation = 'set-inboxrule' then coalesce(mailbox, actor) else '' end as owner,
        lower(regexp_extract(parameters['identity'], '[^\\]*$')) as old_name,
        lower(parameters['name']) as new_name,
        event_time
    from cmdlets
    where operation in ('set-inboxrule', 'set-transportrule', 'set-inboundconnector', 'set-outboundconnector')
        and not coalesce(failed, false)
        and parameters['identity'] <> ''
        and parameters['name'] <> ''
        and lower(regexp_extract(parameters['identity'], '[^\\]*$')) <> lower(parameters['name'])
),
last_names as (
    select kind, owner, old_name, event_time, new_name, event_time as named_at, 1 as times
    from renames
    union all
    select l.kind, l.owner, l.old_name, l.event_time, r.new_name, r.event_time, l.times + 1
    from last_names as l
    join renames as r on r.kind = l.kind and r.owner = l.owner and r.old_name = l.new_name and r.event_time > l.named_at
    where l.times < 100
),
renamed as (
    select kind, owner, old_name, event_time, max_by(new_name, (named_at, new_name)) as new_name
    from last_names
    group by all
)
select
    s.kind,
    case when s.kind <> 'inbox rule' then coalesce(r.new_name, s.object) else s.object end as object,
    case when s.kind <> 'inbox rule' then coalesce(r.new_name, s.name) else s.name end as name,
    case when s.kind = 'inbox rule' then coalesce(r.new_name, s.part) else s.part end as part,
    s.detail,
    s.effect,
    s.event_time,
    s.actor,
    s.ip_address,
    s.session_id,
    s.file_id,
    s.record
from steps as s
asof left join renamed as r
    on r.kind = s.kind
    and r.owner = case when s.kind = 'inbox rule' then s.object else '' end
    and r.old_name = case when s.kind = 'inbox rule' then s.part else s.object end
    and r.event_time >= s.event_time

-- description: One row a thing that stood in the tenant when its state was dumped: a rule, a forward, a permission, a role, an
--   account, ... It is called as in the report still_open. What is off, such as a rule that is disabled or a mailbox without a
--   forward, is here, too.
-- column kind varchar: as in still_open
-- column names varchar[]: what the thing, or the mailbox that it is of, may be called, lower case
-- column part varchar: which of several of that name, lower case; '' = there is one
-- column is_off boolean: it is there, and does nothing
-- column file_id integer: the file it came from
-- column record bigint: its number in that file
-- column snapshot_time timestamp: when it stood so (UTC)
with account_of as (
    select
        lower(display_name) as name,
        list(distinct account) as accounts
    from (
        select display_name, user_principal_name as account from evidence.state_users
        union
        select display_name, mailbox from evidence.state_mailboxes
    )
    where display_name <> '' and account <> ''
    group by all
),
mailbox_things as (
    select 'inbox rule' as kind, mailbox, lower(coalesce(name, '')) as part, not is_enabled as is_off, file_id, record, snapshot_time
    from evidence.state_inbox_rules
    union all
    select 'forward of a mailbox', mailbox, '', forwarding_smtp_address is null and forwarding_address is null, file_id, record, snapshot_time
    from evidence.state_mailboxes
    where file_id in (
        select file_id from evidence.state_mailboxes where coalesce(forwarding_smtp_address, forwarding_address) is not null or keeps_copy is not null
    )
    union all
    select kind, mailbox, trustee, is_denied, file_id, record, snapshot_time
    from mailbox_rights
)
select
    kind,
    list_filter([mailbox, split_part(mailbox, '@', 1)] || coalesce(accounts, []), n -> n <> '') as names,
    part,
    coalesce(is_off, false) as is_off,
    file_id,
    record,
    snapshot_time
from mailbox_things
left join account_of on account_of.name = mailbox
union all
select 'transport rule', [lower(name)], '', lower(state) = 'disabled', file_id, record, snapshot_time
from evidence.state_transport_rules
where name <> ''
union all
select 'permission of an application', [lower(coalesce(c.application, a.display_name))], '', not coalesce(c.is_enabled, true), c.file_id, c.record, c.snapshot_time
from evidence.state_consents as c
left join (
    select id, min(display_name) as display_name from evidence.state_applications group by id
) as a on c.client_id = a.id
where coalesce(c.application, a.display_name) <> ''
union all
select 'application', [lower(display_name)], '', not coalesce(is_enabled, true), file_id, record, snapshot_time
from evidence.state_applications
where display_name <> ''
union all
-- a dump does not say which of its credentials a log has: the application has some, or none any more
select 'credential of an application', [lower(display_name)], '', password_credentials + key_credentials = 0, file_id, record, snapshot_time
from evidence.state_applications
where display_name <> '' and password_credentials + key_credentials is not null
union all
select 'role', list_filter([member, split_part(member, '@', 1)], n -> n <> ''), lower(coalesce(role, '')), false, file_id, record, snapshot_time
from evidence.state_role_assignments
where member <> ''
union all
select unnest(['account', 'guest']), list_filter([user_principal_name, lower(mail), lower(display_name)], n -> n <> ''), '', not coalesce(is_enabled, true), file_id, record, snapshot_time
from evidence.state_users
union all
select 'member of a group', [member], lower(coalesce(group_name, '')), false, file_id, record, snapshot_time
from evidence.state_group_members
where member <> ''
union all
select 'device', [lower(display_name)], '', not coalesce(is_enabled, true), file_id, record, snapshot_time
from evidence.state_devices
where display_name <> ''
union all
select 'policy or trust', [lower(display_name)], '', lower(state) = 'disabled', file_id, record, snapshot_time
from evidence.state_access_policies
where display_name <> ''
union all
-- a policy or a trust may also be a network that sign-ins are trusted from
select 'policy or trust', [lower(display_name)], '', false, file_id, record, snapshot_time
from evidence.state_named_locations
where display_name <> ''
union all
-- a list does not say which of a user's methods a log has: there are some, or none any more
select 'authentication method', [user_principal_name, split_part(user_principal_name, '@', 1)], '', coalesce(methods, '') = '', file_id, record, snapshot_time
from evidence.state_authentication_methods
where user_principal_name <> ''

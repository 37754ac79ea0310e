-- description: One row a record of what stood at one time, whatever it is: the state that tools dump beside the logs. Never in events.
-- column position integer: to order the kinds by
-- column kind varchar: inbox rules, mailboxes, users, ...
-- column file_id integer: the file it came from
-- column record bigint: its number in that file
-- column snapshot_time timestamp: when it stood so (UTC)
select 30 as position, 'inbox rules' as kind, file_id, record, snapshot_time from evidence.state_inbox_rules
union all
select 31, 'mailboxes', file_id, record, snapshot_time from evidence.state_mailboxes
union all
select 32, 'transport rules', file_id, record, snapshot_time from evidence.state_transport_rules
union all
select 33, 'mailbox permissions', file_id, record, snapshot_time from evidence.state_mailbox_permissions
union all
select 34, 'permissions of applications', file_id, record, snapshot_time from evidence.state_consents
union all
select 35, 'applications', file_id, record, snapshot_time from evidence.state_applications
union all
select 36, 'users', file_id, record, snapshot_time from evidence.state_users
union all
select 37, 'groups', file_id, record, snapshot_time from evidence.state_groups
union all
select 38, 'members of groups', file_id, record, snapshot_time from evidence.state_group_members
union all
select 39, 'roles', file_id, record, snapshot_time from evidence.state_role_assignments
union all
select 40, 'devices', file_id, record, snapshot_time from evidence.state_devices
union all
select 41, 'authentication methods', file_id, record, snapshot_time from evidence.state_authentication_methods
union all
select 42, 'Conditional Access policies', file_id, record, snapshot_time from evidence.state_access_policies
union all
select 43, 'named locations', file_id, record, snapshot_time from evidence.state_named_locations
union all
select 44, 'organisation settings', file_id, record, snapshot_time from evidence.state_organization

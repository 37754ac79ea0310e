-- description: One row a right to the mailbox of another, or to one of its folders, that stood when the state was dumped, whatever
--   wrote it: a row of Get-MailboxPermission, or one of the names in a row for each mailbox.
-- column kind varchar: as in the report still_open
-- column mailbox varchar: lower case
-- column folder varchar: NULL for the whole mailbox
-- column trustee varchar: who has the right, lower case
-- column rights varchar: which
-- column is_denied boolean: it is forbidden
-- column file_id integer: the file it came from
-- column record bigint: its number in that file
-- column id varchar: of the record
-- column snapshot_time timestamp: when it stood so (UTC)
with single_rights as (
    select
        case when folder is not null then 'folder permission' when contains(lower(access_rights), 'sendas') then 'right to send as' else 'mailbox permission' end as kind,
        mailbox,
        folder,
        trustee,
        access_rights as rights,
        coalesce(is_denied, false) as is_denied,
        file_id,
        record,
        id,
        snapshot_time
    from evidence.state_mailbox_permissions
    where trustee is not null
),
-- of one mailbox in one text: "Alex (alex@example.org); Kim (kim@example.org)", or a list in JSON
listed_rights as (
    select 'mailbox permission' as kind, full_access as trustees, 'FullAccess' as rights, mailbox, file_id, record, id, snapshot_time
    from evidence.state_mailbox_permissions
    union all
    select 'right to send as', send_as, 'SendAs', mailbox, file_id, record, id, snapshot_time
    from evidence.state_mailbox_permissions
    union all
    select 'right to send on behalf', send_on_behalf, 'SendOnBehalf', mailbox, file_id, record, id, snapshot_time
    from evidence.state_mailbox_permissions
),
-- "calendar: Kim: Reviewer | Ola: Editor; inbox: Alex: Owner"
folder_lists as (
    select
        unnest(string_split(folder_access, '; ')) as listed,
        mailbox,
        file_id,
        record,
        id,
        snapshot_time
    from evidence.state_mailbox_permissions
    where folder_access is not null
),
folder_rights as (
    select
        split_part(listed, ': ', 1) as folder,
        unnest(string_split(regexp_replace(listed, '^[^:]*: ', ''), ' | ')) as given,
        mailbox,
        file_id,
        record,
        id,
        snapshot_time
    from folder_lists
)
select kind, mailbox, folder, trustee, rights, is_denied, file_id, record, id, snapshot_time
from single_rights
union all
select
    kind,
    mailbox,
    null,
    unnest(case
        when starts_with(trustees, '[') then regexp_extract_all(trustees, '"([^"@\s]+@[^"@\s]+)"', 1)
        else string_split(trustees, '; ')
    end),
    rights,
    false,
    file_id,
    record,
    id,
    snapshot_time
from listed_rights
where trustees <> ''
union all
select
    'folder permission',
    mailbox,
    folder,
    lower(regexp_replace(given, ':[^:]*$', '')),
    trim(regexp_extract(given, ':([^:]*)$', 1)),
    false,
    file_id,
    record,
    id,
    snapshot_time
from folder_rights

-- description: What was taken, sent, deleted and left open in each incident, counted: one row an incident.
-- materialized: yes
-- ordered by: incident
-- column incident integer: of incidents
-- column read_messages bigint: messages of which a record says that they were read
-- column mailboxes varchar[]: whose mail was read
-- column whole_folders bigint: folders that a mail program copied whole
-- column folder_names varchar[]: these folders
-- column throttled_mailboxes varchar[]: mailboxes with so many reads that the log stopped naming them
-- column sent_messages bigint: messages that were sent
-- column sent_subjects varchar[]: their subjects
-- column sent_recipients varchar[]: who got them, where a message trace or Defender tells
-- column forwarded_messages bigint: messages that a message trace has on their way to where a forward of the incident sends mail
-- column deleted_messages bigint: messages that were deleted
-- column moved_messages bigint: messages that were moved
-- column downloaded bigint: files that were downloaded
-- column opened bigint: files that were opened
-- column shared bigint: files that were shared
-- column file_names varchar: the first of the downloaded ones
-- column open_things bigint: what was made or changed and not removed again in these files
-- column open_names varchar: the same by name; of a kind with more than three, how many
with exposure as (
    select
        incident,
        count(*) filter (where basis = 'certain' and action = 'read') as read_messages,
        list_sort(list(distinct mailbox) filter (where action = 'read')) as mailboxes,
        count(distinct folders) filter (where starts_with(basis, 'must be assumed: the whole folder')) as whole_folders,
        list_sort(list(distinct folders) filter (where starts_with(basis, 'must be assumed: the whole folder'))) as folder_names,
        list_sort(list(distinct mailbox) filter (where starts_with(basis, 'must be assumed: reads'))) as throttled_mailboxes,
        count(*) filter (where action = 'sent') as sent_messages,
        list_sort(list(distinct subject) filter (where action = 'sent' and subject <> '')) as sent_subjects,
        list_sort(list_distinct(flatten(list(string_split(recipients, ', ')) filter (where action = 'sent' and recipients <> '')))) as sent_recipients,
        count(*) filter (where action = 'forwarded') as forwarded_messages,
        count(*) filter (where action = 'deleted') as deleted_messages,
        count(*) filter (where action = 'moved') as moved_messages
    from report_mail_exposure
    group by incident
),
file_counts as (
    select
        incident,
        count(distinct target) filter (where kind = 'downloaded') as downloaded,
        count(distinct target) filter (where kind = 'opened') as opened,
        count(distinct target) filter (where kind = 'shared') as shared,
        few(list_sort(list(distinct regexp_extract(target, '[^/]*$')) filter (where kind = 'downloaded'))) as file_names
    from incident_events
    where not is_failed and kind in ('downloaded', 'opened', 'shared') and source = 'audit_events'
    group by incident
)
select
    i.incident,
    coalesce(read_messages, 0) as read_messages,
    coalesce(mailboxes, []) as mailboxes,
    coalesce(whole_folders, 0) as whole_folders,
    coalesce(folder_names, []) as folder_names,
    coalesce(throttled_mailboxes, []) as throttled_mailboxes,
    coalesce(sent_messages, 0) as sent_messages,
    coalesce(sent_subjects, []) as sent_subjects,
    coalesce(sent_recipients, []) as sent_recipients,
    coalesce(forwarded_messages, 0) as forwarded_messages,
    coalesce(deleted_messages, 0) as deleted_messages,
    coalesce(moved_messages, 0) as moved_messages,
    coalesce(downloaded, 0) as downloaded,
    coalesce(opened, 0) as opened,
    coalesce(shared, 0) as shared,
    file_names,
    coalesce(open_things, 0) as open_things,
    open_names
from (select distinct incident from incident_findings) as i
left join exposure using (incident)
left join file_counts using (incident)
left join incident_doors using (incident)

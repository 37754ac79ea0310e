-- title: Notice of security deleted
-- severity: medium
-- techniques: T1070.008
-- catalogue: D104
-- meaning: A mail that warns of a new sign-in, a new second factor, a changed password or phishing was deleted for
--   good, so that the owner of the mailbox does not see it.
-- false positives: Users who delete such notices after reading. Moving to the deleted items is low.
-- blind spots: Subjects in languages that the list lacks.
-- next: Ask the owner whether it was them. See who signed in then.
-- needs: audit_events
-- parts: audit_events Exchange
-- source: https://learn.microsoft.com/purview/audit-log-activities; list security_notice_subjects
-- lists: security_notice_subjects
-- seen: in 1 samples, marked 0 of 58 benign ones
with notice_subjects as (
    select subject
    from (select distinct subject from deleted_messages where subject <> '')
    where exists (select 1 from list_security_notice_subjects as s where regexp_matches(lower(subject), s.pattern))
),
notices as (
    select
        file_id,
        record,
        min(id) as id,
        min(event_time) as event_time,
        min(actor) as who,
        min(operation) as operation,
        min(app_id) as app_id,
        min(session_id) as session_id,
        min(client_address(ip_address)) as ip_address,
        list_sort(list(distinct subject)) as subjects
    from deleted_messages
    where subject in (select subject from notice_subjects)
    group by file_id, record
)
select
    case when operation = 'MoveToDeletedItems' then 'low' else 'medium' end as severity,
    coalesce(who, 'Somebody') || case operation when 'MoveToDeletedItems' then ' moved to the deleted items' when 'HardDelete' then ' deleted for good' else ' deleted' end
        || ' the mail "' || few(subjects) || '"' as what,
    who,
    event_time as first_seen,
    event_time as last_seen,
    1::bigint as events,
    who as target,
    app_id,
    session_id,
    list_filter([ip_address], a -> a is not null) as ip_addresses,
    null::varchar as rarity,
    act_id as act,
    [{'file_id': file_id, 'record': record, 'id': id}] as records
from (select *, coalesce(id, file_id || ':' || record) as act_id from notices)
order by event_time, file_id, record

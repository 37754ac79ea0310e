-- title: Message trace
-- description: Which messages came and went, newest first: one row a message, with all who got it. is_outside is true where somebody
--   outside of the tenant's domains did. sent_by and session_id are from the audit log's record of the same message being sent:
--   a message out of a mailbox that nobody sent there was sent by a rule or a program. sent_on_by names the forward or the inbox rule
--   that sends mail to one of the recipients.
-- wrap: recipients, subject, status, sent_on_by
-- notes on: file_id:record
-- position: 12
-- topics: mail flow, message tracking, who got the mail, phishing, exfiltration, invoice fraud
-- needs: message_trace
-- filled by: a message trace (Exchange admin center > Mail flow > Message trace, or Get-MessageTraceV2)
-- caveat: A trace goes back 90 days, 10 of them at once. It has what passed Exchange Online, read or not.
with traced as (
    select
        coalesce(id, message_id, file_id || ':' || record) as message,
        *
    from message_trace
),
recipients as (
    select
        message,
        event_time,
        unnest(string_split(recipient_address, ', ')) as recipient
    from traced
),
sent as (
    select
        json_text(raw) ->> '$.Item.InternetMessageId' as message_id,
        string_agg(distinct user_id, ', ' order by user_id) as sent_by,
        string_agg(distinct session_id, ', ' order by session_id) as session_id
    from evidence.audit_events
    where list_contains(['Send', 'SendAs', 'SendOnBehalf'], operation)
        and exists (from message_trace)
    group by 1
),
forwards as (
    select
        kind || ' of ' || mailbox as sent_on_by,
        event_time as since,
        unnest(destinations) as destination
    from mail_forwards
    where not coalesce(failed, false)
),
reached as (
    select
        r.message,
        string_agg(distinct r.recipient, ', ' order by r.recipient) as recipients,
        bool_or(mail_domain(r.recipient) not in (from own_domains)) as is_outside,
        string_agg(distinct f.sent_on_by, ', ' order by f.sent_on_by) as sent_on_by
    from recipients as r
    left join forwards as f on f.destination = r.recipient and f.since <= r.event_time
    group by r.message
),
messages as (
    select
        message,
        min(event_time) as event_time,
        min(sender_address) as sender_address,
        max(subject) as subject,
        string_agg(distinct status, ', ' order by status) as status,
        max(ip_address) as ip_address,
        max(size_bytes) as size_bytes,
        max(message_id) as message_id,
        max(id) as id,
        min_by(file_id, (event_time, file_id, record)) as file_id,
        min_by(record, (event_time, file_id, record)) as record
    from traced
    group by message
)
select
    m.event_time,
    m.sender_address,
    r.recipients,
    r.is_outside,
    m.subject,
    m.status,
    m.ip_address,
    m.size_bytes,
    s.sent_by,
    s.session_id,
    r.sent_on_by,
    m.message_id,
    m.id,
    m.file_id,
    m.record
from messages as m
left join reached as r using (message)
left join sent as s on s.message_id = m.message_id
order by
    m.event_time desc,
    m.sender_address,
    m.message

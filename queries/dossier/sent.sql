-- title: What was sent
-- description: Messages that left the mailbox or were posted in Teams. The log does not name the recipients of mail:
--   a message trace by message_id does.
-- notes on: record
-- position: 7
-- status: result
select
    e.event_time,
    e.operation,
    e.result_status as result,
    coalesce(
        filled(e.raw ->> '$.SendAsUserSmtp'), filled(e.raw ->> '$.SendOnBehalfOfUserSmtp'), filled(e.raw ->> '$.MailboxOwnerUPN'), e.user_id
    ) as sender,
    e.raw ->> '$.Item.Subject' as subject,
    e.raw ->> '$.Item.Attachments' as attachments,
    coalesce(filled(e.raw ->> '$.Item.InternetMessageId'), e.raw ->> '$.MessageId') as message_id,
    e.raw ->> '$.ChatThreadId' as chat,
    placed_address(e.ip_address, a.country, a.network, a.source) as ip_address,
    e.file_id || ':' || e.record as record
from dossier_events as e
join operation_kinds as k on rtrim(lower(e.operation), '. ') = k.operation
left join addresses as a on client_address(e.ip_address) = a.ip_address
where k.kind = 'sent'
order by e.event_time, e.file_id, e.record

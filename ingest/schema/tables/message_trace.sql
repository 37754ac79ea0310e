-- description: Messages that Exchange Online delivered or did not, one row a recipient, or a step of its way.
-- source: https://learn.microsoft.com/powershell/module/exchangepowershell/get-messagetracev2
-- position: 20
-- names: subject, organization
-- words: kind, status, direction, event, event_source
-- log: message trace
-- id: id
-- time: event_time, required
-- actor: sender_address
-- action: 'message: ' || coalesce(event, status, 'traced')
-- target: recipient_address
-- result: status
-- bucket: sender_address
-- expected: no
-- identity: event_time, kind, message_id, sender_address, recipient_address, event, event_source
-- get: Exchange admin center > Mail flow > Message trace, or Get-MessageTraceV2
create table message_trace (
    file_id integer, -- the file it came from
    record bigint, -- its number in that file
    id varchar, -- MessageTraceId, which is the network message id
    event_time timestamp, -- when the service received it (UTC)
    kind varchar, -- message = one row a message and its recipients; event = one row a step of its way (the extended report)
    message_id varchar, -- InternetMessageId, as audit_events have it in raw
    sender_address varchar, -- lower case
    recipient_address varchar, -- lower case; several are comma-joined
    subject varchar, -- of the message
    status varchar, -- Delivered, Failed, Quarantined, ...; of the reports, what happened, for each recipient
    ip_address varchar, -- of who sent it to the service
    to_ip varchar, -- of the server it was handed to
    size_bytes bigint, -- of the message
    direction varchar, -- Incoming, Originating, ...
    connector varchar, -- that it came or went through
    event varchar, -- of a step: RECEIVE, SEND, DELIVER, FAIL, ...
    event_source varchar, -- of a step: SMTP, STOREDRIVER, ROUTING, ...
    return_path varchar, -- the envelope's sender, lower case
    related_recipient_address varchar, -- of a step: who was replaced, where it was redirected or expanded, lower case
    detail varchar, -- of a step: what was logged with it
    organization varchar, -- the tenant
    raw varchar -- the source record as JSON
);

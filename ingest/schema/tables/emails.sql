-- description: Messages as Defender for Office 365 saw them, one row a recipient.
-- source: https://learn.microsoft.com/defender-xdr/advanced-hunting-emailevents-table
-- position: 21
-- names: sender_display_name, subject
-- words: direction, delivery_action, delivery_location, latest_delivery_action, latest_delivery_location,
--   threat_types, threat_names, detection_methods, email_action, authentication_details
-- log: Defender e-mail events
-- id: id
-- time: event_time, required
-- actor: sender_address
-- action: 'e-mail: ' || coalesce(delivery_action, 'processed')
-- target: recipient_address
-- result: concat_ws(' ', delivery_location, threat_types)
-- bucket: sender_address
-- expected: no
-- identity: event_time, message_id, sender_address, recipient_address
-- state: latest_delivery_action, latest_delivery_location
-- get: Defender portal > Advanced hunting > EmailEvents > Export
create table emails (
    file_id integer, -- the file it came from
    record bigint, -- its number in that file
    id varchar, -- NetworkMessageId
    event_time timestamp, -- when it was handled (UTC)
    message_id varchar, -- InternetMessageId
    sender_address varchar, -- of the From header, lower case
    return_path varchar, -- the envelope's sender, lower case
    sender_display_name varchar, -- of the From header
    sender_id varchar, -- object id of a sender of the tenant
    ip_address varchar, -- of the server that sent it
    recipient_address varchar, -- lower case
    recipient_id varchar, -- object id of the recipient
    subject varchar, -- of the message
    direction varchar, -- Inbound, Outbound, Intra-org
    delivery_action varchar, -- Delivered, Junked, Blocked, Replaced
    delivery_location varchar, -- Inbox/folder, Junk folder, Quarantine, ...
    latest_delivery_action varchar, -- the same after what was done later
    latest_delivery_location varchar, -- likewise
    threat_types varchar, -- Phish, Malware, Spam, ...
    threat_names varchar, -- of malware
    detection_methods varchar, -- as logged
    email_action varchar, -- what was done with it
    email_action_policy varchar, -- by which policy
    authentication_details varchar, -- SPF, DKIM, DMARC, as logged
    connectors varchar, -- as logged
    attachments bigint, -- how many
    urls bigint, -- how many
    report_id varchar, -- of the event
    raw varchar -- the source record as JSON
);

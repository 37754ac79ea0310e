-- title: Defender EmailEvents
-- family: Defender e-mail events and link clicks
-- description: Messages that Defender for Office 365 processed: advanced hunting's table as CSV, as the answer of an API, or
--   streamed to an event hub. https://learn.microsoft.com/defender-xdr/advanced-hunting-emailevents-table
-- recognised by: csv NetworkMessageId; RecipientEmailAddress; EmailDirection
-- recognised by: csv NetworkMessageId; RecipientEmailAddress; SenderFromAddress; DeliveryAction
-- recognised by: json NetworkMessageId; RecipientEmailAddress; EmailDirection
-- recognised by: json NetworkMessageId; RecipientEmailAddress; SenderFromAddress; DeliveryAction
-- times: as shown

-- table: emails
with fields as (
    select
        file_id,
        record,
        raw,
        from_json(body, '{
            "Timestamp": "VARCHAR",
            "TimeGenerated": "VARCHAR",
            "NetworkMessageId": "VARCHAR",
            "InternetMessageId": "VARCHAR",
            "SenderFromAddress": "VARCHAR",
            "SenderMailFromAddress": "VARCHAR",
            "SenderDisplayName": "VARCHAR",
            "SenderObjectId": "VARCHAR",
            "SenderIPv4": "VARCHAR",
            "SenderIPv6": "VARCHAR",
            "RecipientEmailAddress": "VARCHAR",
            "RecipientObjectId": "VARCHAR",
            "Subject": "VARCHAR",
            "EmailDirection": "VARCHAR",
            "DeliveryAction": "VARCHAR",
            "DeliveryLocation": "VARCHAR",
            "LatestDeliveryAction": "VARCHAR",
            "LatestDeliveryLocation": "VARCHAR",
            "ThreatTypes": "VARCHAR",
            "ThreatNames": "VARCHAR",
            "DetectionMethods": "VARCHAR",
            "EmailAction": "VARCHAR",
            "EmailActionPolicy": "VARCHAR",
            "AuthenticationDetails": "VARCHAR",
            "Connectors": "VARCHAR",
            "AttachmentCount": "VARCHAR",
            "UrlCount": "VARCHAR",
            "ReportId": "VARCHAR"
        }') as f
    from source
)
select
    file_id,
    record,
    lower(filled(f.NetworkMessageId)) as id,
    coalesce(utc(f.Timestamp), utc(f.TimeGenerated)) as event_time,
    filled(f.InternetMessageId) as message_id,
    lower(filled(f.SenderFromAddress)) as sender_address,
    lower(filled(f.SenderMailFromAddress)) as return_path,
    filled(f.SenderDisplayName) as sender_display_name,
    filled(f.SenderObjectId) as sender_id,
    coalesce(bare_ip(f.SenderIPv4), bare_ip(f.SenderIPv6)) as ip_address,
    lower(filled(f.RecipientEmailAddress)) as recipient_address,
    filled(f.RecipientObjectId) as recipient_id,
    filled(f.Subject) as subject,
    filled(f.EmailDirection) as direction,
    filled(f.DeliveryAction) as delivery_action,
    filled(f.DeliveryLocation) as delivery_location,
    filled(f.LatestDeliveryAction) as latest_delivery_action,
    filled(f.LatestDeliveryLocation) as latest_delivery_location,
    joined(f.ThreatTypes) as threat_types,
    joined(f.ThreatNames) as threat_names,
    filled(f.DetectionMethods) as detection_methods,
    filled(f.EmailAction) as email_action,
    filled(f.EmailActionPolicy) as email_action_policy,
    filled(f.AuthenticationDetails) as authentication_details,
    filled(f.Connectors) as connectors,
    whole(f.AttachmentCount) as attachments,
    whole(f.UrlCount) as urls,
    filled(f.ReportId) as report_id,
    raw
from fields

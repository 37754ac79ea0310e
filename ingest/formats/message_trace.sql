-- title: Message trace
-- family: Exchange message trace
-- description: Which messages came and went: Get-MessageTrace and Get-MessageTraceV2 as CSV or JSON, and the reporting web service,
--   one record a message and recipient. https://learn.microsoft.com/powershell/module/exchangepowershell/get-messagetracev2
-- recognised by: csv Received; SenderAddress; RecipientAddress; MessageId
-- recognised by: csv Received; SenderAddress; RecipientAddress; MessageTraceId
-- recognised by: csv Received; SenderAddress; RecipientAddress; Subject; Status
-- recognised by: json Received; SenderAddress; RecipientAddress; MessageId
-- recognised by: json Received; SenderAddress; RecipientAddress; MessageTraceId
-- recognised by: json Received; SenderAddress; RecipientAddress; Subject; Status

-- table: message_trace
with fields as (
    select
        file_id,
        record,
        raw,
        from_json(body, '{
            "Received": "VARCHAR",
            "MessageTraceId": "VARCHAR",
            "MessageId": "VARCHAR",
            "SenderAddress": "VARCHAR",
            "RecipientAddress": "VARCHAR",
            "Subject": "VARCHAR",
            "Status": "VARCHAR",
            "FromIP": "VARCHAR",
            "ToIP": "VARCHAR",
            "Size": "VARCHAR",
            "Organization": "VARCHAR"
        }') as f
    from source
)
select
    file_id,
    record,
    lower(filled(f.MessageTraceId)) as id,
    utc(f.Received) as event_time,
    'message' as kind,
    filled(f.MessageId) as message_id,
    lower(filled(f.SenderAddress)) as sender_address,
    lower(filled(f.RecipientAddress)) as recipient_address,
    filled(f.Subject) as subject,
    filled(f.Status) as status,
    bare_ip(f.FromIP) as ip_address,
    bare_ip(f.ToIP) as to_ip,
    whole(f.Size) as size_bytes,
    filled(f.Organization) as organization,
    raw
from fields

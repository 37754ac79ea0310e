-- title: Message trace report
-- family: Exchange message trace
-- description: What the Exchange admin center and Start-HistoricalSearch make as a file to download: the enhanced summary, one record
--   a message with all its recipients, and the extended report, one record a step of a message's way.
--   https://learn.microsoft.com/exchange/monitoring/trace-an-email-message/message-trace-modern-eac
-- recognised by: csv origin_timestamp_utc; sender_address; recipient_status
-- recognised by: csv origin_timestamp; sender_address; recipient_status
-- recognised by: csv date_time_utc; sender_address; event_id; message_id
-- recognised by: csv date_time; sender_address; event_id; message_id

-- table: message_trace
with fields as (
    select
        file_id,
        record,
        raw,
        from_json(body, '{
            "origin_timestamp_utc": "VARCHAR",
            "origin_timestamp": "VARCHAR",
            "date_time_utc": "VARCHAR",
            "date_time": "VARCHAR",
            "network_message_id": "VARCHAR",
            "message_id": "VARCHAR",
            "sender_address": "VARCHAR",
            "return_path": "VARCHAR",
            "recipient_address": "VARCHAR",
            "recipient_status": "VARCHAR",
            "related_recipient_address": "VARCHAR",
            "message_subject": "VARCHAR",
            "total_bytes": "VARCHAR",
            "original_client_ip": "VARCHAR",
            "client_ip": "VARCHAR",
            "server_ip": "VARCHAR",
            "directionality": "VARCHAR",
            "connector_id": "VARCHAR",
            "event_id": "VARCHAR",
            "source": "VARCHAR",
            "message_info": "VARCHAR",
            "custom_data": "VARCHAR"
        }') as f
    from source
),

-- A summary has ADDRESS##STATUS for each recipient.
recipients as (
    select
        *,
        list_transform(
            list_filter(string_split(f.recipient_status, ';'), r -> contains(r, '##')),
            r -> {'address': lower(trim(split_part(r, '##', 1))), 'status': trim(split_part(r, '##', 2))}
        ) as those
    from fields
)
select
    file_id,
    record,
    case
        when regexp_full_match(f.network_message_id, '[0-9A-Fa-f]{32}')
            then lower(regexp_replace(f.network_message_id, '(.{8})(.{4})(.{4})(.{4})(.{12})', '\1-\2-\3-\4-\5'))
        else lower(filled(f.network_message_id))
    end as id,
    coalesce(utc(f.origin_timestamp_utc), utc(f.origin_timestamp), utc(f.date_time_utc), utc(f.date_time)) as event_time,
    case when filled(f.event_id) is null then 'message' else 'event' end as kind,
    filled(f.message_id) as message_id,
    lower(filled(f.sender_address)) as sender_address,
    coalesce(
        nullif(array_to_string(list_transform(those, r -> r.address), ', '), ''),
        lower(filled(replace(replace(f.recipient_address, ' ', ''), ';', ', ')))
    ) as recipient_address,
    filled(f.message_subject) as subject,
    case len(those)
        when 0 then filled(f.recipient_status)
        when 1 then filled(those[1].status)
        else array_to_string(list_transform(those, r -> r.address || ': ' || r.status), '; ')
    end as status,
    coalesce(bare_ip(f.original_client_ip), bare_ip(f.client_ip)) as ip_address,
    case when filled(f.event_id) is not null then bare_ip(f.server_ip) end as to_ip,
    whole(f.total_bytes) as size_bytes,
    case f.directionality when '1' then 'Incoming' when '2' then 'Originating' else filled(f.directionality) end as direction,
    filled(f.connector_id) as connector,
    filled(f.event_id) as event,
    filled(f.source) as event_source,
    lower(filled(f.return_path)) as return_path,
    lower(filled(f.related_recipient_address)) as related_recipient_address,
    nullif(concat_ws('; ', filled(f.message_info), filled(f.custom_data)), '') as detail,
    raw
from recipients

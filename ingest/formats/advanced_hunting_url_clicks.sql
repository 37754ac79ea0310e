-- title: Defender UrlClickEvents
-- family: Defender e-mail events and link clicks
-- description: Clicks on links that Safe Links checked: advanced hunting's table as CSV, as the answer of an API, or streamed to an
--   event hub. https://learn.microsoft.com/defender-xdr/advanced-hunting-urlclickevents-table
-- recognised by: csv Url; ActionType; AccountUpn; Workload
-- recognised by: csv Url; ActionType; AccountUpn; IsClickedThrough
-- recognised by: json Url; ActionType; AccountUpn; Workload
-- recognised by: json Url; ActionType; AccountUpn; IsClickedThrough
-- times: as shown

-- table: url_clicks
with fields as (
    select
        file_id,
        record,
        raw,
        from_json(body, '{
            "Timestamp": "VARCHAR",
            "TimeGenerated": "VARCHAR",
            "Url": "VARCHAR",
            "ActionType": "VARCHAR",
            "AccountUpn": "VARCHAR",
            "Workload": "VARCHAR",
            "NetworkMessageId": "VARCHAR",
            "IPAddress": "VARCHAR",
            "ThreatTypes": "VARCHAR",
            "DetectionMethods": "VARCHAR",
            "IsClickedThrough": "VARCHAR",
            "UrlChain": "VARCHAR",
            "AppName": "VARCHAR",
            "ReportId": "VARCHAR"
        }') as f
    from source
)
select
    file_id,
    record,
    filled(f.ReportId) as id,
    coalesce(utc(f.Timestamp), utc(f.TimeGenerated)) as event_time,
    lower(filled(f.AccountUpn)) as user_principal_name,
    filled(f.Url) as url,
    filled(f.ActionType) as action,
    truth(f.IsClickedThrough) as is_clicked_through,
    filled(f.Workload) as workload,
    filled(f.AppName) as app_display_name,
    lower(filled(f.NetworkMessageId)) as network_message_id,
    bare_ip(f.IPAddress) as ip_address,
    joined(f.ThreatTypes) as threat_types,
    filled(f.DetectionMethods) as detection_methods,
    joined(f.UrlChain) as url_chain,
    raw
from fields

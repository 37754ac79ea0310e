-- title: Alert of Microsoft 365 in the log
-- severity: medium
-- techniques: T1566
-- catalogue: D121
-- meaning: Defender, Purview or Cloud Apps raised an alert, or found a bad mail or link. The line has its name and
--   its severity.
-- false positives: Informational alerts are low, as is mail that was stopped.
-- blind spots: Alerts that only the portal has.
-- next: Open the alert in the Defender portal.
-- needs: audit_events, alerts
-- source: https://learn.microsoft.com/purview/audit-log-activities, https://learn.microsoft.com/graph/api/resources/security-alert
-- seen: in 17 samples, marked 0 of 58 benign ones
with logged as (
    select
        *,
        list_transform(json_extract_string(json_text(raw), [
            '$.Name', '$.Severity', '$.AlertId', '$.AlertEntityId', '$.AlertDisplayName', '$.AlertSeverity', '$.DeliveryAction', '$.Verdict',
            '$.Subject', '$.Recipients[0]', '$.Url', '$.P2Sender', '$.Status', '$.UrlClickAction', '$.LatestDeliveryLocation', '$.Data'
        ]), part -> filled(part)) as p
    from evidence.audit_events
    where list_contains(['AlertTriggered', 'AlertEntityGenerated', 'AlertUpdated', 'TIMailData', 'TIUrlClickData', 'AtpDetection'], operation)
        or starts_with(operation, 'MCAS_ALERT')
),
named as (
    select
        *,
        case
            when operation = 'TIMailData' then 'mail ' || coalesce(p[7], '') || coalesce(', ' || p[8], '') || coalesce(', "' || p[9] || '"', '')
            when operation = 'TIUrlClickData' then 'click on ' || coalesce(p[11], 'a link')
            when operation = 'AtpDetection' then 'malware in a file'
            else coalesce(p[1], p[5], operation)
        end as alert,
        case
            when operation = 'TIMailData' and lower(p[7]) in ('blocked', 'replaced', 'deliveredasspam') then 'low'
            when operation in ('TIMailData', 'AtpDetection', 'TIUrlClickData') then 'medium'
            when regexp_matches(lower(p[13]), 'resolved|dismissed|false') then 'low'
            when lower(coalesce(p[2], p[6])) = 'high' then 'high'
            when lower(coalesce(p[2], p[6])) in ('low', 'informational') then 'low'
            else 'medium'
        end as level,
        lower(coalesce(
            p[10],
            nullif(regexp_extract(p[16], '"(?:f3u|suid|trc|eid)"\s*:\s*"([^"]*@[^"]*)"', 1), ''),
            p[4],
            user_id
        )) as account,
        coalesce(p[3], id, file_id || ':' || record) as alert_id
    from logged
),
told as (
    select
        alert_id,
        min_by(level, case level when 'high' then 1 when 'medium' then 2 else 3 end) as level,
        min(alert) as alert,
        min(account) as who,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        count(*) as events,
        min_by(lower(app_id), (event_time, file_id, record)) as app_id,
        min_by(session_id, (event_time, file_id, record)) as session_id,
        list_sort(list(distinct client_address(ip_address)) filter (where client_address(ip_address) is not null)) as addresses,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from named
    group by alert_id
)
select
    level as severity,
    'Microsoft 365 reports: ' || alert || coalesce(' (' || who || ')', '') as what,
    who,
    first_seen,
    last_seen,
    events,
    who as target,
    app_id,
    session_id,
    addresses as ip_addresses,
    null::varchar as rarity,
    alert_id as act,
    records
from told
union all
select
    case
        when lower(status) in ('resolved', 'dismissed') or lower(classification) in ('falsepositive', 'benignpositive', 'informationalexpectedactivity') then 'low'
        when lower(severity) = 'high' then 'high'
        when lower(severity) in ('low', 'informational') then 'low'
        else 'medium'
    end,
    coalesce(service_source, 'Microsoft Defender') || ' reports: ' || coalesce(title, 'an alert without a title') || coalesce(' (' || user_principal_name || ')', ''),
    user_principal_name,
    coalesce(first_activity_time, event_time),
    coalesce(last_activity_time, event_time),
    1::bigint,
    coalesce(user_principal_name, device_name),
    lower(app_id),
    null,
    list_filter(string_split(coalesce(ip_address, ''), ', '), a -> a <> ''),
    null,
    coalesce(id, file_id || ':' || record),
    [{'file_id': file_id, 'record': record, 'id': id}]
from evidence.alerts
where kind = 'alert'
order by first_seen, who, target, what

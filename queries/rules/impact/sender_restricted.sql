-- title: Account barred from sending mail, or close to it
-- severity: high
-- techniques: T1534
-- catalogue: D105
-- meaning: Microsoft no longer lets this account send mail, because it sent too much spam, or warns that it soon won't. Accounts
--   come to that when somebody else uses them.
-- false positives: Newsletters from a normal mailbox.
-- blind spots: The alert may come hours later.
-- next: Reset the password, revoke the sessions, look at what was sent.
-- needs: audit_events
-- source: https://learn.microsoft.com/purview/audit-log-activities
-- seen: in 2 samples, marked 0 of 58 benign ones
with logged as (
    select
        *,
        json_extract_string(json_text(raw), ['$.Name', '$.Event', '$.Reason', '$.Audience', '$.AlertId', '$.AlertEntityId']) as parts
    from evidence.audit_events
    where list_contains(['HygieneTenantEvents', 'HygieneEvent', 'AlertTriggered', 'AlertEntityGenerated', 'AlertUpdated'], operation)
),
restricted as (
    select
        *,
        lower(coalesce(parts[4], list_filter([object_id, parts[6]], name -> contains(name, '@'))[1])) as account,
        regexp_matches(lower(parts[1]), 'suspicious email sending') as is_warning,
        client_address(ip_address) as address,
        coalesce(parts[5], id, file_id || ':' || record) as act_id
    from logged
    where operation like 'Hygiene%' and coalesce(parts[2], '') not ilike 'delisted'
        or operation like 'Alert%' and regexp_matches(lower(parts[1]), 'restricted from sending|sending limit exceeded|suspicious email sending')
)
select
    'high' as severity,
    coalesce(account, 'An account') || case when is_warning then ' sends mail of a suspicious pattern: ' else ' is barred from sending mail: ' end || coalesce(parts[1], parts[3], operation) as what,
    coalesce(account, user_id) as who,
    event_time as first_seen,
    event_time as last_seen,
    1::bigint as events,
    account as target,
    app_id,
    session_id,
    list_filter([ip_address], a -> a is not null) as ip_addresses,
    null::varchar as rarity,
    act_id as act,
    [{'file_id': file_id, 'record': record, 'id': id}] as records
from (select * exclude (ip_address), address as ip_address from restricted)
order by event_time, file_id, record

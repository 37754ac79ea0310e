-- title: Known bad address, agent, domain, application, file or mail
-- severity: high
-- meaning: Something that the case sheet calls bad is in the logs: an address, a network, a user agent, a domain, an
--   application, the hash of a file or the subject of a mail. One line each of these and account.
-- false positives: What the case sheet has wrong: the address of a provider, a part of a text that is in others too.
-- blind spots: Without a case sheet (--case) there is nothing to look for. Hashes and subjects are in few records, and the
--   number of a network is known of addresses that signed in and, by --mmdb, of others.
-- next: See what the account did with it, and who else had to do with it.
-- needs: sign_ins, audit_events, directory_audits, graph_activity, risk_detections, risky_users, provisioning_events,
--   message_trace, emails, url_clicks, alerts, identity_logons, azure_activity
-- source: the case sheet
-- seen: in 0 samples, marked 0 of 58 benign ones
with bad as (
    select thing, value
    from sheet_entries
    where kind = 'bad'
),
-- Each log but once, and only where there is something to look for: addresses (comma-joined), agents, applications, and the
-- texts in which domains, hashes and subjects stand.
logged as (
    select
        'sign-ins' as log, file_id, record, id, event_time,
        coalesce(user_principal_name, service_principal_name, user_id) as account,
        caller_address(ip_address, category, client_credential_type) as addresses,
        user_agent, session_id,
        [app_id, app_display_name] as apps,
        concat_ws(' ', user_principal_name, sign_in_identifier) as text,
        null::varchar as subject
    from evidence.sign_ins
    where exists (from bad)
    union all
    select
        'unified audit log', file_id, record, id, event_time,
        user_id,
        client_address(ip_address),
        user_agent, session_id,
        [app_id, client_app_id],
        raw::varchar,
        case when regexp_matches(raw, '"(?i:subject)": ?"') then raw end
    from evidence.audit_events
    where exists (from bad)
    union all
    select
        'directory audit log', file_id, record, id, event_time,
        initiated_by,
        client_address(ip_address),
        user_agent, null,
        [],
        concat_ws(' ', initiated_by, targets, raw),
        null
    from evidence.directory_audits
    where exists (from bad)
    union all
    select
        'Graph activity', file_id, record, id, event_time,
        coalesce(user_id, service_principal_id),
        client_address(ip_address),
        user_agent, session_id,
        [app_id],
        request_uri,
        null
    from evidence.graph_activity
    where exists (from bad)
    union all
    select
        'risk detections', file_id, record, id, event_time,
        coalesce(user_principal_name, service_principal_name, user_id),
        ip_address,
        null, null,
        [app_id, service_principal_name],
        raw,
        null
    from evidence.risk_detections
    where exists (from bad)
    union all
    select
        'risky users', file_id, record, id, event_time,
        coalesce(user_principal_name, service_principal_name, id),
        null,
        null, null,
        [app_id, service_principal_name],
        raw,
        null
    from evidence.risky_users
    where exists (from bad)
    union all
    select
        'provisioning log', file_id, record, id, event_time,
        initiated_by,
        null,
        null, null,
        [null, service_principal_name],
        raw,
        null
    from evidence.provisioning_events
    where exists (from bad)
    union all
    select
        'message trace', file_id, record, id, event_time,
        sender_address,
        concat_ws(',', ip_address, to_ip),
        null, null,
        [],
        raw,
        subject
    from evidence.message_trace
    where exists (from bad)
    union all
    select
        'Defender e-mail events', file_id, record, id, event_time,
        sender_address,
        ip_address,
        null, null,
        [],
        raw,
        subject
    from evidence.emails
    where exists (from bad)
    union all
    select
        'Defender link clicks', file_id, record, id, event_time,
        user_principal_name,
        ip_address,
        null, null,
        [null, app_display_name],
        raw,
        null
    from evidence.url_clicks
    where exists (from bad)
    union all
    select
        'Defender alerts', file_id, record, id, event_time,
        coalesce(user_principal_name, user_id),
        ip_address,
        null, null,
        [app_id, app_display_name],
        raw,
        subject
    from evidence.alerts
    where exists (from bad)
    union all
    select
        'Defender identity logons', file_id, record, id, event_time,
        coalesce(user_principal_name, account_name, user_id),
        concat_ws(',', ip_address, target_ip),
        null, null,
        [null, app_display_name],
        raw,
        null
    from evidence.identity_logons
    where exists (from bad)
    union all
    select
        'Azure activity log', file_id, record, id, event_time,
        coalesce(caller, user_id, app_id),
        ip_address,
        null, null,
        [app_id],
        raw,
        null
    from evidence.azure_activity
    where exists (from bad)
),
hits as (
    select k.value, 'address' as thing, l.log, l.file_id, l.record
    from (select log, file_id, record, unnest(string_split(addresses, ',')) as ip_address from logged where addresses <> '') as l
    join known_addresses as k on k.kind = 'bad' and k.ip_address = client_address(trim(l.ip_address))
    union all
    select b.value, b.thing, l.log, l.file_id, l.record
    from logged as l
    join bad as b on b.thing = 'user agent' and contains(lower(l.user_agent), b.value)
    union all
    select b.value, b.thing, l.log, l.file_id, l.record
    from logged as l
    join bad as b on b.thing = 'application' and list_contains(list_transform(l.apps, a -> lower(a)), b.value)
    union all
    select b.value, b.thing, l.log, l.file_id, l.record
    from logged as l
    join bad as b on b.thing = 'domain' and contains(lower(l.text), b.value)
        and regexp_matches(lower(l.text), '(^|[^a-z0-9-])' || replace(b.value, '.', '\.') || '($|[^a-z0-9.-])')
    union all
    select b.value, b.thing, l.log, l.file_id, l.record
    from logged as l
    join bad as b on b.thing = 'hash' and contains(lower(l.text), '"' || b.value || '"')
    union all
    select b.value, b.thing, l.log, l.file_id, l.record
    from logged as l
    join bad as b on b.thing = 'subject' and contains(lower(l.subject), b.value)
),
seen as (
    select distinct h.thing, h.value, h.log, l.file_id, l.record, l.id, l.event_time, l.account, l.addresses, l.apps[1] as app_id, l.session_id
    from hits as h
    join logged as l using (log, file_id, record)
),
counted_logs as (
    select thing, value, account, log, count(*) as times
    from seen
    group by all
),
told_logs as (
    select thing, value, account, string_agg(log || ' ' || times, ', ' order by times desc, log) as logs
    from counted_logs
    group by all
)
select
    'high' as severity,
    coalesce(s.account, 'Somebody') || ' had to do with the ' || s.thing || ' "' || s.value || '", which the case sheet calls bad: '
        || counted(count(*), 'record', 'records') || ' (' || min(t.logs) || ')' as what,
    s.account as who,
    min(s.event_time) as first_seen,
    max(s.event_time) as last_seen,
    count(*) as events,
    s.value as target,
    min_by(s.app_id, (s.event_time, s.file_id, s.record)) as app_id,
    min_by(s.session_id, (s.event_time, s.file_id, s.record)) as session_id,
    list_sort(list_distinct(flatten(list(string_split(s.addresses, ',')) filter (where s.addresses <> '')))) as ip_addresses,
    null::varchar as rarity,
    'known bad ' || s.thing || ' ' || s.value || ' ' || coalesce(s.account, '') as act,
    list({'file_id': s.file_id, 'record': s.record, 'id': s.id} order by s.event_time, s.file_id, s.record) as records
from seen as s
join told_logs as t on t.thing = s.thing and t.value = s.value and t.account is not distinct from s.account
group by s.thing, s.value, s.account
order by first_seen, who, target

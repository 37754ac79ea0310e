-- title: Known bad address, agent, domain, application, file or mail
-- severity: high
-- meaning: Something that the case sheet calls bad is in the logs: an address, a network, a user agent, a domain, an
--   application, the hash of a file or the subject of a mail. One line each of these and account.
-- false positives: What the case sheet has wrong: the address of a provider, a part of a text that is in others too.
-- blind spots: Without a case sheet (--case) there is nothing to look for. Hashes and subjects are in few records.
-- next: See what the account did with it, and who else had to do with it.
-- needs: sign_ins, audit_events, directory_audits, graph_activity
-- source: the case sheet
-- seen: in 0 samples, marked 0 of 58 benign ones
with bad as (
    select thing, value
    from sheet_entries
    where kind = 'bad'
),
-- Each log but once, and only where there is something to look for.
logged as (
    select
        'sign-ins' as log, file_id, record, id, event_time,
        coalesce(user_principal_name, service_principal_name, user_id) as account,
        caller_address(ip_address, category, client_credential_type) as ip_address,
        user_agent, lower(app_id) as app_id, null::varchar as client_app_id, app_display_name as app_name, session_id,
        concat_ws(' ', user_principal_name, sign_in_identifier) as names
    from evidence.sign_ins
    where exists (from bad)
    union all
    select
        'unified audit log', file_id, record, id, event_time, user_id, client_address(ip_address),
        user_agent, lower(app_id), lower(client_app_id), null, session_id, null
    from evidence.audit_events
    where exists (from bad)
    union all
    select
        'directory audit log', file_id, record, id, event_time, initiated_by, client_address(ip_address),
        user_agent, null, null, null, null, concat_ws(' ', initiated_by, targets)
    from evidence.directory_audits
    where exists (from bad)
    union all
    select
        'Graph activity', file_id, record, id, event_time, user_id, client_address(ip_address),
        user_agent, lower(app_id), null, null, session_id, null
    from evidence.graph_activity
    where exists (from bad)
),
-- The audit log has addresses of mail, links, subjects and hashes in its record alone.
texts as (
    select file_id, record, lower(raw::varchar) as text
    from evidence.audit_events
    where exists (from bad where thing in ('domain', 'hash', 'subject'))
),
hits as (
    select k.value, 'address' as thing, l.log, l.file_id, l.record
    from logged as l
    join known_addresses as k on k.kind = 'bad' and k.ip_address = l.ip_address
    union all
    select b.value, b.thing, l.log, l.file_id, l.record
    from logged as l
    join bad as b on b.thing = 'user agent' and contains(lower(l.user_agent), b.value)
    union all
    select b.value, b.thing, l.log, l.file_id, l.record
    from logged as l
    join bad as b on b.thing = 'application' and b.value in (l.app_id, l.client_app_id, lower(l.app_name))
    union all
    select b.value, b.thing, l.log, l.file_id, l.record
    from logged as l
    join bad as b on b.thing = 'domain' and regexp_matches(lower(l.names), '[@./]' || replace(b.value, '.', '\.') || '($|[^a-z0-9.-])')
    union all
    select b.value, b.thing, 'unified audit log', t.file_id, t.record
    from texts as t
    join bad as b on b.thing = 'domain' and contains(t.text, b.value)
        and regexp_matches(t.text, '[@./]' || replace(b.value, '.', '\.') || '($|[^a-z0-9.-])')
    union all
    select b.value, b.thing, 'unified audit log', t.file_id, t.record
    from texts as t
    join bad as b on b.thing = 'hash' and contains(t.text, '"' || b.value || '"')
    union all
    select b.value, b.thing, 'unified audit log', t.file_id, t.record
    from texts as t
    join bad as b on b.thing = 'subject' and regexp_matches(t.text, '"subject": ?"') and contains(t.text, b.value)
),
seen as (
    select distinct h.thing, h.value, h.log, l.file_id, l.record, l.id, l.event_time, l.account, l.ip_address, l.app_id, l.session_id
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
        || counted(count(*), 'record', 'records') || ' (' || any_value(t.logs) || ')' as what,
    s.account as who,
    min(s.event_time) as first_seen,
    max(s.event_time) as last_seen,
    count(*) as events,
    s.value as target,
    min_by(s.app_id, s.event_time) as app_id,
    min_by(s.session_id, s.event_time) as session_id,
    list_sort(list(distinct s.ip_address) filter (where s.ip_address is not null)) as ip_addresses,
    null::varchar as rarity,
    'known bad ' || s.thing || ' ' || s.value || ' ' || coalesce(s.account, '') as act,
    list({'file_id': s.file_id, 'record': s.record, 'id': s.id} order by s.event_time, s.file_id, s.record)[1:1000] as records
from seen as s
join told_logs as t on t.thing = s.thing and t.value = s.value and t.account is not distinct from s.account
group by s.thing, s.value, s.account
order by first_seen, who, target

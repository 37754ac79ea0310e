-- title: Password guessing on one account
-- severity: medium
-- techniques: T1110.001
-- catalogue: D02
-- meaning: One account failed ten times or more in a row. Somebody is guessing its password, or a device goes on trying an
--   old one. If it then got in from the same address, the guess may have been right.
-- false positives: A phone or a service with an old password, after a change; it comes from a network that the account
--   uses, and the line is low.
-- blind spots: Fewer than ten attempts, or more than half an hour between two of them.
-- next: Ask the user. If the address is not theirs, reset the password and look at the sign-ins that followed.
-- needs: sign_ins, audit_events
-- parts: sign_ins interactive, sign_ins non_interactive, audit_events AzureActiveDirectory
-- source: https://attack.mitre.org/techniques/T1110/001/;
--   https://learn.microsoft.com/entra/identity-platform/reference-error-codes
-- seen: in 1 samples, marked 0 of 58 benign ones
with guesses as (
    select
        *,
        count(*) filter (where is_first) over (partition by account order by event_time, file_id, record) as series
    from (
        select
            account,
            event_time,
            ip_address,
            network,
            country,
            app,
            app_id,
            file_id,
            record,
            id,
            event_time > coalesce(lag(event_time) over (partition by account order by event_time, file_id, record) + interval 30 minutes, timestamp '1970-01-01') as is_first
        from logons
        where not is_success and kind = 'user' and account is not null
            and error_code in (50126, 50053, 50055, 50056, 50064, 120000)
    )
),
-- Few series are long: only their records are gathered.
long_series as (
    select
        account,
        series
    from guesses
    group by account, series
    having count(*) >= 10
),
series as (
    select
        account,
        series,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        count(*) as guesses,
        list(distinct ip_address) filter (where ip_address is not null) as addresses,
        list(distinct network) filter (where network is not null) as networks,
        max(country) as country,
        max(app) as app,
        max(app_id) as app_id,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from guesses
    join long_series using (account, series)
    group by account, series
),
-- Networks and addresses that the account used with success before.
known as (
    select distinct
        s.account,
        s.series
    from series as s
    join account_habits as h on h.kind = 'user' and h.account = s.account and h.first_seen < s.first_seen
        and (h.feature = 'network' and contains(s.networks, try_cast(h.value as bigint)) or h.feature = 'address' and contains(s.addresses, h.value))
),
admitted as (
    select
        s.account,
        s.series,
        min(l.event_time) as event_time,
        min_by(l.ip_address, (l.event_time, l.file_id, l.record)) as ip_address,
        min_by(l.session_id, (l.event_time, l.file_id, l.record)) as session_id,
        list({'file_id': l.file_id, 'record': l.record, 'id': l.id} order by l.event_time, l.file_id, l.record)[1:1] as records
    from series as s
    join logons as l on l.account = s.account and l.is_success and contains(s.addresses, l.ip_address)
        and l.event_time between s.last_seen and s.last_seen + interval 30 minutes
    group by all
)
select
    case
        when k.account is not null then 'low'
        when a.account is not null then 'high'
        else 'medium'
    end as severity,
    counted(s.guesses, 'attempt', 'attempts') || ' to sign in as ' || s.account || ' failed within '
        || span_text(s.first_seen, s.last_seen) || ', from ' || coalesce(few(list_sort(s.addresses)), 'an unknown address')
        || coalesce(' (' || s.country || ')', '')
        || case when a.account is not null then '. At ' || minute_text(a.event_time) || ' it got in from ' || a.ip_address else '' end as what,
    s.account as who,
    s.first_seen,
    coalesce(a.event_time, s.last_seen) as last_seen,
    s.guesses as events,
    s.account as target,
    s.app_id,
    a.session_id,
    list_sort(s.addresses) as ip_addresses,
    case when k.account is not null then 'the account has used this network before' end as rarity,
    'guessing ' || s.account || ' ' || minute_text(s.first_seen) as act,
    s.records || coalesce(a.records, []) as records
from series as s
left join known as k using (account, series)
left join admitted as a using (account, series)
order by s.first_seen, s.account

-- title: Password guessing on one account
-- severity: medium
-- techniques: T1110.001
-- catalogue: D02
-- meaning: One account failed ten times or more in a row, or as often from one address before it first got in from there, however long
--   that took. Somebody is guessing its password, or a device goes on trying an old one. If the account then got in from the same
--   address, or soon after from a network that is new for it, a guess may have been right.
-- false positives: A phone or a service with an old password, after a change; it comes from a network that the account
--   uses, and the line is low. A phone that does so at a hotel, while the user's computer gets in there.
-- blind spots: Fewer than ten attempts. With more than half an hour between two of them: attempts after which nobody gets in, those
--   from many addresses, or at an account of which nothing is known from before.
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
-- Who has patience leaves hours between two attempts: those that an address made at an account that it had never got into.
patient as (
    select
        g.account,
        g.ip_address,
        h.first_seen as entered
    from guesses as g
    join account_habits as h on h.feature = 'address' and h.kind = 'user' and h.account = g.account and h.value = g.ip_address
        and h.first_seen > g.event_time and h.account_first_seen < g.event_time
    anti join long_series as l on l.account = g.account and l.series = g.series
    where g.ip_address not in (select ip_address from office_addresses)
    group by all
    having count(*) >= 10
),
many as (
    select
        g.*,
        g.series::varchar as part
    from guesses as g
    join long_series using (account, series)
    union all
    select
        g.*,
        g.ip_address
    from guesses as g
    join patient as p on p.account = g.account and p.ip_address = g.ip_address and p.entered > g.event_time
    anti join long_series as l on l.account = g.account and l.series = g.series
),
series as (
    select
        account,
        part,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        count(*) as guesses,
        list(distinct ip_address) filter (where ip_address is not null) as addresses,
        list(distinct network) filter (where network is not null) as networks,
        max(country) as country,
        max(app) as app,
        max(app_id) as app_id,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from many
    group by account, part
),
-- What the account had used with success before.
habits as (
    select
        s.account,
        s.part,
        bool_or(h.feature = 'network' and contains(s.networks, try_cast(h.value as bigint)) or h.feature = 'address' and contains(s.addresses, h.value)) as is_known,
        list(h.value) filter (where h.feature = 'network') as networks,
        list(h.value) filter (where h.feature = 'address') as addresses
    from series as s
    join account_habits as h on h.kind = 'user' and h.account = s.account and h.first_seen < s.first_seen and h.feature in ('network', 'address')
    group by s.account, s.part
),
-- Who got in: from an address of the guesses, in half an hour or for the first time; or within an hour from a network that is new for the account.
entries as (
    select
        s.account,
        s.part,
        l.event_time,
        l.ip_address,
        l.session_id,
        l.file_id,
        l.record,
        l.id,
        contains(s.addresses, l.ip_address) as is_same
    from series as s
    join logons as l on l.account = s.account and l.is_success and l.kind = 'user' and l.event_time >= s.last_seen
    left join habits as h on h.account = s.account and h.part = s.part
    where contains(s.addresses, l.ip_address) and (l.event_time <= s.last_seen + interval 30 minutes or not contains(h.addresses, l.ip_address))
        or l.event_time <= s.last_seen + interval 1 hour
            and not h.is_known and not contains(h.addresses, l.ip_address) and not coalesce(contains(h.networks, l.network::varchar), false)
            and l.ip_address not in (select ip_address from office_addresses)
),
admitted as (
    select
        account,
        part,
        unnest(min_by(entries, {'is_other': not is_same, 't': event_time, 'f': file_id, 'r': record}))
    from entries
    group by account, part
)
select
    case
        when h.is_known then 'low'
        when a.account is not null then 'high'
        else 'medium'
    end as severity,
    counted(s.guesses, 'attempt', 'attempts') || ' to sign in as ' || s.account || ' failed within '
        || span_text(s.first_seen, s.last_seen) || ', from ' || coalesce(few(list_sort(s.addresses)), 'an unknown address')
        || coalesce(' (' || s.country || ')', '')
        || case
            when a.is_same then '. At ' || minute_text(a.event_time) || ' it got in from ' || a.ip_address
            when a.account is not null then '. At ' || minute_text(a.event_time) || ' it got in from another address, ' || a.ip_address || ', in a network that is new for it'
            else ''
        end as what,
    s.account as who,
    s.first_seen,
    coalesce(a.event_time, s.last_seen) as last_seen,
    s.guesses as events,
    s.account as target,
    s.app_id,
    a.session_id,
    list_sort(list_distinct(s.addresses || case when a.account is not null then [a.ip_address] else [] end)) as ip_addresses,
    case when h.is_known then 'the account has used this network before' end as rarity,
    'guessing ' || s.account || ' ' || minute_text(s.first_seen) as act,
    s.records || case when a.account is not null then [{'file_id': a.file_id, 'record': a.record, 'id': a.id}] else [] end as records
from series as s
left join habits as h on h.account = s.account and h.part = s.part
left join admitted as a on a.account = s.account and a.part = s.part
order by s.first_seen, s.account, s.part

-- title: Slow password spray
-- severity: medium
-- techniques: T1110.003
-- catalogue: D03
-- meaning: Over days, many accounts failed a few times each from addresses that they do not sign in from, with one program and
--   application, from one network, or in numbers far above the tenant's own typing errors. Somebody is guessing passwords slowly enough to
--   stay below every limit of an hour or a day. An account that got in the same way, from where it had not been before, has probably
--   fallen.
-- false positives: A program that many people have on phones and that stopped working; people who travel together and mistype.
-- blind spots: Guesses from networks that people of the tenant sign in from, as through rented connections of their carriers. Fewer than
--   ten accounts in the time of the logs.
-- next: Look at what the accounts that got in did since, and whether another got in from an address that is new for it. Block legacy protocols, and the
--   network if nobody needs it.
-- needs: sign_ins, audit_events
-- parts: sign_ins interactive, sign_ins non_interactive, audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/security/operations/incident-response-playbook-password-spray;
--   https://learn.microsoft.com/entra/identity-platform/reference-error-codes
-- seen: in 0 samples, marked 0 of 58 benign ones
with familiar as (
    -- of one account it may be who guessed
    select value as ip_address
    from account_habits
    where feature = 'address' and kind = 'user'
    group by value
    having count(distinct account) >= 2
),
-- Networks from which several people sign in: carriers, providers, offices.
familiar_networks as (
    select value as network
    from account_habits
    where feature = 'network' and kind = 'user'
    group by value
    having count(distinct account) >= 2
),
failures as (
    select
        account,
        event_time,
        event_time::date as day,
        user_agent,
        app_id,
        app,
        error_code,
        ip_address,
        coalesce(
            'AS' || network,
            case
                when contains(ip_address, ':') then nullif(regexp_extract(ip_address, '^[0-9a-f]+:[0-9a-f]+:[0-9a-f]+:'), '') || ':/48'
                else nullif(regexp_extract(ip_address, '^[0-9]+\.[0-9]+\.[0-9]+\.'), '') || '0/24'
            end,
            ip_address
        ) as place,
        ip_address in (select ip_address from familiar) or (account, ip_address) in (select (account, value) from account_habits where feature = 'address' and kind = 'user') or coalesce(network::varchar in (select network from familiar_networks), false) as is_familiar,
        file_id,
        record,
        id
    from logons
    where not is_success and kind = 'user' and account is not null and ip_address is not null
        and error_code in (50126, 50053, 50055, 50056, 50064, 50057)
),
guesses as (
    select * exclude (is_familiar)
    from failures
    where not is_familiar
),
-- The tenant's own typing errors: who failed from where people do sign in.
noise as (
    select count(distinct account) as accounts
    from failures
    where is_familiar
),
programs as (
    select
        g.user_agent,
        g.app_id,
        g.tried,
        count(distinct l.account) as admitted
    from (
        select user_agent, app_id, count(distinct account) as tried
        from guesses
        group by user_agent, app_id
        having count(distinct account) >= 10
    ) as g
    left join logons as l on l.user_agent is not distinct from g.user_agent and l.app_id is not distinct from g.app_id and l.is_success and l.kind = 'user'
    group by all
),
places as (
    select
        g.place,
        g.tried,
        count(distinct h.account) as admitted
    from (
        select place, count(distinct account) as tried
        from guesses
        group by place
        having count(distinct account) >= 10
    ) as g
    left join account_habits as h on h.feature = 'network' and h.kind = 'user' and 'AS' || h.value = g.place
    group by all
),
-- What the guesses have in common and people do not: a program at an application, else a network, else nothing but the addresses.
signed as (
    select
        g.*,
        case
            when p.tried is not null then 'program'
            when n.tried is not null then 'network'
            else 'addresses'
        end as mark,
        case when p.tried is not null then coalesce(g.user_agent, '') || ' ' || coalesce(g.app_id, '') when n.tried is not null then g.place else '' end as sign
    from guesses as g
    left join programs as p on p.user_agent is not distinct from g.user_agent and p.app_id is not distinct from g.app_id and p.admitted * 4 < p.tried
    left join places as n on n.place = g.place and n.admitted * 4 < n.tried
),
busiest as (
    select
        mark,
        sign,
        max(accounts) as accounts_a_day
    from (select mark, sign, day, count(distinct account) as accounts from signed group by mark, sign, day)
    group by mark, sign
),
waves as (
    select
        mark,
        sign,
        count(distinct account) as accounts,
        count(distinct day) as days,
        count(*) as guesses
    from signed
    group by mark, sign
),
slow as (
    select
        w.*,
        b.accounts_a_day,
        n.accounts as noise
    from waves as w
    join busiest as b using (mark, sign)
    cross join noise as n
    where w.days >= 2
        and w.guesses <= 5 * w.accounts
        -- a day of ten accounts is a spray by itself: see password_spray and distributed_password_spray
        and (b.accounts_a_day < 10 or w.mark = 'network')
        and (w.mark <> 'addresses' and w.accounts >= 10 or w.accounts >= 20 and w.accounts >= 2 * n.accounts)
),
sprays as (
    select
        s.mark,
        s.sign,
        w.accounts,
        w.days,
        w.guesses,
        w.accounts_a_day,
        w.noise,
        list_sort(list(distinct s.account)) as tried,
        list(distinct s.account) filter (where s.error_code in (50055, 50057)) as guessed,
        list_sort(list(distinct s.ip_address)) as addresses,
        min(s.user_agent) as user_agent,
        min(s.app) as app,
        case when count(distinct s.app_id) = 1 then min(s.app_id) end as app_id,
        min(s.event_time) as first_seen,
        max(s.event_time) as last_seen,
        list({'file_id': s.file_id, 'record': s.record, 'id': s.id} order by s.event_time, s.file_id, s.record) as records
    from signed as s
    join slow as w using (mark, sign)
    group by all
),
signed_in as (
    select
        account,
        ip_address,
        network,
        event_time,
        coalesce(user_agent, '') || ' ' || coalesce(app_id, '') as program,
        coalesce(
            'AS' || network,
            case
                when contains(ip_address, ':') then nullif(regexp_extract(ip_address, '^[0-9a-f]+:[0-9a-f]+:[0-9a-f]+:'), '') || ':/48'
                else nullif(regexp_extract(ip_address, '^[0-9]+\.[0-9]+\.[0-9]+\.'), '') || '0/24'
            end,
            ip_address
        ) as place,
        file_id,
        record,
        id
    from logons
    where is_success and kind = 'user' and account is not null and ip_address is not null and exists (from sprays)
),
-- Who got in the same way until three days after, from where the account had not been before.
entries as (
    select s.mark, s.sign, s.first_seen, l.account, l.ip_address, l.network, l.event_time, l.file_id, l.record, l.id
    from sprays as s
    join signed_in as l on l.program = s.sign and l.event_time between s.first_seen and s.last_seen + interval 3 days
    where s.mark = 'program'
    union all
    select s.mark, s.sign, s.first_seen, l.account, l.ip_address, l.network, l.event_time, l.file_id, l.record, l.id
    from sprays as s
    join signed_in as l on l.place = s.sign and l.event_time between s.first_seen and s.last_seen + interval 3 days
    where s.mark = 'network'
    union all
    select s.mark, s.sign, s.first_seen, l.account, l.ip_address, l.network, l.event_time, l.file_id, l.record, l.id
    from (select *, unnest(addresses) as tried_from from sprays where mark = 'addresses') as s
    join signed_in as l on l.ip_address = s.tried_from and l.event_time between s.first_seen and s.last_seen + interval 3 days
),
admissions as (
    select
        e.mark,
        e.sign,
        list(distinct e.account order by e.account) as fell,
        list(distinct e.ip_address) as addresses,
        list({'file_id': e.file_id, 'record': e.record, 'id': e.id} order by e.event_time, e.file_id, e.record)[1:100] as records
    from entries as e
    anti join account_habits as h on h.kind = 'user' and h.feature = 'address' and h.account = e.account and h.value = e.ip_address
        and h.first_seen < e.first_seen
    anti join account_habits as n on n.kind = 'user' and n.feature = 'network' and n.account = e.account and n.value = e.network::varchar
        and n.first_seen < e.first_seen
    where e.ip_address not in (select ip_address from office_addresses)
    group by e.mark, e.sign
)
select
    case
        when a.fell is not null then 'high'
        when accounts >= 50 then 'medium'
        when mark = 'addresses' and accounts >= 5 * noise then 'medium'
        when mark <> 'addresses' and accounts >= noise then 'medium'
        -- the guessing that every tenant of the internet sees
        else 'low'
    end as severity,
    'Somebody tried passwords on ' || counted(accounts, 'account', 'accounts') || ' in ' || counted(days, 'day', 'days') || ', at most '
        || accounts_a_day || ' a day, ' || counted(guesses, 'attempt', 'attempts') || ' from ' || counted(len(s.addresses), 'address', 'addresses')
        || ' that the accounts do not sign in from'
        || case mark
            when 'program' then ', with one user agent' || coalesce(' (' || left(user_agent, 60) || ')', '') || ' at ' || coalesce(app, 'an unknown application')
            when 'network' then ', all of ' || sign
            else ''
        end
        || '. From networks that people do use, ' || counted(noise, 'account', 'accounts') || ' failed in all that time'
        || coalesce(right_passwords(guessed), '')
        || coalesce('. Then got in, from where they had not been before: ' || few(a.fell), '') as what,
    case when len(a.fell) = 1 then a.fell[1] end as who,
    first_seen,
    last_seen,
    guesses as events,
    few(tried) as target,
    app_id,
    null::varchar as session_id,
    list_sort(list_distinct(s.addresses || coalesce(a.addresses, []))) as ip_addresses,
    null::varchar as rarity,
    'slow spray ' || mark || ' ' || sign || ' ' || minute_text(first_seen) as act,
    s.records || coalesce(a.records, []) as records
from sprays as s
left join admissions as a using (mark, sign)
order by first_seen, mark, sign

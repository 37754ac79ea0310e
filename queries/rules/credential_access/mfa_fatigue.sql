-- title: Prompts for the second factor, one after the other
-- severity: medium
-- techniques: T1621
-- catalogue: D08
-- meaning: Somebody who has the password sends the user prompt after prompt, until one is approved to have peace. If a
--   success follows, it worked.
-- false positives: A phone without reception, also for a day at a hotel; an authenticator whose number does not match.
-- blind spots: Fewer than three prompts within ten minutes of one another. Those who leave more time between two, up to a day, are
--   named from the fifth prompt, and only at an address that the account had not used. The unified audit log does not tell what
--   the user answered.
-- next: Ask the user whether they asked for those prompts. If not, the password is known: reset it, revoke the sessions.
-- needs: sign_ins, sign_in_steps, audit_events
-- parts: sign_ins interactive, sign_ins non_interactive, audit_events AzureActiveDirectory
-- source: https://attack.mitre.org/techniques/T1621/;
--   https://learn.microsoft.com/entra/identity-platform/reference-error-codes (500121)
-- seen: in 1 samples, marked 0 of 58 benign ones
with codes as (
    select distinct
        parent_file_id as file_id,
        parent_record as record
    from evidence.sign_in_steps
    where lower(method) like '%verification code%' and parent_record is not null
    union
    select file_id, record
    from evidence.sign_ins
    where error_code = 500121 and lower(mfa_method) like '%verification code%'
),
prompts as (
    select
        l.*,
        count(*) filter (where is_first) over (partition by account order by event_time, file_id, record) as series
    from (
        select
            *,
            event_time > coalesce(lag(event_time) over (partition by account order by event_time, file_id, record) + interval 10 minutes, timestamp '1970-01-01') as is_first
        from logons
        where error_code = 500121 and account is not null
            and (file_id, record) not in (select (file_id, record) from codes)
    ) as l
),
-- Most prompts stand alone.
long_series as (
    select
        account,
        series
    from prompts
    group by account, series
    having count(*) >= 3
),
-- Who has patience leaves up to a day between two. A user does so too, each morning, but at an address of their own.
unfamiliar as (
    select
        p.* exclude (is_first),
        p.event_time > coalesce(lag(p.event_time) over (partition by p.account, p.ip_address order by p.event_time, p.file_id, p.record) + interval 1 day, timestamp '1970-01-01') as is_first
    from prompts as p
    join account_habits as a on a.feature = 'any' and a.kind = 'user' and a.account = p.account and a.first_seen < p.event_time
    left join account_habits as h on h.feature = 'address' and h.kind = 'user' and h.account = p.account and h.value = p.ip_address
    anti join long_series as l on l.account = p.account and l.series = p.series
    where p.ip_address is not null and p.ip_address not in (select ip_address from office_addresses)
        and coalesce(h.first_seen > p.event_time, true)
),
waiting as (
    select
        * exclude (is_first),
        ip_address || ' ' || count(*) filter (where is_first) over (partition by account, ip_address order by event_time, file_id, record) as part
    from unfamiliar
),
many as (
    select
        p.* exclude (is_first),
        p.series::varchar as part,
        false as is_slow
    from prompts as p
    join long_series using (account, series)
    union all
    select
        *,
        true
    from waiting
    qualify count(*) over (partition by account, part) >= 5
),
series as (
    select
        account,
        part,
        bool_or(is_slow) as is_slow,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        count(*) as prompts,
        count(*) filter (where regexp_matches(lower(details), 'declined|denied; user decl|fraud')) as declined,
        list_sort(list(distinct ip_address) filter (where ip_address is not null)) as addresses,
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
        bool_or(h.feature = 'address' and contains(s.addresses, h.value) or s.is_slow and h.feature = 'network' and contains(s.networks, try_cast(h.value as bigint))) as is_known,
        list(h.value) filter (where h.feature = 'network') as networks,
        list(h.value) filter (where h.feature = 'address') as addresses
    from series as s
    join account_habits as h on h.kind = 'user' and h.account = s.account and h.first_seen < s.first_seen and h.feature in ('network', 'address')
    group by s.account, s.part
),
-- Who got through: in a quarter of an hour from the address of the prompts or from a network that is new for the account; in a day, where
-- it is the first time from that address.
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
        l.ip_address is null or len(s.addresses) = 0 or contains(s.addresses, l.ip_address) as is_same
    from series as s
    join logons as l on l.account = s.account and l.is_success and coalesce(l.requirement, '') <> 'single_factor'
        and l.event_time between s.last_seen and s.last_seen + interval 1 day
    left join habits as h on h.account = s.account and h.part = s.part
    where case
        when l.ip_address is null or len(s.addresses) = 0 then l.event_time <= s.last_seen + interval 15 minutes
        when contains(s.addresses, l.ip_address) then l.event_time <= s.last_seen + interval 15 minutes or not contains(h.addresses, l.ip_address)
        else l.event_time <= s.last_seen + interval 15 minutes
            and not contains(h.addresses, l.ip_address) and not coalesce(contains(h.networks, l.network::varchar), false)
            and l.ip_address not in (select ip_address from office_addresses)
    end
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
        when h.is_known and (declined = 0 or is_slow) then 'low'
        when a.account is not null and h.is_known then 'medium'
        when a.account is not null and a.is_same and (not is_slow or declined > 0) then 'critical'
        when a.account is not null then 'high'
        when prompts >= 5 and not is_slow and not coalesce(h.is_known, false) then 'high'
        else 'medium'
    end as severity,
    s.account || ' got ' || prompts || ' prompts for the second factor within '
        || span_text(s.first_seen, s.last_seen)
        || case when declined > 0 then ' and declined ' || case when declined = prompts then 'all of them' else declined || ' of them' end else ' and answered none of them' end || ', for a sign-in from ' || coalesce(few(s.addresses), 'an unknown address')
        || coalesce(' (' || s.country || ')', '')
        || case
            when a.is_same then '. At ' || minute_text(a.event_time) || ' one more was passed, and the sign-in got through'
            when a.account is not null then '. At ' || minute_text(a.event_time) || ' the account got in from another address, ' || a.ip_address || ', in a network that is new for it'
            else ''
        end as what,
    s.account as who,
    s.first_seen,
    coalesce(a.event_time, s.last_seen) as last_seen,
    s.prompts as events,
    s.account as target,
    s.app_id,
    a.session_id,
    list_sort(list_distinct(s.addresses || case when a.ip_address is not null then [a.ip_address] else [] end)) as ip_addresses,
    case when h.is_known then 'the account has used this ' || case when is_slow then 'network' else 'address' end || ' before' end as rarity,
    'prompts ' || s.account || ' ' || minute_text(s.first_seen) as act,
    s.records || case when a.account is not null then [{'file_id': a.file_id, 'record': a.record, 'id': a.id}] else [] end as records
from series as s
left join admitted as a on a.account = s.account and a.part = s.part
left join habits as h on h.account = s.account and h.part = s.part
order by s.first_seen, s.account, s.part

-- title: Password spray
-- severity: medium
-- techniques: T1110.003
-- catalogue: D01, D03
-- meaning: Somebody tried passwords on several accounts from one network address, a few tries each. That is how intruders
--   find the one account with a weak password without locking the others.
-- false positives: An office whose people share one address, on the morning after a password change; then most of
--   those who failed get in soon after, and the rule is silent. A broken program with several accounts.
-- blind spots: A spray from many addresses (see distributed_password_spray), and one from an address that more people use
--   with success than were tried. Who got in more than six hours later, three days if they were tried.
-- next: Look at what the accounts that got in did since. Reset their passwords, and block the address.
-- needs: sign_ins, audit_events
-- parts: sign_ins interactive, sign_ins non_interactive, audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/id-protection/concept-identity-protection-risks;
--   https://learn.microsoft.com/security/operations/incident-response-playbook-password-spray
-- seen: in 6 samples, marked 0 of 58 benign ones
with blocks as (
    select
        ip_address,
        case
            when contains(ip_address, ':') then coalesce(nullif(regexp_extract(ip_address, '^[0-9a-f]+:[0-9a-f]+:[0-9a-f]+:'), '') || ':/48', ip_address)
            else coalesce(nullif(regexp_extract(ip_address, '^[0-9]+\.[0-9]+\.[0-9]+\.'), '') || '0/24', ip_address)
        end as block
    from (select distinct ip_address from logons where kind = 'user' and ip_address is not null)
),
guesses as (
    select
        block,
        event_time,
        account,
        error_code,
        ip_address,
        country,
        network,
        file_id,
        record,
        id
    from logons
    join blocks using (ip_address)
    where not is_success and kind = 'user' and account is not null
        and error_code in (50126, 50053, 50055, 50056, 50034, 50064, 50057)
),
-- A series ends where nothing comes from the block for twelve hours.
numbered as (
    select
        *,
        count(*) filter (where is_first) over (partition by block order by event_time, file_id, record) as series
    from (
        select
            *,
            event_time > coalesce(lag(event_time) over (partition by block order by event_time, file_id, record) + interval 12 hours, timestamp '1970-01-01') as is_first
        from guesses
    )
),
-- Few series are wide: only their records are gathered.
wide_series as (
    select
        block,
        series
    from numbered
    group by block, series
    having count(distinct case when error_code <> 50034 then account end) >= 5
),
series as (
    select
        block,
        series,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        count(*) as guesses,
        list(distinct account) filter (where error_code <> 50034) as tried,
        list(distinct account) filter (where error_code in (50055, 50057)) as guessed,
        count(distinct account) filter (where error_code = 50034) as unknown_names,
        list(distinct ip_address) as addresses,
        max(country) as country,
        max(network) as network,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from numbered
    join wide_series using (block, series)
    group by block, series
    having count(distinct account) filter (where error_code <> 50034) >= count(distinct account) filter (where error_code = 50034)
),
tried as (
    select distinct
        block,
        series,
        account
    from numbered
    where error_code <> 50034
),
-- Who had signed in from there before.
regulars as (
    select distinct
        s.block,
        s.series,
        h.account
    from (select block, series, first_seen, unnest(addresses) as ip_address from series) as s
    join account_habits as h on h.feature = 'address' and h.value = s.ip_address and h.first_seen < s.first_seen - interval 1 hour
),
regular_counts as (
    select
        block,
        series,
        count(*) as regulars
    from regulars
    group by block, series
),
-- Every address of the block of a series, with the time in which somebody may have got in.
places as materialized (
    select
        s.block,
        s.series,
        b.ip_address,
        s.first_seen - interval 1 hour as opened,
        s.last_seen + interval 6 hours as closed,
        -- the next series has its own successes
        least(s.last_seen + interval 3 days, coalesce(s.next_seen, timestamp '9999-12-31')) as forgotten
    from (select *, lead(first_seen) over (partition by block order by series) as next_seen from series) as s
    join blocks as b using (block)
),
-- Who got in from there in the time of the series and six hours on.
admitted as (
    select distinct
        p.block,
        p.series,
        l.account
    from places as p
    join logons as l on l.ip_address = p.ip_address and l.is_success and l.kind = 'user' and l.event_time between p.opened and p.closed
    where l.account is not null
),
-- Somebody who was tried and got in later, from where they had not been before.
late as (
    select distinct
        p.block,
        p.series,
        l.account
    from places as p
    join logons as l on l.ip_address = p.ip_address and l.is_success and l.kind = 'user' and l.event_time > p.closed and l.event_time < p.forgotten
    semi join tried as t on t.block = p.block and t.series = p.series and t.account = l.account
    anti join account_habits as h on h.kind = 'user' and h.feature = 'address' and h.account = l.account and h.value = l.ip_address
        and h.first_seen <= p.closed
    anti join account_habits as n on n.kind = 'user' and n.feature = 'network' and n.account = l.account and n.value = l.network::varchar
        and n.first_seen <= p.closed
    where l.ip_address not in (select ip_address from office_addresses)
),
late_counts as (
    select
        block,
        series,
        list(account order by account) as fell
    from late
    group by block, series
),
admitted_counts as (
    select
        a.block,
        a.series,
        count(*) as admitted,
        count(t.account) as tried_too,
        -- a password may be right at the first try
        list(a.account order by a.account) filter (where r.account is null) as fell
    from admitted as a
    left join tried as t using (block, series, account)
    left join regulars as r using (block, series, account)
    group by a.block, a.series
),
judged as (
    select
        s.*,
        coalesce(a.admitted, 0) as admitted,
        list_sort(coalesce(a.fell, []::varchar[]) || coalesce(e.fell, []::varchar[])) as fell,
        len(s.tried) - coalesce(a.tried_too, 0) as failed_only,
        coalesce(r.regulars, 0) as regulars,
        date_sub('minute', s.first_seen, s.last_seen) as minutes
    from series as s
    left join admitted_counts as a using (block, series)
    left join late_counts as e using (block, series)
    left join regular_counts as r using (block, series)
),
sprays as (
    select *
    from judged
    where failed_only > admitted and failed_only >= 0.6 * len(tried) and failed_only > regulars
        and (minutes < 60 or len(tried) >= 8)
),
fallen as materialized (
    select
        f.block,
        f.series,
        f.account,
        p.ip_address,
        p.opened,
        p.closed,
        p.forgotten
    from (select block, series, unnest(fell) as account from sprays) as f
    join places as p using (block, series)
),
admissions as (
    select
        f.block,
        f.series,
        list(distinct l.ip_address) as addresses,
        list({'file_id': l.file_id, 'record': l.record, 'id': l.id} order by l.event_time, l.file_id, l.record)[1:100] as records
    from fallen as f
    join logons as l on l.account = f.account and l.ip_address = f.ip_address and l.is_success and l.kind = 'user'
        and (l.event_time between f.opened and f.closed or l.event_time > f.closed and l.event_time < f.forgotten)
    group by f.block, f.series
)
select
    case
        when len(fell) > 0 and len(tried) >= 10 then 'critical'
        when len(fell) > 0 then 'high'
        when regulars > 0 then 'low'
        else 'medium'
    end as severity,
    'Somebody tried passwords on ' || counted(len(tried), 'account', 'accounts') || ' from '
        || case when len(s.addresses) = 1 then s.addresses[1] else s.block end
        || coalesce(' (' || nullif(concat_ws(' ', country, 'AS' || network), '') || ')', '')
        || ' within ' || span_text(first_seen, last_seen)
        || ', ' || counted(guesses, 'attempt', 'attempts')
        || case when len(fell) > 0 then '. Then got in: ' || few(fell) else '; none of them got in from there' end
        || coalesce(right_passwords(guessed), '') as what,
    case when len(fell) = 1 then fell[1] end as who,
    first_seen,
    last_seen,
    guesses as events,
    few(list_sort(tried)) as target,
    null::varchar as app_id,
    null::varchar as session_id,
    list_sort(list_distinct(s.addresses || coalesce(e.addresses, []))) as ip_addresses,
    case when regulars > 0 then counted(regulars, 'account has', 'accounts have') || ' signed in from there before' end as rarity,
    'spray ' || s.block || ' ' || minute_text(first_seen) as act,
    s.records || coalesce(e.records, []::struct(file_id integer, record bigint, id varchar)[]) as records
from sprays as s
left join admissions as e on e.block = s.block and e.series = s.series
order by first_seen, s.block

-- title: Password spray
-- severity: medium
-- techniques: T1110.003
-- catalogue: D01, D03
-- meaning: Somebody tried passwords on several accounts from one network address, a few tries each. That is how intruders
--   find the one account with a weak password without locking the others.
-- false positives: An office whose people share one address, on the morning after a password change; then most of
--   those who failed get in soon after, and the rule is silent. A broken program with several accounts.
-- blind spots: A spray from many addresses (see distributed_password_spray), and one from an address that more people use
--   with success than were tried. The evidence names the first 1,000 records.
-- next: Look at what the accounts that got in did since. Reset their passwords, and block the address.
-- needs: sign_ins, audit_events
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
    select *
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
series as (
    select
        block,
        series,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        count(*) as guesses,
        list(distinct account) filter (where error_code <> 50034) as tried,
        count(distinct account) filter (where error_code = 50034) as unknown_names,
        list(distinct ip_address) as addresses,
        max(country) as country,
        max(network) as network,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record)[1:1000] as records
    from numbered
    group by block, series
    having count(distinct account) filter (where error_code <> 50034) >= 5
        and count(distinct account) filter (where error_code <> 50034) >= count(distinct account) filter (where error_code = 50034)
),
-- Who got in from there: in the time of the series and six hours on, and at other times.
admitted as (
    select
        s.block,
        s.series,
        list(distinct l.account) as everybody,
        list(distinct l.account) filter (where contains(s.tried, l.account)) as tried_too,
        list({'account': l.account, 'evidence': {'file_id': l.file_id, 'record': l.record, 'id': l.id}} order by l.event_time, l.file_id, l.record) as records
    from series as s
    join blocks as b on b.block = s.block
    join logons as l on l.ip_address = b.ip_address and l.is_success and l.kind = 'user'
        and l.event_time between s.first_seen - interval 1 hour and s.last_seen + interval 6 hours
    group by all
),
own as (
    select
        s.block,
        s.series,
        count(distinct h.account) as regulars,
        list(distinct h.account) as accounts
    from (select block, series, first_seen, unnest(addresses) as ip_address from series) as s
    join account_habits as h on h.feature = 'address' and h.value = s.ip_address and h.first_seen < s.first_seen - interval 1 hour
    group by all
),
judged as (
    select
        s.*,
        coalesce(len(a.everybody), 0) as admitted,
        -- a password may be right at the first try
        list_sort(list_filter(coalesce(a.everybody, []::varchar[]), x -> not contains(coalesce(o.accounts, []::varchar[]), x))) as fell,
        a.records as admissions,
        len(s.tried) - coalesce(len(a.tried_too), 0) as failed_only,
        coalesce(o.regulars, 0) as regulars,
        date_sub('minute', s.first_seen, s.last_seen) as minutes
    from series as s
    left join admitted as a using (block, series)
    left join own as o using (block, series)
)
select
    case
        when len(fell) > 0 and len(tried) >= 10 then 'critical'
        when len(fell) > 0 then 'high'
        when regulars > 0 then 'low'
        else 'medium'
    end as severity,
    'Somebody tried passwords on ' || counted(len(tried), 'account', 'accounts') || ' from '
        || case when len(addresses) = 1 then addresses[1] else block end
        || coalesce(' (' || nullif(concat_ws(' ', country, 'AS' || network), '') || ')', '')
        || ' within ' || span_text(first_seen, last_seen)
        || ', ' || counted(guesses, 'attempt', 'attempts')
        || case when len(fell) > 0 then '. Then got in: ' || few(fell) else '; none of them got in from there' end as what,
    case when len(fell) = 1 then fell[1] end as who,
    first_seen,
    last_seen,
    guesses as events,
    few(list_sort(tried)) as target,
    null::varchar as app_id,
    null::varchar as session_id,
    list_sort(addresses) as ip_addresses,
    case when regulars > 0 then counted(regulars, 'account has', 'accounts have') || ' signed in from there before' end as rarity,
    'spray ' || block || ' ' || minute_text(first_seen) as act,
    records || coalesce(
        list_transform(list_filter(admissions, x -> contains(fell, x.account)), x -> x.evidence)[1:100],
        []::struct(file_id integer, record bigint, id varchar)[]
    ) as records
from judged
where failed_only > admitted and failed_only >= 0.6 * len(tried) and failed_only > regulars
    and (minutes < 60 or len(tried) >= 8)
order by first_seen, block

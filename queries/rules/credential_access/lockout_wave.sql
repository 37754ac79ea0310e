-- title: Many accounts locked at once
-- severity: medium
-- techniques: T1110
-- catalogue: D05
-- meaning: Ten accounts or more were locked, or refused because of the address, within an hour: the mark that a password
--   spray leaves, whatever addresses it comes from.
-- false positives: A program with cached passwords after a change; the error has a second meaning, an address that Microsoft
--   knows for attacks, and the failure reason tells which.
-- blind spots: A spray that is slow enough not to lock anybody.
-- next: Look at the sign-ins from those addresses that were not refused.
-- needs: sign_ins, audit_events
-- parts: sign_ins interactive, sign_ins non_interactive, audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/identity/authentication/howto-password-smart-lockout
-- seen: in 1 samples, marked 0 of 58 benign ones
with locked as (
    select
        *,
        sum(is_first::int) over (order by event_time, file_id, record rows unbounded preceding) as wave
    from (
        select
            account,
            event_time,
            ip_address,
            failure_reason,
            file_id,
            record,
            id,
            event_time > coalesce(lag(event_time) over (order by event_time, file_id, record) + interval 20 minutes, timestamp '1970-01-01') as is_first
        from logons
        where error_code = 50053 and account is not null
    )
),
waves as (
    select
        wave,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        count(*) as events,
        list_sort(list(distinct account)) as accounts,
        list_sort(list(distinct ip_address) filter (where ip_address is not null)) as addresses,
        count(distinct account) filter (where regexp_matches(lower(failure_reason), 'malicious|ip address')) as of_address,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from locked
    group by wave
)
select
    case when len(accounts) >= 20 then 'high' else 'medium' end as severity,
    counted(len(accounts), 'account was', 'accounts were') || ' locked or refused within '
        || span_text(first_seen, last_seen) || ', '
        || counted(events, 'attempt', 'attempts') || ' from ' || counted(len(addresses), 'address', 'addresses')
        || case when of_address > 0 then '; of ' || of_address || ' the log says that the address is known for attacks' else '' end as what,
    null::varchar as who,
    first_seen,
    last_seen,
    events,
    few(accounts) as target,
    null::varchar as app_id,
    null::varchar as session_id,
    addresses as ip_addresses,
    null::varchar as rarity,
    'lock-outs ' || minute_text(first_seen) as act,
    records
from waves
where len(accounts) >= 10 and last_seen - first_seen <= len(accounts) * interval 6 minutes
order by first_seen

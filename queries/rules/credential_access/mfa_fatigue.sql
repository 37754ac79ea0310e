-- title: Prompts for the second factor, one after the other
-- severity: medium
-- techniques: T1621
-- catalogue: D08
-- meaning: Somebody who has the password sends the user prompt after prompt, until one is approved to have peace. If a
--   success follows, it worked.
-- false positives: A phone without reception; an authenticator whose number does not match.
-- blind spots: Fewer than three prompts, or more than ten minutes between two. The unified audit log does not tell what the
--   user answered.
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
series as (
    select
        account,
        series,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        count(*) as prompts,
        count(*) filter (where regexp_matches(lower(details), 'declined|denied; user decl|fraud')) as declined,
        list_sort(list(distinct ip_address) filter (where ip_address is not null)) as addresses,
        max(country) as country,
        max(app) as app,
        max(app_id) as app_id,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from prompts
    join long_series using (account, series)
    group by account, series
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
    join logons as l on l.account = s.account and l.is_success and coalesce(l.requirement, '') <> 'single_factor'
        and l.event_time between s.last_seen and s.last_seen + interval 15 minutes
        and (l.ip_address is null or len(s.addresses) = 0 or contains(s.addresses, l.ip_address))
    group by all
),
known as (
    select distinct
        s.account,
        s.series
    from series as s
    join account_habits as h on h.feature = 'address' and h.account = s.account and contains(s.addresses, h.value)
        and h.first_seen < s.first_seen
)
select
    case
        when k.account is not null and declined = 0 then 'low'
        when a.account is not null and k.account is not null then 'medium'
        when a.account is not null then 'critical'
        when prompts >= 5 and k.account is null then 'high'
        else 'medium'
    end as severity,
    s.account || ' got ' || prompts || ' prompts for the second factor within '
        || span_text(s.first_seen, s.last_seen)
        || case when declined > 0 then ' and declined ' || case when declined = prompts then 'all of them' else declined || ' of them' end else ' and answered none of them' end || ', for a sign-in from ' || coalesce(few(s.addresses), 'an unknown address')
        || coalesce(' (' || s.country || ')', '')
        || case when a.account is not null then '. At ' || minute_text(a.event_time) || ' one more was passed, and the sign-in got through' else '' end as what,
    s.account as who,
    s.first_seen,
    coalesce(a.event_time, s.last_seen) as last_seen,
    s.prompts as events,
    s.account as target,
    s.app_id,
    a.session_id,
    s.addresses as ip_addresses,
    case when k.account is not null then 'the account has used this address before' end as rarity,
    'prompts ' || s.account || ' ' || minute_text(s.first_seen) as act,
    s.records || coalesce(a.records, []) as records
from series as s
left join admitted as a using (account, series)
left join known as k using (account, series)
order by s.first_seen, s.account

-- title: One-time codes guessed
-- severity: medium
-- techniques: T1110.001
-- catalogue: D10
-- meaning: One account failed again and again at the code of an authenticator or a message. Somebody who has the password is
--   guessing the six digits, or the clock of a token is wrong.
-- false positives: A hardware token or phone with a wrong clock; a user who types slowly.
-- blind spots: Needs the method of the second factor: JSON exports, the portal's CSV, or the AuthDetails CSV with its sign-ins. Fewer than five
--   wrong codes within ten minutes.
-- next: Ask the user. Reset the password: it is known to whoever gets as far as the code.
-- needs: sign_ins, sign_in_steps
-- parts: sign_ins interactive, sign_ins non_interactive
-- source: https://attack.mitre.org/techniques/T1110/001/; https://learn.microsoft.com/graph/api/resources/authenticationdetail
-- seen: in 1 samples, marked 0 of 58 benign ones
with wrong_codes as (
    select distinct
        l.account,
        l.event_time,
        l.ip_address,
        l.country,
        l.app,
        l.app_id,
        l.correlation_id,
        l.file_id,
        l.record,
        l.id
    from logons as l
    join (
        select parent_file_id as file_id, parent_record as record, method, succeeded from evidence.sign_in_steps where parent_record is not null
        union all
        -- steps whose sign-in was not known when they were loaded
        select p.file_id, p.record, s.method, s.succeeded
        from evidence.sign_in_steps as s
        join evidence.sign_ins as p on p.id = s.sign_in_id
        where s.parent_record is null
        union all
        -- the portal's CSV names the method without its steps
        select file_id, record, mfa_method, false
        from evidence.sign_ins
        where error_code = 500121
    ) as s using (file_id, record)
    where l.error_code = 500121 and l.account is not null and not coalesce(s.succeeded, false)
        and regexp_matches(lower(s.method), 'oath|verification code|text message|sms')
),
series as (
    select
        account,
        series,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        count(*) as codes,
        list_sort(list(distinct ip_address) filter (where ip_address is not null)) as addresses,
        max(country) as country,
        max(app) as app,
        max(app_id) as app_id,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from (
        select
            *,
            count(*) filter (where is_first) over (partition by account order by event_time, file_id, record) as series
        from (
            select
                *,
                event_time > coalesce(lag(event_time) over (partition by account order by event_time, file_id, record) + interval 10 minutes, timestamp '1970-01-01') as is_first
            from wrong_codes
        )
    )
    group by account, series
    having count(*) >= 5
),
admitted as (
    select
        s.account,
        s.series,
        min(l.event_time) as event_time,
        min_by(l.session_id, (l.event_time, l.file_id, l.record)) as session_id
    from series as s
    join logons as l on l.account = s.account and l.is_success and contains(s.addresses, l.ip_address)
        and l.event_time between s.last_seen and s.last_seen + interval 15 minutes
    group by all
)
select
    case
        when codes >= 10 and a.account is not null then 'critical'
        when codes >= 10 then 'high'
        else 'medium'
    end as severity,
    'Somebody gave ' || codes || ' wrong one-time codes for ' || account || ' within '
        || span_text(first_seen, last_seen) || ', from ' || coalesce(few(addresses), 'an unknown address')
        || coalesce(' (' || country || ')', '') || coalesce(' at ' || app, '')
        || case when a.account is not null then '. At ' || minute_text(a.event_time) || ' the sign-in got through' else '' end as what,
    account as who,
    first_seen,
    coalesce(a.event_time, last_seen) as last_seen,
    codes as events,
    account as target,
    app_id,
    a.session_id,
    addresses as ip_addresses,
    null::varchar as rarity,
    'codes ' || account || ' ' || minute_text(first_seen) as act,
    records
from series
left join admitted as a using (account, series)
order by first_seen, account

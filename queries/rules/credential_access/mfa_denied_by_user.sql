-- title: Prompt declined or reported by the user
-- severity: medium
-- techniques: T1621
-- catalogue: D09
-- meaning: The user got a prompt for a second factor and declined it, or reported it as fraud: by their own word, it was not
--   them. Whoever caused the prompt has the password.
-- false positives: A finger on the wrong button; then the user gets in from that address soon after, and the line is low.
-- blind spots: Prompts that nobody answered (see mfa_fatigue). The unified audit log does not tell the answer.
-- next: Ask the user. Reset the password, for it is known, and look at other sign-ins from that address.
-- needs: sign_ins, sign_in_steps, directory_audits, audit_events
-- parts: sign_ins interactive, sign_ins non_interactive, audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/identity/authentication/howto-mfa-mfasettings#report-suspicious-activity
-- seen: in 3 samples, marked 0 of 58 benign ones
with declining_steps as (
    select distinct
        parent_file_id as file_id,
        parent_record as record
    from evidence.sign_in_steps
    where parent_record is not null and regexp_matches(lower(result_detail), 'user declined|fraud')
),
declined as (
    select *
    from logons
    where not is_success and account is not null and error_code = 500121
        and (regexp_matches(lower(details), 'user declined|fraud') or (file_id, record) in (select (file_id, record) from declining_steps))
),
passed as (
    select distinct
        d.file_id,
        d.record
    from declined as d
    join logons as l on l.account = d.account and l.is_success and l.ip_address = d.ip_address
        and l.event_time between d.event_time and d.event_time + interval 10 minutes
),
known as (
    select distinct
        d.file_id,
        d.record
    from declined as d
    join account_habits as h on h.account = d.account and h.feature = 'network' and h.value = d.network::varchar
        and h.first_seen < d.event_time - interval 1 day
),
refusals as (
    select
        account,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        count(*) as events,
        bool_or(lower(details) like '%fraud%') as is_fraud,
        bool_and((file_id, record) in (select (file_id, record) from passed)) as is_passed,
        bool_and((file_id, record) in (select (file_id, record) from known)) as is_known,
        list_sort(list(distinct ip_address) filter (where ip_address is not null)) as addresses,
        max(country) as country,
        min_by(app, (event_time, file_id, record)) as app,
        min_by(app_id, (event_time, file_id, record)) as app_id,
        min_by(act_id, (event_time, file_id, record)) as act_id,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from declined
    group by account, date_trunc('day', event_time)
),
reported as (
    select
        home_account(case when initiated_by like '%@%' then initiated_by else coalesce(nullif(targets, ''), initiated_by) end) as account,
        event_time,
        activity,
        ip_address,
        file_id,
        record,
        id
    from evidence.directory_audits
    where regexp_matches(lower(activity), 'suspicious activity reported|fraud reported')
    union all
    select
        home_account(case when user_id like '%@%' then user_id else coalesce(nullif(object_id, ''), user_id) end),
        event_time,
        rtrim(operation, '. '),
        client_address(ip_address),
        file_id,
        record,
        id
    from evidence.audit_events
    where regexp_matches(lower(operation), 'suspicious activity reported|fraud reported')
)
select
    case
        when is_fraud then 'high'
        when is_passed or is_known then 'low'
        else 'medium'
    end as severity,
    account || ' declined ' || case when events = 1 then 'the prompt' else events || ' prompts' end || ' for the second factor'
        || case when is_fraud then ' and reported fraud' else '' end || ', for a sign-in from ' || coalesce(few(addresses), 'an unknown address')
        || coalesce(' (' || country || ')', '') || coalesce(' at ' || app, '') as what,
    account as who,
    first_seen,
    last_seen,
    events,
    account as target,
    app_id,
    null::varchar as session_id,
    addresses as ip_addresses,
    case when is_known then 'the account uses this network' end as rarity,
    act_id as act,
    records
from refusals
union all
select
    'high',
    coalesce(account, 'A user') || ' reported a prompt for the second factor that they had not asked for (' || activity || ')',
    account,
    event_time,
    event_time,
    1,
    account,
    null,
    null,
    list_filter([ip_address], a -> a is not null),
    null,
    'reported prompt ' || coalesce(account, '') || ' ' || minute_text(event_time),
    [{'file_id': file_id, 'record': record, 'id': id}]
from reported
order by first_seen, who, act

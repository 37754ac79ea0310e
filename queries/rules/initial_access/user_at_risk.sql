-- title: User at risk or confirmed as compromised
-- severity: high
-- techniques: T1078
-- catalogue: D26
-- meaning: ID Protection holds the account for compromised, or an administrator confirmed it, and nobody has settled it since.
-- false positives: Old states that nobody ever settled.
-- blind spots: Detections, which are a finding of their own (risk_detection). The state is the latest one: what the account did meanwhile is in the other logs.
-- next: Reset the password, revoke the sessions, go through what the account did since the first detection.
-- needs: risky_users, sign_ins
-- source: https://learn.microsoft.com/graph/api/resources/riskyuser
-- seen: in 0 samples, marked 0 of 58 benign ones
with states as (
    select
        coalesce(home_account(user_principal_name), lower(service_principal_name), lower(id)) as account,
        lower(risk_state) as state,
        lower(coalesce(risk_level, 'none')) as risk_level,
        risk_detail,
        event_time,
        file_id,
        record,
        id
    from evidence.risky_users
    where lower(risk_state) in ('atrisk', 'confirmedcompromised') and not coalesce(is_deleted, false)
    union all
    -- the sign-in log says of what an administrator confirmed
    select account, 'confirmedcompromised', risk, null, event_time, file_id, record, id
    from logons
    where lower(risk_state) = 'confirmedcompromised' and account is not null
),
users as (
    select
        account,
        bool_or(state = 'confirmedcompromised') as is_confirmed,
        case when bool_or(risk_level = 'high') then 'high' when bool_or(risk_level = 'medium') then 'medium' else 'low' end as risk_level,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        count(*) as events,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from states
    group by account
)
select
    case
        when is_confirmed then 'critical'
        when risk_level = 'high' then 'high'
        when risk_level = 'medium' then 'medium'
        else 'low'
    end as severity,
    case
        when is_confirmed then account || ' is confirmed as compromised'
        else account || ' is at risk, level ' || risk_level || ', and nobody has settled it'
    end as what,
    account as who,
    first_seen,
    last_seen,
    events,
    account as target,
    null::varchar as app_id,
    null::varchar as session_id,
    []::varchar[] as ip_addresses,
    null::varchar as rarity,
    'user at risk ' || account as act,
    records
from users
where account is not null
order by first_seen, account

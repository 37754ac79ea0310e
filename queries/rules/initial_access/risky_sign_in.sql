-- title: Risky sign-in
-- severity: medium
-- techniques: T1078
-- catalogue: D24
-- meaning: Microsoft's ID Protection gave the sign-in a risk, while it ran or afterwards, and nobody has set it aside.
-- false positives: Microsoft's own false alarms, most of them of low and medium level. What was remediated is low.
-- blind spots: Without the licence the level is hidden. The portal's CSV has no risk.
-- next: Read the detections behind it (report signin_risk), ask the user, then confirm or dismiss the risk in the portal.
-- needs: sign_ins
-- source: https://learn.microsoft.com/entra/id-protection/concept-identity-protection-risks
-- seen: in 6 samples, marked 0 of 58 benign ones
with risky as (
    select
        *,
        lower(coalesce(risk_state, '')) in ('remediated', 'confirmedsafe') as is_remediated
    from logons
    where risk is not null and lower(coalesce(risk_state, '')) not in ('dismissed', 'confirmedsafe')
),
days as (
    select
        coalesce(account, user_id, app) as account,
        kind,
        risk,
        is_remediated,
        bool_or(lower(coalesce(risk_state, '')) = 'confirmedcompromised') as is_confirmed,
        bool_or(is_success) as has_success,
        bool_or(is_success and requirement = 'single_factor') as has_single_factor,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        count(*) as events,
        max(risk_types) as risk_types,
        min_by(app, (event_time, file_id, record)) as app,
        min_by(app_id, (event_time, file_id, record)) as app_id,
        min_by(session_id, (event_time, file_id, record)) as session_id,
        list_sort(list(distinct country) filter (where country is not null)) as countries,
        list_sort(list(distinct ip_address) filter (where ip_address is not null)) as addresses,
        min_by(act_id, (event_time, file_id, record)) as act_id,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from risky
    group by all
)
select
    case
        when is_confirmed then 'critical'
        when is_remediated then 'low'
        when risk = 'high' and has_success then 'high'
        when risk = 'high' then 'medium'
        when risk = 'medium' and has_single_factor then 'medium'
        else 'low'
    end as severity,
    case when events = 1 then 'A sign-in of ' else events || ' sign-ins of ' end || coalesce(account, 'an unknown account')
        || case when events = 1 then ' has' else ' have' end || ' ' || risk || ' risk'
        || coalesce(' (' || nullif(nullif(risk_types, ''), 'none') || ')', '')
        || case when has_success then ' and got in' else ' and did not get in' end || coalesce(' to ' || app, '') || coalesce(', from ' || few(addresses), '')
        || coalesce(' (' || nullif(listed(countries), '') || ')', '')
        || case when is_remediated then '; the risk was remediated' when is_confirmed then '; an administrator confirmed the compromise' else '' end as what,
    account as who,
    first_seen,
    last_seen,
    events,
    account as target,
    app_id,
    session_id,
    addresses as ip_addresses,
    null::varchar as rarity,
    act_id as act,
    records
from days
order by first_seen, account, risk, act

-- title: Detection of ID Protection
-- severity: medium
-- techniques: T1078
-- catalogue: D25, D26, D33
-- meaning: Microsoft's ID Protection noticed something about the user or the sign-in: what it was says the type.
-- false positives: Types such as unfamiliar properties or unlikely travel are often false alarms. What was dismissed or
--   remediated, by a person or by Microsoft, is low; what was confirmed as safe is left out.
-- blind spots: Without the licence the type is hidden. Microsoft keeps these for 30 to 90 days.
-- next: Look at the sign-in that it belongs to (request_id), and at the user's other detections.
-- needs: risk_detections
-- source: https://learn.microsoft.com/graph/api/resources/riskdetection
-- lists: risk_types
-- seen: in 6 samples, marked 0 of 58 benign ones
with detected as (
    select
        d.*,
        coalesce(home_account(d.user_principal_name), lower(d.user_id)) as account,
        coalesce(t.weight, 'plain') as weight,
        t.meaning,
        lower(coalesce(d.risk_state, '')) as outcome
    from evidence.risk_detections as d
    left join list_risk_types as t on t.risk_type = lower(d.risk_event_type)
    where lower(coalesce(d.risk_state, '')) <> 'confirmedsafe'
),
days as (
    select
        account,
        risk_event_type,
        weight,
        meaning,
        outcome,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        count(*) as events,
        case when bool_or(risk_level = 'high') then 'high' when bool_or(risk_level = 'medium') then 'medium' when bool_or(risk_level = 'low') then 'low' end as risk_level,
        max(risk_detail) as risk_detail,
        list_sort(list(distinct country) filter (where country <> '')) as countries,
        list_sort(list(distinct ip_address) filter (where ip_address <> '')) as addresses,
        case when count(*) = 1 and max(request_id) <> '' then 'sign-in ' || lower(max(request_id)) end as act_id,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from detected
    group by account, risk_event_type, weight, meaning, outcome, date_trunc('day', event_time)
)
select
    case
        when outcome = 'confirmedcompromised' or lower(risk_event_type) like 'adminconfirmed%' then 'critical'
        when outcome in ('dismissed', 'remediated') then 'low'
        when weight = 'grave' and coalesce(risk_level, 'high') = 'high' then 'high'
        when weight = 'grave' then 'medium'
        when risk_level = 'high' then 'medium'
        else 'low'
    end as severity,
    'ID Protection reported ' || coalesce(risk_event_type, 'a risk') || ' for ' || coalesce(account, 'an unknown account')
        || coalesce(': ' || meaning, '') || coalesce(', level ' || risk_level, '')
        || coalesce(', from ' || few(addresses), '') || coalesce(' (' || nullif(listed(countries), '') || ')', '')
        || case
            when outcome in ('dismissed', 'remediated') then '; since then ' || outcome
            else ''
        end
        || case when events > 1 then ', ' || events || ' times' else '' end as what,
    account as who,
    first_seen,
    last_seen,
    events,
    account as target,
    null::varchar as app_id,
    null::varchar as session_id,
    addresses as ip_addresses,
    null::varchar as rarity,
    coalesce(act_id, 'risk ' || coalesce(risk_event_type, '') || ' ' || coalesce(account, '') || ' ' || outcome || ' ' || strftime(first_seen, '%Y-%m-%d')) as act,
    records
from days
order by first_seen, account, risk_event_type, outcome

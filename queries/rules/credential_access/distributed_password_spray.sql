-- title: Password spray from many addresses
-- severity: medium
-- techniques: T1110.003
-- catalogue: D03
-- meaning: Many accounts failed a few times each, from many network addresses, with one program and one application.
--   A botnet or a pool of proxies is guessing passwords, slowly enough to stay below the limits for one address. An account that
--   got in with both, from where it had not been before, has probably fallen.
-- false positives: A program that many people have and that stopped working; then people also succeed with it, and the
--   rule is silent.
-- blind spots: A spray that changes its user agent with each attempt, or uses one that the tenant's own people have.
-- next: Look at what the accounts that got in did since, and reset their passwords. Block legacy protocols and the application
--   if nobody needs it.
-- needs: sign_ins, audit_events
-- parts: sign_ins interactive, sign_ins non_interactive, audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/security/operations/incident-response-playbook-password-spray
-- seen: in 1 samples, marked 0 of 58 benign ones
with guesses as (
    select
        account,
        error_code,
        event_time,
        user_agent,
        app_id,
        app,
        ip_address,
        network,
        file_id,
        record,
        id,
        date_trunc('day', event_time) as day
    from logons
    where not is_success and kind = 'user' and account is not null and ip_address is not null
        and error_code in (50126, 50053, 50055, 50056, 50034, 50064, 50057)
),
-- Few days are wide: only their records are gathered.
wide_days as (
    select
        user_agent,
        app_id,
        day
    from guesses
    group by user_agent, app_id, day
    having count(distinct account) >= 10 and count(distinct ip_address) >= 5
),
-- Who got in with that program and application.
used as (
    select
        w.user_agent,
        w.app_id,
        count(distinct l.account) as admitted
    from (select distinct user_agent, app_id from wide_days) as w
    join logons as l on l.user_agent is not distinct from w.user_agent and l.app_id is not distinct from w.app_id
    where l.kind = 'user' and l.is_success
    group by w.user_agent, w.app_id
),
days as (
    select
        g.user_agent,
        g.app_id,
        max(g.app) as app,
        g.day,
        list(distinct account) as tried,
        list(distinct account) filter (where error_code in (50055, 50057)) as guessed,
        count(*) as guesses,
        list(distinct ip_address) as addresses,
        count(distinct network) as networks,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from guesses as g
    join wide_days as w on w.user_agent is not distinct from g.user_agent and w.app_id is not distinct from g.app_id and w.day = g.day
    group by g.user_agent, g.app_id, g.day
),
sprays as (
    select
        d.*,
        coalesce(u.admitted, 0) as admitted
    from days as d
    left join used as u on u.user_agent is not distinct from d.user_agent and u.app_id is not distinct from d.app_id
    where
        -- few tries each, and few from each address
        guesses <= 5 * len(tried)
        and guesses <= 5 * len(addresses)
        and coalesce(u.admitted, 0) * 4 < len(tried)
),
-- Who got in with both while it went on and six hours on, from where the account had not been before.
admissions as (
    select
        s.user_agent,
        s.app_id,
        s.day,
        list(distinct l.account order by l.account) as fell,
        list(distinct l.ip_address) as addresses,
        list({'file_id': l.file_id, 'record': l.record, 'id': l.id} order by l.event_time, l.file_id, l.record)[1:100] as records
    from sprays as s
    join logons as l on l.user_agent is not distinct from s.user_agent and l.app_id is not distinct from s.app_id
        and l.event_time between s.first_seen and s.last_seen + interval 6 hours
    anti join account_habits as h on h.kind = 'user' and h.feature = 'address' and h.account = l.account and h.value = l.ip_address
        and h.first_seen < s.first_seen
    anti join account_habits as n on n.kind = 'user' and n.feature = 'network' and n.account = l.account and n.value = l.network::varchar
        and n.first_seen < s.first_seen
    where l.kind = 'user' and l.is_success and l.account is not null and l.ip_address is not null
        and l.ip_address not in (select ip_address from office_addresses)
    group by s.user_agent, s.app_id, s.day
)
select
    case
        when a.fell is not null then 'high'
        when networks >= 5 or len(s.addresses) >= 20 then 'medium'
        else 'low'
    end as severity,
    'Somebody tried passwords on ' || counted(len(tried), 'account', 'accounts') || ' from '
        || counted(len(s.addresses), 'address', 'addresses')
        || case when networks > 1 then ' in ' || networks || ' networks' else '' end
        || ' in one day, ' || counted(guesses, 'attempt', 'attempts') || ', with one user agent'
        || coalesce(' (' || left(s.user_agent, 60) || ')', '') || ' at ' || coalesce(app, 'an unknown application')
        || '; ' || counted(admitted, 'account', 'accounts') || ' got in with both'
        || coalesce(', from a place that is new for them: ' || few(a.fell), '')
        || coalesce(right_passwords(guessed), '') as what,
    case when len(a.fell) = 1 then a.fell[1] end as who,
    first_seen,
    last_seen,
    guesses as events,
    few(list_sort(tried)) as target,
    s.app_id,
    null::varchar as session_id,
    list_sort(list_distinct(s.addresses || coalesce(a.addresses, []))) as ip_addresses,
    null::varchar as rarity,
    'distributed spray ' || s.day || ' ' || coalesce(s.app_id, '') || ' ' || coalesce(s.user_agent, '') as act,
    s.records || coalesce(a.records, []) as records
from sprays as s
left join admissions as a on a.user_agent is not distinct from s.user_agent and a.app_id is not distinct from s.app_id and a.day = s.day
order by first_seen, s.app_id, s.user_agent

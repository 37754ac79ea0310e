-- title: Temporary Access Pass created
-- severity: medium
-- techniques: T1098.005
-- catalogue: D58
-- meaning: An administrator made a pass that signs in as the user without password and second factor, and that
--   lets methods be registered.
-- false positives: Onboarding and the help desk: an administrator who does so often is low here.
-- blind spots: Who used the pass is in the sign-ins.
-- next: Ask the administrator and the user; see the sign-ins and the methods of the account afterwards.
-- needs: directory_audits, audit_events
-- parts: audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/identity/authentication/howto-authentication-temporary-access-pass
-- seen: in 1 samples, marked 0 of 58 benign ones
with passes as (
    select
        *,
        count(*) over (partition by actor order by event_time rows between unbounded preceding and 1 preceding) as earlier
    from directory_acts
    where (
            activity in ('admin registered security info', 'admin updated security info')
                and (result_reason ilike '%temporary access pass%' or details ilike '%temporary access pass%' or details ilike '%temporaryaccesspass%')
            or activity like 'create%temporary access pass%'
        )
        and result is distinct from 'failure'
),
-- Who is new gets one to begin with.
newcomers as (
    select
        target,
        event_time
    from directory_acts
    where activity = 'add user' and result is distinct from 'failure'
),
judged as (
    select
        p.*,
        coalesce(n.event_time >= p.event_time - interval 7 days, false) as is_newcomer
    from passes as p
    asof left join newcomers as n on n.target = p.target and n.event_time <= p.event_time
)
select
    case when earlier = 0 and is_unusual and not is_newcomer then 'medium' else 'low' end as severity,
    concat(actor, ' created a Temporary Access Pass for ', coalesce(target, 'an account'), case when is_newcomer then ', which was made within the week before' end) as what,
    actor as who,
    event_time as first_seen,
    event_time as last_seen,
    1::bigint as events,
    target as target,
    app_id as app_id,
    session_id,
    ip_addresses,
    rarity,
    act_id as act,
    records
from judged
order by event_time, act_id

-- title: Second factor switched off for a user
-- severity: medium
-- techniques: T1556.006
-- catalogue: D56
-- meaning: The account no longer asks for a second factor, or all its methods were removed. A stolen password is
--   enough now.
-- false positives: Moving from per-user MFA to Conditional Access, which switches it off for many; a help desk
--   that has a user register anew (low here).
-- blind spots: Second factors that Conditional Access asks for.
-- next: Ask who ordered it; see sign-ins of the account with one factor afterwards.
-- needs: directory_audits, audit_events
-- parts: audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/identity/authentication/howto-mfa-userstates,
--   https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
-- seen: in 3 samples, marked 0 of 58 benign ones
with switched as (
    select
        *,
        coalesce(target, 'an account') as account,
        activity = 'disable strong authentication'
        or coalesce(regexp_matches(old_values ->> 'strongauthenticationrequirement', '"State":\s*[12]'), false)
            and not coalesce(regexp_matches(new_values ->> 'strongauthenticationrequirement', '"State":\s*[12]'), false) as is_requirement,
        (old_values ->> 'strongauthenticationmethod') is not null
        and (new_values ->> 'strongauthenticationmethod') is null as is_methods
    from directory_acts
    where activity in ('disable strong authentication', 'update user')
        and result is distinct from 'failure'
),
judged as (
    select
        *,
        count(distinct case when is_requirement then account end) over (partition by actor) as accounts_of_actor
    from switched
    where is_requirement or is_methods
)
select
    case
        when not bool_or(is_requirement) then 'low'
        when actor = account then 'high'
        when min(accounts_of_actor) >= 20 then 'low'
        else 'medium'
    end as severity,
    concat(actor, case when bool_or(is_requirement) then ' switched off the second factor of ' else ' removed all methods of the second factor of ' end, case when actor = account then 'their own account' else account end) as what,
    actor as who,
    min(event_time) as first_seen,
    max(event_time) as last_seen,
    count(*) as events,
    account as target,
    min_by(app_id, {'t': event_time, 'id': act_id}) as app_id,
    min_by(session_id, {'t': event_time, 'id': act_id}) as session_id,
    list_sort(list_distinct(flatten(list(ip_addresses)))) as ip_addresses,
    min(rarity) as rarity,
    min_by(act_id, {'t': event_time, 'id': act_id}) as act,
    flatten(list(records order by event_time, act_id)) as records
from judged
group by actor, account, time_bucket(interval 10 minute, event_time)
order by first_seen, who, target

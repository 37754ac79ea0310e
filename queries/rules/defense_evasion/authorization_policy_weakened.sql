-- title: What users may do in the directory was loosened
-- severity: medium
-- techniques: T1562
-- catalogue: D48
-- meaning: The policy that says who may let applications in, invite guests or register applications was changed.
--   Intruders open it before they go on.
-- false positives: A planned change.
-- blind spots: Values that the log doesn't give.
-- next: Compare with how the policy should be, and put it back.
-- needs: directory_audits, audit_events
-- parts: audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/graph/api/resources/authorizationpolicy,
--   https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
-- seen: in 2 samples, marked 0 of 58 benign ones
with policies as (
    select
        *,
        list_filter(changes, c -> c.property not ilike 'included updated properties' and c.property not ilike 'targetid.%' and c.old_value is distinct from c.new_value) as real_changes,
        lower(coalesce(new_values::varchar, '')) as new_text,
        lower(coalesce(old_values::varchar, '')) as old_text
    from directory_acts
    where (
            activity like 'update authorization policy%'
            or activity like 'update default user role permissions%'
            or activity in ('set company information', 'update company settings', 'update external identities policy')
                and regexp_matches(lower(new_values::varchar), 'userspermissionto|allowinvites|guestuserrole|consenttoapp')
        )
        and result is distinct from 'failure'
        and not is_service
),
judged as (
    select
        *,
        regexp_matches(new_text, '"allowinvitesfrom":"(everyone|adminsguestinvitersandallmembers)"')
        or regexp_matches(new_text, 'legacy') and not regexp_matches(old_text, 'legacy')
        or (new_values ->> 'permissiongrantpolicyidsassignedtodefaultuserrole') is not null and (old_values ->> 'permissiongrantpolicyidsassignedtodefaultuserrole') is null
        or regexp_matches(new_text, 'a0b1b346-4d3e-4e8b-98f8-753987be4970')
        or regexp_matches(new_text, '(allowedtocreateapps|allowuserconsentforriskyapps|allowemailverifieduserstojoinorganization|allowedtosignupemailbasedsubscriptions|allowedtocreatetenants|userspermissionto[a-z]+enabled)[\\":]+true')
        or regexp_matches(new_text, 'blockmsolpowershell[\\":]+false') as is_weakened,
        regexp_matches(new_text, '"allowinvitesfrom":"(none|admins|adminsandguestinviters)"') as is_tightened
    from policies
)
select
    case
        when is_tightened then 'info'
        when is_weakened then 'medium'
        else 'low'
    end as severity,
    concat(actor, ' changed what users may do: ', listed(list_transform(real_changes, c -> c.property || ' from ' || coalesce(c.old_value, 'nothing') || ' to ' || coalesce(c.new_value, 'nothing')))) as what,
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
where len(real_changes) > 0
order by event_time, act_id

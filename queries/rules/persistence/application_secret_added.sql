-- title: Secret or certificate added to an application
-- severity: medium
-- techniques: T1098.001
-- catalogue: D51
-- meaning: Whoever has the new secret acts as the application, from anywhere and without a second factor.
--   Intruders add one to an application that has power already.
-- false positives: Rotation: the fourth by an actor, and the later ones, are low here.
-- blind spots: What the application may do, if it got its permissions before the log begins.
-- next: Ask the owner. See the sign-ins of the application after this time, and remove the secret if nobody knows
--   it.
-- needs: directory_audits, audit_events
-- parts: audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
-- seen: in 4 samples, marked 0 of 58 benign ones
with keys as (
    select
        *,
        new_values ->> 'keydescription' as new_keys,
        old_values ->> 'keydescription' as old_keys,
        -- the log lists all keys before and after: those are new whose id was not there
        list_filter(
            regexp_extract_all(new_keys, '\[KeyIdentifier=[^\]]*\]'),
            k -> not contains(coalesce(old_keys, ''), regexp_extract(k, 'KeyIdentifier=([^,\]]+)', 1))
        ) as added_keys
    from directory_acts
    where (
            activity like 'update application%secrets management'
            or activity like 'create application%secrets management'
            or activity in ('add service principal credentials', 'update service principal credentials', 'update service principal', 'update application')
        )
        and result is distinct from 'failure'
        and not is_service
)
select
    case
        when new_keys is null or nth_by_actor > 3 or actor_type <> 'user' then 'low'
        else 'medium'
    end as severity,
    concat(
        actor, ' added ', case when regexp_matches(array_to_string(coalesce(nullif(added_keys, []), [new_keys]), ' '), '(?i)asymmetric|certificate') then 'a certificate' else 'a secret' end,
        ' to the application ', target,
        ' (' || nullif(array_to_string(list_filter(list_transform(added_keys, k -> filled(regexp_extract(k, 'DisplayName=([^,\]]+)', 1))), n -> n is not null), ', '), '') || ')'
    ) as what,
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
from keys
where new_keys is distinct from old_keys
        and (
            old_keys is null
            or len(added_keys) > 0
        )
    or activity like 'create application%secrets management'
order by event_time, act_id

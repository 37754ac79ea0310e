-- title: Redirect or other address of an application changed
-- severity: medium
-- techniques: T1528
-- catalogue: D54
-- meaning: Tokens of users are sent to the redirect address. A new address that an intruder controls collects
--   them.
-- false positives: Developers at work: addresses of the tenant's own domains, local ones and those of an actor who
--   often does so are low here.
-- blind spots: Addresses set when the application was registered.
-- next: See who controls the new address; take it out if nobody knows it.
-- needs: directory_audits, audit_events
-- parts: audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
-- seen: in 1 samples, marked 0 of 58 benign ones
with addressed as (
    select
        *,
        list_distinct(list_filter(
            regexp_extract_all(concat_ws(' ', new_values ->> 'appaddress', new_values ->> 'appidentifieruri', new_values ->> 'identifieruris', new_values ->> 'logouturl', new_values ->> 'applogouturl', new_values ->> 'replyurls'), '(?:https?|api|ms-app|urn)[^"\s,]+'),
            a -> not contains(concat_ws(' ', old_values ->> 'appaddress', old_values ->> 'appidentifieruri', old_values ->> 'identifieruris', old_values ->> 'logouturl', old_values ->> 'applogouturl', old_values ->> 'replyurls'), a)
        )) as new_addresses
    from directory_acts
    where activity in ('update application', 'update service principal')
        and result is distinct from 'failure'
        and not is_service
),
hosts as (
    select
        *,
        list_filter(
            list_transform(list_filter(new_addresses, a -> starts_with(a, 'http')), a -> lower(regexp_extract(a, '^https?://([^/:?]+)', 1))),
            h -> h not in ('', 'localhost', '127.0.0.1')
                and len(list_filter(own.domains, d -> h = d or ends_with(h, '.' || d))) = 0
                and not regexp_matches(h, '(^|\.)(microsoft\.com|microsoftonline\.com|office\.com|sharepoint\.com|azure\.com|powerapps\.com|visualstudio\.com)$')
        ) as foreign_hosts
    from addressed
    cross join (select coalesce(list(domain), []) as domains from own_domains) as own
)
select
    case
        when nth_by_actor > 3 or actor_type <> 'user' then 'low'
        when len(foreign_hosts) > 0 then 'medium'
        else 'low'
    end as severity,
    concat(actor, ' gave the application ', target, ' the address ', listed(new_addresses)) as what,
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
from hosts
where len(new_addresses) > 0
order by event_time, act_id

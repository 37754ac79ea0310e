-- title: Agent of the hybrid directory registered
-- severity: medium
-- techniques: T1556.007
-- catalogue: D77
-- meaning: A connector or an agent for pass-through authentication was registered, or seamless single sign-on was switched. Whoever runs
--   such an agent sees the passwords of all who sign in, and may accept any.
-- false positives: A new server for the application proxy or for synchronisation. An actor who has done so before is low.
-- blind spots: An agent that was taken over where it runs. Federation servers (AD FS), which write to logs of their own.
-- next: Ask who set up the server; see in the Entra admin center, under Entra Connect and Application proxy, from which address the
--   agent speaks.
-- needs: directory_audits, audit_events
-- parts: audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities (Application Proxy, Core Directory),
--   https://learn.microsoft.com/entra/identity/hybrid/connect/how-to-connect-pta-security-deep-dive
-- seen: in 0 samples, marked 0 of 58 benign ones
select
    case when nth_by_actor > 1 then 'low' else 'medium' end as severity,
    actor || ' ' || case
        when activity like 'register connector%' then 'registered a connector or agent'
        when activity like '%pass%through%' then 'switched pass-through authentication'
        else 'switched seamless single sign-on'
    end || coalesce(' (' || target || ')', '') || coalesce(' from ' || ip_address, '') as what,
    actor as who,
    event_time as first_seen,
    event_time as last_seen,
    1::bigint as events,
    target,
    app_id,
    session_id,
    ip_addresses,
    rarity,
    act_id as act,
    records
from directory_acts
where (
        activity in ('register connector', 'enable passthrough authentication', 'enable pass-through authentication', 'set passthrough authentication')
        or regexp_matches(activity, '^(enable|disable|set) (desktop ?sso|seamless)')
    )
    and result is distinct from 'failure'
order by event_time, act_id

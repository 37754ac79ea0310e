-- title: Company Portal used as a way past the demand for a device
-- severity: medium
-- techniques: T1078
-- catalogue: D18
-- meaning: The Intune Company Portal is let through where a policy demands a compliant device, for a device that enrols has none
--   yet. Tools use its application id to get tokens for Microsoft Graph or the directory from any machine.
-- false positives: Enrolment of a real phone or computer: once, on the user's own network, with a client of its own.
-- blind spots: In the sign-in log an enrolment looks much like it; the network and the program tell them apart.
-- next: See whether a device of the user was enrolled at that time. If not, revoke the session.
-- needs: sign_ins, audit_events
-- parts: sign_ins interactive, sign_ins non_interactive, audit_events AzureActiveDirectory
-- source: Microsoft-Analyzer-Suite (LETHAL-FORENSICS); https://learn.microsoft.com/entra/identity/conditional-access/policy-all-users-device-compliance
-- lists: hosting_networks, tool_agents
-- seen: in 1 samples, marked 0 of 58 benign ones
with portal as (
    select
        l.*,
        n.baseline_days,
        coalesce(n.is_new_network, false) as is_new_network,
        coalesce(n.is_new_country, false) as is_new_country,
        h.name as hosting,
        t.tool,
        coalesce(l.protocol, '') = 'deviceCode' or coalesce(l.transfer_method, '') = 'deviceCodeFlow' or coalesce(l.request_type, '') = 'Cmsi:Cmsi' as is_confirmed
    from logons as l
    left join strange_logons as n using (file_id, record)
    left join list_hosting_networks as h on h.asn = l.network::varchar
    left join tool_user_agents as t on t.user_agent = l.user_agent
    where l.app_id = '9ba1a5c7-f17a-4de9-a1f1-6178c8d51223' and l.kind = 'user' and (l.is_success or l.error_code = 50199)
        and not coalesce(l.is_compliant, false)
        -- confirmed on another device, or for what an enrolment does not need
        and (coalesce(l.request_type, '') = 'Cmsi:Cmsi' or l.resource_id in (
            '00000003-0000-0000-c000-000000000000', '00000002-0000-0000-c000-000000000000',
            '00000002-0000-0ff1-ce00-000000000000', '00000003-0000-0ff1-ce00-000000000000', '797f4846-ba00-4fd7-ba43-dac1f8f63013'
        ))
),
firsts as (
    select
        unnest(min_by(portal, {'t': event_time, 'f': file_id, 'r': record})),
        count(*) as times,
        max(event_time) as last_time,
        list_sort(list(distinct ip_address) filter (where ip_address is not null)) as addresses,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from portal
    group by account, network
)
select
    case
        when is_new_country or hosting is not null or tool is not null then 'high'
        when is_new_network or (is_confirmed and baseline_days is null) then 'medium'
        else 'low'
    end as severity,
    account || ' signed in through the Company Portal for ' || coalesce(resource, resource_id) || ', without a compliant device'
        || case when is_confirmed then ', confirmed on another device' else '' end
        || coalesce(', by a program (' || tool || ')', '') || ', from ' || coalesce(few(addresses), 'an unknown address')
        || coalesce(' (' || nullif(concat_ws(' ', country, 'AS' || network, hosting), '') || ')', '') as what,
    account as who,
    event_time as first_seen,
    last_time as last_seen,
    times as events,
    account as target,
    app_id,
    session_id,
    addresses as ip_addresses,
    case when is_new_network then 'first time from this network for this user in ' || baseline_days || ' days of log' end as rarity,
    act_id as act,
    records
from firsts
order by first_seen, account, act

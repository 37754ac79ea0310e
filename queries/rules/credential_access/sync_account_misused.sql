-- title: Synchronisation account used elsewhere
-- severity: high
-- techniques: T1556.007
-- catalogue: D77
-- meaning: The account that synchronises the directory (Sync_..., On-Premises Directory Synchronization) signed in from another network than
--   its server's, or to another application. It may set passwords: whoever has it can take over accounts.
-- false positives: The server moved, or a second one was set up.
-- blind spots: Misuse on the server itself.
-- next: Ask who moved the server. If nobody did, disable the account, and look for password resets by it.
-- needs: sign_ins, audit_events
-- parts: sign_ins interactive, sign_ins non_interactive, audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/identity/hybrid/connect/reference-connect-accounts-permissions
-- lists: hosting_networks, tool_agents
-- seen: in 0 samples, marked 0 of 58 benign ones
with acts as (
    select
        act_id,
        event_time,
        account,
        app_id,
        app,
        ip_address,
        network,
        country,
        user_agent,
        session_id,
        file_id,
        record,
        id
    from logons
    where is_success and kind = 'user'
        and (
            starts_with(account, 'sync_')
            or starts_with(account, 'adtoaadsyncserviceaccount')
            or app_id = 'cb1056e2-e479-49de-ae31-7812af012ed8'
        )
),
syncing as (
    select
        l.*,
        n.baseline_days,
        coalesce(n.is_new_network, false) as is_new_network,
        coalesce(n.is_new_country, false) as is_new_country,
        h.name as hosting,
        t.tool,
        l.app_id not in ('cb1056e2-e479-49de-ae31-7812af012ed8', '1b730954-1685-4b74-9bfd-dac224a7b894', '6eb59a73-39b2-4c23-a70f-e2e3ce8965b1') as is_other_app
    from acts as l
    left join strange_logons as n using (file_id, record)
    left join list_hosting_networks as h on h.asn = l.network::varchar
    left join tool_user_agents as t on t.user_agent = l.user_agent
),
strange as (
    select *
    from syncing
    where is_new_network or is_new_country or tool is not null
        or (is_other_app and regexp_matches(account, '^(sync_|adtoaadsyncserviceaccount)'))
),
firsts as (
    select
        unnest(min_by(strange, {'t': event_time, 'f': file_id, 'r': record})),
        count(*) as times,
        max(event_time) as last_time,
        list_sort(list(distinct ip_address) filter (where ip_address is not null)) as addresses,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from strange
    group by account, network, app_id
)
select
    case when is_new_country or is_other_app or tool is not null or hosting is not null then 'high' else 'medium' end as severity,
    'The synchronisation account ' || account || ' signed in to ' || coalesce(app, 'an unknown application')
        || case when is_other_app then ', which is not its own,' else '' end || coalesce(' by a program (' || tool || '),', '')
        || ' from ' || coalesce(few(addresses), 'an unknown address') || coalesce(' (' || nullif(concat_ws(' ', country, 'AS' || network, hosting), '') || ')', '') as what,
    account as who,
    event_time as first_seen,
    last_time as last_seen,
    times as events,
    account as target,
    app_id,
    session_id,
    addresses as ip_addresses,
    case
        when is_new_country then 'first time from this country for this account in ' || baseline_days || ' days of log'
        when is_new_network then 'first time from this network for this account in ' || baseline_days || ' days of log'
    end as rarity,
    act_id as act,
    records
from firsts
order by first_seen, account, act

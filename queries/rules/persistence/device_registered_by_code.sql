-- title: Way to a device of one's own: broker and Device Registration Service
-- severity: high
-- techniques: T1098.005
-- catalogue: D14
-- meaning: A sign-in through Microsoft's authentication broker asked for the service that registers devices, by device code, by a
--   program, with one factor, or from a network that is not known of the account, and then a device was registered. Whoever
--   registers a device gets a primary refresh token, which outlives a password reset and passes demands for a device.
-- false positives: Real joins of devices and Autopilot: they come from the device itself, with a second factor.
-- blind spots: What was registered: see the directory audit log, Register device.
-- next: Look for devices that the account registered in the hours after, remove them, revoke the sessions.
-- needs: sign_ins, audit_events
-- parts: sign_ins interactive, sign_ins non_interactive, audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/identity/devices/concept-primary-refresh-token;
--   https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code
-- lists: tool_agents
-- seen: in 2 samples, marked 0 of 58 benign ones
with joining as (
    select
        l.*,
        t.tool
    from logons as l
    left join tool_user_agents as t on t.user_agent = l.user_agent
    left join strange_logons as n using (file_id, record)
    left join account_habits as a on a.feature = 'any' and a.kind = 'user' and a.account = l.account
    where l.is_success and l.kind = 'user' and l.resource_id = '01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9'
        and (
            l.protocol = 'deviceCode' or l.transfer_method in ('deviceCodeFlow', 'authenticationTransfer') or t.tool is not null
            or (l.requirement = 'single_factor' and l.device_id is null and coalesce(l.is_interactive, true))
            -- of a network that is not known of the account: it counts if a device was registered
            or (l.device_id is null and (coalesce(n.is_new_network, false) or coalesce(a.account_days, 0) < 4))
        )
),
firsts as (
    select
        unnest(min_by(joining, {'t': event_time, 'f': file_id, 'r': record})),
        count(*) as times,
        max(event_time) as last_time,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from joining
    group by account, ip_address
),
registered as (
    select
        home_account(initiated_by) as account,
        event_time,
        targets,
        file_id,
        record,
        id
    from evidence.directory_audits
    where lower(activity) in ('register device', 'add device', 'add registered owner to device') and coalesce(result, '') <> 'failure'
),
followed as (
    select
        j.act_id,
        min_by(r.targets, (r.event_time, r.file_id, r.record)) as device,
        max(r.event_time) as last_seen,
        list({'file_id': r.file_id, 'record': r.record, 'id': r.id} order by r.event_time, r.file_id, r.record)[1:20] as records
    from firsts as j
    join registered as r on r.account = j.account and r.event_time between j.event_time and j.event_time + interval 2 hours
    group by j.act_id
),
judged as (
    select
        j.*,
        coalesce(j.protocol, '') = 'deviceCode' or coalesce(j.transfer_method, '') in ('deviceCodeFlow', 'authenticationTransfer') as is_by_code,
        f.device,
        f.last_seen as registered_at,
        coalesce(f.records, []) as registrations
    from firsts as j
    left join followed as f using (act_id)
)
select
    case
        when is_by_code and registered_at is not null then 'critical'
        when is_by_code or tool is not null then 'high'
        else 'low'
    end as severity,
    account || ' signed in to the service that registers devices, through ' || coalesce(app, app_id, 'an unknown application')
        || case
            when is_by_code then ', by device code'
            when requirement = 'single_factor' then ', with one factor'
            else ''
        end
        || coalesce(', by a program (' || tool || ')', '') || ', from ' || coalesce(ip_address, 'an unknown address')
        || coalesce(' (' || nullif(concat_ws(' ', country, 'AS' || network), '') || ')', '')
        || coalesce('. Within two hours a device was registered: ' || device, '') as what,
    account as who,
    event_time as first_seen,
    coalesce(registered_at, last_time) as last_seen,
    len(records) + len(registrations) as events,
    coalesce(device, account) as target,
    app_id,
    session_id,
    list_filter([ip_address], a -> a is not null) as ip_addresses,
    null::varchar as rarity,
    act_id as act,
    records || registrations as records
from judged
where is_by_code or tool is not null or requirement = 'single_factor' or registered_at is not null
order by first_seen, account, act

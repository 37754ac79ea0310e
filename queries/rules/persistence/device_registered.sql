-- title: Device registered
-- severity: low
-- techniques: T1098.005
-- catalogue: D71
-- meaning: A user added a device. A device of the intruder's gets a token that outlives the session and passes
--   policies that ask for a registered one.
-- false positives: New laptops and phones, every day. The marks of a kit or several devices in an hour raise it.
-- blind spots: Kits whose user renames the device and sets another version.
-- next: Ask the user; remove the device and end the sessions if it isn't theirs.
-- needs: directory_audits, audit_events, sign_ins
-- parts: sign_ins interactive, sign_ins non_interactive, audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/identity/devices/, https://github.com/dirkjanm/ROADtools,
--   https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
-- seen: in 4 samples, marked 0 of 58 benign ones
with devices as (
    select
        event_time,
        actor,
        coalesce(list_filter(targets, t -> t.target is not null)[1].target, 'a device') as device,
        app_id,
        session_id,
        ip_addresses,
        act_id,
        records,
        true as is_registered,
        -- what the kits send by default
        coalesce(contains(new_values ->> 'clouddeviceosversion', '10.0.19041.928'), false)
        or coalesce(tool_agent(user_agent) is not null, false)
        or coalesce(details like '%10.0.19041.928%', false) as is_kit
    from directory_acts
    where activity in ('add device', 'register device')
        and result is distinct from 'failure'
        and not is_service
),
unproved as (
    select
        event_time,
        coalesce(lower(user_principal_name), user_id, 'unknown') as actor,
        'a device' as device,
        app_id,
        session_id,
        list_filter([client_address(ip_address)], ip -> ip is not null) as ip_addresses,
        coalesce(id, file_id || ':' || record) as act_id,
        [{'file_id': file_id, 'record': record, 'id': id}] as records,
        false as is_registered,
        false as is_kit
    from evidence.sign_ins
    where (lower(resource_id) = '01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9' or lower(resource_display_name) = 'device registration service')
        and authentication_requirement = 'single_factor'
        and status = 'success'
        and coalesce(category, 'interactive') = 'interactive'
),
registrations as (
    select
        *,
        -- one device is logged as added and as registered
        count(*) filter (is_registered) over (partition by actor order by event_time range between interval 1 hour preceding and interval 1 hour following) as near
    from (
        from devices
        union all
        from unproved
    )
)
select
    case when bool_or(is_kit) then 'high' when max(near) >= 4 then 'medium' else 'low' end as severity,
    concat(
        actor, case when bool_or(is_registered) then ' registered ' || listed(list(distinct device order by device)) else ' signed in to the registration of devices' end,
        case when bool_or(is_kit) then ', with the marks of an attack kit' when max(near) >= 4 then ', several times within an hour' end,
        case when not bool_and(is_registered) then ', with one factor' end) as what,
    actor as who,
    min(event_time) as first_seen,
    max(event_time) as last_seen,
    count(*) as events,
    lower(min(device)) as target,
    min_by(app_id, {'t': event_time, 'id': act_id}) as app_id,
    min_by(session_id, {'t': event_time, 'id': act_id}) as session_id,
    list_sort(list_distinct(flatten(list(ip_addresses)))) as ip_addresses,
    null::varchar as rarity,
    min_by(act_id, {'t': event_time, 'id': act_id}) as act,
    flatten(list(records order by event_time, act_id)) as records
from registrations
group by actor, event_time::date
order by first_seen, who, target

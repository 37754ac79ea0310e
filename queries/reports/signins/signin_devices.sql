-- title: Devices
-- description: One row a registered device and state (compliant, managed, how it is joined), and one an operating system
--   for the devices that are not registered, which stand after them. A device of more than one user, or one whose
--   operating system changes, deserves a look. Browsers are named without their versions.
-- position: 11
-- topics: operating systems, browsers, compliance
-- needs: sign_ins
-- filled by: the sign-in logs of the Entra admin center (Download, CSV or JSON), or Graph's auditLogs/signIns
-- caveat: Operating system and browser are what the client says about itself. The portal's CSV has no device
--   names: they are taken from other records of the same device where there are any.
with names as (
    select
        device_id,
        max(device_name) as device_name
    from evidence.sign_ins
    where device_id is not null
    group by device_id
),
used as (
    select
        device_id,
        case when device_id is null then device_name end as device_name,
        operating_system,
        trust_type,
        is_compliant,
        is_managed,
        browser,
        coalesce(user_principal_name, user_id) as who,
        count(*) as sign_ins,
        count(*) filter (where status = 'success') as success,
        count(*) filter (where status = 'failure') as failure,
        count(*) filter (where status = 'interrupted') as interrupted,
        min(event_time) as first_seen,
        max(event_time) as last_seen
    from sign_ins
    group by all
),
without_versions as (
    select
        *,
        nullif(trim(regexp_replace(browser, '[ /]*[0-9][0-9.]*.*$', '')), '') as program
    from used
),
devices as (
    select
        device_id,
        device_name,
        operating_system,
        trust_type,
        is_compliant,
        is_managed,
        listed(list_sort(list(distinct program) filter (where program is not null))) as browsers,
        sum(sign_ins)::bigint as sign_ins,
        sum(success)::bigint as success,
        sum(failure)::bigint as failure,
        sum(interrupted)::bigint as interrupted,
        count(distinct who) as users,
        listed(list_sort(list(distinct who) filter (where who is not null))) as user_list,
        min(first_seen) as first_seen,
        max(last_seen) as last_seen
    from without_versions
    group by device_id, device_name, operating_system, trust_type, is_compliant, is_managed
)
select
    coalesce(names.device_name, d.device_name) as device_name,
    d.operating_system,
    d.is_compliant,
    d.is_managed,
    d.sign_ins,
    d.success,
    d.failure,
    d.interrupted,
    d.users,
    d.user_list,
    d.trust_type,
    d.device_id,
    d.browsers,
    d.first_seen,
    d.last_seen
from devices as d
left join names using (device_id)
order by
    d.device_id is null,
    d.sign_ins desc,
    d.device_id,
    d.device_name,
    d.operating_system,
    d.trust_type,
    d.is_compliant,
    d.is_managed

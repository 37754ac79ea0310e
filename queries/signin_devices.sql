-- title: Devices
-- description: One row a registered device and state (compliant, managed, how it is joined), and one an operating system
--   for the devices that are not registered, which stand after them. A device of more than one user, or one whose
--   operating system changes, deserves a look. Browsers are named without their versions.
-- group: signins 11
-- needs: sign_ins
-- filled by: the sign-in logs of the Entra admin center (Download, CSV or JSON), or Graph's auditLogs/signIns
-- caveat: Operating system and browser are what the client says about itself. The portal's CSV has no device names.
with named as (
    select
        device_id,
        device_name,
        operating_system,
        trust_type,
        is_compliant,
        is_managed,
        nullif(trim(regexp_replace(browser, '[ /]*[0-9][0-9.]*.*$', '')), '') as browser,
        coalesce(user_principal_name, user_id) as who,
        count(*) as sign_ins,
        count(*) filter (where status = 'success') as success,
        count(*) filter (where status = 'failure') as failure,
        count(*) filter (where status = 'interrupted') as interrupted,
        min(event_time) as first_seen,
        max(event_time) as last_seen
    from sign_ins
    group by all
)
select
    device_name,
    device_id,
    operating_system,
    trust_type,
    is_compliant,
    is_managed,
    listed(list_sort(list(distinct browser) filter (where browser is not null))) as browsers,
    sum(sign_ins)::bigint as sign_ins,
    sum(success)::bigint as success,
    sum(failure)::bigint as failure,
    sum(interrupted)::bigint as interrupted,
    count(distinct who) as users,
    listed(list_sort(list(distinct who) filter (where who is not null))) as user_list,
    min(first_seen) as first_seen,
    max(last_seen) as last_seen
from named
group by device_name, device_id, operating_system, trust_type, is_compliant, is_managed
order by
    device_id is null,
    sign_ins desc,
    device_id,
    device_name,
    operating_system,
    trust_type,
    is_compliant,
    is_managed

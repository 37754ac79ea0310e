-- description: The name of a device behind its id. A name that several devices bear is distinguished by the beginning of
--   their ids.
-- materialized: yes
-- ordered by: device_id
-- column device_id varchar: as sign-ins have it
-- column device_name varchar: its name, else its id
with named_devices as (
    select
        device_id,
        coalesce(max(device_name) filter (where device_name <> ''), device_id) as device_name,
    from evidence.sign_ins
    where device_id <> ''
    group by device_id
)
select
    device_id,
    case
        when count(*) over (partition by device_name) > 1 then device_name || ' (' || left(device_id, 8) || ')'
        else device_name
    end as device_name,
from named_devices

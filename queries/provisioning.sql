-- title: Provisioning
-- description: Accounts that the provisioning service created, changed, disabled or deleted in another system, or from
--   one, newest first, with what went wrong.
-- group: audit 8
-- needs: provisioning_events
-- filled by: the provisioning logs of the Entra admin center (Download, CSV or JSON)
select
    event_time,
    action,
    status,
    status_detail,
    source_system,
    source_identity,
    target_system,
    target_identity,
    service_principal_name,
    initiated_by,
    duration_ms,
    job_id,
    cycle_id,
    change_id,
    id,
    file_id,
    record
from provisioning_events
order by
    event_time desc nulls last,
    file_id,
    record

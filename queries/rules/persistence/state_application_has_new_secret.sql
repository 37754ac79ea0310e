-- title: Application with a new secret, by the state of the tenant
-- severity: medium
-- techniques: T1098.001
-- catalogue: D51
-- meaning: When the state was dumped, an application had a secret or a certificate of the last 30 days, and the logs do not
--   have it added. Who holds it signs in as the application, past every password and every second factor.
-- false positives: Secrets that are renewed on time.
-- blind spots: A dump that has no time of its credentials. Federated credentials.
-- next: Ask the owners of the application whose secret it is; take it away if nobody knows it.
-- needs: state_applications
-- source: https://learn.microsoft.com/graph/api/resources/passwordcredential,
--   https://learn.microsoft.com/graph/api/resources/keycredential
-- seen: in 0 samples, marked 0 of 58 benign ones
select
    'medium' as severity,
    concat(
        'In the state of ', minute_text(s.snapshot_time), ', the application ', s.display_name, ' had a secret or certificate that begins at ',
        minute_text(s.last_credential_time)
    ) as what,
    null::varchar as who,
    s.snapshot_time as first_seen,
    s.snapshot_time as last_seen,
    1::bigint as events,
    lower(s.display_name) as target,
    s.app_id,
    null::varchar as session_id,
    []::varchar[] as ip_addresses,
    null::varchar as rarity,
    'state ' || s.file_id || ':' || s.record as act,
    [{'file_id': s.file_id, 'record': s.record, 'id': s.id}] as records
from evidence.state_applications as s
semi join unlogged_things as u on u.kind = 'credential of an application' and u.file_id = s.file_id and u.record = s.record
where s.last_credential_time between s.snapshot_time - interval 30 day and s.snapshot_time + interval 1 day
order by s.snapshot_time, s.file_id, s.record

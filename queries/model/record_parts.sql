-- description: What tells the rows of one id apart, in logs that have a row a recipient, a step or an entity: the id is
--   theirs together.
-- column source varchar: of all_events
-- column file_id integer: the file
-- column record bigint: number in the file
-- column part varchar: recipient, step or entity
select 'message_trace' as source, file_id, record, concat_ws(' ', kind, recipient_address, event, event_source) as part
from evidence.message_trace
union all
select 'emails', file_id, record, recipient_address
from evidence.emails
union all
select
    'alerts', file_id, record,
    concat_ws(' ', kind, entity_type, evidence_role, user_id, user_principal_name, ip_address, url, file_name, device_name, app_id, network_message_id)
from evidence.alerts

-- description: One row a session id of sign-ins and audit log, with the number that it has in the views session_... of this
--   run. Many rows are grouped several times as fast by numbers as by texts.
-- materialized: yes
-- ordered by: session_id
-- column session_id varchar: as Entra ID issued it
-- column session bigint: its number
select
    session_id,
    row_number() over (order by session_id) as session,
from (
    select session_id
    from evidence.sign_ins
    where session_id <> ''
    union
    select session_id
    from evidence.audit_events
    where session_id <> ''
)

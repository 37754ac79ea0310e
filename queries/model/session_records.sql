-- description: The records that bear a session id, of the logs in which a session leaves its events.
-- whole: all_session_records
-- column session_id varchar: as Entra ID issued it
-- column event_time timestamp: when (UTC)
-- column file_id integer: of files
-- column record bigint: number in the file
select session_id, event_time, file_id, record from sign_ins where session_id <> ''
union all
select session_id, event_time, file_id, record from audit_events where session_id <> ''
union all
select session_id, event_time, file_id, record from graph_activity where session_id <> ''

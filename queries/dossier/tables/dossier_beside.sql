-- What belongs to a session, or may, and carries another session id or none:
-- what its users did or was tried in their name within its time; within a day
-- before and after, what came from its addresses or under its correlation
-- ids; and what others did to their accounts from a day before to a day after.
-- The account's other sessions are not in here.
with in_session as (
    select
        true as is_sign_in,
        event_time,
        user_principal_name as name,
        user_id,
        caller_address(ip_address, category, client_credential_type) as address,
        correlation_id,
    from evidence.sign_ins
    where (file_id, record) in (from dossier_records)
    union all
    select false, event_time, user_id, null, client_address(ip_address), null
    from dossier_events
    union all
    select false, event_time, null, null, client_address(ip_address), null
    from evidence.graph_activity
    where (file_id, record) in (from dossier_records)
),
span as (
    select
        min(event_time) as first_seen,
        max(event_time) as last_seen,
    from in_session
),
-- Who only did something to the user that the dossier is of, as an administrator did, is none of its users.
accounts as (
    select distinct home_account(account) as account
    from (
        select unnest([name, user_id]) as account
        from in_session
        where is_sign_in or not getvariable('dossier_of_users') or not exists (from in_session where is_sign_in)
    )
    where account <> ''
),
near as (
    select
        e.*,
        e.event_time between first_seen and last_seen as is_within,
        e.event_time < first_seen as is_before,
        coalesce(home_account(e.actor) in (select account from accounts), false) as is_by_user,
    from all_events as e
    cross join span
    where e.event_time between first_seen - interval 1 day and last_seen + interval 1 day
        and (e.file_id, e.record) not in (from dossier_records)
),
about as (
    select *
    from near
    where is_by_user and coalesce(session_id, '') = ''
        or not is_by_user
            and source in ('audit_events', 'directory_audits', 'provisioning_events')
            and list_has_any(string_split_regex(lower(target), '\s*,\s*'), (select list(account) from accounts))
),
judged as (
    select
        b.*,
        s.status as sign_in_status,
        nullif(s.country, '') as told_country,
        s.autonomous_system_number as told_network,
        b.source = 'audit_events' and lower(b.action) = 'userloginfailed' or s.status = 'failure' as is_failed_attempt,
        coalesce(s.correlation_id, d.correlation_id, r.correlation_id) in (select correlation_id from in_session where correlation_id <> '') as has_its_correlation,
        case
            when b.source = 'sign_ins' then caller_address(s.ip_address, s.category, s.client_credential_type)
            else client_address(b.ip_address)
        end as address,
        address in (select i.address from in_session as i where i.address <> '') as has_its_address,
    from about as b
    left join evidence.sign_ins as s on case when b.source = 'sign_ins' then b.file_id end = s.file_id and b.record = s.record
    left join evidence.directory_audits as d on case when b.source = 'directory_audits' then b.file_id end = d.file_id and b.record = d.record
    left join evidence.risk_detections as r on case when b.source = 'risk_detections' then b.file_id end = r.file_id and b.record = r.record
),
belonging as (
    select
        * exclude (is_failed_attempt, has_its_correlation, has_its_address),
        coalesce(is_failed_attempt, false) as is_failed_attempt,
        coalesce(is_by_user and (has_its_address or has_its_correlation), false) as is_trace,
        concat_ws(
            ', ',
            case when coalesce(session_id, '') = '' then 'no session id' else 'session ' || session_id end,
            case when not is_by_user then 'done to the account' when is_failed_attempt then 'in the user''s name' else 'same user' end,
            case when is_by_user and has_its_address then 'same address' end,
            case when has_its_correlation then 'same correlation id' end,
            case when is_within then 'within its time' when is_before then 'before its first event' else 'after its last event' end
        ) as belongs,
    from judged
    where is_within or not is_by_user or has_its_address or has_its_correlation
),
-- The texts of these records alone: all together do not fit into memory.
raws as (
    select 'sign_ins' as source, file_id, record, raw
    from evidence.sign_ins
    where (file_id, record) in (select file_id, record from belonging where source = 'sign_ins')
    union all
    select 'audit_events', file_id, record, raw
    from evidence.audit_events
    where (file_id, record) in (select file_id, record from belonging where source = 'audit_events')
    union all
    select 'directory_audits', file_id, record, raw
    from evidence.directory_audits
    where (file_id, record) in (select file_id, record from belonging where source = 'directory_audits')
    union all
    select 'risk_detections', file_id, record, raw
    from evidence.risk_detections
    where (file_id, record) in (select file_id, record from belonging where source = 'risk_detections')
)
select
    b.*,
    case when json_valid(r.raw) then r.raw end as raw,
from belonging as b
left join raws as r using (source, file_id, record)

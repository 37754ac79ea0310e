-- title: Chat by a stranger
-- severity: high
-- techniques: T1566.003
-- catalogue: D119
-- meaning: Somebody of another tenant began a chat, or wrote in one under the name of a help desk. Intruders pose as the help desk in Teams and ask people to let
--   them in.
-- false positives: Suppliers and partners: low, unless the name is that of a help desk.
-- blind spots: Calls. Names in languages that the list lacks.
-- next: Ask the person who was written to whether they ran something or gave a code.
-- needs: audit_events
-- parts: audit_events MicrosoftTeams
-- source: https://learn.microsoft.com/purview/audit-log-activities; list help_desk_names
-- lists: help_desk_names
-- seen: in 2 samples, marked 0 of 58 benign ones
with chats as (
    select
        *,
        json_text(raw) ->> '$.ChatThreadId' as thread,
        -- a list, or (Log Analytics) its text
        json_extract_string(json_text(json_text(raw) ->> '$.Members'), '$[*].DisplayName') as names,
        list_transform(json_extract_string(json_text(json_text(raw) ->> '$.Members'), '$[*].UPN'), m -> lower(m)) as members,
        json_extract_string(json_text(raw), '$.CommunicationType') as kind
    from evidence.audit_events
    where list_contains(['ChatCreated', 'MessageSent', 'MeetingParticipantDetail'], operation)
        and (json_text(json_text(raw) ->> '$.ParticipantInfo') ->> '$.HasForeignTenantUsers') = 'true'
),
named as (
    select
        *,
        exists (
            select 1
            from list_help_desk_names as h, unnest(chats.names) as n(name)
            where regexp_matches(lower(n.name), h.pattern)
        ) as is_help_desk
    from chats
    where kind = 'OneOnOne'
),
-- A chat whose beginning is not logged is one line, at its first message, if a help desk writes.
firsts as (
    select *
    from named
    where operation = 'ChatCreated' or is_help_desk
    qualify row_number() over (partition by coalesce(thread, id, file_id || ':' || record) order by operation, event_time, file_id, record) = 1
)
select
    case when is_help_desk then 'high' else 'low' end as severity,
    coalesce(user_id, 'Somebody') || case when operation = 'ChatCreated' then ' began a chat with' else ' wrote in a chat with' end || ' people of another tenant: ' || coalesce(few(names), few(members), '(unknown)')
        || case when is_help_desk then '; the name is that of a help desk' else '' end as what,
    user_id as who,
    event_time as first_seen,
    event_time as last_seen,
    1::bigint as events,
    list_filter(members, m -> m <> user_id)[1] as target,
    app_id,
    session_id,
    list_filter([ip_address], a -> a is not null) as ip_addresses,
    null::varchar as rarity,
    coalesce(thread, id, file_id || ':' || record) as act,
    [{'file_id': file_id, 'record': record, 'id': id}] as records
from firsts
order by event_time, file_id, record

-- description: One row a record of messages that were read (MailItemsAccessed, and MessageBind of older mailboxes).
-- source: https://learn.microsoft.com/purview/audit-log-investigate-accounts
-- materialized: yes
-- column event_time timestamp: when (UTC)
-- column actor varchar: who read, lower case: an account, or an application's id
-- column mailbox varchar: whose mail, lower case
-- column logon_type varchar: owner, administrator, delegate, service; NULL = not said
-- column is_other boolean: the mailbox is not the actor's own
-- column access varchar: Bind = messages, Sync = a whole folder
-- column is_throttled boolean: so many that reads went unlogged for up to a day
-- column messages bigint: how many
-- column ip_address varchar: of the client
-- column session_id varchar: of the client
-- column app_id varchar: the application, lower case
-- column client varchar: ClientInfoString
-- column is_program boolean: read through Graph, REST or EWS rather than by a mail program
-- column is_system boolean: a service of Microsoft's
-- column file_id integer: the file it came from
-- column record bigint: its number in that file
-- column id varchar: of the record
with logged as (
    select
        * exclude (raw),
        json_extract_string(json_text(raw), [
            '$.MailboxOwnerUPN', '$.LogonType', '$.InternalLogonType', '$.OperationCount', '$.ClientInfoString', '$.OperationProperties', '$.ExternalAccess'
        ]) as parts
    from evidence.audit_events
    where list_contains(['MailItemsAccessed', 'MessageBind'], operation)
)
select
    event_time,
    coalesce(nullif(user_id, ''), lower(app_id)) as actor,
    lower(coalesce(nullif(parts[1], ''), user_id)) as mailbox,
    case lower(parts[2])
        when '0' then 'owner'
        when 'owner' then 'owner'
        when '1' then 'administrator'
        when 'admin' then 'administrator'
        when '2' then 'delegate'
        when 'delegated' then 'delegate'
        when '6' then 'administrator'
        else case when parts[2] is not null then 'service' end
    end as logon_type,
    contains(user_id, '@') and contains(parts[1], '@') and lower(parts[1]) <> user_id
        or coalesce(lower(parts[2]) in ('1', '2', '6', 'admin', 'delegated'), false) as is_other,
    nullif(regexp_extract(parts[6], '"MailAccessType"\s*,\s*"Value"\s*:\s*"([^"]*)"', 1), '') as access,
    coalesce(truth(regexp_extract(parts[6], '"IsThrottled"\s*,\s*"Value"\s*:\s*"([^"]*)"', 1)), false) as is_throttled,
    greatest(coalesce(whole(parts[4]), 1), 1) as messages,
    client_address(ip_address) as ip_address,
    session_id,
    lower(coalesce(nullif(app_id, ''), nullif(client_app_id, ''))) as app_id,
    coalesce(filled(parts[5]), user_agent) as client,
    coalesce(regexp_matches(lower(coalesce(filled(parts[5]), user_agent)), 'client=(rest|webservices|ews)|exchangewebservices'), false) as is_program,
    coalesce(is_system, false) as is_system,
    file_id,
    record,
    id
from logged

-- description: One row an act that the unified audit log tells of a session, logons left out: what the rules about sessions read
--   again and again.
-- materialized: yes
-- column session_id varchar: as logged
-- column account varchar: user principal name in lower case, a guest's as that of the home account; NULL = no such name
-- column event_time timestamp: when (UTC)
-- column operation varchar: as logged
-- column ip_address varchar: of the client; NULL = none, or one that a service writes of itself
-- column app_id varchar: the client application, lower case
-- column file_id integer: the file it came from
-- column record bigint: its number in that file
-- column id varchar: of the record
with acts as (
    select
        session_id,
        user_id,
        event_time,
        operation,
        ip_address,
        lower(app_id) as app_id,
        file_id,
        record,
        id
    from evidence.audit_events
    where session_id <> '' and operation not in ('UserLoggedIn', 'UserLoginFailed')
),
-- Names and addresses are worked out once each, not once a record.
people as (
    select
        user_id,
        home_account(user_id) as account
    from (select distinct user_id from acts where contains(user_id, '@'))
),
clients as (
    select
        ip_address,
        client_address(ip_address) as client
    from (select distinct ip_address from acts where ip_address is not null)
)
select
    a.session_id,
    p.account,
    a.event_time,
    a.operation,
    c.client as ip_address,
    a.app_id,
    a.file_id,
    a.record,
    a.id
from acts as a
left join people as p using (user_id)
left join clients as c using (ip_address)

-- description: From where the sessions of people were used: one row a session, account and address, of successful sign-ins and of
--   the acts of the unified audit log. Sign-ins without a session are here too, with session_id NULL.
-- materialized: yes
-- column session_id varchar: as logged
-- column account varchar: of logons
-- column ip_address varchar: the client's; NULL = not known
-- column network bigint: its autonomous system, as the sign-in tells it, else from addresses
-- column country varchar: two letters, upper case
-- column is_sign_in boolean: of sign-ins, else of acts
-- column first_seen timestamp: first use (UTC)
-- column last_seen timestamp: last one
select
    session_id,
    account,
    ip_address,
    network,
    country,
    true as is_sign_in,
    min(event_time) as first_seen,
    max(event_time) as last_seen
from logons
where kind = 'user' and is_success
group by all
union all
select
    s.session_id,
    s.account,
    s.ip_address,
    a.network,
    upper(a.country),
    false,
    s.first_seen,
    s.last_seen
from (
    select
        session_id,
        account,
        ip_address,
        min(event_time) as first_seen,
        max(event_time) as last_seen
    from session_acts
    group by all
) as s
left join addresses as a on a.ip_address = s.ip_address

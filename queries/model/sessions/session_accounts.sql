-- description: One row a pair of object id and name that the events of sessions have for who acted, with whom it means. The audit
--   log may have an account's name where its id belongs.
-- materialized: yes
-- ordered by: user_id, user_principal_name
-- column user_id varchar: as logged
-- column user_principal_name varchar: as logged; of audit events what user_id is
-- column user_name varchar: the account: its user principal name where it is known, a guest's as that of the home account
-- column person bigint: its number, in the order of the names
select
    *,
    dense_rank() over (order by user_name) as person,
from (
    select
        a.user_id,
        a.user_principal_name,
        nullif(coalesce(n.user_principal_name, home_account(a.user_principal_name), lower(a.user_id)), '') as user_name,
    from (
        select user_id, user_principal_name
        from evidence.sign_ins
        where session_id <> ''
        union
        select user_id, user_id
        from evidence.audit_events
        where session_id <> ''
    ) as a
    left join account_names as n on lower(a.user_id) = n.user_id
)
where user_name is not null

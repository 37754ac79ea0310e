-- description: The name of an account behind its object id: the latest that its sign-ins, or a list of accounts, have. An
--   attempt for a name that does not exist has the object id of zeros.
-- materialized: yes
-- ordered by: user_id
-- column user_id varchar: object id
-- column user_principal_name varchar: as sign-ins have it, a guest's as that of the home account
with logged_names as (
    select
        user_id,
        user_principal_name,
        coalesce(max(event_time), timestamp '1970-01-01') as last_time,
    from evidence.sign_ins
    where user_id <> '00000000-0000-0000-0000-000000000000' and user_principal_name <> ''
    group by all
    union all
    select
        id,
        user_principal_name,
        coalesce(max(snapshot_time), timestamp '1970-01-01')
    from evidence.state_users
    where id <> '' and user_principal_name <> ''
    group by all
),
names as (
    select
        lower(user_id) as user_id,
        home_account(user_principal_name) as user_principal_name,
        max(last_time) as last_time,
    from logged_names
    group by all
)
select
    user_id,
    max_by(user_principal_name, (contains(user_principal_name, '@'), last_time, user_principal_name)) as user_principal_name,
from names
group by user_id

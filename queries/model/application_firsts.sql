-- description: Applications, by name and id, with their first sign-in in all the evidence, let in or not: one row each.
-- judges: the first sign-in to an application
-- reduced by: first_sign_in_to_application
-- column app_display_name varchar: as logged
-- column app_id varchar: as logged
-- column first_seen timestamp: of the first sign-in (UTC)
-- column first_user varchar: who that was; of several at that time the first by name
with first_uses as (
    select
        app_display_name,
        app_id,
        min(event_time) as first_seen
    from evidence.sign_ins
    group by all
),
first_users as (
    select
        f.app_display_name,
        f.app_id,
        f.first_seen,
        min(coalesce(
            s.user_principal_name, s.user_id, s.service_principal_name, s.service_principal_id
        )) as first_user
    from first_uses as f
    join evidence.sign_ins as s
        on s.event_time = f.first_seen
        and s.app_display_name is not distinct from f.app_display_name
        and s.app_id is not distinct from f.app_id
    group by all
    union all
    select
        name,
        thing,
        first_event,
        account
    from evidence.reductions
    where reduction = 'first_sign_in_to_application' and first_event is not null
)
select
    app_display_name,
    app_id,
    min(first_seen) as first_seen,
    struct_extract(min_by({'who': first_user}, {'seen': first_seen, 'who': first_user}), 'who') as first_user
from first_users
group by all

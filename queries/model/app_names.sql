-- description: The name of an application behind its id: as its sign-ins have it, else as a list of applications or grants does.
-- materialized: yes
-- ordered by: app_id
-- column app_id varchar: in lower case
-- column app_display_name varchar: its name
with names as (
    select app_id, max(app_display_name) as app_display_name, 1 as place
    from evidence.sign_ins
    where app_id is not null
    group by app_id
    union all
    select app_id, max(display_name), 2
    from evidence.state_applications
    where app_id is not null
    group by app_id
    union all
    select app_id, max(application), 3
    from evidence.state_consents
    where app_id is not null
    group by app_id
)
select
    lower(app_id) as app_id,
    max_by(app_display_name, (app_display_name is not null, -place, app_display_name)) as app_display_name,
from names
group by all

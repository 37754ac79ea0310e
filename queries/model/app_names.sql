-- description: The name of an application behind its id.
-- materialized: yes
-- ordered by: app_id
-- column app_id varchar: in lower case
-- column app_display_name varchar: as sign-ins have it
select
    lower(app_id) as app_id,
    max(app_display_name) as app_display_name,
from (
    select app_id, max(app_display_name) as app_display_name
    from evidence.sign_ins
    where app_id is not null
    group by app_id
)
group by all

-- title: First sign-in of each user from each country
-- description: When a user first signed in with success from a country, with that sign-in, and how many there were. A country that a user has been
--   in for a day only, late in the logs, is one to look at.
-- position: 9
-- needs: sign_ins
-- caveat: The first in these logs is not the first ever.
with
numbered as (
    select
        bucket,
        user_principal_name,
        country,
        event_time,
        ip_address,
        id,
        row_number() over (
            partition by bucket, user_principal_name, country
            order by event_time, id nulls last, file_id, record
        ) as place,
        count(*) over (partition by bucket, user_principal_name, country) as sign_ins,
        max(event_time) over (partition by bucket, user_principal_name, country) as last_event
    from sign_ins
    where error_code = 0
        and user_principal_name is not null
        and country is not null
        and event_time is not null
)
select
    user_principal_name,
    bucket,
    country,
    event_time as first_event,
    last_event,
    sign_ins,
    ip_address,
    id
from numbered
where place = 1
order by user_principal_name, country, bucket

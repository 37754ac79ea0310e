-- title: applications used most
-- description: The three applications used most.
select
    row_number() over (order by times desc, app) as item_no,
    app as item,
    times::varchar as value,
    counted(users, 'user', 'users') || ', ' || period_text(first_seen, last_seen) as detail,
from (
    select
        app,
        sum(times)::bigint as times,
        count(distinct who) as users,
        min(first_seen) as first_seen,
        max(last_seen) as last_seen,
    from sign_in_counts
    group by app
)
qualify item_no <= 3

-- title: Summary
-- description: The page to read first: what was loaded, who signed in and how it ended, what Conditional Access did,
--   which sessions and accounts to look at first, what was changed, and what cannot be concluded because it is not in
--   the files. Sessions and password sprays are judged on all evidence; everything else is what the filters show.
-- position: 1
-- layout: summary
-- wrap: detail
-- caveat: A pointer to the reports, not a verdict: each line has a report that shows the records behind it.
with sign_in_counts as materialized (
    select
        coalesce(app_display_name, app_id, 'application unknown') as app,
        coalesce(user_principal_name, user_id) as who,
        status,
        count(*) as times,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
    from sign_ins
    group by all
),
sections as (
{sections}
)
select
    section,
    item,
    value,
    detail
from sections
order by
    section_no,
    item_no,
    item

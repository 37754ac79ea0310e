-- title: Summary
-- description: The page to read first: what was loaded, who signed in and how it ended, what Conditional Access did,
--   which sessions and accounts to look at first, what was changed, and what cannot be concluded because it is not in
--   the files. Sessions and password sprays are judged on all evidence; everything else is what the filters show.
-- position: 1
-- layout: summary
-- wrap: detail
-- caveat: A pointer to the reports, not a verdict: each line has a report that shows the records behind it.
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

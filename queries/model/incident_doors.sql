-- description: What each incident leaves open, of open_doors: one row an incident that leaves something.
-- materialized: yes
-- ordered by: incident
-- column incident integer: of incidents
-- column open_things bigint: how many things
-- column open_names varchar: which, in words, the gravest kind first
with open_kinds as (
    select
        incident,
        kind,
        count(*) as things,
        list_sort(list(distinct case
            when kind in ('owner of an application', 'member of a group') then object || ' as ' || kind
            when contains(object, '@') and kind not in ('account', 'guest') then kind || ' of ' || object
            else regexp_replace(kind, ' of an application$', ' of the application') || ' ' || object
        end)) as names,
        min(list_position(['critical', 'high', 'medium', 'low', 'info'], severity)) as severity_rank
    from open_doors
    where incident is not null
    group by incident, kind
)
select
    incident,
    sum(things)::bigint as open_things,
    string_agg(
        case when things <= 3 and len(names) = things then array_to_string(names, ', ') else kind || ' (' || things || ')' end,
        ', ' order by severity_rank nulls last, kind
    ) as open_names
from open_kinds
group by incident

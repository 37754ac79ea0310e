-- title: risk detections
-- description: What Microsoft detected, by type and level.
select
    row_number() over (order by risk_event_type, risk_level) as item_no,
    coalesce(risk_event_type, 'type unknown') || coalesce(' (' || risk_level || ')', '') as item,
    count(*)::varchar as value,
    concat_ws(
        '; ',
        few(list_sort(list(distinct coalesce(user_principal_name, user_id)))),
        period_text(min(event_time), max(event_time))
    ) as detail,
from risk_detections
group by risk_event_type, risk_level

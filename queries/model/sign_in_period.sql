-- description: The days that the sign-ins of the evidence reach over, within --since and --until, in the run's zone: one row.
-- judges: the period of the sign-ins
-- reduced by: first_sign_in_to_application
-- column first_day date: of the oldest sign-in; NULL = there is none
-- column last_day date: of the newest
with periods as (
    select min(event_time) as first_event, max(event_time) as last_event
    from evidence.sign_ins
    union all
    select min(first_event), max(last_event)
    from evidence.reductions
    where reduction = 'first_sign_in_to_application'
)
select
    local_time(greatest(min(first_event), getvariable('since')::timestamp))::date as first_day,
    local_time(least(max(last_event), getvariable('until')::timestamp - interval 1 microsecond))::date as last_day
from periods

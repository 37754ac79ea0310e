-- description: The days that the sign-ins of the evidence reach over, within --since and --until, in the run's zone: one row.
-- column first_day date: of the oldest sign-in; NULL = there is none
-- column last_day date: of the newest
select
    local_time(greatest(min(event_time), getvariable('since')::timestamp))::date as first_day,
    local_time(least(max(event_time), getvariable('until')::timestamp - interval 1 microsecond))::date as last_day
from evidence.sign_ins

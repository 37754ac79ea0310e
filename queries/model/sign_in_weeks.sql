-- description: One row an ISO week that the sign-ins of the evidence reach over, weeks without a sign-in included.
-- column monday date: its first day
-- column days_covered bigint: of its seven days, those within the period
select
    monday::date as monday,
    least(monday::date + 6, last_day) - greatest(monday::date, first_day) + 1 as days_covered
from (
    select
        first_day,
        last_day,
        unnest(generate_series(date_trunc('week', first_day), last_day, interval 7 days)) as monday
    from sign_in_period
)

-- description: A time as text in the run's zone, to the minute.
-- parameters: utc
strftime(local_time(utc), '%Y-%m-%d %H:%M')

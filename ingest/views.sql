-- What a case offers beside its tables. The views name the tables as
-- evidence.TABLE: without it they would be resolved where the question is
-- asked, where a filtered view of the same name may stand. So attach a case
-- as `evidence` in any DuckDB shell too.

-- The zone that days, weeks and hours are counted in. --tz replaces it.
create macro local_time(utc) as utc::timestamp;

-- description: One row a pair of operating system and browser that the sign-ins of sessions have, without their versions.
-- materialized: yes
-- ordered by: operating_system, browser
-- column operating_system varchar: as logged
-- column browser varchar: as logged
-- column system_name varchar: the first word of the system, in lower case
-- column program varchar: the browser without its version, in lower case
-- column system bigint: number of system_name, in the order of the names
select
    *,
    case when system_name is not null then dense_rank() over (order by system_name) end as system,
from (
    select
        operating_system,
        browser,
        nullif(regexp_extract(lower(operating_system), '^[a-z]+'), '') as system_name,
        nullif(regexp_extract(lower(browser), '^[a-z ]+'), '') as program,
    from (
        select distinct operating_system, browser
        from evidence.sign_ins
        where session_id <> ''
    )
)

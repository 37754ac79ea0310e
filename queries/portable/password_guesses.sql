-- title: Accounts that were let in after many failures
-- description: Accounts that failed on a wrong password ten times or more on a day, and whether a sign-in from one of the addresses that failed succeeded
--   later on that day.
-- position: 8
-- needs: sign_ins
with
refused as (
    select
        day,
        bucket,
        user_principal_name,
        ip_address,
        count(*) as refusals,
        min(event_time) as first_refusal
    from sign_ins
    where error_code = 50126 and user_principal_name is not null
    group by day, bucket, user_principal_name, ip_address
),
let_in as (
    select
        s.day,
        s.bucket,
        s.user_principal_name,
        min(s.event_time) as first_success
    from sign_ins as s
    join refused as r
        on r.day = s.day
        and r.bucket = s.bucket
        and r.user_principal_name = s.user_principal_name
        and r.ip_address = s.ip_address
    where s.error_code = 0 and s.event_time > r.first_refusal
    group by s.day, s.bucket, s.user_principal_name
),
totals as (
    select
        day,
        bucket,
        user_principal_name,
        cast(sum(refusals) as bigint) as refusals,
        count(distinct ip_address) as addresses,
        min(first_refusal) as first_refusal
    from refused
    group by day, bucket, user_principal_name
)
select
    t.day,
    t.bucket,
    t.user_principal_name,
    t.refusals,
    t.addresses,
    t.first_refusal,
    l.first_success
from totals as t
left join let_in as l
    on l.day = t.day
    and l.bucket = t.bucket
    and l.user_principal_name = t.user_principal_name
where t.refusals >= 10
order by t.day nulls last, t.user_principal_name, t.bucket

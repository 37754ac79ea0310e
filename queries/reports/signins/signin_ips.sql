-- title: Addresses that signed in
-- description: One row an address. An address with many users and few users_signed_in is guessing: credential_failures
--   counts refused credentials (wrong password or secret, unknown or locked account), stopped_after_password the failures that
--   came after a right password. is_new is true where its first success, over all evidence, lies in the last seven
--   days; baseline_days is how many days of evidence lie before those seven, and without any is_new is empty. Sign-ins
--   without an address (managed identities) are the row without one.
-- notes on: ip_address
-- position: 9
-- topics: password spray, brute force, addresses, networks, asn, credential stuffing
-- needs: sign_ins
-- filled by: the sign-in logs of the Entra admin center (Download, CSV or JSON), or Graph's auditLogs/signIns
-- caveat: In non-interactive sign-ins of confidential clients it is the address to which the token was first issued, not
--   the caller's. Mobile and office networks hide many people behind one address.
with last_week as (
    select
        max(event_time) - interval 7 days as starts,
        date_sub('day', min(event_time), max(event_time)) - 7 as baseline_days
    from evidence.sign_ins
),
first_successes as (
    select
        ip_address,
        min(event_time) as first_success
    from evidence.sign_ins
    where status = 'success'
    group by ip_address
),
by_user as (
    select
        s.ip_address,
        coalesce(s.user_principal_name, s.user_id) as who,
        count(*) as sign_ins,
        count(*) filter (where s.status = 'success') as success,
        count(*) filter (where s.status = 'failure') as failure,
        count(*) filter (where s.status = 'interrupted') as interrupted,
        count(*) filter (where s.status <> 'success' and not code.first_factor_passed) as credential_failures,
        count(*) filter (where s.status = 'failure' and code.first_factor_passed) as stopped_after_password,
        max(s.autonomous_system_number) as autonomous_system_number,
        max(s.country) as country,
        max(s.city) as city,
        max(s.named_locations) as named_locations,
        min(s.event_time) as first_seen,
        max(s.event_time) as last_seen
    from sign_ins as s
    left join error_codes as code on code.error_code = s.error_code
    group by all
),
by_address as (
    select
        ip_address,
        sum(sign_ins)::bigint as sign_ins,
        sum(success)::bigint as success,
        sum(failure)::bigint as failure,
        sum(interrupted)::bigint as interrupted,
        sum(credential_failures)::bigint as credential_failures,
        sum(stopped_after_password)::bigint as stopped_after_password,
        count(who) as users,
        count(who) filter (where success > 0) as users_signed_in,
        listed(list(who order by success desc, who) filter (where who is not null)) as user_list,
        max(autonomous_system_number) as autonomous_system_number,
        max(country) as country,
        max(city) as city,
        max(named_locations) as named_locations,
        min(first_seen) as first_seen,
        max(last_seen) as last_seen
    from by_user
    group by ip_address
)
select
    a.ip_address,
    a.country,
    case when last_week.baseline_days > 0 and a.ip_address is not null
        then coalesce(f.first_success >= last_week.starts, false) end as is_new,
    a.sign_ins,
    a.users,
    a.users_signed_in,
    a.success,
    a.failure,
    a.credential_failures,
    a.autonomous_system_number,
    a.stopped_after_password,
    a.interrupted,
    a.user_list,
    a.city,
    a.named_locations,
    greatest(last_week.baseline_days, 0) as baseline_days,
    a.first_seen,
    a.last_seen
from by_address as a
left join first_successes as f using (ip_address)
cross join last_week
order by
    a.sign_ins desc,
    a.ip_address

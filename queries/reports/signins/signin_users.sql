-- title: Sign-in pattern of each user
-- description: One row a user. credential_failures counts only refused credentials (wrong password, unknown or
--   locked account), stopped_after_password the failures that came after a right password; multifactor prompts are
--   in interrupted and in neither. Hours, weekdays, countries, networks, clients and devices are those of successful
--   sign-ins; an hour or weekday is usual when it holds at least a twentieth of them. mfa_percent is the share of
--   successes that had to pass multifactor authentication. new_last_week lists what the user's successes show for
--   the first time in the last seven days of the evidence; baseline_days says how many days of earlier successes it
--   was compared with, and where that is empty there was nothing to compare.
-- notes on: user_principal_name, user
-- position: 2
-- topics: baseline, behaviour, pattern of a user
-- needs: sign_ins
-- filled by: the sign-in logs of the Entra admin center (Download, CSV or JSON), or Graph's auditLogs/signIns
-- caveat: Filters choose the rows that are counted; what is new is always judged on all the evidence. A short
--   baseline makes everything look new.
with
-- Numbered, for many rows are grouped several times as fast by numbers as by texts.
known_users as materialized (
    select
        name,
        row_number() over () as who
    from (select distinct coalesce(user_principal_name, user_id) as name from evidence.sign_ins)
    where name is not null
),
attempts as materialized (
    select
        known_users.who,
        s.user_principal_name,
        s.user_display_name,
        s.user_type,
        s.event_time,
        s.category,
        s.status,
        s.authentication_requirement,
        s.country,
        s.autonomous_system_number,
        s.ip_address,
        coalesce(s.app_id, s.app_display_name) as application,
        s.client_app,
        coalesce(s.device_id, s.device_name) as device,
        local_time(s.event_time) as local_event_time,
        s.error_code
    from sign_ins as s
    join known_users on coalesce(s.user_principal_name, s.user_id) = name
),
counts as (
    select
        who,
        max(user_principal_name) as user_principal_name,
        max(user_display_name) as user_display_name,
        max(user_type) as user_type,
        count(*) as sign_ins,
        count(*) filter (where status = 'success') as success,
        count(*) filter (where status = 'failure') as failure,
        count(*) filter (where status = 'interrupted') as interrupted,
        count(*) filter (where status <> 'success' and not first_factor_passed) as credential_failures,
        count(*) filter (where status = 'failure' and first_factor_passed) as stopped_after_password,
        count(*) filter (where category = 'interactive') as interactive,
        count(*) filter (where category = 'non_interactive') as non_interactive,
        count(*) filter (where status = 'success' and authentication_requirement = 'multi_factor') as multi_factor,
        count(*) filter (where status = 'success' and authentication_requirement is not null) as requirement_known,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        max(event_time) filter (where status = 'success') as last_success
    from attempts
    left join error_codes using (error_code)
    group by who
),
active_days as (
    select
        who,
        count(*) as active_days
    from (select distinct who, local_event_time::date as day from attempts)
    group by who
),
usual_hours as (
    select
        who,
        hour(local_event_time) as hour
    from attempts
    where status = 'success'
    group by who, hour(local_event_time)
    qualify count(*) * 20 >= sum(count(*)) over (partition by who)
),
-- Hours in a row share hour minus their rank.
ranked_hours as (
    select
        who,
        hour,
        hour - row_number() over (partition by who order by hour) as run
    from usual_hours
),
hour_runs as (
    select
        who,
        min(hour) as from_hour,
        max(hour) as to_hour
    from ranked_hours
    group by who, run
),
hours as (
    select
        who,
        string_agg(format('{:02d}-{:02d}', from_hour, to_hour + 1), ', ' order by from_hour) as usual_hours
    from hour_runs
    group by who
),
usual_weekdays as (
    select
        who,
        isodow(local_event_time) as weekday
    from attempts
    where status = 'success'
    group by who, isodow(local_event_time)
    qualify count(*) * 20 >= sum(count(*)) over (partition by who)
),
weekdays as (
    select
        who,
        string_agg(['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'][weekday], ' ' order by weekday) as usual_weekdays
    from usual_weekdays
    group by who
),
countries as (
    select who, listed(list(country order by country)) as countries
    from (select distinct who, country from attempts where status = 'success' and country is not null)
    group by who
),
networks as (
    select who, listed(list('AS' || autonomous_system_number order by autonomous_system_number)) as networks
    from (select distinct who, autonomous_system_number from attempts where status = 'success' and autonomous_system_number is not null)
    group by who
),
clients as (
    select who, listed(list(client_app order by client_app)) as clients
    from (select distinct who, client_app from attempts where status = 'success' and client_app is not null)
    group by who
),
-- Some exports have a device's name, others its id alone.
named_devices as materialized (
    select device_id, max(device_name) as device_name
    from evidence.sign_ins
    where device_id is not null
    group by device_id
    having max(device_name) is not null
),
devices as (
    select who, listed(list(coalesce(device_name, device) order by device_name, device)) as devices
    from (select distinct who, device from attempts where status = 'success' and device is not null)
    left join named_devices on device_id = device
    group by who
),
used_addresses as (
    select
        who,
        count(ip_address) as ip_addresses
    from (select distinct who, ip_address from attempts)
    group by who
),
applications as (
    select
        who,
        count(application) as applications
    from (select distinct who, application from attempts)
    group by who
),
last_week as (
    select max(event_time) - interval 7 days as starts
    from evidence.sign_ins
),
successes as materialized (
    select
        who,
        country,
        'AS' || autonomous_system_number as network,
        client_app,
        coalesce(device_id, device_name) as device,
        app_display_name,
        event_time
    from evidence.sign_ins
    join known_users on coalesce(user_principal_name, user_id) = name
    where status = 'success'
),
baselines as (
    select
        who,
        date_sub('day', min(event_time), max(starts)) as baseline_days
    from successes, last_week
    group by who
    having min(event_time) < max(starts)
),
first_uses as (
    select who, 'country' as trait, country as value, min(event_time) as first_use
    from successes group by who, country
    union all
    select who, 'network', network, min(event_time) from successes group by who, network
    union all
    select who, 'client', client_app, min(event_time) from successes group by who, client_app
    union all
    select who, 'device', device, min(event_time) from successes group by who, device
    union all
    select who, 'application', app_display_name, min(event_time) from successes group by who, app_display_name
),
new_traits as (
    select
        who,
        trait || ': ' || listed(list(coalesce(device_name, value) order by device_name, value)) as text
    from first_uses
    cross join last_week
    left join named_devices on device_id = case when trait = 'device' then value end
    where first_use >= starts
        and value is not null
    group by who, trait
),
news as (
    select
        who,
        string_agg(text, '; ' order by text) as new_last_week
    from new_traits
    group by who
)
select
    counts.user_principal_name,
    counts.sign_ins,
    counts.success,
    counts.failure,
    counts.credential_failures,
    countries.countries,
    case when baselines.who is not null then news.new_last_week end as new_last_week,
    counts.interrupted,
    counts.stopped_after_password,
    round(100.0 * counts.multi_factor / nullif(counts.requirement_known, 0), 1) as mfa_percent,
    counts.last_success,
    counts.user_display_name,
    counts.user_type,
    counts.interactive,
    counts.non_interactive,
    active_days.active_days,
    hours.usual_hours,
    weekdays.usual_weekdays,
    networks.networks,
    used_addresses.ip_addresses,
    applications.applications,
    clients.clients,
    devices.devices,
    counts.first_seen,
    counts.last_seen,
    baselines.baseline_days,
    known_users.name as user
from counts
join known_users using (who)
left join active_days using (who)
left join hours using (who)
left join weekdays using (who)
left join countries using (who)
left join networks using (who)
left join clients using (who)
left join devices using (who)
left join used_addresses using (who)
left join applications using (who)
left join baselines using (who)
left join news using (who)
order by
    counts.sign_ins desc,
    known_users.name

-- title: Status of the sign-ins
-- description: The portal's three classes. success: a token was issued. failure: refused, see signin_failures for why.
--   interrupted: the user was sent on, to multifactor authentication, a question or another page; it is neither,
--   and mostly another record tells how it ended. Users are counted once a row, so they do not add up.
-- position: 6
-- needs: sign_ins
-- filled by: the sign-in logs of the Entra admin center (Download, CSV or JSON), or Graph's auditLogs/signIns
-- chart: bar x=status y=sign_ins overview=yes title=Sign-ins by status
with by_status as (
    select
        status,
        count(*) as sign_ins,
        count(distinct coalesce(user_principal_name, user_id)) as users,
        count(distinct coalesce(app_id, app_display_name)) as applications,
        count(distinct ip_address) as ip_addresses,
        count(*) filter (where category = 'interactive') as interactive,
        count(*) filter (where category = 'non_interactive') as non_interactive,
        count(*) filter (where category = 'service_principal') as service_principal,
        count(*) filter (where category = 'managed_identity') as managed_identity,
        min(event_time) as first_seen,
        max(event_time) as last_seen
    from sign_ins
    group by status
)
select
    status,
    sign_ins,
    round(100.0 * sign_ins / sum(sign_ins) over (), 1) as percent,
    users,
    applications,
    ip_addresses,
    interactive,
    non_interactive,
    service_principal,
    managed_identity,
    first_seen,
    last_seen
from by_status
order by
    sign_ins desc,
    status

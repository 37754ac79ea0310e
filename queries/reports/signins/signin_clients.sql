-- title: Client apps
-- description: The kinds of client that signed in, as the portal names them. authentication is modern or legacy: legacy
--   clients send user name and password and cannot do multifactor authentication, see signin_legacy. ropc counts
--   sign-ins in which the application handled the password itself, device_code those of the device code flow, both
--   possible in modern clients too. The row without a client has what no client app made: service principals and managed
--   identities.
-- position: 10
-- wrap: meaning
-- topics: ropc, device code, modern authentication
-- needs: sign_ins
-- filled by: the sign-in logs of the Entra admin center (Download, CSV or JSON), or Graph's auditLogs/signIns
-- chart: bar x=client_app y=sign_ins title=Sign-ins by client app
with by_user as (
    select
        client_app,
        is_legacy_auth,
        coalesce(user_principal_name, user_id) as who,
        count(*) as sign_ins,
        count(*) filter (where status = 'success') as success,
        count(*) filter (where status = 'failure') as failure,
        count(*) filter (where status = 'interrupted') as interrupted,
        count(*) filter (where authentication_protocol = 'ropc') as ropc,
        count(*) filter (
            where authentication_protocol = 'deviceCode' or original_transfer_method = 'deviceCodeFlow'
        ) as device_code,
        min(event_time) as first_seen,
        max(event_time) as last_seen
    from sign_ins
    group by all
),
clients as (
    select
        client_app,
        is_legacy_auth,
        sum(sign_ins)::bigint as sign_ins,
        sum(success)::bigint as success,
        sum(failure)::bigint as failure,
        sum(interrupted)::bigint as interrupted,
        count(who) as users,
        count(who) filter (where success > 0) as users_signed_in,
        sum(ropc)::bigint as ropc,
        sum(device_code)::bigint as device_code,
        min(first_seen) as first_seen,
        max(last_seen) as last_seen
    from by_user
    group by all
)
select
    c.client_app,
    case when c.is_legacy_auth then 'legacy' when lower(c.client_app) <> 'unknown' then 'modern' end as authentication,
    c.sign_ins,
    c.success,
    c.failure,
    c.interrupted,
    c.users,
    c.users_signed_in,
    c.ropc,
    c.device_code,
    known.meaning,
    c.first_seen,
    c.last_seen
from clients as c
left join client_apps as known on known.client_app = lower(split_part(c.client_app, ';', 1))
order by
    c.sign_ins desc,
    c.client_app,
    c.is_legacy_auth

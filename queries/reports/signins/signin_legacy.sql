-- title: Legacy authentication
-- description: Who signed in, or tried to, with a legacy client: a mail protocol or an old program that sends user name
--   and password and cannot do multifactor authentication. One row a user, client and application; rows with a
--   success come first. A success here has passed no second factor, whatever the policies say of browsers.
-- notes on: user_principal_name
-- position: 13
-- wrap: app_display_name
-- topics: basic authentication, imap, pop, smtp, activesync
-- needs: sign_ins
-- filled by: the sign-in logs of the Entra admin center (Download, CSV or JSON), or Graph's auditLogs/signIns
-- caveat: Passwords that an application handles itself (authentication_protocol ropc) are not legacy by the portal's
--   count: see the column ropc of signin_clients.
with attempts as (
    select
        coalesce(s.user_principal_name, s.user_id, s.sign_in_identifier) as who,
        s.*,
        code.first_factor_passed
    from sign_ins as s
    left join error_codes as code on code.error_code = s.error_code
    where s.is_legacy_auth
)
select
    who as user_principal_name,
    client_app,
    app_display_name,
    count(*) as sign_ins,
    count(*) filter (where status = 'success') as success,
    count(*) filter (where status = 'failure') as failure,
    count(*) filter (where status = 'interrupted') as interrupted,
    count(*) filter (where status <> 'success' and first_factor_passed) as stopped_after_password,
    count(distinct ip_address) as ip_addresses,
    listed(list_sort(list(distinct ip_address) filter (where ip_address is not null))) as ip_address_list,
    listed(list_sort(list(distinct country) filter (where country is not null))) as countries,
    listed(list_sort(list(distinct user_agent) filter (where user_agent is not null))) as user_agents,
    min(event_time) as first_seen,
    max(event_time) as last_seen,
    max(event_time) filter (where status = 'success') as last_success
from attempts
group by all
order by
    success desc,
    sign_ins desc,
    user_principal_name,
    client_app,
    app_display_name

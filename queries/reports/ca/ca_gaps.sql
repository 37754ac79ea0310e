-- title: Gaps of Conditional Access
-- description: Successful sign-ins of users with a single factor to which no policy applied, by application, client and
--   country: whoever had the password was in. app_never_covered is true where, in all the evidence, no policy ever
--   applied to the application. Legacy clients come first, they can't be asked for a second factor.
-- position: 6
-- wrap: app_display_name
-- topics: bypass, not covered, single factor
-- needs: sign_ins
-- filled by: the sign-in logs of the Entra admin center (Download, CSV or JSON), or Graph's auditLogs/signIns
-- caveat: Microsoft leaves some of its own applications out of Conditional Access. A sign-in whose export does not state
--   the requirement or the policies' status is not counted here.
with covered as (
    select distinct
        app_display_name,
        app_id
    from evidence.sign_ins
    where conditional_access_status in ('success', 'failure')
),
uncovered as (
    select
        app_display_name,
        app_id,
        client_app,
        is_legacy_auth,
        country,
        coalesce(user_principal_name, user_id) as who,
        count(*) as sign_ins,
        count(*) filter (where device_id is null) as without_device,
        min(event_time) as first_seen,
        max(event_time) as last_seen
    from sign_ins
    where status = 'success'
        and conditional_access_status = 'not_applied'
        and authentication_requirement = 'single_factor'
        and (category is null or category not in ('service_principal', 'managed_identity'))
    group by all
)
select
    app_display_name,
    client_app,
    is_legacy_auth,
    country,
    sum(sign_ins)::bigint as sign_ins,
    count(who) as users,
    listed(list(who order by who) filter (where who is not null)) as user_list,
    sum(without_device)::bigint as without_device,
    not exists (
        from covered as c
        where c.app_display_name is not distinct from u.app_display_name
            and c.app_id is not distinct from u.app_id
    ) as app_never_covered,
    min(first_seen) as first_seen,
    max(last_seen) as last_seen,
    app_id
from uncovered as u
group by app_display_name, app_id, client_app, is_legacy_auth, country
order by
    coalesce(is_legacy_auth, false) desc,
    sign_ins desc,
    app_display_name,
    app_id,
    client_app,
    country

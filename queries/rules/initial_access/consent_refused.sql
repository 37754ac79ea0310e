-- title: Consent to an application blocked or declined
-- severity: low
-- techniques: T1528
-- catalogue: D47
-- meaning: A user came to the page where an application asks for permissions, and the service or the user said no.
--   A wave of these is consent phishing.
-- false positives: Curious users; tenants in which only administrators may consent, where it is routine.
-- blind spots: The page is only logged once the user has signed in.
-- next: See whether the application is known, and whether somebody else let it in.
-- needs: directory_audits, audit_events, sign_ins
-- parts: sign_ins interactive, sign_ins non_interactive, audit_events AzureActiveDirectory
-- source: https://learn.microsoft.com/entra/identity/enterprise-apps/manage-consent-requests,
--   https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities,
--   https://learn.microsoft.com/entra/identity-platform/reference-error-codes
-- seen: in 1 samples, marked 0 of 58 benign ones
with blocked as (
    select
        event_time,
        actor,
        coalesce(target, 'an application') as application,
        app_id,
        session_id,
        ip_addresses,
        act_id,
        records,
        coalesce(result_reason ilike '%risky%' or (new_values ->> 'consentaction.reason') ilike '%risky%', false) as is_risky
    from directory_acts
    where activity = 'consent to application'
        and result = 'failure'
        and not is_service
),
declined as (
    select
        event_time,
        coalesce(lower(user_principal_name), user_id, 'unknown') as actor,
        coalesce(app_display_name, app_id, 'an application') as application,
        app_id,
        session_id,
        list_filter([client_address(ip_address)], ip -> ip is not null) as ip_addresses,
        coalesce(id, file_id || ':' || record) as act_id,
        [{'file_id': file_id, 'record': record, 'id': id}] as records,
        error_code = 90095 as is_risky
    from evidence.sign_ins
    where error_code in (65004, 90094, 90095)
),
refusals as (
    from blocked
    union all
    from declined
)
select
    case when bool_or(is_risky) or count(distinct actor) >= 3 then 'medium' else 'low' end as severity,
    concat(
        'The application ', min(application), ' asked ',
        case when count(distinct actor) = 1 then min(actor) else counted(count(distinct actor), 'user', 'users') end,
        ' for permissions and got none', case when bool_or(is_risky) then '; the service calls it risky' end) as what,
    string_agg(distinct actor, ', ' order by actor) as who,
    min(event_time) as first_seen,
    max(event_time) as last_seen,
    count(*) as events,
    min(application) as target,
    min_by(app_id, (event_time, act_id)) as app_id,
    min_by(session_id, (event_time, act_id)) as session_id,
    list_sort(list_distinct(flatten(list(ip_addresses)))) as ip_addresses,
    null::varchar as rarity,
    'consent refused ' || lower(application) as act,
    flatten(list(records order by event_time, act_id)) as records
from refusals
group by lower(application)
order by first_seen, target

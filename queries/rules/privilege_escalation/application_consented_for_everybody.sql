-- title: Application let in for everybody
-- severity: medium
-- techniques: T1098.003
-- catalogue: D45
-- meaning: An administrator allowed an application to act on behalf of every user of the tenant. One click opens
--   all mailboxes or files to it.
-- false positives: IT rolls out an application; permissions that only sign in are low here.
-- blind spots: Who owns the application isn't in the log.
-- next: Ask who ordered it. Look up the application and its publisher.
-- needs: directory_audits, audit_events
-- source: https://learn.microsoft.com/entra/identity/enterprise-apps/manage-consent-requests,
--   https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
-- lists: dangerous_scopes
with consents as (
    select
        *,
        coalesce(
            new_values ->> 'consentaction.permissions', new_values ->> 'delegatedpermissiongrant.scope', new_values ->> 'delegatedpermissiongrant.scopes', ''
        ) as permission_text,
        coalesce(
            filled(regexp_extract(new_values ->> 'targetid.serviceprincipalnames', '[0-9a-f-]{36}')), app_id
        ) as consented_app_id,
        -- the target of a grant is what is to be read, such as Microsoft Graph
        case
            when activity = 'consent to application' then coalesce(target, 'not logged')
            else lower(coalesce(
                new_values ->> 'serviceprincipal.displayname', new_values ->> 'serviceprincipal.name', new_values ->> 'serviceprincipal.objectid', target,
                'not logged'
            ))
        end as application,
        coalesce(
            (new_values ->> 'consentcontext.onbehalfofall') = 'True'
            or contains(new_values ->> 'consentaction.permissions', 'AllPrincipals')
            or (new_values ->> 'delegatedpermissiongrant.consenttype') = 'AllPrincipals',
            false
        ) as is_for_all
    from directory_acts
    where activity in ('consent to application', 'add delegated permission grant', 'add oauth2permissiongrant')
        and not is_service
        and result is distinct from 'failure'
),
-- Of the grants after the arrow, what stands behind Scope.
scoped as (
    select
        *,
        list_sort(list_distinct(list_filter(
            regexp_split_to_array(lower(trim(case
                when contains(permission_text, 'Scope:')
                then array_to_string(regexp_extract_all(split_part(permission_text, '=>', -1), 'Scope:\s*([^,\]]*)', 1), ' ')
                else permission_text
            end)), '\s+'),
            s -> s <> ''
        ))) as scopes
    from consents
),
judged as (
    select
        c.*,
        (select list(s.scope order by s.level, s.scope) from list_dangerous_scopes as s where list_contains(c.scopes, s.scope)) as dangerous,
        (select list(distinct s.kind) from list_dangerous_scopes as s where list_contains(c.scopes, s.scope)) as kinds,
        (select min(s.level) from list_dangerous_scopes as s where list_contains(c.scopes, s.scope)) as level,
        (
            select count(distinct b.actor)
            from scoped as b
            where b.application = c.application and b.actor <> c.actor and b.event_time < c.event_time
        ) as users_before
    from scoped as c
    -- a consent writes a grant as well
    where activity = 'consent to application'
        or not exists (
            select 1
            from consents as b
            where b.activity = 'consent to application' and b.actor = c.actor and abs(epoch(b.event_time) - epoch(c.event_time)) <= 10
        )
)
select
    case
        when level = '1' then 'high'
        when level is not null then 'medium'
        else 'low'
    end as severity,
    concat(
        actor, ' let the application ', application, ' act for everybody',
        case when len(scopes) > 0 then ', with ' || listed(scopes) end, '.'
    ) as what,
    actor as who,
    event_time as first_seen,
    event_time as last_seen,
    1::bigint as events,
    application as target,
    consented_app_id as app_id,
    session_id,
    ip_addresses,
    rarity,
    act_id as act,
    records
from judged
where is_for_all
order by event_time, act_id

-- description: One row a consent: an application was let act for a user, or for everybody. A grant that the consent
--   itself wrote is part of it; one that stands alone is a row of its own. Refused ones and those of Microsoft's services
--   are not here.
-- source: https://learn.microsoft.com/entra/identity/enterprise-apps/manage-consent-requests,
--   https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
-- materialized: yes
-- column act_id varchar: of directory_acts
-- column event_time timestamp: when (UTC)
-- column actor varchar: who consented
-- column application varchar: its name as logged; NULL = the log names only what may be read
-- column resource varchar: what may be read, such as Microsoft Graph, of a grant that stands alone
-- column app_id varchar: the application's, where the log gives it
-- column scopes varchar[]: what was granted, lower case
-- column dangerous varchar[]: those of them that the list dangerous_scopes has
-- column level varchar: the gravest of these: 1 = over the directory, 2 = mail and files, ...; NULL = none
-- column is_for_all boolean: for every user
-- column users_before bigint: how many others had let the application in before
-- column days_before bigint: how many whole days earlier the first of them had; NULL = nobody had
-- column rarity varchar: of directory_acts
-- column session_id varchar: where the log gives it
-- column ip_addresses varchar[]: of the actor
-- column records struct(file_id integer, record bigint, id varchar)[]: of the consent and its grant
with acts as (
    select
        *,
        activity = 'consent to application' as is_consent,
        coalesce(
            new_values ->> 'consentaction.permissions', new_values ->> 'delegatedpermissiongrant.scope', new_values ->> 'delegatedpermissiongrant.scopes', ''
        ) as permission_text,
        coalesce(list_filter(targets, t -> t.target is not null)[1].target, target) as first_target
    from directory_acts
    where activity in ('consent to application', 'add delegated permission grant', 'add oauth2permissiongrant')
        and not is_service
        and result is distinct from 'failure'
),
-- The target of a grant is what is to be read. Of the permissions after the arrow, what stands behind Scope counts.
parted as (
    select
        *,
        case
            when is_consent then first_target
            else coalesce(new_values ->> 'serviceprincipal.displayname', new_values ->> 'serviceprincipal.name', new_values ->> 'serviceprincipal.objectid')
        end as application,
        case when not is_consent then first_target end as resource,
        coalesce(filled(regexp_extract(new_values ->> 'targetid.serviceprincipalnames', '[0-9a-f-]{36}')), app_id) as consented_app_id,
        list_sort(list_distinct(list_filter(
            regexp_split_to_array(lower(trim(case
                when contains(permission_text, 'Scope:')
                then array_to_string(regexp_extract_all(split_part(permission_text, '=>', -1), 'Scope:\s*([^,\]]*)', 1), ' ')
                else permission_text
            end)), '\s+'),
            s -> s <> ''
        ))) as scopes,
        coalesce(
            (new_values ->> 'consentcontext.onbehalfofall') = 'True'
            or contains(new_values ->> 'consentaction.permissions', 'AllPrincipals')
            or (new_values ->> 'delegatedpermissiongrant.consenttype') = 'AllPrincipals',
            false
        ) as is_for_all
    from acts
),
-- A consent writes its grants within seconds.
grants as (
    select
        g.act_id,
        min_by(c.act_id, {'gap': abs(epoch(g.event_time) - epoch(c.event_time)), 'id': c.act_id}) as consent
    from parted as g
    join parted as c on c.is_consent and c.actor = g.actor and c.event_time between g.event_time - interval 10 second and g.event_time + interval 10 second
    where not g.is_consent
    group by g.act_id
),
written as (
    select
        g.consent as act_id,
        list_sort(list_distinct(flatten(list(p.scopes)))) as scopes,
        flatten(list(p.records order by p.event_time, p.act_id)) as records
    from grants as g
    join parted as p using (act_id)
    group by g.consent
),
whole as (
    select
        p.* exclude (scopes, records),
        list_sort(list_distinct(p.scopes || coalesce(w.scopes, []))) as scopes,
        p.records || coalesce(w.records, []) as records
    from parted as p
    left join written as w using (act_id)
    where p.act_id not in (select act_id from grants)
),
firsts as (
    select
        lower(application) as application,
        actor,
        min(event_time) as first_seen
    from whole
    where application is not null
    group by all
)
select
    act_id,
    event_time,
    actor,
    application,
    resource,
    consented_app_id as app_id,
    scopes,
    (select list(s.scope order by s.level, s.scope) from list_dangerous_scopes as s where list_contains(scopes, s.scope)) as dangerous,
    (select min(s.level) from list_dangerous_scopes as s where list_contains(scopes, s.scope)) as level,
    is_for_all,
    (
        select count(*)
        from firsts as f
        where f.application = lower(whole.application) and f.actor <> whole.actor and f.first_seen < whole.event_time
    ) as users_before,
    (
        select date_sub('day', min(f.first_seen), whole.event_time)
        from firsts as f
        where f.application = lower(whole.application) and f.actor <> whole.actor and f.first_seen < whole.event_time
    ) as days_before,
    rarity,
    session_id,
    ip_addresses,
    records
from whole

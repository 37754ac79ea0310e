-- description: One row a domain of the tenant's own: those that it says are verified, those of the accounts that are
--   members of it, and the one that the names of its guests end in. A domain that only guests, failed names or callers
--   from outside have isn't own.
-- materialized: yes
-- judges: own domains
-- reduced by: domains_of_accounts
-- column domain varchar: lower case
with names as (
    select
        lower(user_principal_name) as name,
        true as is_sure
    from evidence.sign_ins
    where user_principal_name like '%@%'
        -- no such user, and users of another tenant
        and coalesce(error_code, 0) not in (50034, 50020, 90072, 50059, 90002, 90019, 51004)
        and (
            coalesce(home_tenant_id, '') = ''
            or coalesce(resource_tenant_id, '') = ''
            or lower(home_tenant_id) = lower(resource_tenant_id)
        )
    union
    select
        lower(user_id),
        -- people of other organizations act in Teams under their own names
        coalesce(workload, '') <> 'MicrosoftTeams'
    from evidence.audit_events
    where user_id like '%@%'
        and not coalesce(is_system, false)
        and coalesce(user_type, 0) in (0, 2)
        and coalesce(operation, '') <> 'UserLoginFailed'
    union
    select
        lower(initiated_by),
        true
    from evidence.directory_audits
    where initiated_by like '%@%'
        and coalesce(initiated_by_type, 'user') = 'user'
    union
    select
        user_principal_name,
        true
    from evidence.state_users
    where user_principal_name like '%@%'
        and coalesce(user_type, 'Member') = 'Member'
    union
    select
        '@' || unnest(string_split(domains, ', ')),
        true
    from evidence.state_organization
    union
    select
        '@' || thing,
        is_sure
    from evidence.reductions
    where reduction = 'domains_of_accounts'
),
domains as (
    select
        regexp_extract(name, '@([a-z0-9.-]+\.[a-z0-9-]+)$', 1) as domain,
        bool_or(is_sure) as is_sure
    from names
    where not starts_with(name, 'urn:')
        and name not like 'fim_password_service@%'
    group by 1
)
select domain
from domains
where domain <> ''
    and (is_sure or not (select coalesce(bool_or(is_sure), false) from domains))
    and domain not in (select domain from list_free_mail_domains)
order by domain

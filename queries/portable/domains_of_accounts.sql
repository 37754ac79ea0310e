-- title: Domains that accounts of the tenant have
-- description: The domains of the names that signed in, acted or administered as members of the tenant. Beside a folder of Parquet it tells a run
--   that reads a part of it which domains are the tenant's own.
-- position: 12
-- needs: sign_ins, audit_events, directory_audits
-- caveat: is_sure is 0 where only Teams has the domain: people of other organizations act there under their own names.
with
names as (
    select
        lower(user_principal_name) as name,
        1 as is_sure
    from sign_ins
    where user_principal_name like '%@%'
        and coalesce(error_code, 0) not in (50034, 50020, 90072, 50059, 90002, 90019, 51004)
        and (
            coalesce(home_tenant_id, '') = ''
            or coalesce(resource_tenant_id, '') = ''
            or lower(home_tenant_id) = lower(resource_tenant_id)
        )
    union all
    select
        lower(user_id),
        case when workload = 'MicrosoftTeams' then 0 else 1 end
    from audit_events
    where user_id like '%@%'
        and not coalesce(is_system, false)
        and coalesce(user_type, 0) in (0, 2)
        and coalesce(operation, '') <> 'UserLoginFailed'
    union all
    select
        lower(initiated_by),
        1
    from directory_audits
    where initiated_by like '%@%'
        and coalesce(initiated_by_type, 'user') = 'user'
)
select
    substring(name, position('@' in name) + 1) as domain,
    max(is_sure) as is_sure,
    count(distinct name) as accounts
from names
where name not like 'urn:%' and name not like 'fim_password_service@%'
group by substring(name, position('@' in name) + 1)
order by domain

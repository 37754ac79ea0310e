-- title: Role in Exchange or Purview given
-- severity: high
-- techniques: T1098.002
-- catalogue: D99
-- meaning: A role of Exchange or of Purview was given. With ApplicationImpersonation, export or search roles, its
--   holder reads every mailbox; as organization manager, they control mail.
-- false positives: New administrators, backup and archive products.
-- blind spots: Roles that were given in Entra ID: other rules name them.
-- next: Ask the administrator. Look for what the account did with the role: searches, exports, reads.
-- needs: audit_events
-- parts: audit_events Exchange
-- source: https://learn.microsoft.com/powershell/module/exchange/new-managementroleassignment
-- seen: in 1 samples, marked 0 of 58 benign ones
with given as (
    select
        *,
        concat_ws(' ; ', nullif(parameters['role'], ''), nullif(parameters['roles'], ''),
            case when operation in ('add-rolegroupmember', 'update-rolegroupmember') then object end) as role_names,
        lower(role_names) as role,
        exchange_name(coalesce(
            nullif(parameters['user'], ''), nullif(parameters['member'], ''), nullif(parameters['members'], ''), nullif(parameters['app'], ''),
            nullif(parameters['securitygroup'], '')
        )) as holder
    from cmdlets
    where operation in (
            'new-managementroleassignment', 'set-managementroleassignment', 'new-rolegroup', 'add-rolegroupmember', 'update-rolegroupmember',
            'new-managementrole', 'add-managementroleentry', 'add-ediscoverycaseadmin', 'new-serviceprincipal'
        )
        and not is_system
)
select
    case
        when operation = 'new-serviceprincipal' then 'low'
        when regexp_matches(role, 'applicationimpersonation|application (mail|exchange)|mailbox import export|mailbox search|role management|unscoped|organi[sz]ation ?management|discovery ?management|ediscovery|compliance ?admin|audit logs|export')
            then 'high'
        when regexp_full_match(role, 'view-only [a-z -]*') then 'low' -- who may look at settings
        when operation in ('add-ediscoverycaseadmin', 'new-managementroleassignment', 'new-rolegroup') then 'medium'
        else 'low'
    end as severity,
    actor || case when failed then ' tried to run ' else ' ran ' end || cmdlet || coalesce(': ' || nullif(role_names, ''), '') || coalesce(', for ' || holder, '') as what,
    actor as who,
    event_time as first_seen,
    event_time as last_seen,
    1::bigint as events,
    coalesce(holder, object) as target,
    app_id,
    session_id,
    list_filter([ip_address], a -> a is not null) as ip_addresses,
    null::varchar as rarity,
    act_id as act,
    [{'file_id': file_id, 'record': record, 'id': id}] as records
from given
order by event_time, file_id, record

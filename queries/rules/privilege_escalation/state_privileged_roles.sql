-- title: Who has privileged roles, by the state of the tenant
-- severity: low
-- techniques: T1098.003
-- catalogue: D40, D41
-- meaning: When the state was dumped, these accounts had a role that leads to control over the tenant, or over a service, and
--   the logs do not have it given. A guest that has one is high or medium.
-- false positives: The administrators of the tenant, and their emergency accounts.
-- blind spots: Roles that come by a group, roles of Exchange and of Azure.
-- next: Go through the names with somebody who knows the tenant.
-- needs: state_role_assignments
-- source: https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference; list privileged_roles
-- lists: privileged_roles
-- seen: in 0 samples, marked 0 of 58 benign ones
with privileged as (
    select
        s.*,
        contains(s.member, '#ext#') as is_guest,
        (
            select min(r.level)
            from list_privileged_roles as r
            where r.role_name = lower(s.role) or r.template_id = lower(s.role)
        ) as level,
        coalesce((select min(r.role_name) from list_privileged_roles as r where r.template_id = lower(s.role)), s.role) as role_name
    from evidence.state_role_assignments as s
    semi join unlogged_things as u on u.kind = 'role' and u.file_id = s.file_id and u.record = s.record
)
select
    case when not is_guest then 'low' when level = '1' then 'high' else 'medium' end as severity,
    concat(
        'In the state of ', minute_text(snapshot_time), ', ', counted(count(distinct member), case when is_guest then 'guest' else 'account' end, case when is_guest then 'guests' else 'accounts' end),
        ' had the role ', role_name, ': ', few(list(distinct member order by member))
    ) as what,
    null::varchar as who,
    snapshot_time as first_seen,
    snapshot_time as last_seen,
    count(*) as events,
    min(member) as target,
    null::varchar as app_id,
    null::varchar as session_id,
    []::varchar[] as ip_addresses,
    null::varchar as rarity,
    'state ' || file_id || ':' || min(record) as act,
    list({'file_id': file_id, 'record': record, 'id': id} order by record) as records
from privileged
where level is not null
group by file_id, snapshot_time, role_name, level, is_guest
order by snapshot_time, file_id, role_name, is_guest

-- title: Accounts that were new when the state was dumped
-- severity: low
-- techniques: T1136.003
-- catalogue: D67
-- meaning: These accounts were made in the 14 days before the state was dumped, and the logs do not have it. One that holds a
--   privileged role by then is high: an intruder makes an account to come back by. Guests are named apart.
-- false positives: People who joined, new shared mailboxes and rooms, accounts of a migration.
-- blind spots: A dump without the time of creation, such as az ad user list. An older account that was taken over.
-- next: Ask the personnel office or the help desk who they are. Look for the first sign-in of each.
-- needs: state_users
-- source: https://learn.microsoft.com/graph/api/resources/user; list privileged_roles
-- lists: privileged_roles
-- seen: in 0 samples, marked 0 of 58 benign ones
with privileged as (
    select distinct lower(member) as member, lower(member_id) as member_id, role
    from evidence.state_role_assignments as s
    semi join list_privileged_roles as r on r.role_name = lower(s.role) or r.template_id = lower(s.role)
),
-- neither made as an account nor invited as a guest
unlogged as (
    select file_id, record
    from unlogged_things
    where kind in ('account', 'guest')
    group by all
    having count(distinct kind) = 2
),
new_accounts as (
    select
        s.*,
        lower(coalesce(s.user_type, '')) = 'guest' or contains(s.user_principal_name, '#ext#') as is_guest,
        (
            select min(p.role)
            from privileged as p
            where p.member = s.user_principal_name or p.member_id = lower(s.id)
        ) as role
    from evidence.state_users as s
    semi join unlogged as u using (file_id, record)
    where s.created_time between s.snapshot_time - interval 14 day and s.snapshot_time + interval 1 day
        and s.user_principal_name <> ''
),
judged as (
    select
        *,
        case when role is not null then user_principal_name end as alone
    from new_accounts
)
select
    case when alone is null then 'low' else 'high' end as severity,
    case
        when alone is null then concat(
            'In the state of ', minute_text(snapshot_time), ', ',
            counted(count(*), case when is_guest then 'guest' else 'account' end, case when is_guest then 'guests' else 'accounts' end),
            ' had been made in the 14 days before: ', few(list(distinct user_principal_name order by user_principal_name))
        )
        else concat(
            'In the state of ', minute_text(snapshot_time), ', ', alone, ', made at ', minute_text(min(created_time)), ', had the role ', min(role)
        )
    end as what,
    null::varchar as who,
    snapshot_time as first_seen,
    snapshot_time as last_seen,
    count(*) as events,
    min(user_principal_name) as target,
    null::varchar as app_id,
    null::varchar as session_id,
    []::varchar[] as ip_addresses,
    null::varchar as rarity,
    'state ' || file_id || ':' || min(record) as act,
    list({'file_id': file_id, 'record': record, 'id': id} order by record) as records
from judged
group by file_id, snapshot_time, is_guest, alone
order by snapshot_time, file_id, is_guest, alone

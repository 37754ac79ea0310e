-- title: Outsider added to a team and taken out again
-- severity: medium
-- techniques: T1566
-- catalogue: D118
-- meaning: A person from outside was made member of a team, and taken out within a day: time enough to read its
--   files, or to leave one there.
-- false positives: Mistakes in the choice of a person.
-- blind spots: Members that stay.
-- next: See what the outsider opened or uploaded.
-- needs: audit_events
-- source: https://learn.microsoft.com/purview/audit-log-activities
with changes as (
    select
        e.*,
        lower(coalesce(json_extract_string(json_text(raw), '$.TeamName'), object_id)) as team,
        unnest(list_transform(json_extract_string(json_text(raw), '$.Members[*].UPN'), m -> lower(m))) as member
    from evidence.audit_events as e
    where operation in ('MemberAdded', 'MemberRemoved')
),
pairs as (
    select
        a.user_id as who,
        a.member,
        a.team,
        min(a.event_time) as first_seen,
        max(r.event_time) as last_seen,
        any_value(a.session_id) as session_id,
        any_value(lower(a.app_id)) as app_id,
        list_sort(list(distinct client_address(a.ip_address)) filter (where a.ip_address is not null)) as addresses,
        list_sort(list(distinct {'file_id': a.file_id, 'record': a.record, 'id': a.id}) || list(distinct {'file_id': r.file_id, 'record': r.record, 'id': r.id})) as records
    from changes as a
    join changes as r on r.operation = 'MemberRemoved' and r.member = a.member and r.team = a.team
        and r.event_time between a.event_time and a.event_time + interval 1 day
    where a.operation = 'MemberAdded' and contains(a.member, '#ext#')
    group by a.user_id, a.member, a.team
)
select
    'medium' as severity,
    coalesce(who, 'Somebody') || ' added ' || member || ' to ' || coalesce('the team ' || team, 'an unknown team') || ', who was taken out within a day' as what,
    who,
    first_seen,
    last_seen,
    len(records)::bigint as events,
    member as target,
    app_id,
    session_id,
    addresses as ip_addresses,
    null::varchar as rarity,
    'team ' || member || ' ' || coalesce(team, '') as act,
    records
from pairs
order by first_seen, who, target, what

-- title: Outsider added to a team and taken out again
-- severity: medium
-- techniques: T1566
-- catalogue: D118
-- meaning: A person from outside was made member of a team, and taken out within a day: time enough to read its
--   files, or to leave one there. High where they did so in between.
-- false positives: Mistakes in the choice of a person.
-- blind spots: Members that stay. What outsiders do under a name that the audit log writes in another way.
-- next: See what the outsider opened or uploaded.
-- needs: audit_events
-- parts: audit_events MicrosoftTeams
-- source: https://learn.microsoft.com/purview/audit-log-activities
-- seen: in 1 samples, marked 0 of 58 benign ones
with own as (
    select coalesce(list(domain), []) as domains
    from own_domains
),
changes as (
    select
        e.*,
        lower(coalesce(json_extract_string(json_text(raw), '$.TeamName'), object_id)) as team,
        unnest(list_transform(-- a list, or (Log Analytics) its text
        json_extract_string(json_text(json_text(raw) ->> '$.Members'), '$[*].UPN'), m -> lower(m))) as member
    from evidence.audit_events as e
    where list_contains(['MemberAdded', 'MemberRemoved'], operation)
),
pairs as (
    select
        a.user_id as who,
        home_account(a.member) as account,
        a.member,
        a.team,
        min(a.event_time) as first_seen,
        max(r.event_time) as last_seen,
        min_by(a.session_id, (a.event_time, a.file_id, a.record)) as session_id,
        min_by(lower(a.app_id), (a.event_time, a.file_id, a.record)) as app_id,
        list_sort(list(distinct client_address(a.ip_address)) filter (where a.ip_address is not null)) as addresses,
        list_sort(list(distinct {'file_id': a.file_id, 'record': a.record, 'id': a.id}) || list(distinct {'file_id': r.file_id, 'record': r.record, 'id': r.id})) as records
    from changes as a
    join changes as r on r.operation = 'MemberRemoved' and r.member = a.member and r.team = a.team
        and r.event_time between a.event_time and a.event_time + interval 1 day
    cross join own
    where a.operation = 'MemberAdded'
        and (contains(a.member, '#ext#') or len(own.domains) > 0 and not list_contains(own.domains, mail_domain(a.member)))
    group by a.user_id, a.member, a.team
),
-- What they opened, took and left in the meantime.
seen_files as (
    select
        p.member,
        p.team,
        list_sort(list(distinct regexp_replace(e.object_id, '^.*/', '')) filter (where e.operation like 'FileUploaded%')) as uploaded,
        list_sort(list(distinct regexp_replace(e.object_id, '^.*/', '')) filter (where e.operation not like 'FileUploaded%')) as opened,
        list({'file_id': e.file_id, 'record': e.record, 'id': e.id} order by e.event_time, e.file_id, e.record) as records
    from pairs as p
    join evidence.audit_events as e
        on home_account(e.user_id) = p.account and e.event_time between p.first_seen and p.last_seen
        and list_contains(['FileUploaded', 'FileUploadedPartial', 'FileDownloaded', 'FileAccessed', 'FilePreviewed', 'FileSyncDownloadedFull'], e.operation)
    group by p.member, p.team
)
select
    case when f.member is not null then 'high' else 'medium' end as severity,
    coalesce(who, 'Somebody') || ' added ' || p.member || ' to ' || coalesce('the team ' || p.team, 'an unknown team') || ', who was taken out ' || span_text(first_seen, last_seen) || ' later'
        || coalesce('; in between they left ' || counted(len(f.uploaded), 'file', 'files') || ' (' || few(f.uploaded) || ')', '')
        || coalesce('; in between they opened ' || counted(len(f.opened), 'file', 'files') || ' (' || few(f.opened) || ')', '') as what,
    who,
    first_seen,
    last_seen,
    len(p.records || coalesce(f.records, []))::bigint as events,
    p.member as target,
    app_id,
    session_id,
    addresses as ip_addresses,
    null::varchar as rarity,
    'team ' || p.member || ' ' || coalesce(p.team, '') as act,
    p.records || coalesce(f.records, []) as records
from pairs as p
left join seen_files as f on f.member = p.member and f.team is not distinct from p.team
order by first_seen, who, target, what

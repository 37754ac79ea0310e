-- title: Files shared with everybody or with outsiders
-- severity: low
-- techniques: T1567
-- catalogue: D112
-- meaning: Links that anybody can open, or invitations to people outside. Many in one day are a way to take data out.
-- false positives: Daily work with customers: a single link is low.
-- blind spots: What was opened by the links: operation AnonymousLinkUsed.
-- next: See what was shared, and withdraw the links.
-- needs: audit_events
-- parts: audit_events SharePoint or OneDrive
-- source: https://learn.microsoft.com/purview/audit-log-activities
-- seen: in 3 samples, marked 0 of 58 benign ones
with own as (
    select coalesce(list(domain), []) as domains
    from own_domains
),
-- Set apart, so that nothing is read from the raw record of any other operation.
sharing as materialized (
    select *
    from evidence.audit_events
    where list_contains(['AnonymousLinkCreated', 'AnonymousLinkUpdated', 'AddedToSecureLink', 'SharingInvitationCreated', 'SecureLinkCreatedForExternal'], operation)
),
shared as (
    select
        *,
        case when regexp_matches(operation, '^(AnonymousLink|CompanyLinkCreatedAnonymous)') then 'by a link for anybody' else 'with people outside' end as kind,
        lower(json_extract_string(json_text(raw), '$.TargetUserOrGroupName')) as outsider,
        lower(json_extract_string(json_text(raw), '$.TargetUserOrGroupType')) as outsider_type
    from sharing
    where not coalesce(is_system, false)
),
outside as (
    select shared.*
    from shared
    cross join own
    where kind = 'by a link for anybody'
        or outsider_type = 'guest'
        or operation = 'SharingInvitationCreated' and not list_contains(own.domains, coalesce(mail_domain(outsider), ''))
),
days as (
    select
        user_id as who,
        kind,
        event_time::date as day,
        count(distinct object_id) as things,
        list_sort(list(distinct outsider) filter (where outsider <> '')) as outsiders,
        list_sort(list(distinct regexp_replace(object_id, '^.*/', '')) filter (where object_id <> '')) as names,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        count(*) as events,
        min_by(lower(app_id), (event_time, file_id, record)) as app_id,
        min_by(session_id, (event_time, file_id, record)) as session_id,
        list_sort(list(distinct client_address(ip_address)) filter (where client_address(ip_address) is not null)) as addresses,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from outside
    group by user_id, kind, event_time::date
)
select
    case when things >= 10 then 'medium' else 'low' end as severity,
    coalesce(who, 'Somebody') || ' shared ' || counted(things, 'thing', 'things') || coalesce(' (' || few(names) || ')', '') || ' ' || kind
        || coalesce(': ' || few(outsiders), '') as what,
    who,
    first_seen,
    last_seen,
    events,
    case when len(outsiders) = 1 then outsiders[1] end as target,
    app_id,
    session_id,
    addresses as ip_addresses,
    null::varchar as rarity,
    'shared ' || coalesce(who, '') || ' ' || kind || ' ' || day as act,
    records
from days
order by first_seen, who, target, what

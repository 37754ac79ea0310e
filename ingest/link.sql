-- Session ids where no known field of AuditData has one: what a free-text search
-- for the session would find. It runs once all files of a load are in, as the
-- sign-ins that make an id known may stand in any of them.

create or replace temp table known_sessions as
select distinct try_cast(session_id as uuid) as session
from (
    select session_id from sign_ins
    union all
    select session_id from audit_events
)
where try_cast(session_id as uuid) is not null;

-- Each record's text is read once, for every id in it. The services' own
-- records are left out: nobody's session.
create or replace temp table mentions as
select distinct
    row,
    session,
from (
    select
        rowid as row,
        unnest(regexp_extract_all(
            raw, '[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}'
        ))::uuid as session,
    from audit_events
    where session_id is null and not coalesce(is_system, false)
        and exists (from known_sessions)
)
where session in (select session from known_sessions);

-- Not where the same id is said to be something else's.
create or replace temp table session_mentions as
select
    row,
    session,
    audit_events.user_id,
    audit_events.user_key,
from mentions
join audit_events on audit_events.rowid = row
where contains(
    regexp_replace(
        lower(raw),
        '"(id|intrasystemid|intersystemsid|correlationid|userkey|organizationid|appid|applicationid|clientappid|clientid'
        || '|deviceid|mailboxguid|tokenobjectid|tokentenantid|actorcontextid|targetcontextid|site|siteid|webid|listid'
        || '|listitemuniqueid|operationid|requestid|clientrequestid)\\*"\s*:\s*\\*"'
        || '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
        '', 'g'
    ),
    session::varchar
);

create or replace temp table session_accounts as
select distinct session, account
from (
    select try_cast(session_id as uuid) as session, unnest([home_account(user_principal_name), lower(user_id)]) as account
    from sign_ins
    union all
    select try_cast(session_id as uuid), unnest([home_account(user_id), lower(user_key)])
    from audit_events
)
where session in (select session from session_mentions) and account <> '';

-- A record that mentions the session of somebody else, as an administrator's
-- may, is no part of it; one that mentions several sessions is of none.
create or replace temp table session_links as
select
    row,
    min(session::varchar) as session_id,
from (
    select distinct
        m.row,
        m.session,
    from session_mentions as m
    left join session_accounts as a
        on m.session = a.session and a.account in (home_account(m.user_id), lower(m.user_key))
    where a.account is not null or m.user_id is null
)
group by row
having count(*) = 1;

update audit_events set
    session_id = session_links.session_id,
    session_id_source = 'free text',
from session_links
where audit_events.rowid = session_links.row;

drop table known_sessions;
drop table mentions;
drop table session_mentions;
drop table session_accounts;
drop table session_links

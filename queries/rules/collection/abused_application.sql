-- title: Application that intruders bring along, or that hides behind a known name
-- severity: high
-- techniques: T1114.002, T1036.005
-- catalogue: D50
-- meaning: An application was let in or used that intruders use to copy mailboxes, address books and files or to
--   send mail in bulk, or one whose name imitates Microsoft's with other letters (rnicrosoft, 0utlook).
-- false positives: Some of them are lawful mail programs that a user may have chosen.
-- blind spots: Applications under a new name and id.
-- next: Ask the user. Take the consent away, end the sessions, and see what the application read or sent.
-- needs: directory_audits, audit_events, sign_ins
-- source: https://github.com/huntresslabs/rogueapps, https://attack.mitre.org/techniques/T1036/005/
-- lists: abused_apps
with imitations as (
    -- a rn that reads as m, figures and signs for letters
    select
        name,
        replace(translate(replace(name, 'rn', 'm'), '0135$|@', 'oiessla'), 'vv', 'w') as read_as
    from (
        select distinct lower(coalesce(list_filter(targets, t -> t.target is not null)[1].target, target)) as name
        from directory_acts
        where activity in ('add application', 'add service principal', 'update application', 'consent to application', 'add delegated permission grant')
        union
        select distinct lower(app_display_name) from evidence.sign_ins
    )
),
imitating as (
    select name
    from imitations
    where regexp_matches(read_as, 'microsoft|office ?365|o365|sharepoint|onedrive|outlook|exchange|windows|azure|defender')
        and not regexp_matches(name, 'microsoft|office ?365|o365|sharepoint|onedrive|outlook|exchange|windows|azure|defender')
),
administered as (
    select
        event_time,
        actor,
        lower(coalesce(list_filter(targets, t -> t.target is not null)[1].target, target)) as name,
        lower(coalesce(
            filled(regexp_extract(new_values ->> 'targetid.serviceprincipalnames', '[0-9a-f-]{36}')), new_values ->> 'appprincipalid', new_values ->> 'appid'
        )) as app_id,
        session_id,
        ip_addresses,
        act_id,
        records,
        case activity
            when 'consent to application' then 'let in'
            when 'add delegated permission grant' then 'let in'
            when 'update application' then 'changed'
            else 'added'
        end as verb
    from directory_acts
    where activity in ('add application', 'add service principal', 'update application', 'consent to application', 'add delegated permission grant')
),
signed_in as (
    select
        event_time,
        coalesce(lower(user_principal_name), service_principal_name, user_id, 'unknown') as actor,
        lower(app_display_name) as name,
        lower(app_id) as app_id,
        session_id,
        list_filter([client_address(ip_address)], ip -> ip is not null) as ip_addresses,
        null::varchar as act_id,
        [{'file_id': file_id, 'record': record, 'id': id}] as records,
        case when status = 'success' then 'signed in to' else 'tried to sign in to' end as verb
    from evidence.sign_ins
    where lower(app_id) in (select app_id from list_abused_apps)
        or lower(app_display_name) in (select app_name from list_abused_apps)
        or lower(app_display_name) in (select name from imitating)
),
used as (
    select
        event_time,
        coalesce(user_id, 'unknown') as actor,
        null::varchar as name,
        lower(coalesce(client_app_id, app_id)) as app_id,
        session_id,
        list_filter([client_address(ip_address)], ip -> ip is not null) as ip_addresses,
        null::varchar as act_id,
        [{'file_id': file_id, 'record': record, 'id': id}] as records,
        'used' as verb
    from evidence.audit_events
    where coalesce(record_type, 0) <> 8
        and (lower(app_id) in (select app_id from list_abused_apps) or lower(client_app_id) in (select app_id from list_abused_apps))
),
known as (
    select
        e.*,
        coalesce(e.name, a.app_name) as application,
        case when a.severity is null then 'high' else a.severity end as severity,
        coalesce('which ' || a.does, 'whose name imitates another') as reason
    from (
        from administered
        union all
        from signed_in
        union all
        from used
    ) as e
    left join (select app_name, min(severity) as severity, min(does) as does, list(app_id) as app_ids from list_abused_apps group by app_name) as a
        on a.app_name = e.name or list_contains(a.app_ids, e.app_id)
    where a.app_name is not null
        or e.name in (select name from imitating)
)
select
    min(severity) as severity,
    concat(actor, ' ', array_to_string(list(distinct verb order by verb), ', '), ' the application ', application, ', ', any_value(reason), '.') as what,
    actor as who,
    min(event_time) as first_seen,
    max(event_time) as last_seen,
    count(*) as events,
    application as target,
    any_value(app_id) as app_id,
    any_value(session_id) as session_id,
    list_sort(list_distinct(flatten(list(ip_addresses)))) as ip_addresses,
    null::varchar as rarity,
    'abused application ' || actor || ' ' || application as act,
    flatten(list(records order by event_time, records)) as records
from known
group by actor, application
order by first_seen, who, target

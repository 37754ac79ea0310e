-- title: Application that intruders bring along, or that hides behind a known name
-- severity: high
-- techniques: T1114.002, T1036.005
-- catalogue: D50
-- meaning: An application was let in or used that intruders use to copy mailboxes, address books and files or to
--   send mail in bulk, or one whose name imitates Microsoft's with other letters (rnicrosoft, 0utlook).
-- false positives: Some of them are lawful mail programs that a user may have chosen: low where five people or more
--   use one from the first days of the log on.
-- blind spots: Applications under a new name and id.
-- next: Ask the user. Take the consent away, end the sessions, and see what the application read or sent.
-- needs: directory_audits, audit_events, sign_ins
-- source: https://github.com/huntresslabs/rogueapps, https://attack.mitre.org/techniques/T1036/005/
-- lists: abused_apps
-- seen: in 4 samples, marked 0 of 58 benign ones
with administered as (
    select
        event_time,
        actor,
        coalesce(list_filter(targets, t -> t.target is not null)[1].target, target) as name,
        lower(coalesce(
            filled(regexp_extract(new_values ->> 'targetid.serviceprincipalnames', '[0-9a-f-]{36}')), new_values ->> 'appprincipalid', new_values ->> 'appid'
        )) as app_id,
        session_id,
        ip_addresses,
        act_id,
        records,
        case
            when result = 'failure' then 'failed to ' || case when activity = 'update application' then 'change' else 'add' end
            when activity = 'update application' then 'changed'
            else 'added'
        end as verb
    from directory_acts
    where activity in ('add application', 'add service principal', 'update application')
    union all
    select event_time, actor, application, app_id, session_id, ip_addresses, act_id, records, 'gave consent to'
    from consents
),
names as (
    select distinct lower(name) as name from administered
    union
    select distinct lower(app) from logons
),
-- Letters that look like others: a rn that reads as m, figures and signs for letters, Cyrillic and Greek ones among Latin ones.
-- Each word is read by itself: "Micr0soft Office" has a good one and one that imitates.
words as (
    select
        name,
        unnest(regexp_extract_all(name, '[^\s.,:;()_-]+')) as word
    from names
    where name is not null
),
imitations as (
    select
        name,
        word,
        replace(translate(replace(translate(word, 'асеорхуіτονκμ', 'aceopxyitovkm'), 'rn', 'm'), '035$|@', 'oessla'), 'vv', 'w') as read_as
    from words
),
imitating as (
    select distinct name
    from imitations
    where regexp_matches(replace(read_as, '1', 'l') || ' ' || replace(read_as, '1', 'i'), 'microsoft|office|o365|sharepoint|onedrive|outlook|exchange|windows|azure|defender|teams|mircosoft|microsfot')
        and not regexp_matches(word, 'microsoft|office|o365|sharepoint|onedrive|outlook|exchange|windows|azure|defender|teams')
),
signed_in as (
    select
        event_time,
        coalesce(account, 'unknown') as actor,
        app as name,
        app_id,
        session_id,
        list_filter([ip_address], ip -> ip is not null) as ip_addresses,
        null::varchar as act_id,
        [{'file_id': file_id, 'record': record, 'id': id}] as records,
        case when is_success then 'signed in to' else 'failed to sign in to' end as verb
    from logons
    where app_id in (select app_id from list_abused_apps)
        or lower(app) in (select app_name from list_abused_apps)
        or lower(app) in (select name from imitating)
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
    where coalesce(record_type, 0) not in (8, 15)
        and (lower(app_id) in (select app_id from list_abused_apps) or lower(client_app_id) in (select app_id from list_abused_apps))
),
ids as (
    select app_id, min(app_name) as app_name, min(severity) as severity, min(does) as does
    from list_abused_apps
    where app_id is not null
    group by app_id
),
known_names as (
    select app_name, min(severity) as severity, min(does) as does
    from list_abused_apps
    group by app_name
),
known as (
    select
        e.*,
        coalesce(e.name, i.app_name) as application,
        coalesce(i.severity, n.severity, 'high') as severity,
        coalesce('which ' || coalesce(i.does, n.does), 'whose name imitates another') as reason
    from (
        from administered
        union all
        from signed_in
        union all
        from used
    ) as e
    left join ids as i on i.app_id = e.app_id
    left join known_names as n on n.app_name = lower(e.name)
    where i.app_id is not null
        or n.app_name is not null
        or lower(e.name) in (select name from imitating)
),
acts as (
    select
        actor,
        lower(application) as application_key,
        verb,
        count(*) as times,
        min(event_time) as first_seen
    from known
    group by all
),
verbs_of_person as (
    select
        actor,
        application_key,
        list(
            {'verb': verb, 'times': case when times > 1 and verb in ('signed in to', 'failed to sign in to', 'used') then ' (' || times || ' times)' else '' end}
            order by first_seen, verb
        ) as verbs
    from acts
    group by all
),
scopes as (
    select actor, lower(application) as application_key, flatten(list(scopes)) as scopes
    from consents
    group by all
),
people as (
    select lower(application) as application_key, count(distinct actor) as people, min(event_time) as first_seen
    from known
    group by all
),
log as (
    select min(account_first_seen) as first_seen
    from account_habits
    where feature = 'any' and kind = 'user'
),
per_person as (
    select
        actor,
        lower(application) as application_key,
        min_by(application, (event_time, act_id)) as application,
        min(severity) as severity,
        min(reason) as reason,
        bool_and(starts_with(verb, 'failed to ')) as is_in_vain,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        count(*) as events,
        min_by(app_id, (event_time, act_id)) as app_id,
        min_by(session_id, (event_time, act_id)) as session_id,
        list_sort(list_distinct(flatten(list(ip_addresses)))) as ip_addresses,
        -- with the consent it is one line
        min_by(act_id, (event_time, act_id)) filter (where verb = 'gave consent to') as consent,
        flatten(list(records order by event_time, records)) as records
    from known
    group by all
)
select
    case
        when p.is_in_vain then 'low'
        when p.reason <> 'whose name imitates another' and n.people >= 5 and n.first_seen < l.first_seen + interval 5 days then 'low'
        else p.severity
    end as severity,
    concat(
        p.actor, ' ',
        in_words(list_transform(t.verbs, (v, place) -> v.verb || case when place = 1 then ' the application ' || p.application || ' (' || p.reason || ')' else ' it' end || v.times)),
        ', with the permissions ' || listed(list_sort(list_distinct(s.scopes))), ', from ' || few(p.ip_addresses)
    ) as what,
    p.actor as who,
    p.first_seen,
    p.last_seen,
    p.events,
    p.application_key as target,
    p.app_id,
    p.session_id,
    p.ip_addresses,
    counted(n.people, 'account has to do with it', 'accounts have to do with it') as rarity,
    coalesce(p.consent, 'abused application ' || p.actor || ' ' || p.application_key) as act,
    p.records
from per_person as p
join verbs_of_person as t using (actor, application_key)
join people as n using (application_key)
left join scopes as s using (actor, application_key)
cross join log as l
order by p.first_seen, who, target

-- title: Sign-in to an application that intruders use
-- severity: medium
-- techniques: T1114.002
-- catalogue: D50
-- meaning: The application turns up in many compromised mailboxes: it copies mail, sends in bulk or synchronises files. Or its name is
--   written to look like one of Microsoft's.
-- false positives: Some are lawful mail programs: if the tenant uses them on many days the line is low.
-- blind spots: Applications that the list lacks under a name of their own.
-- next: Ask the user. Find the consent (Consent to application), remove it, and look at the mail that was read with it.
-- needs: sign_ins, audit_events
-- source: the list abused_apps
-- lists: abused_apps
with applications as (
    select distinct
        l.app_id,
        l.app,
        coalesce(a.app_name, case when b.app_name is not null and length(b.app_name) >= 6 then b.app_name end) as known_as,
        -- letters that look like others: rn for m, 0 for o, 1 for l
        regexp_matches(lower(l.app), 'rnicrosoft|micr0soft|mircosoft|microsfot|0ffice|0utlook|outl00k|out1ook|0nedrive|0ne drive|sharep0int|tearns|azur3|off1ce')
            -- Cyrillic and Greek letters among Latin ones
            or (
                regexp_matches(l.app, '[^ -~]')
                and regexp_matches(translate(lower(l.app), 'асеорхуіτονκμ', 'aceopxyitovkm'), 'microsoft|outlook|office 365|onedrive|sharepoint')
                and not regexp_matches(lower(l.app), 'microsoft|outlook|office 365|onedrive|sharepoint')
            ) as is_look_alike
    from (select distinct app_id, app from logons where app_id is not null) as l
    left join list_abused_apps as a on lower(a.app_id) = l.app_id
    left join list_abused_apps as b on lower(b.app_name) = lower(l.app)
),
suspects as (
    select *
    from applications
    where known_as is not null or coalesce(is_look_alike, false)
    qualify row_number() over (partition by app_id, app order by known_as) = 1
),
used as (
    select
        l.account,
        l.app_id,
        s.app,
        s.known_as,
        coalesce(s.is_look_alike, false) as is_look_alike,
        bool_or(l.is_success) as has_success,
        min(l.event_time) as first_seen,
        max(l.event_time) as last_seen,
        count(*) as events,
        count(distinct date_trunc('day', l.event_time)) as days,
        min_by(l.session_id, l.event_time) as session_id,
        list_sort(list(distinct l.country) filter (where l.country is not null)) as countries,
        list_sort(list(distinct l.ip_address) filter (where l.ip_address is not null)) as addresses,
        min_by(l.act_id, (l.event_time, l.file_id, l.record)) as act_id,
        list({'file_id': l.file_id, 'record': l.record, 'id': l.id} order by l.event_time, l.file_id, l.record)[1:1000] as records
    from logons as l
    join suspects as s on s.app_id = l.app_id and s.app = l.app
    group by l.account, l.app_id, s.app, s.known_as, s.is_look_alike
),
people as (
    select
        app_id,
        count(distinct account) as accounts
    from used
    group by app_id
),
tenant as (
    select
        min(account_first_seen) as first_seen
    from account_habits
    where feature = 'any' and kind = 'user'
)
select
    case
        when not has_success then 'low'
        when is_look_alike then 'high'
        -- many people, from the beginning of the log on
        when p.accounts >= 5 and u.first_seen < t.first_seen + interval 5 days then 'low'
        else 'medium'
    end as severity,
    coalesce(account, 'Somebody') || case when has_success then ' signed in to ' else ' tried to sign in to ' end || app
        || case when is_look_alike then ', whose name is written to look like Microsoft''s' else '' end
        || case when known_as is not null then ', which intruders use' || case when lower(known_as) <> lower(app) then ' (' || known_as || ')' else '' end else '' end
        || coalesce(', from ' || few(addresses), '') || coalesce(' (' || nullif(listed(countries), '') || ')', '')
        || case when events > 1 then ', ' || events || ' times' else '' end as what,
    account as who,
    u.first_seen,
    last_seen,
    events,
    app as target,
    u.app_id,
    session_id,
    addresses as ip_addresses,
    counted(p.accounts, 'account uses', 'accounts use') || ' it' as rarity,
    act_id as act,
    records
from used as u
join people as p on p.app_id = u.app_id
cross join tenant as t
order by u.first_seen, account, u.app_id

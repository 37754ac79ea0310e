-- title: Much mail sent within an hour
-- severity: medium
-- techniques: T1534
-- catalogue: D105
-- meaning: An account sent far more mail than usual, a hundred messages in an hour or fifty with few subjects: phishing from a mailbox that people trust.
-- false positives: Newsletters and mail merge.
-- blind spots: What was done slowly, under the limit in every hour.
-- next: Ask the user. See from which addresses it was done, and what they did before and after.
-- needs: audit_events
-- source: https://learn.microsoft.com/purview/audit-log-activities
-- seen: in 0 samples, marked 0 of 58 benign ones
with acts as (
    select
        user_id as who,
        date_trunc('hour', event_time) as hour,
        *
    from evidence.audit_events
    where operation in ('Send', 'SendAs', 'SendOnBehalf')
        and not coalesce(is_system, false)
        and user_id is not null
),
-- Only those who sent much in some hour are looked at closely.
busy as (
    select who
    from acts
    group by who, hour
    having count(*) >= 50
),
with_subjects as (
    select
        *,
        json_text(raw) ->> '$.Item.Subject' as subject
    from acts
    where who in (from busy)
),
hours as (
    select
        who,
        hour,
        count(distinct coalesce(id, file_id || ':' || record)) as things,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        count(*) as events,
        mode(subject) filter (where subject <> '') as subject,
        count(distinct subject) as subjects,
        min_by(lower(app_id), event_time) as app_id,
        min_by(session_id, event_time) as session_id,
        list_sort(list(distinct client_address(ip_address)) filter (where client_address(ip_address) is not null)) as addresses,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record)[1:1000] as records
    from with_subjects
    group by who, hour
),
-- What is usual: the most in an hour of the user's other days.
compared as (
    select
        h.*,
        max(o.things) as usual,
        count(distinct o.hour::date) as other_days
    from hours as h
    left join hours as o on o.who = h.who and o.hour::date <> h.hour::date
    where h.things >= 100 or (h.things >= 50 and h.subjects between 1 and h.things // 5)
    group by all
),
bursts as (
    select
        *,
        sum(things) over (partition by who, hour::date) as things_of_day
    from compared
    where things >= 3 * coalesce(usual, 0)
    qualify row_number() over (partition by who, hour::date order by things desc, hour) = 1
)
select
    'medium' as severity,
    who || ' sent ' || things || ' mails within an hour'
        || case when subjects = 1 then ', all with the subject "' || subject || '"' when subjects > 1 then ', with ' || subjects || ' subjects, most of them "' || subject || '"' else '' end
        || coalesce('; the most in an hour of other days was ' || usual, '') as what,
    who,
    first_seen,
    last_seen,
    events,
    null::varchar as target,
    app_id,
    session_id,
    addresses as ip_addresses,
    case when other_days > 0 then 'at least three times what is usual, over ' || counted(other_days, 'other day', 'other days') end as rarity,
    'mail_sent_in_bulk ' || who || ' ' || hour as act,
    records
from bursts
order by first_seen, who, target, what

-- title: Much mail sent within an hour
-- severity: medium
-- techniques: T1534
-- catalogue: D105
-- meaning: An account sent far more mail than usual, a hundred messages in an hour or fifty with few subjects: phishing from a mailbox that people trust.
-- false positives: Newsletters and mail merge.
-- blind spots: What was done slowly, under the limit in every hour.
-- next: Ask the user. See from which addresses it was done, and what they did before and after.
-- needs: audit_events
-- parts: audit_events Exchange
-- source: https://learn.microsoft.com/purview/audit-log-activities
-- seen: in 0 samples, marked 0 of 58 benign ones
with busy as (
    from bulk_hours
    where kind = 'mail sent'
),
with_subjects as (
    select
        b.who,
        b.hour,
        json_text(a.raw) ->> '$.Item.Subject' as subject
    from busy as b
    join evidence.audit_events as a on a.user_id = b.who and date_trunc('hour', a.event_time) = b.hour
    where list_contains(['Send', 'SendAs', 'SendOnBehalf'], a.operation) and not coalesce(a.is_system, false)
),
subjects_of_hours as (
    select
        who,
        hour,
        mode(subject order by subject) filter (where subject <> '') as subject,
        count(distinct subject) as subjects
    from with_subjects
    group by who, hour
),
bursts as (
    select b.*, s.subject, s.subjects
    from busy as b
    join subjects_of_hours as s using (who, hour)
    where b.things >= 100 or s.subjects between 1 and b.things // 5
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

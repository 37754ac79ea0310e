-- title: Several mailboxes send their mail to one outside address
-- severity: high
-- techniques: T1114.003
-- catalogue: D94
-- meaning: Rules or forwards of several mailboxes have one and the same destination outside the tenant. That is how
--   one intruder reads several people.
-- false positives: A shared archive or ticket system at a supplier.
-- blind spots: Destinations that are spelled otherwise for each mailbox.
-- next: Find whose address it is. Remove the forwards, and treat all of these accounts as compromised until shown
--   otherwise.
-- needs: audit_events
-- parts: audit_events Exchange
-- source: https://learn.microsoft.com/powershell/module/exchange/set-mailbox,
--   https://learn.microsoft.com/powershell/module/exchange/new-inboxrule
-- seen: in 1 samples, marked 0 of 58 benign ones
with sent as (
    select
        -- an alias is the part before the @
        * replace (case when regexp_full_match(mailbox, '[\w.-]+') then coalesce(mailbox || '@' || mail_domain(actor), mailbox) else mailbox end as mailbox),
        unnest(outside) as destination
    from mail_forwards
),
destinations as (
    select
        destination,
        min(event_time) as first_seen,
        max(event_time) as last_seen,
        count(*) as events,
        list_sort(list(distinct mailbox) filter (where mailbox is not null)) as mailboxes,
        list_sort(list(distinct actor) filter (where actor is not null)) as actors,
        min_by(app_id, (event_time, file_id, record)) as app_id,
        min_by(session_id, (event_time, file_id, record)) as session_id,
        list_sort(list(distinct ip_address) filter (where ip_address is not null)) as addresses,
        list({'file_id': file_id, 'record': record, 'id': id} order by event_time, file_id, record) as records
    from sent
    group by destination
    having count(distinct mailbox) > 1
)
select
    'high' as severity,
    'Mail of ' || len(mailboxes) || ' mailboxes (' || few(mailboxes) || ') goes to ' || destination || ', outside the tenant; set by ' || few(actors) as what,
    array_to_string(actors, ', ') as who,
    first_seen,
    last_seen,
    events,
    destination as target,
    app_id,
    session_id,
    addresses as ip_addresses,
    null::varchar as rarity,
    'forwards to ' || destination as act,
    records
from destinations
order by first_seen, destination

-- description: One row a session with operations that change who gets in or where data goes.
-- column session bigint: its number
-- column notable_operations varchar: the operations in words, each with how many and how many of them failed
-- column is_rare boolean: one of them is none of those that many users change: inbox rules, mailbox settings, links, passwords
select
    session,
    string_agg(
        notable || ' ' || times || case when failed > 0 then ' (' || failed || ' failed)' else '' end, ', ' order by notable
    ) as notable_operations,
    bool_or(notable not in ('inbox rule', 'mailbox settings', 'anonymous link', 'password')) as is_rare,
from (
    select
        session,
        notable_operation(operation) as notable,
        count(*) as times,
        count(*) filter (where has_failed) as failed,
    from session_activity
    where notable_operation(operation) is not null
    group by all
)
group by session

-- description: One row a session and rule that speaks of it: why a person should look at it.
-- rules: sessions
-- materialized: yes
-- ordered by: session_id, position
-- column session_id varchar: as Entra ID issued it
-- column position bigint: the rule's place among the rules, in which reasons are listed
-- column rule varchar: the rule's name
-- column kind varchar: entry (how somebody got in), act (what somebody did or used), place (where from and with what)
-- column points bigint: how much it counts
-- column reason varchar: a sentence
select
    session_id,
    position,
    rule,
    kind,
    points::bigint as points,
    one_reason(sentence) as reason,
from hits
join session_facts using (session)

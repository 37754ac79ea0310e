-- description: One row a session id, over sign-ins and audit log, with the reasons why a person should look at it.
--   Session ids are issued on success: failed attempts have none. Addresses that a service writes of itself, or that are
--   those of an earlier token, are not counted. The network and country of an audit event's address are those that
--   addresses gives.
-- materialized: yes
-- ordered by: session_id
-- column session_id varchar: as Entra ID issued it
-- column users varchar: who, by user principal name where it is known
-- column attention varchar: high (7 points or more), look (3 or more), low, none
-- column points bigint: sum of the points of the reasons
-- column reasons varchar: why to look at it, each with its points as (+N); NULL = nothing stands out
-- column first_seen timestamp: earliest event (UTC)
-- column last_seen timestamp: latest event (UTC)
-- column duration_minutes bigint: between the two
-- column sign_ins bigint: in this session
-- column sign_ins_success bigint: of them
-- column sign_ins_failure bigint: of them
-- column sign_ins_interrupted bigint: of them
-- column sign_ins_interactive bigint: of them
-- column sign_ins_non_interactive bigint: of them
-- column audit_events bigint: in this session
-- column free_text_events bigint: audit events whose session id stood in no field of its own
-- column events_without_id bigint: audit events of its users within its time that have no session id: some of them
--   may be its own
-- column user_count bigint: different users
-- column networks bigint: different autonomous systems
-- column countries bigint: different countries
-- column user_agents bigint: different user agents of sign-ins
-- column network_list varchar: the autonomous systems
-- column country_list varchar: the countries
-- column moved_events bigint: audit events from another address and network than the sign-in that issued their token
-- column notable_operations varchar: operations that change who gets in or where data goes
-- column root_file_id integer: the sign-in that began it: its first successful interactive one, NULL = not in these
--   files
-- column root_record bigint: its record in the file
with
attention as (
    select
        session_id,
        sum(points)::bigint as points,
        string_agg(reason || ' (+' || points || ')', '; ' order by position) as reasons,
    from session_findings
    group by session_id
)
select
    session_id,
    users,
    case
        when points >= 7 then 'high'
        when points >= 3 then 'look'
        when points > 0 then 'low'
        else 'none'
    end as attention,
    coalesce(points, 0) as points,
    reasons,
    first_seen,
    last_seen,
    date_sub('minute', first_seen, last_seen) as duration_minutes,
    sign_ins,
    sign_ins_success,
    sign_ins_failure,
    sign_ins_interrupted,
    sign_ins_interactive,
    sign_ins_non_interactive,
    audit_events,
    free_text_events,
    events_without_id,
    user_count,
    networks,
    countries,
    user_agents,
    listed(as_names(network_list)) as network_list,
    listed(country_list) as country_list,
    moved_events,
    notable_operations,
    root_file_id,
    root_record,
from session_facts
left join attention using (session_id)

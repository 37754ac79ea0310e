-- title: In numbers
-- description: The gravest incident counted: whom it touched, what was read, sent, deleted, taken and left open. What no log tells is
--   not known.
-- layout: totals
-- position: 0
-- workbook: yes
-- topics: totals, in numbers, how many, key figures
-- needs: every log
-- filled by: the sign-in logs, the audit logs and the risk logs (Entra admin center > Download), and the unified audit log
--   (Search-UnifiedAuditLog, or Microsoft Purview > Audit > Export)
with lines as (
    select position, item, value, detail, look_in
    from incident_numbers
    where incident = (select min(i.incident) from incident_findings as i join findings using (finding_id))
    union all
    select
        9,
        'Findings',
        sum(times)::bigint::varchar,
        string_agg(times || ' ' || severity, ', ' order by severity_rank),
        'findings'
    from (
        select severity, severity_rank, count(*) as times
        from findings
        group by all
    )
    having count(*) > 0
)
select
    item,
    value,
    detail,
    look_in
from lines
order by position, item

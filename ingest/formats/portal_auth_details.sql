-- title: Entra portal authentication details, CSV
-- family: Entra sign-ins
-- description: The *_AuthDetails_* file that comes with a sign-in download: one row an authentication step.
-- recognised by: csv Request ID; Authentication method; Succeeded

-- table: sign_in_steps
with fields as (
    select
        file_id,
        record,
        raw,
        from_json(body, '{
            "Request ID": "VARCHAR",
            "Date (UTC)": "VARCHAR",
            "Date": "VARCHAR",
            "Authentication method": "VARCHAR",
            "Authentication method detail": "VARCHAR",
            "Succeeded": "VARCHAR",
            "Result detail": "VARCHAR",
            "Requirement": "VARCHAR"
        }') as f
    from source
)
select
    file_id,
    record,
    filled(f."Request ID") as sign_in_id,
    utc(coalesce(filled(f."Date (UTC)"), f.Date)) as step_time,
    filled(f."Authentication method") as method,
    filled(f."Authentication method detail") as method_detail,
    truth(f.Succeeded) as succeeded,
    filled(f."Result detail") as result_detail,
    filled(f.Requirement) as requirement,
    raw
from fields
